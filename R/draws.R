#' Draws
#'
#' What [simulate()][simulate.follmer_denoiser] and [read_draws()] return: a
#' numeric matrix with a row for each draw, and what made it as attributes.
#' Where draws are not all worth the same they have log weights, which all that
#' is below takes into account.
#'
#' The `as_draws` functions of the posterior package work on draws once that
#' package is installed, and take the weights along; the draws are independent,
#' so they make one chain.
#'
#' @param x,object Draws.
#' @param log,normalize Whether weights are given as logarithms, and whether
#'   they are made to sum to 1.
#' @param row.names,optional,... As in [as.data.frame()]; elsewhere unused.
#' @return `summary()` is a data frame with a row for each column: mean, its
#'   standard error, standard deviation, and the 5, 50 and 95 per cent
#'   quantiles; with `data` it is a [report][summary.follmer_draws] on how well the
#'   draws follow them. `weights()` is a vector with a number for each draw, or `NULL`
#'   where all are worth the same. `as.matrix()` drops all else;
#'   `as.data.frame()`, too, but for a last column `.log_weight` where there are
#'   weights, and so does `tibble::as_tibble()`. What is computed from draws, as
#'   by `exp(x)`, `x + 1` or `t(x)`, is a plain matrix.
#' @seealso [simulate.follmer_denoiser()], [summary.follmer_draws()],
#'   [plot.follmer_draws()]
#' @examples
#' best <- exact_denoiser(target_gmm(rbind(c(-2, 0), c(2, 1)), sd = 0.5))
#' x <- simulate(best, 1000, seed = 1, steps = 50)
#' x
#' summary(x)
#' @name follmer_draws
NULL

# log_weight: a number for each row, on any scale, or NULL.
new_draws <- function(x, ..., log_weight = NULL) {
  if (!is.null(log_weight)) {
    fits <- is.numeric(log_weight) && length(log_weight) == nrow(x) && !anyNA(log_weight)
    if (!fits || !is.finite(max(log_weight))) {
      abort("Log weights must be a number below Inf for each draw, and not all -Inf.")
    }
    log_weight <- as.double(log_weight)
  }
  structure(
    x, ..., log_weight = log_weight, class = c("follmer_draws", "matrix", "array")
  )
}

#' @rdname follmer_draws
#' @export
weights.follmer_draws <- function(object, ..., log = FALSE, normalize = TRUE) {
  weight <- attr(object, "log_weight")
  if (is.null(weight)) {
    return(NULL)
  }
  if (normalize) {
    weight <- weight - log_sum(weight)
  }
  if (log) weight else exp(weight)
}

# How many draws of equal weights say as much.
effective_size <- function(x) {
  weight <- weights(x)
  if (is.null(weight)) nrow(x) else 1 / sum(weight^2)
}

#' @rdname follmer_draws
#' @export
as.matrix.follmer_draws <- function(x, ...) {
  matrix(x, nrow(x), ncol(x), dimnames = dimnames(x))
}

#' @rdname follmer_draws
#' @export
as.data.frame.follmer_draws <- function(x, row.names = NULL, optional = FALSE, ...) {
  table <- as.data.frame(as.matrix(x), row.names = row.names, optional = optional, ...)
  table$.log_weight <- attr(x, "log_weight")
  table
}

#' @export
`[.follmer_draws` <- function(x, ...) {
  as.matrix(x)[...]
}

# What is computed from draws is no draws: numbers, as of any matrix.
#' @export
Ops.follmer_draws <- function(e1, e2) {
  plain <- function(x) if (inherits(x, "follmer_draws")) as.matrix(x) else x
  if (missing(e2)) get(.Generic)(plain(e1)) else get(.Generic)(plain(e1), plain(e2))
}

#' @export
Math.follmer_draws <- function(x, ...) {
  get(.Generic)(as.matrix(x), ...)
}

#' @export
t.follmer_draws <- function(x) {
  t(as.matrix(x))
}

#' @exportS3Method tibble::as_tibble
as_tibble.follmer_draws <- function(x, ...) {
  tibble::as_tibble(as.data.frame(x), ...)
}

