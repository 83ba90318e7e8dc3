#' Targets
#'
#' What can be asked of any target, a distribution to draw from or to compare
#' with: its log density, the gradient of that, exact draws, and a picture.
#'
#' A target of your own is a list of class `c("yours", "follmer_target")` with
#' the field `columns`, the names of its columns, and methods of `log_density()`
#' and, where they are known, `gradient()` and `rtarget()` for the class
#' `yours`.
#'
#' @param target,object A target, such as [target_gmm()].
#' @param x For `log_density()` and `gradient()` an `n` x `d` matrix or data
#'   frame of points; for methods a target.
#' @param n Number of draws.
#' @param seed A whole number in `[0, 2^53)`, or `NULL`: drawn from R's
#'   generator, so that [set.seed()] works.
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @return `log_density()`: `n` numbers. `gradient()` (of the log density): an
#'   `n` x `d` matrix. `rtarget()`: an `n` x `d` matrix. `dim()`: the number of
#'   dimensions `d`. `summary()`: a data frame with a row for each column, of
#'   10000 draws as [summary()][follmer_draws] has it where a target has no
#'   better. `plot()` shows the density in one or two dimensions, else draws.
#' @section Errors: `follmer_error_input` names the argument, or says what is
#'   not known of a target.
#' @seealso [target_gmm()], [exact_denoiser()], [bayes_loss()]
#' @examples
#' target <- target_gmm(rbind(c(-2, 0), c(2, 1)), sd = 0.5, weight = c(1, 2))
#' x <- rtarget(target, 5, seed = 1)
#' log_density(target, x)
#' gradient(target, x)
#' dim(target)
#' plot(target)
#'
#' # A target of one's own: the unit square
#' log_density.square <- function(target, x) {
#'   ifelse(x[, 1] >= 0 & x[, 1] <= 1 & x[, 2] >= 0 & x[, 2] <= 1, 0, -Inf)
#' }
#' square <- structure(list(columns = c("a", "b")), class = c("square", "follmer_target"))
#' log_density(square, cbind(a = c(0.5, 2), b = 0.5))
#' @name target
NULL

#' @rdname target
#' @export
log_density <- function(target, x) {
  UseMethod("log_density")
}

#' @rdname target
#' @export
gradient <- function(target, x) {
  UseMethod("gradient")
}

#' @rdname target
#' @export
rtarget <- function(target, n, seed = NULL) {
  UseMethod("rtarget")
}

# The core answers for the targets that it knows.
#' @export
log_density.follmer_target <- function(target, x) {
  x <- check_rows(x, "x", column_names(target))
  as.vector(answer(.Call(ffi_target_log_density, core_target(target), t(x), run_settings())))
}

#' @export
gradient.follmer_target <- function(target, x) {
  x <- check_rows(x, "x", column_names(target))
  out <- t(answer(.Call(ffi_target_gradient, core_target(target), t(x), run_settings())))
  dimnames(out) <- dimnames(x)
  out
}

#' @export
rtarget.follmer_target <- function(target, n, seed = NULL) {
  n <- check_whole(n, "n")
  numbers <- core_target(target)
  seed <- draw_seed(check_seed(seed))
  x <- t(answer(.Call(ffi_target_draw, numbers, n, seed)))
  colnames(x) <- column_names(target)
  x
}

#' @export
log_density.default <- function(target, x) {
  check_target(target)
}

#' @export
gradient.default <- function(target, x) {
  check_target(target)
}

#' @export
rtarget.default <- function(target, n, seed = NULL) {
  check_target(target)
}

#' @rdname target
#' @export
dim.follmer_target <- function(x) {
  length(x$columns)
}

column_names.follmer_target <- function(x) {
  x$columns %||% default_names(dim(x))
}

# A target of a kind of the core with its parameters: numbers, vectors or
# matrices. `columns` are names, or NULL.
new_target <- function(kind, parameters, columns = NULL) {
  for (name in names(parameters)) {
    parameters[[name]] <- parameter_numbers(parameters[[name]], name)
  }
  target <- structure(
    list(kind = kind, parameters = parameters),
    class = c(paste0("follmer_", kind), "follmer_target")
  )
  about <- option_answer(.Call(ffi_target_about, core_target(target, dim = NULL)), parameters)
  target$columns <- columns %||% default_names(about$dim)
  if (length(target$columns) != about$dim) {
    abort("A target of ", about$dim, " dimensions has ", length(target$columns), " names.")
  }
  target
}

