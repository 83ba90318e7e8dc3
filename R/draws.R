#' Draws of a diffusion
#'
#' What [simulate()][simulate.follmer_denoiser] and [read_draws()] return: a
#' numeric matrix with a row for each draw, and what made it as attributes.
#'
#' The `as_draws` functions of the posterior package work on draws once that
#' package is installed; the draws are independent, so they make one chain.
#'
#' @param x,object Draws.
#' @param data `NULL`, or the data to compare with: a numeric matrix or data
#'   frame with the same columns.
#' @param row.names,optional,... As in [as.data.frame()] and [plot()];
#'   elsewhere unused.
#' @return `summary()` is a data frame with a row for each column: mean, its
#'   standard error, standard deviation, and the 5, 50 and 95 per cent
#'   quantiles. `as.matrix()` and `as.data.frame()` drop all else. `plot()`
#'   shows a histogram, a scatter plot, or pairs of the first five columns.
#' @seealso [simulate.follmer_denoiser()]
#' @examples
#' best <- exact_denoiser(target_gmm(rbind(c(-2, 0), c(2, 1)), sd = 0.5))
#' x <- simulate(best, 1000, seed = 1, steps = 50)
#' x
#' summary(x)
#' plot(x, data = rtarget(best$target, 1000, seed = 2))
#' @name follmer_draws
NULL

new_draws <- function(x, ...) {
  structure(x, ..., class = c("follmer_draws", "matrix", "array"))
}

#' @rdname follmer_draws
#' @export
as.matrix.follmer_draws <- function(x, ...) {
  matrix(x, nrow(x), ncol(x), dimnames = dimnames(x))
}

#' @rdname follmer_draws
#' @export
as.data.frame.follmer_draws <- function(x, row.names = NULL, optional = FALSE, ...) {
  as.data.frame(as.matrix(x), row.names = row.names, optional = optional, ...)
}

#' @export
`[.follmer_draws` <- function(x, ...) {
  as.matrix(x)[...]
}

#' @rdname follmer_draws
#' @export
print.follmer_draws <- function(x, ...) {
  cat(
    "# Draws: ", format_count(nrow(x)), " x ", ncol(x),
    if (!is.null(attr(x, "method"))) paste0(", ", attr(x, "method")),
    if (!is.null(attr(x, "steps"))) {
      paste0(", ", format_count(attr(x, "steps")), " steps")
    },
    if (!is.null(attr(x, "seed"))) paste0(", seed ", format_seed(attr(x, "seed"))),
    "\n", sep = ""
  )
  rows <- seq_len(min(nrow(x), 6L))
  columns <- seq_len(min(ncol(x), 6L))
  print(x[rows, columns, drop = FALSE], digits = 4L)
  if (nrow(x) > length(rows) || ncol(x) > length(columns)) {
    cat("# the first rows", if (ncol(x) > length(columns)) " and columns", " only\n", sep = "")
  }
  invisible(x)
}

#' @rdname follmer_draws
#' @export
summary.follmer_draws <- function(object, ...) {
  x <- as.matrix(object)
  sd <- apply(x, 2L, stats::sd)
  quantiles <- t(apply(x, 2L, stats::quantile, c(0.05, 0.5, 0.95), names = FALSE))
  data.frame(
    mean = colMeans(x), se = sd / sqrt(nrow(x)), sd = sd,
    q5 = quantiles[, 1L], median = quantiles[, 2L], q95 = quantiles[, 3L],
    row.names = colnames(x)
  )
}

#' @rdname follmer_draws
#' @export
plot.follmer_draws <- function(x, data = NULL, ...) {
  draws <- as.matrix(x)
  if (!is.null(data)) {
    data <- check_rows(data, "data", colnames(x))
  }
  plot_rows(draws, data, ...)
  invisible(x)
}

# One, two or more columns of a sample, next to the data if there are any.
plot_rows <- function(x, data = NULL, ...) {
  d <- ncol(x)
  if (d == 1L) {
    graphics::hist(x, breaks = 50L, freq = FALSE, main = "", xlab = column_names(x), ...)
    if (!is.null(data)) {
      graphics::lines(stats::density(data), col = "#D55E00", lwd = 2)
      graphics::legend("topright", c("draws", "data"),
        fill = c("lightgrey", NA), border = c("black", NA),
        lty = c(NA, 1L), col = c(NA, "#D55E00"), bty = "n"
      )
    }
  } else if (d == 2L) {
    plot_scatter(x, data, ...)
  } else {
    columns <- seq_len(min(d, 5L))
    both <- rbind(some_rows(data), some_rows(x))[, columns, drop = FALSE]
    n_data <- nrow(both) - nrow(some_rows(x))
    colour <- rep(c("#D55E0050", "#0072B250"), c(n_data, nrow(both) - n_data))
    graphics::pairs(both, pch = 16L, cex = 0.5, col = colour, ...)
  }
}

plot_scatter <- function(x, data, ...) {
  limits <- function(j) range(x[, j], data[, j])
  panel <- function(rows, main) {
    graphics::plot(some_rows(rows),
      pch = 16L, cex = 0.6, col = "#0072B260", main = main, xlim = limits(1L),
      ylim = limits(2L), xlab = column_names(x)[1L], ylab = column_names(x)[2L], ...
    )
  }
  if (is.null(data)) {
    return(panel(x, ""))
  }
  old <- graphics::par(mfrow = c(1L, 2L))
  on.exit(graphics::par(old))
  panel(data, "data")
  panel(x, "draws")
}

# A scatter plot of more points shows less.
some_rows <- function(x, most = 2000L) {
  x[seq_len(min(nrow(x), most)), , drop = FALSE]
}

#' @exportS3Method posterior::as_draws
as_draws.follmer_draws <- function(x, ...) {
  posterior::as_draws_matrix(as.matrix(x))
}

#' @exportS3Method posterior::as_draws_matrix
as_draws_matrix.follmer_draws <- function(x, ...) {
  posterior::as_draws_matrix(as.matrix(x), ...)
}

#' @exportS3Method posterior::as_draws_array
as_draws_array.follmer_draws <- function(x, ...) {
  posterior::as_draws_array(posterior::as_draws_matrix(as.matrix(x)), ...)
}

#' @exportS3Method posterior::as_draws_df
as_draws_df.follmer_draws <- function(x, ...) {
  posterior::as_draws_df(posterior::as_draws_matrix(as.matrix(x)), ...)
}

#' @exportS3Method posterior::as_draws_list
as_draws_list.follmer_draws <- function(x, ...) {
  posterior::as_draws_list(posterior::as_draws_matrix(as.matrix(x)), ...)
}

#' @exportS3Method posterior::as_draws_rvars
as_draws_rvars.follmer_draws <- function(x, ...) {
  posterior::as_draws_rvars(posterior::as_draws_matrix(as.matrix(x)), ...)
}
