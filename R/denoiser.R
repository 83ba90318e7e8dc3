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

# Rows on the scale of the data in the process's own coordinates, or the reverse.
process_rows <- function(object, x, reverse = FALSE) {
  UseMethod("process_rows")
}

process_rows.follmer_denoiser <- function(object, x, reverse = FALSE) {
  x
}

# Mean and scale of the columns that the denoiser takes away first, or NULL;
# NA where that is not all that it does to them.
standardization <- function(object) {
  UseMethod("standardization")
}

standardization.follmer_denoiser <- function(object) {
  NULL
}

# A target in the process's own coordinates.
process_target <- function(object, target) {
  by <- standardization(object)
  if (is.null(by)) {
    return(target)
  }
  if (anyNA(by)) {
    abort_about(
      "x", "must be rows, such as rtarget() draws: the exact denoiser of a target is not known ",
      "beside a model with transformed columns. Or fit it with `transform = \"none\"`."
    )
  }
  standardized_target(target, by$center, by$scale)
}
