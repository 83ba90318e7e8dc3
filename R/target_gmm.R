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
#' @return A list of class `follmer_gmm` and [follmer_target][target]:
#'   `parameters`, a list of `mean`, `sd` and `weight`, whose sum is 1, and
#'   `columns`, the names of the columns. `summary()` is a data frame of the
#'   exact mean and standard deviation of each column.
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
  } else if (is_numbers(mean) && length(mean) > 0L) {
    mean <- check_rows(matrix(mean), "mean")
  } else {
    wanted("mean", "a numeric matrix with a row for each component", mean)
  }
  k <- nrow(mean)
  target <- new_target("gmm", columns = colnames(mean), list(
    mean = mean,
    sd = component_matrix(sd, "sd", mean),
    weight = component_vector(weight %||% rep(1, k), k)
  ))
  weight <- target$parameters$weight
  target$parameters$weight <- weight / sum(weight)
  target
}

component_matrix <- function(x, arg, like) {
  if (is.data.frame(x)) {
    x <- check_rows(x, arg)
  }
  whole <- is.matrix(x) && identical(dim(x), dim(like))
  if (!is_numbers(x) || !(whole || !is.matrix(x) && length(x) %in% c(1L, nrow(like)))) {
    wanted(arg, sprintf(
      "one number, %d numbers or a %d x %d matrix", nrow(like), nrow(like), ncol(like)
    ), x)
  }
  matrix(as.double(x), nrow(like), ncol(like))
}

component_vector <- function(x, k) {
  if (!is_numbers(x) || length(x) != k) {
    wanted("weight", paste(k, "numbers, one for each component"), x)
  }
  as.double(x)
}

#' @rdname target
#' @export
dim.follmer_gmm <- function(x) {
  length(column_names(x))
}

column_names.follmer_gmm <- function(x) {
  x$columns %||% column_names(x$mean)
}

target_range.follmer_gmm <- function(target) {
  own <- target_parameters(target)
  rbind(apply(own$mean - 4 * own$sd, 2L, min), apply(own$mean + 4 * own$sd, 2L, max))
}

#' @rdname target_gmm
#' @export
print.follmer_gmm <- function(x, ...) {
  own <- target_parameters(x)
  k <- nrow(own$mean)
  cat(
    "# A Gaussian mixture: ", count_words(k, "component"), " in ",
    count_words(dim(x), "dimension"), "\n", sep = ""
  )
  columns <- seq_len(min(dim(x), 4L))
  rows <- seq_len(min(k, 10L))
  table <- data.frame(
    weight = own$weight, own$mean[, columns, drop = FALSE], own$sd[, columns, drop = FALSE]
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
  own <- target_parameters(object)
  mean <- colSums(own$weight * own$mean)
  second <- colSums(own$weight * (own$mean^2 + own$sd^2))
  data.frame(mean = mean, sd = sqrt(second - mean^2), row.names = column_names(object))
}