parameter_numbers <- function(x, arg) {
  if (is.data.frame(x)) {
    x <- as.matrix(x)
  }
  if (!is_numbers(x) || length(dim(x)) > 2L) {
    wanted(arg, "numbers: one, a vector or a matrix", x)
  }
  if (is.matrix(x)) matrix(as.double(x), nrow(x), ncol(x)) else as.double(x)
}

# A target as the core's glue takes it (src/r/target.c), if the core knows it:
# the core keeps rows of matrices together in memory.
core_target <- function(target, dim = as.double(length(column_names(target)))) {
  if (!is_core_target(target)) {
    words <- target_words(target)
    abort("The core does not know ", words, ", which needs a method of its own here.")
  }
  parameters <- lapply(target_parameters(target), function(x) if (is.matrix(x)) t(x) else x)
  list(
    kind = target$kind %||% "gmm", parameters = parameters, dim = dim,
    center = target$standard$center, scale = target$standard$scale
  )
}

# Mixtures of follmer 0.1.0 have their parameters as fields, and no kind.
target_parameters <- function(target) {
  target$parameters %||% unclass(target)[c("mean", "sd", "weight")]
}

is_core_target <- function(target) {
  inherits(target, paste0("follmer_", target$kind %||% "gmm"))
}

target_words <- function(target) {
  if (is_core_target(target)) {
    paste("a target of kind", target$kind)
  } else {
    paste("a target of class", class(target)[1L])
  }
}

# Whether the conditional mean of the target given its noised value is known
# by formula.
has_exact_denoiser <- function(target) {
  is_core_target(target) && answer(.Call(ffi_target_about, core_target(target)))$exact_denoiser
}

# The law of (x - center) / scale; for targets with an exact denoiser.
standardized_target <- function(target, center, scale) {
  target$standard <- list(center = as.double(center), scale = as.double(scale))
  target
}

# Where the target has its mass: least and largest value of each column.
target_range <- function(target) {
  UseMethod("target_range")
}

target_range.follmer_target <- function(target) {
  apply(rtarget(target, 10000, seed = 1), 2L, grDevices::extendrange, f = 0.1)
}

#' @rdname target
#' @export
print.follmer_target <- function(x, ...) {
  cat("# ", capitalised(target_words(x)), " in ", count_words(dim(x), "dimension"), "\n", sep = "")
  for (name in names(x$parameters)) {
    value <- x$parameters[[name]]
    if (is.matrix(value)) {
      cat(name, ": a ", nrow(value), " x ", ncol(value), " matrix\n", sep = "")
    } else {
      cat_wrapped(name, ": ", format_setting(value))
    }
  }
  invisible(x)
}

#' @rdname target
#' @export
summary.follmer_target <- function(object, ...) {
  summary(new_draws(rtarget(object, 10000, seed = 1)))
}

#' @rdname target
#' @export
plot.follmer_target <- function(x, ...) {
  names <- column_names(x)
  if (dim(x) > 2L) {
    plot_rows(rtarget(x, 1000, seed = 1), ...)
    return(invisible(x))
  }
  range <- target_range(x)
  if (dim(x) == 1L) {
    at <- seq(range[1L], range[2L], length.out = 401L)
    density <- exp(log_density(x, matrix(at)))
    ours <- list(at, density, type = "l", xlab = names, ylab = "density")
    plot_with(graphics::plot, ours, ...)
  } else {
    at <- lapply(1:2, function(j) seq(range[1L, j], range[2L, j], length.out = 101L))
    density <- exp(log_density(x, unname(as.matrix(expand.grid(at)))))
    plot_with(graphics::contour, list(
      at[[1L]], at[[2L]], matrix(density, 101L), nlevels = 12L, drawlabels = FALSE,
      xlab = names[1L], ylab = names[2L]
    ), ...)
  }
  invisible(x)
}
