#' Denoising loss and its floor
#'
#' `denoising_loss()` measures a denoiser on given rows: the mean squared error
#' of the predicted noise per dimension (eps-MSE), averaged over noising time,
#' with standard errors. `bayes_loss()` is the least loss that any denoiser can
#' have for a Gaussian mixture, that of its [exact_denoiser()].
#'
#' When `x` is a target whose exact denoiser is known, the floor and the excess
#' of the loss over the floor are given too. Both denoisers see the same noise,
#' so the standard error of the excess is far smaller than that of the loss.
#'
#' A fit that began as a Gaussian ([fit_denoiser()]) is measured beside it, on the
#' same noise: what it has less is what learning added. `print()` says where it
#' has not less.
#'
#' @param object A model of [fit_denoiser()] or an [exact_denoiser()]; for
#'   `summary()` a loss.
#' @param x The rows to measure on, on the scale of the data: a numeric matrix
#'   or data frame, which should not be what the model was fitted to; or a
#'   target, of which `n` draws are taken. For the other methods a loss.
#' @param target A target whose exact denoiser is known, such as [target_gmm()]
#'   or [target_gaussian()].
#' @param process A noising process.
#' @param n Number of draws of a target.
#' @param repeats Noise draws for each row.
#' @param bins Number of equal bins of noising time, by which the loss is given
#'   as well; may be 0.
#' @param seed A whole number in `[0, 2^53)`, or `NULL`: drawn from R's
#'   generator, so that [set.seed()] works.
#' @param threads Number of threads; `NULL`: as [set_threads()] says.
#' @return A list of class `follmer_loss`: `loss`, `floor`, `excess` and their
#'   standard errors `loss_se`, `floor_se`, `excess_se` (`NaN` where the truth
#'   is not known), of some fits `gaussian` and `gaussian_se`, `bins` (a data
#'   frame of the same by noising time, `from` to `to`), `n`, `repeats`,
#'   `process`, `seed`. `as.data.frame()` is the bins.
#' @section Errors: `follmer_error_input` names the argument.
#' @seealso [fit_denoiser()]
#' @examples
#' target <- target_gmm(c(-2, 2), sd = 0.5)
#' bayes_loss(target, vp(), n = 5000, seed = 1)
#' fit <- fit_denoiser(rtarget(target, 2000, seed = 1), network = mlp(32),
#'   steps = 500, seed = 1
#' )
#' loss <- denoising_loss(fit, target, n = 5000, seed = 2)
#' loss
#' plot(loss)
#' @export
denoising_loss <- function(object, x, n = 10000, repeats = 1, bins = 10, seed = NULL,
                           threads = NULL) {
  check_denoiser(object)
  known <- inherits(x, "follmer_target")
  if (known) {
    n <- check_whole(n, "n", min = 2)
    if (dim(x) != dim(object)) {
      abort_about("x", "must have ", count_words(dim(object), "dimension"), ", not ", dim(x), ".")
    }
  } else {
    x <- check_rows(x, "x", column_names(object))
  }
  settings <- loss_settings(repeats, bins, threads)
  seed <- draw_seed(check_seed(seed))
  exact <- NULL
  if (known) {
    exact <- floor_denoiser(object, x)
    x <- rtarget(x, n, seed)
  }
  x <- process_rows(object, x)
  loss <- measure_loss(object, exact, x, settings, seed)
  if (!is.null(object$gaussian)) {
    gaussian <- exact_denoiser(object$gaussian, object$process)
    of_gaussian <- measure_loss(gaussian, NULL, x, settings, seed)
    loss[c("gaussian", "gaussian_se")] <- of_gaussian[c("loss", "loss_se")]
  }
  loss
}

#' @rdname denoising_loss
#' @export
bayes_loss <- function(target, process = vp(), n = 100000, repeats = 1, bins = 10,
                       seed = NULL, threads = NULL) {
  check_target(target)
  check_process(process)
  n <- check_whole(n, "n", min = 2)
  settings <- loss_settings(repeats, bins, threads)
  seed <- draw_seed(check_seed(seed))
  measure_loss(exact_denoiser(target, process), NULL, rtarget(target, n, seed), settings, seed)
}

