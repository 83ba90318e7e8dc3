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
#' @param x,object A Gaussian mixture.
#' @param ... Unused.
#' @return A list of class `follmer_gmm` and [follmer_target][target].
#'   `summary()` is a data frame of the exact mean and standard deviation of
#'   each column.
#' @section Errors: `follmer_error_input` names the argument.
#' @seealso [log_density()], [gradient()] and [rtarget()] of any target,
#'   [exact_denoiser()], [bayes_loss()]
#' @examples
#' target <- target_gmm(rbind(c(-2, 0), c(2, 1)), sd = 0.5, weight = c(1, 2))
#' target
#' summary(target)
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

#' @rdname target
#' @export
dim.follmer_gmm <- function(x) {
  ncol(x$mean)
}

column_names.follmer_gmm <- function(x) {
  column_names(x$mean)
}

# The core keeps components in rows that lie together in memory.
core_target.follmer_gmm <- function(target) {
  shapes <- lapply(target[c("mean", "sd")], dim)
  doubles <- all(vapply(target[c("mean", "sd", "weight")], is.double, NA))
  if (!doubles || is.null(shapes$mean) || !identical(shapes$sd, shapes$mean) ||
      length(target$weight) != shapes$mean[1L]) {
    abort("A target must be as target_gmm() makes it, but parts of this one do not fit.")
  }
  list(mean = t(target$mean), sd = t(target$sd), weight = target$weight)
}

has_exact_denoiser.follmer_gmm <- function(target) {
  TRUE
}

standardized_target.follmer_gmm <- function(target, center, scale) {
  target$mean <- sweep(sweep(target$mean, 2L, center), 2L, scale, "/")
  target$sd <- sweep(target$sd, 2L, scale, "/")
  target
}

target_range.follmer_gmm <- function(target) {
  rbind(
    apply(target$mean - 4 * target$sd, 2L, min), apply(target$mean + 4 * target$sd, 2L, max)
  )
}

#' @rdname target_gmm
#' @export
print.follmer_gmm <- function(x, ...) {
  k <- nrow(x$mean)
  cat(
    "# A Gaussian mixture: ", count_words(k, "component"), " in ",
    count_words(dim(x), "dimension"), "\n", sep = ""
  )
  columns <- seq_len(min(dim(x), 4L))
  rows <- seq_len(min(k, 10L))
  table <- data.frame(
    weight = x$weight, x$mean[, columns, drop = FALSE], x$sd[, columns, drop = FALSE]
  )
  names <- column_names(x)[columns]
  names(table) <- c("weight", paste0("mean ", names), paste0("sd ", names))
  print(format(table[rows, ], digits = 3L), row.names = FALSE)
  if (k > length(rows) || dim(x) > length(columns)) {
    cat("# the first components and columns only\n")
  }
  invisible(x)
}

#' @rdname target_gmm
#' @export
summary.follmer_gmm <- function(object, ...) {
  mean <- colSums(object$weight * object$mean)
  second <- colSums(object$weight * (object$mean^2 + object$sd^2))
  data.frame(mean = mean, sd = sqrt(second - mean^2), row.names = column_names(object))
}
