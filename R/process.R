#' Noising processes
#'
#' A process turns data `X` into noise: at noising time `tau` the state is
#' `x = a X + s eps`, where `eps` is standard normal, `a` falls and `s` rises
#' (or, for `pbm()`, both end at 0 and the signal-to-noise ratio falls). A
#' model learns to undo it.
#'
#' * `vp()`: variance preserving. `a = exp(-B / 2)`, `s^2 = 1 - a^2`, where `B`
#'   is the integral of the noise rate, which is linear from `beta_min` at the
#'   data to `beta_max` at the noise.
#' * `pbm()`: pinned Brownian motion. With `A` the integral of the noise rate
#'   and `u` what is left of it, `a = u / A` and `s^2 = u (A - u) / A`. A
#'   constant rate of 1 (the default) is the Follmer process.
#' * `localization()`: its time is the signal-to-noise ratio `t`, up to
#'   `snr_end`, with `a = t`, `s^2 = t`; `tau = snr_end - t`.
#' * `ve()`: variance exploding. `a = 1`, `s = tau`, up to `sigma_max`, which
#'   should be large beside the data: samplers start from pure noise.
#'
#' All are the same process in another clock and scale, so that a model
#' of one can be compared with a model of another.
#'
#' @param beta_min,beta_max Noise rates at the data end and the noise end;
#'   positive.
#' @param horizon Length of noising time; positive.
#' @param snr_end Largest signal-to-noise ratio; positive.
#' @param sigma_max Noise at the noise end; positive.
#' @param x,object A process.
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @return A list of class `follmer_process` with the keys above and `process`,
#'   the kind. `summary()` is a data frame with columns `tau`, `a`, `s`, `snr`
#'   and `beta` at five noising times.
#' @references Reeves and Pfister (2025), *Information-theoretic proofs for
#'   diffusion sampling*, arXiv 2502.02305; Reu, Vargas, Kerekes and Bronstein
#'   (2024), *To smooth a cloud or to pin it down*, arXiv 2305.09605.
#' @seealso [fit_denoiser()], [exact_denoiser()]
#' @examples
#' vp()
#' summary(pbm())
#' plot(vp())
#' @name process
NULL

#' @rdname process
#' @export
vp <- function(beta_min = 0.1, beta_max = 20, horizon = 1) {
  new_process("vp", beta_min = beta_min, beta_max = beta_max, horizon = horizon)
}

#' @rdname process
#' @export
pbm <- function(beta_min = 1, beta_max = 1, horizon = 1) {
  new_process("pbm", beta_min = beta_min, beta_max = beta_max, horizon = horizon)
}

#' @rdname process
#' @export
localization <- function(snr_end = 1000) {
  new_process("localization", snr_end = snr_end)
}

#' @rdname process
#' @export
ve <- function(sigma_max = 50) {
  new_process("ve", sigma_max = sigma_max)
}

# A process of a kind of the core, with values for its keys.
new_process <- function(kind, ...) {
  structure(resolve_options("process", list(process = kind, ...)), class = "follmer_process")
}

# The process among the options of a fit.
process_of <- function(options) {
  keys <- names(resolve_options("process", options["process"]))
  structure(options[keys], class = "follmer_process")
}

process_end <- function(process) {
  answer(.Call(ffi_process_end, unclass(process)))
}

# Columns tau, a, s, snr, scale, beta; keep and pull, where the drift is
# keep x + pull D, NaN where it is not defined.
process_at <- function(process, tau) {
  as.data.frame(answer(.Call(ffi_process_at, unclass(process), as.double(tau))))
}

#' @export
format.follmer_process <- function(x, ...) {
  keys <- unclass(x)[-1L]
  paste0(x$process, "(", toString(paste(names(keys), "=", vapply(keys, format, ""))), ")")
}

#' @export
print.follmer_process <- function(x, ...) {
  cat_wrapped("# A noising process: ", format(x))
  cat("x = a X + s eps, noising time 0 to ", format(process_end(x)), "\n", sep = "")
  invisible(x)
}

#' @rdname process
#' @export
summary.follmer_process <- function(object, ...) {
  times <- seq(0, process_end(object), length.out = 5L)
  process_at(object, times)[c("tau", "a", "s", "snr", "beta")]
}

#' @rdname process
#' @export
plot.follmer_process <- function(x, ...) {
  end <- process_end(x)
  at <- process_at(x, seq(0, end, length.out = 401L))
  old <- graphics::par(
    mfrow = c(1L, 3L), mar = c(4.2, 4.4, title_lines(0.6, ...), 1.4), mgp = c(2.8, 0.6, 0),
    las = 1L, cex = 0.8
  )
  on.exit(graphics::par(old))
  lines <- function(y, ylab, log = "") {
    ours <- list(at$tau, y, type = "l", xlab = "noising time", ylab = ylab, log = log)
    plot_with(graphics::plot, c(ours, yaxt = if (log == "y") "n"), ...)
  }
  lines(at$a, "signal a")
  lines(at$s, "noise s")
  at <- at[at$snr > 0 & is.finite(at$snr), ]
  lines(at$snr, "signal-to-noise ratio", log = "y")
  decade_axis(2L, at$snr)
  invisible(x)
}
