# Denoisers, fitted or exact: a list of class follmer_denoiser with the field
# `process`, and methods of what is below. Everything that takes a denoiser
# asks it by these alone.

#' @export
dim.follmer_denoiser <- function(x) {
  length(column_names(x))
}

# A denoiser as the core's glue takes it (src/r/denoiser.c).
core_denoiser <- function(object) {
  UseMethod("core_denoiser")
}

# A hash of all that the denoiser is.
denoiser_key <- function(object) {
  UseMethod("denoiser_key")
}

# What it is, within a sentence.
denoiser_words <- function(object) {
  UseMethod("denoiser_words")
}

# The signal-to-noise ratio from which on sde() keeps its drift as it is; NA is
# what the core takes by itself.
default_snr_max <- function(object) {
  UseMethod("default_snr_max")
}

# Mean and scale of the columns that the denoiser takes away first, or NULL.
standardization <- function(object) {
  UseMethod("standardization")
}

standardization.follmer_denoiser <- function(object) {
  NULL
}

# Rows and targets in the process's own coordinates.
process_rows <- function(object, x) {
  standardize_rows(x, standardization(object))
}

standardize_rows <- function(x, by) {
  if (is.null(by)) x else sweep(sweep(x, 2L, by$center), 2L, by$scale, "/")
}

process_target <- function(object, target) {
  by <- standardization(object)
  if (is.null(by)) target else standardized_target(target, by$center, by$scale)
}
