#' Drifts
#'
#' Drifts for [sde()] that the core computes by itself, on every core of the
#' machine. All but `drift_native()` act on each column `x` of the state by
#' itself:
#'
#' * `drift_ou()`: `rate (mean - x)`, the Ornstein-Uhlenbeck process.
#' * `drift_sin()`: `amplitude sin(frequency x)`.
#' * `drift_tanh()`: `amplitude tanh(frequency x)`. With `amplitude` and
#'   `frequency` both `a`, started at 0 with horizon and sigma 1, it ends in the
#'   mixture of `N(a, 1)` and `N(-a, 1)` in equal parts.
#' * `drift_zero()`: 0, Brownian motion.
#' * `drift_double_well()`: `a (x - x^3)`, from 0 towards wells at -1 and 1. It
#'   grows faster than `x`, so that an Euler path leaves for infinity where
#'   `h a x^2` is above 2 for its step `h`. When that happens [expectation()]
#'   stops with an error that says that values are not finite; take more `steps`.
#'   From starts near the wells such paths are too rare to be seen when steps are
#'   short, though in theory they let moments diverge (Hutzenthaler, Jentzen and
#'   Kloeden, 2011): the pilot run of `"rhee_glynn"` finds such steps, `"mlmc"`
#'   wants a `base_level` of 3 or more, and `"renewal"`, whose steps are random,
#'   has infinite variance.
#'
#' `drift_native()` is a compiled function, of C or whatever else can be called
#' from C, with the signature
#'
#' ```
#' int drift(size_t n, size_t d, const double *x, const double *t,
#'           double *out, const void *data);
#' ```
#'
#' It writes the drift of `n` rows to `out`: `x` and `out` are `n` x `d`
#' matrices in which a *row* lies together (`x[i * d + j]` is column `j` of row
#' `i`, both from 0), `t` are `n` times, and `data` points to the numbers of the
#' argument `data`. It returns 0; any other number stops the computation. It is
#' called from several threads at once, so it must not change what others may
#' read, and must not call R. What a row gives may not depend on the rows beside
#' it, as those change with the method.
#'
#' @param rate,mean Numbers: how fast the process returns, and to where.
#' @param amplitude,frequency Numbers.
#' @param a A positive number: how deep the wells are.
#' @param symbol Where the function is: what [getNativeSymbolInfo()] returns, or
#'   its `address`, or another external pointer to a function. It is not saved
#'   with an R object: after [readRDS()] the drift is refused, and must be made
#'   anew.
#' @param data Numbers that are handed to the function.
#' @param x A drift.
#' @param ... Unused.
#' @return A list of class `follmer_drift`.
#' @section Errors: `follmer_error_input` names the argument.
#' @references Hutzenthaler, Jentzen and Kloeden (2011), *Strong and weak
#'   divergence in finite time of Euler's method for stochastic differential
#'   equations with non-globally Lipschitz continuous coefficients*, Proc. R.
#'   Soc. A 467.
#' @seealso [sde()]
#' @examples
#' drift_ou(rate = 2)
#' expectation(sde(drift_tanh(), x0 = 0), "second_moment", n = 10000, seed = 1) # 2
#'
#' # A drift in C, compiled and loaded
#' \dontrun{
#' writeLines(con = "well.c", c(
#'   "#include <stddef.h>",
#'   "int well(size_t n, size_t d, const double *x, const double *t, double *out,",
#'   "         const void *data)",
#'   "{",
#'   "    const double *depth = data;",
#'   "    for (size_t i = 0; i < n * d; i++)",
#'   "        out[i] = depth[0] * x[i] / (1 + x[i] * x[i]);",
#'   "    return 0;",
#'   "}"
#' ))
#' system("R CMD SHLIB well.c")
#' dyn.load(paste0("well", .Platform$dynlib.ext))
#' well <- drift_native(getNativeSymbolInfo("well"), data = 3)
#' expectation(sde(well, x0 = c(0, 0)), "second_moment", n = 1e5)
#' }
#' @name drift
NULL

#' @rdname drift
#' @export
drift_ou <- function(rate = 1, mean = 0) {
  new_drift("ou", rate = rate, mean = mean)
}

#' @rdname drift
#' @export
drift_sin <- function(amplitude = 1, frequency = 1) {
  new_drift("sin", amplitude = amplitude, frequency = frequency)
}

#' @rdname drift
#' @export
drift_tanh <- function(amplitude = 1, frequency = 1) {
  new_drift("tanh", amplitude = amplitude, frequency = frequency)
}

#' @rdname drift
#' @export
drift_zero <- function() {
  new_drift("zero")
}

#' @rdname drift
#' @export
drift_double_well <- function(a = 1) {
  new_drift("double_well", a = a)
}

# A drift of a kind of the core, with values for its keys.
new_drift <- function(kind, ...) {
  structure(resolve_options("drift", list(drift = kind, ...)), class = "follmer_drift")
}

#' @rdname drift
#' @export
drift_native <- function(symbol, data = numeric()) {
  address <- if (inherits(symbol, "NativeSymbolInfo")) symbol$address else symbol
  if (typeof(address) != "externalptr") {
    wanted("symbol", "the address of a compiled function, as of getNativeSymbolInfo()", symbol)
  }
  if (inherits(address, "RegisteredNativeSymbol")) {
    abort_about(
      "symbol", "must be the plain address of a function, not its registration; leave out ",
      "`withRegistrationInfo`."
    )
  }
  if (!is.numeric(data) || is.object(data)) {
    wanted("data", "numbers", data)
  }
  structure(
    list(drift = "native", symbol = address, data = as.double(data)),
    class = c("follmer_native_drift", "follmer_drift")
  )
}

# The part of an equation that says its drift, as the core's glue takes it
# (src/r/sde.c).
core_drift <- function(drift, equation) {
  UseMethod("core_drift")
}

core_drift.follmer_drift <- function(drift, equation) {
  list(builtin = unclass(drift))
}

core_drift.follmer_native_drift <- function(drift, equation) {
  list(native = unclass(drift))
}

core_drift.function <- function(drift, equation) {
  list("function" = core_function(drift, "drift", equation$x0))
}

core_drift.follmer_denoiser <- function(drift, equation) {
  list(denoiser = core_denoiser(drift), snr_max = equation$snr_max)
}

# A drift within a sentence.
drift_words <- function(drift) {
  UseMethod("drift_words")
}

drift_words.follmer_drift <- function(drift) {
  format(drift)
}

drift_words.function <- function(drift) {
  "a function of (x, t)"
}

drift_words.follmer_denoiser <- function(drift) {
  paste("the Follmer process of", denoiser_words(drift))
}

#' @export
format.follmer_drift <- function(x, ...) {
  drift_call(x, unclass(x)[-1L])
}

#' @export
format.follmer_native_drift <- function(x, ...) {
  data <- if (length(x$data) == 1L) x$data else count_words(length(x$data), "number")
  drift_call(x, list(data = data))
}

drift_call <- function(x, keys) {
  values <- vapply(keys, format, "")
  paste0(x$drift, "(", toString(sprintf("%s = %s", names(keys), values)), ")")
}

#' @rdname drift
#' @export
print.follmer_drift <- function(x, ...) {
  cat_wrapped("# A drift: ", format(x))
  invisible(x)
}
