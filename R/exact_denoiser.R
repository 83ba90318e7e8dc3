#' The exact denoiser of a target
#'
#' Computes the posterior mean of the data given the noised data by formula.
#' It does what a perfectly fitted model would do, so that whatever error its
#' draws have is due to the sampler alone, and its loss ([bayes_loss()]) is the
#' least that any model can have.
#'
#' @param target A target whose exact denoiser is known, such as [target_gmm()]
#'   or [target_gaussian()].
#' @param process A noising process: [vp()], [pbm()], [localization()] or [ve()].
#' @param x,object An exact denoiser.
#' @param ... Passed to the methods of the target.
#' @return A list of class `follmer_exact` and `follmer_denoiser` with
#'   `target` and `process`.
#' @section Errors: `follmer_error_input` names the argument.
#' @seealso [fit_denoiser()], [simulate.follmer_denoiser()]
#' @examples
#' best <- exact_denoiser(target_gmm(c(-2, 2), sd = 0.5), pbm())
#' best
#' head(simulate(best, 1000, seed = 1, steps = 50))
#' @export
exact_denoiser <- function(target, process = vp()) {
  check_target(target)
  if (!has_exact_denoiser(target)) {
    wanted(
      "target", "one whose exact denoiser is known, as of target_gmm()", target
    )
  }
  structure(
    list(target = target, process = check_process(process)),
    class = c("follmer_exact", "follmer_denoiser")
  )
}

#' @rdname exact_denoiser
#' @export
print.follmer_exact <- function(x, ...) {
  cat_wrapped(c("# The exact denoiser of a target", paste("process:", format(x$process))))
  print(x$target, ...)
  invisible(x)
}

#' @rdname exact_denoiser
#' @export
summary.follmer_exact <- function(object, ...) {
  summary(object$target, ...)
}

#' @rdname exact_denoiser
#' @export
plot.follmer_exact <- function(x, ...) {
  plot(x$target, ...)
  invisible(x)
}

column_names.follmer_exact <- function(x) {
  column_names(x$target)
}

core_denoiser.follmer_exact <- function(object) {
  list(target = core_target(object$target), process = unclass(object$process))
}

denoiser_key.follmer_exact <- function(object) {
  target <- object$target
  numbers <- lapply(core_target(target)$parameters, as.double)
  text_key(list(class(target)[1L], dim(target), numbers, unclass(object$process)))
}

denoiser_words.follmer_exact <- function(object) {
  "a target"
}

default_snr_max.follmer_exact <- function(object) {
  Inf
}
