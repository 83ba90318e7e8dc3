#' Gaussian mixture targets
#'
#' A mixture of `k` Gaussians in `d` dimensions with diagonal covariances. Its
#' density, gradient, exact draws and exact denoiser are known, so it measures
#' how good a model or a sampler is.
#'
#' @param mean Means of the components: a `k` x `d` matrix; a vector is `k`
#'   components in one dimension. Column names become those of the draws.
#' @param sd Standard deviations: one number, one number for each component,
#'   or a `k` x `d` matrix; positive.
#' @param weight Weights of the components, positive, of any sum; by default
#'   equal.
#' @param target A target.
#' @param x For `log_density()` and `gradient()` an `n` x `d` matrix or data
#'   frame of points; for methods a target.
#' @param n Number of draws.
#' @param seed A whole number in `[0, 2^53)`, or `NULL`: drawn from R's
#'   generator, so that [set.seed()] works.
#' @param object A target.
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @return `target_gmm()`: a list of class `follmer_target`. `rtarget()`: an
#'   `n` x `d` matrix. `log_density()`: `n` numbers. `gradient()` (of the log
#'   density): an `n` x `d` matrix. `summary()`: a data frame of the exact mean
#'   and standard deviation of each column.
#' @section Errors: `follmer_error_input` names the argument.
#' @seealso [exact_denoiser()], [bayes_loss()]
#' @examples
#' target <- target_gmm(rbind(c(-2, 0), c(2, 1)), sd = 0.5, weight = c(1, 2))
#' target
#' x <- rtarget(target, 5, seed = 1)
#' log_density(target, x)
#' gradient(target, x)
#' plot(target)
#' @export
target_gmm <- function(mean, sd = 1, weight = NULL) {
  if (is.data.frame(mean) || is.matrix(mean)) {
    mean <- check_rows(mean, "mean")
  } else if (is.numeric(mean) && length(mean) > 0L) {
    mean <- check_rows(matrix(mean), "mean")
  } else {
    wanted("mean", "a numeric matrix with a row for each component", mean)
  }
  k <- nrow(mean)
  target <- structure(
    list(
      mean = mean,
      sd = component_matrix(sd, "sd", mean),
      weight = component_vector(weight %||% rep(1, k), k)
    ),
    class = c("follmer_gmm", "follmer_target")
  )
  answer(.Call(ffi_target_check, core_target(target)))
  target$weight <- target$weight / sum(target$weight)
  target
}

`%||%` <- function(x, y) if (is.null(x)) y else x

component_matrix <- function(x, arg, like) {
  if (is.data.frame(x)) {
    x <- as.matrix(x)
  }
  whole <- is.matrix(x) && identical(dim(x), dim(like))
  if (!is.numeric(x) || !(whole || !is.matrix(x) && length(x) %in% c(1L, nrow(like)))) {
    wanted(arg, sprintf(
      "one number, %d numbers or a %d x %d matrix", nrow(like), nrow(like), ncol(like)
    ), x)
  }
  matrix(as.double(x), nrow(like), ncol(like))
}

component_vector <- function(x, k) {
  if (!is.numeric(x) || length(x) != k) {
    wanted("weight", paste(k, "numbers, one for each component"), x)
  }
  as.double(x)
}

# The core keeps components in rows that lie together in memory.
core_target <- function(target) {
  shapes <- lapply(target[c("mean", "sd")], dim)
  doubles <- all(vapply(target[c("mean", "sd", "weight")], is.double, NA))
  if (!doubles || is.null(shapes$mean) || !identical(shapes$sd, shapes$mean) ||
      length(target$weight) != shapes$mean[1L]) {
    abort("A target must be as target_gmm() makes it, but parts of this one do not fit.")
  }
  list(mean = t(target$mean), sd = t(target$sd), weight = target$weight)
}

#' @rdname target_gmm
#' @export
rtarget <- function(target, n, seed = NULL) {
  check_target(target)
  n <- check_whole(n, "n")
  seed <- draw_seed(check_seed(seed))
  x <- t(answer(.Call(ffi_target_draw, core_target(target), n, seed)))
  colnames(x) <- column_names(target$mean)
  x
}

#' @rdname target_gmm
#' @export
log_density <- function(target, x) {
  check_target(target)
  x <- check_rows(x, "x", column_names(target$mean))
  as.vector(answer(.Call(ffi_target_log_density, core_target(target), t(x))))
}

#' @rdname target_gmm
#' @export
gradient <- function(target, x) {
  check_target(target)
  x <- check_rows(x, "x", column_names(target$mean))
  out <- t(answer(.Call(ffi_target_gradient, core_target(target), t(x))))
  dimnames(out) <- dimnames(x)
  out
}

#' @rdname target_gmm
#' @export
print.follmer_target <- function(x, ...) {
  k <- nrow(x$mean)
  cat(
    "# A Gaussian mixture: ", k, " component", if (k > 1L) "s", " in ", ncol(x$mean),
    " dimension", if (ncol(x$mean) > 1L) "s", "\n", sep = ""
  )
  columns <- seq_len(min(ncol(x$mean), 4L))
  rows <- seq_len(min(k, 10L))
  table <- data.frame(
    weight = x$weight, x$mean[, columns, drop = FALSE], x$sd[, columns, drop = FALSE]
  )
  names <- column_names(x$mean)[columns]
  names(table) <- c("weight", paste0("mean ", names), paste0("sd ", names))
  print(format(table[rows, ], digits = 3L), row.names = FALSE)
  if (k > length(rows) || ncol(x$mean) > length(columns)) {
    cat("# the first components and columns only\n")
  }
  invisible(x)
}

#' @rdname target_gmm
#' @export
summary.follmer_target <- function(object, ...) {
  mean <- colSums(object$weight * object$mean)
  second <- colSums(object$weight * (object$mean^2 + object$sd^2))
  data.frame(mean = mean, sd = sqrt(second - mean^2), row.names = column_names(object$mean))
}

#' @rdname target_gmm
#' @export
plot.follmer_target <- function(x, ...) {
  d <- ncol(x$mean)
  low <- apply(x$mean - 4 * x$sd, 2L, min)
  high <- apply(x$mean + 4 * x$sd, 2L, max)
  names <- column_names(x$mean)
  if (d == 1L) {
    at <- seq(low, high, length.out = 401L)
    graphics::plot(
      at, exp(log_density(x, matrix(at))), type = "l", xlab = names, ylab = "density", ...
    )
  } else if (d == 2L) {
    at <- lapply(1:2, function(j) seq(low[j], high[j], length.out = 101L))
    density <- exp(log_density(x, unname(as.matrix(expand.grid(at)))))
    graphics::contour(
      at[[1L]], at[[2L]], matrix(density, 101L), nlevels = 12L, drawlabels = FALSE,
      xlab = names[1L], ylab = names[2L], ...
    )
  } else {
    plot_rows(rtarget(x, 1000, seed = 1), ...)
  }
  invisible(x)
}