NO_BETTER <- 0.999 # of the loss of the Gaussian

loss_settings <- function(repeats, bins, threads) {
  list(
    repeats = check_whole(repeats, "repeats", max = 1e6),
    bins = check_whole(bins, "bins", min = 0, max = 1e5),
    threads = check_threads(threads)
  )
}

# The best denoiser of a target beside another denoiser, as the core takes it;
# NULL where it is not known.
floor_denoiser <- function(object, target) {
  if (has_exact_denoiser(target)) {
    core_denoiser(exact_denoiser(process_target(object, target), object$process))
  }
}

# x in the process's own coordinates; exact: an exact denoiser as the core takes
# it, or NULL.
measure_loss <- function(object, exact, x, settings, seed) {
  result <- answer(.Call(
    ffi_loss, core_denoiser(object), exact, x, settings$repeats, settings$bins,
    run_settings(seed, settings$threads)
  ))
  new_loss(result,
    n = nrow(x), repeats = settings$repeats, process = object$process, seed = seed
  )
}

new_loss <- function(result, ...) {
  columns <- c("loss", "loss_se", "floor", "floor_se", "excess", "excess_se")
  bins <- as.data.frame(result$bins)
  names(bins) <- c("from", "to", "n", columns)
  total <- as.list(result$total)
  names(total) <- columns
  structure(c(total, list(bins = bins, ...)), class = "follmer_loss")
}

#' @rdname denoising_loss
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @export
print.follmer_loss <- function(x, ...) {
  cat_wrapped("# ", c(
    "Denoising loss, eps-MSE per dimension", format(x$process),
    paste0(
      count_words(x$n, "row"), ", ", count_words(x$repeats, "noise draw"), " each, seed ",
      format_seed(x$seed)
    )
  ))
  table <- summary(x)
  table$estimate <- formatC(table$estimate, digits = 4L, format = "fg")
  table$se <- formatC(table$se, digits = 2L, format = "fg")
  print(table)
  if (isTRUE(x$loss > NO_BETTER * x$gaussian)) {
    cat_wrapped("note: the fit is no better than the Gaussian that it began with")
  }
  invisible(x)
}

#' @rdname denoising_loss
#' @export
summary.follmer_loss <- function(object, ...) {
  rows <- intersect(c("loss", "floor", "excess", "gaussian"), names(object))
  table <- data.frame(
    estimate = unlist(object[rows]), se = unlist(object[paste0(rows, "_se")]),
    row.names = rows
  )
  table[is.finite(table$estimate), ]
}

#' @rdname denoising_loss
#' @param row.names,optional As in [as.data.frame()].
#' @export
as.data.frame.follmer_loss <- function(x, row.names = NULL, optional = FALSE, ...) {
  as.data.frame(x$bins, row.names = row.names, optional = optional, ...)
}

#' @rdname denoising_loss
#' @export
plot.follmer_loss <- function(x, ...) {
  bins <- x$bins
  if (nrow(bins) == 0L) {
    abort_about("x", "has no bins of noising time to plot; ask for them with `bins`.")
  }
  middle <- (bins$from + bins$to) / 2
  half <- 2 * bins$loss_se
  plot_with(graphics::plot, list(
    middle, bins$loss, type = "b", pch = 16L, xlab = "noising time",
    ylab = "loss (eps-MSE per dimension)",
    ylim = range(0, bins$loss + half, bins$floor, na.rm = TRUE)
  ), ...)
  graphics::segments(middle, bins$loss - half, middle, bins$loss + half)
  if (any(is.finite(bins$floor))) {
    graphics::lines(middle, bins$floor, type = "b", pch = 1L, lty = 2L, col = "#D55E00")
    graphics::legend("topright", c("loss, +- 2 standard errors", "Bayes floor"),
      pch = c(16L, 1L), lty = 1:2, col = c("black", "#D55E00"), bty = "n"
    )
  }
  invisible(x)
}
