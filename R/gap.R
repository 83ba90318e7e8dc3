#' Laws of the gaps between layers
#'
#' A renewal draw refreshes its drift at random times, its layers (see
#' [expectation()] and [random_network()]). The gaps between them are
#' independent draws from a gap law, in units of the horizon; `N` is the number
#' of times before the end of the horizon, and a draw costs `N + 1` drift
#' evaluations. Every law that is positive on `[0, 1]` makes an unbiased
#' estimator; its variance depends on the law.
#'
#' * `gap_exponential()`: `N` is Poisson with mean `rate`. The variance is
#'   finite whenever the drift and g are Lipschitz; [tune_gap()] finds the rate.
#' * `gap_gamma()`: density proportional to `s^(shape - 1) exp(-rate s)`. A
#'   `shape` of 0.5 offsets the factor `1 / sqrt(s)` that a gap `s` brings into
#'   the weights; shapes of 2 and more make infinite variances.
#' * `gap_uniform()`: uniform on `(0, max)`; `max` must be above 1, since a draw
#'   without layers must be possible.
#' * `gap_weibull()`: a gap is above `s` with probability
#'   `exp(-(s / scale)^shape)`. Shapes below 1 make many short gaps, as those of
#'   `gap_gamma()` do.
#' * `gap_count()`: the general form: `N = n` with probability `prob[n + 1]`,
#'   then `N` ordered uniform times. The probability that `prob` leaves is
#'   geometric: `P(N = n + 1) = decay P(N = n)` beyond the table.
#'
#' @param rate Rate, in `(0, 100]`.
#' @param shape Shape, in `[0.01, 100]`; of `gap_weibull()` in `[0.1, 10]`.
#' @param scale Scale, in `[0.01, 100]`.
#' @param max Largest gap, in `(1, 1e6]`.
#' @param prob Probabilities of `N = 0, 1, ...`: 1 to 64 positive numbers whose
#'   sum is below 1.
#' @param decay Ratio of the probabilities beyond `prob`, in `(0, 0.99]`.
#' @param x,object A gap law.
#' @param ... Further arguments of [graphics::barplot()]; elsewhere unused.
#' @return A list of class `follmer_gap`: `gap`, the kind, and of `gap_rate`,
#'   `gap_shape`, `gap_scale`, `gap_max`, `prob`, `decay` what the kind has. `summary()` is a
#'   data frame of the law of `N`, with columns `layers` and `probability`, up
#'   to a tail of 1e-6; `plot()` draws it.
#' @section Errors: `follmer_error_input` names the argument.
#' @references Tzen and Raginsky (2019), *Theoretical guarantees for sampling
#'   and inference in generative models with latent diffusions*, section 4,
#'   arXiv 1903.01608; Henry-Labordere, Tan and Touzi (2017), *Unbiased
#'   simulation of stochastic differential equations*, Annals of Applied
#'   Probability 27.
#' @seealso [expectation()], [tune_gap()], [renewal_bound()]
#' @examples
#' gap_exponential(2)
#' summary(gap_uniform(1.5))
#' gap_count(dpois(0:10, 2), decay = 0.2)
#' plot(gap_gamma(0.5, 1))
#' @name gap
NULL

#' @rdname gap
#' @export
gap_exponential <- function(rate = 1) {
  new_gap("exponential", rate = rate)
}

#' @rdname gap
#' @export
gap_gamma <- function(shape = 0.5, rate = 1) {
  new_gap("gamma", shape = shape, rate = rate)
}

#' @rdname gap
#' @export
gap_uniform <- function(max = 2) {
  if (is_numbers(max) && length(max) == 1L && !is.na(max) && max <= 1) {
    abort_about(
      "max", "must be above 1, not ", describe(max),
      ": a gap law without support on [0, 1] is biased."
    )
  }
  new_gap("uniform", max = max)
}

#' @rdname gap
#' @export
gap_weibull <- function(shape = 0.7, scale = 1) {
  new_gap("weibull", shape = shape, scale = scale)
}

#' @rdname gap
#' @export
gap_count <- function(prob, decay = 0.5) {
  if (!is_numbers(prob) || length(prob) < 1L || length(prob) > 64L) {
    wanted("prob", "a vector of 1 to 64 probabilities", prob)
  }
  decay <- check_real(decay, "decay")
  law <- structure(
    list(gap = "count", prob = as.double(prob), decay = decay),
    class = c("follmer_gap_count", "follmer_gap")
  )
  option_answer(.Call(ffi_gap_mean_layers, unclass(law)), list(decay = decay))
  law
}

# A gap law of a kind of the core, with values for its keys: gap_rate is `rate`.
new_gap <- function(kind, ...) {
  values <- list(...)
  for (arg in names(values)[vapply(values, is.null, NA)]) {
    wanted(arg, "a number", NULL)
  }
  arguments <- names(values)
  names(values) <- if (length(values) > 0L) paste0("gap_", arguments)
  values <- option_values(c(list(gap = kind), values))
  called <- c(gap = "gap", stats::setNames(as.character(arguments), names(values)[-1L]))
  keys <- option_answer(.Call(ffi_options, "gap", values), values, called)
  structure(keys, class = "follmer_gap")
}

# The interval is (low, high] if open, else [low, high].
check_within <- function(x, arg, low, high, open = FALSE) {
  one <- is_numbers(x) && length(x) == 1L
  if (!one || !isTRUE(x > low & x <= high | !open & x == low)) {
    bracket <- if (open) "(" else "["
    wanted(arg, paste0("a number in ", bracket, format(low), ", ", format(high), "]"), x)
  }
  as.double(x)
}

# P(N >= k), or its logarithm, for ascending whole numbers k >= 1.
layers_at_least <- function(law, k, log = FALSE) {
  log_p <- answer(.Call(ffi_gap_log_layers, core_gap(law), as.double(k)))
  if (log) log_p else exp(log_p)
}

#' @export
format.follmer_gap <- function(x, ...) {
  keys <- unclass(x)[-1L]
  values <- vapply(keys, function(key) {
    shown <- format(key[seq_len(min(length(key), 4L))], digits = 4L, trim = TRUE)
    if (length(key) == 1L) {
      shown
    } else {
      paste0("c(", toString(c(shown, if (length(key) > 4L) "...")), ")")
    }
  }, "")
  paste0(x$gap, "(", toString(paste(sub("^gap_", "", names(keys)), "=", values)), ")")
}

#' @rdname gap
#' @export
print.follmer_gap <- function(x, ...) {
  layers <- answer(.Call(ffi_gap_mean_layers, unclass(x)))
  cat_wrapped("# A gap law: ", format(x))
  cat(
    "layers N: ", format(layers, digits = 3L), " on average, drift evaluations a draw: ",
    format(layers + 1, digits = 3L), "\n", sep = ""
  )
  invisible(x)
}

#' @rdname gap
#' @export
summary.follmer_gap <- function(object, ...) {
  at_least <- 1
  while (at_least[length(at_least)] > 1e-6) {
    k <- length(at_least)
    at_least <- c(at_least, layers_at_least(object, seq(k, 2 * k)))
  }
  n <- sum(at_least > 1e-6)
  data.frame(layers = seq_len(n) - 1L, probability = -diff(at_least[seq_len(n + 1L)]))
}

#' @rdname gap
#' @export
plot.follmer_gap <- function(x, ...) {
  law <- summary(x)
  plot_with(graphics::barplot, list(
    law$probability, names.arg = law$layers, xlab = "number of layers N",
    ylab = "probability", main = format(x), font.main = 1L, cex.main = title_size(format(x))
  ), ...)
  invisible(x)
}