#' @rdname follmer_draws
#' @export
print.follmer_draws <- function(x, ...) {
  weighted <- !is.null(weights(x))
  cat(
    "# Draws: ", format_count(nrow(x)), " x ", ncol(x),
    if (!is.null(attr(x, "method"))) paste0(", ", attr(x, "method")),
    if (!is.null(attr(x, "steps"))) paste0(", ", count_words(attr(x, "steps"), "step")),
    if (!is.null(attr(x, "seed"))) paste0(", seed ", format_seed(attr(x, "seed"))), "\n",
    if (weighted) c("# with weights, worth ", format(effective_size(x), digits = 4L), " draws\n"),
    sep = ""
  )
  rows <- seq_len(min(nrow(x), 6L))
  columns <- seq_len(min(ncol(x), 6L))
  shown <- x[rows, columns, drop = FALSE]
  if (weighted) {
    shown <- cbind(shown, .log_weight = attr(x, "log_weight")[rows])
  }
  print(shown, digits = 4L)
  if (nrow(x) > length(rows) || ncol(x) > length(columns)) {
    cat("# the first rows", if (ncol(x) > length(columns)) " and columns", " only\n", sep = "")
  }
  invisible(x)
}

# A summary of draws alone.
draws_moments <- function(object) {
  x <- as.matrix(object)
  weight <- weights(object)
  moments <- if (is.null(weight)) sample_moments(x) else weighted_moments(x, weight)
  data.frame(moments, row.names = colnames(x))
}

sample_moments <- function(x) {
  sd <- apply(x, 2L, stats::sd)
  quantiles <- apply(x, 2L, stats::quantile, c(0.05, 0.5, 0.95), names = FALSE)
  moments_table(colMeans(x), sd / sqrt(nrow(x)), sd, quantiles)
}

# Of draws that are worth the weights, which sum to 1; the standard error is
# that of a ratio of means.
weighted_moments <- function(x, weight) {
  mean <- colSums(weight * x)
  deviation <- sweep(x, 2L, mean)
  quantiles <- apply(x, 2L, weighted_quantiles, weight, c(0.05, 0.5, 0.95))
  moments_table(
    mean, sqrt(colSums((weight * deviation)^2)), sqrt(colSums(weight * deviation^2)), quantiles
  )
}

moments_table <- function(mean, se, sd, quantiles) {
  data.frame(
    mean = mean, se = se, sd = sd, q5 = quantiles[1L, ], median = quantiles[2L, ],
    q95 = quantiles[3L, ]
  )
}

# The least values that have the shares at or below them.
weighted_quantiles <- function(x, weight, shares) {
  order <- order(x)
  below <- cumsum(weight[order])
  x[order[pmin(findInterval(shares, below, left.open = TRUE) + 1L, length(x))]]
}

# A matrix of draws of equal weights: rows in proportion to theirs, mixed so
# that the first ones are like all.
equal_draws <- function(x) {
  weight <- weights(x)
  x <- as.matrix(x)
  if (is.null(weight)) {
    return(x)
  }
  n <- nrow(x)
  place <- (seq_len(n) * ((sqrt(5) - 1) / 2)) %% 1 # a sequence that fills (0, 1) evenly
  x[pmin(findInterval(place, cumsum(weight)) + 1L, n), , drop = FALSE]
}

# Draws as posterior has them, with their log weights.
posterior_draws <- function(x) {
  draws <- posterior::as_draws_matrix(as.matrix(x))
  weight <- weights(x, log = TRUE, normalize = FALSE)
  if (is.null(weight)) draws else posterior::weight_draws(draws, weight, log = TRUE)
}

#' @exportS3Method posterior::as_draws
as_draws.follmer_draws <- function(x, ...) {
  posterior_draws(x)
}

#' @exportS3Method posterior::as_draws_matrix
as_draws_matrix.follmer_draws <- function(x, ...) {
  posterior::as_draws_matrix(posterior_draws(x), ...)
}

#' @exportS3Method posterior::as_draws_array
as_draws_array.follmer_draws <- function(x, ...) {
  posterior::as_draws_array(posterior_draws(x), ...)
}

#' @exportS3Method posterior::as_draws_df
as_draws_df.follmer_draws <- function(x, ...) {
  posterior::as_draws_df(posterior_draws(x), ...)
}

#' @exportS3Method posterior::as_draws_list
as_draws_list.follmer_draws <- function(x, ...) {
  posterior::as_draws_list(posterior_draws(x), ...)
}

#' @exportS3Method posterior::as_draws_rvars
as_draws_rvars.follmer_draws <- function(x, ...) {
  posterior::as_draws_rvars(posterior_draws(x), ...)
}
