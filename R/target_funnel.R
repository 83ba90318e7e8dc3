#' Funnel targets
#'
#' Neal's funnel: the first column is the log variance of all others, `x_1 ~
#' N(0, variance)` and `x_i ~ N(0, exp(x_1))` given `x_1`. Its scale changes by
#' orders of magnitude between mouth and neck, which is hard for samplers. Its
#' density, gradient and exact draws are known; `x_i^2` has the mean
#' `exp(variance / 2)`.
#'
#' @param dim Number of dimensions, 2 or more.
#' @param variance Variance of the first column, in `(0, 1e4]`.
#' @return A list of class `follmer_funnel` and [follmer_target][target]:
#'   `parameters`, a list of `dim` and `variance`, and `columns`, the names of
#'   the columns.
#' @section Errors: `follmer_error_input` names the argument.
#' @references Neal (2003), *Slice sampling*, Annals of Statistics 31.
#' @seealso [log_density()], [gradient()] and [rtarget()] of any target
#' @examples
#' target <- target_funnel(2, variance = 3)
#' target
#' plot(rtarget(target, 1000, seed = 1))
#' @export
target_funnel <- function(dim = 10, variance = 9) {
  new_target("funnel", list(dim = dim, variance = variance))
}
