#' Gaussian targets
#'
#' A Gaussian with any covariance. Its density, gradient, exact draws and exact
#' denoiser are known. [target_gmm()] makes mixtures, of diagonal covariances.
#'
#' @param mean Mean: `d` numbers. Names become those of the columns, as do the
#'   column names of `covariance` where there are none.
#' @param covariance Covariance: a `d` x `d` matrix, symmetric and positive
#'   definite; one number if `d` is 1.
#' @return A list of class `follmer_gaussian` and [follmer_target][target]:
#'   `parameters`, a list of `mean` and `covariance`, and `columns`, the names
#'   of the columns.
#' @section Errors: `follmer_error_input` names the argument.
#' @seealso [log_density()], [gradient()] and [rtarget()] of any target,
#'   [exact_denoiser()], [bayes_loss()]
#' @examples
#' target <- target_gaussian(c(a = 0, b = 1), rbind(c(1, 0.8), c(0.8, 2)))
#' target
#' cov(rtarget(target, 10000, seed = 1))
#' @export
target_gaussian <- function(mean, covariance) {
  new_target("gaussian", list(mean = mean, covariance = covariance),
    columns = names(mean) %||% colnames(covariance)
  )
}
