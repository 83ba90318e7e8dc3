#' Draw from a denoising diffusion
#'
#' Runs the reverse process of a fitted model or an exact denoiser from noise
#' to data, on every core.
#'
#' * `"multistep"` is the ancestral step of second order at the same cost: over
#'   each step the denoised value goes on as over the step before, linearly in
#'   the logarithm of the signal-to-noise ratio.
#' * `"ancestral"` freezes the denoiser over each step and is exact otherwise.
#'   What it leaves out of every step makes draws too narrow: by 2.5 % at 200
#'   steps and 10 % at 50, where `"multistep"` is off by 0.1 % and 1 %.
#' * `"euler"` is the Euler-Maruyama scheme of the process's own reverse
#'   stochastic differential equation.
#' * `"ode"` solves the probability-flow ordinary differential equation by
#'   Heun's method: the start is the only randomness. Each step evaluates the
#'   denoiser twice.
#'
#' The last step of every method returns the denoised value, which `"multistep"`
#' extrapolates for the spread that the last denoised value lacks.
#'
#' @param object A model of [fit_denoiser()] or an [exact_denoiser()].
#' @param nsim Number of draws.
#' @param seed A whole number in `[0, 2^53)`, or `NULL`: drawn from R's
#'   generator, so that [set.seed()] works. Draws are the same to the bit for
#'   any number of threads, and draw `i` does not depend on `nsim`.
#' @param steps Steps of a trajectory.
#' @param method `"multistep"`, `"ancestral"`, `"euler"` or `"ode"`.
#' @param grid Whether steps are uniform in `"log_snr"`, the logarithm of the
#'   signal-to-noise ratio, which follows the scale of the data, or in the
#'   process's own `"time"`, which does not.
#' @param snr_min,snr_max First signal-to-noise ratio above 0 (`"log_snr"`,
#'   `"ode"`) and last finite one (`"log_snr"`), the second the greater;
#'   `NULL`: `1e-3` and `1e6` divided by the variance of the data.
#' @param keep_paths Whether to keep whole trajectories.
#' @param threads Number of threads; `NULL`: as [set_threads()] says.
#' @param progress Whether to show a progress bar.
#' @param ... Must be empty.
#' @return A matrix of class `follmer_draws` with `nsim` rows, on the scale and
#'   with the column names of the data. Its attributes are `seed`, `method`,
#'   `steps`, `process`, `grid` (a data frame with a row for each of the
#'   `steps + 1` points: `tau`, the noising time, `a`, `s` and `snr`) and, with
#'   `keep_paths`, `paths`: an `nsim` x `steps + 1` x `d` array of the states
#'   `x = a X + s eps` in the process's own coordinates, which are those of the
#'   standardised data for a model that standardises. [as.matrix()] and any
#'   subset drop them.
#' @section Errors: `follmer_error_input` names the argument;
#'   `follmer_error_numeric` when a state becomes non-finite, with the step;
#'   `follmer_interrupt` at Ctrl-C.
#' @references Reeves and Pfister (2025), arXiv 2502.02305, for the ancestral
#'   sampler; Lu, Zhou, Bao, Chen, Li and Zhu (2022), arXiv 2211.01095, for the
#'   multistep one (DPM-Solver++(2M), in its stochastic form).
#' @seealso [follmer_draws], [summary.follmer_draws()] on how good draws are, [fit_denoiser()],
#'   [exact_denoiser()]
#' @examples
#' best <- exact_denoiser(target_gmm(rbind(c(-2, 0), c(2, 1)), sd = 0.5))
#' x <- simulate(best, 1000, seed = 1, steps = 50)
#' summary(x)
#' paths <- attr(simulate(best, 5, seed = 1, steps = 50, keep_paths = TRUE), "paths")
#' matplot(t(paths[, , 1]), type = "l")
#' @export
simulate.follmer_denoiser <- function(object, nsim = 1000, seed = NULL, steps = 200,
                                      method = "multistep", grid = "log_snr",
                                      snr_min = NULL, snr_max = NULL, keep_paths = FALSE,
                                      threads = NULL, progress = interactive(), ...) {
  nsim <- check_whole(nsim, "nsim")
  values <- option_values(list(
    steps = steps, method = method, grid = grid, snr_min = snr_min,
    snr_max = snr_max, ...
  ))
  options <- resolve_options("sample", values)
  check_flag(keep_paths, "keep_paths")
  threads <- check_threads(threads)
  check_flag(progress, "progress")
  denoiser <- core_denoiser(object)
  points <- as.data.frame(answer(.Call(ffi_sample_grid, denoiser, values)))
  seed <- draw_seed(check_seed(seed))
  draws <- answer(with_progress(progress, "Sampling", function(tick) {
    .Call(ffi_sample, denoiser, nsim, values, keep_paths, run_settings(seed, threads, tick))
  }))
  names <- column_names(object)
  colnames(draws$x) <- names
  if (keep_paths) {
    dimnames(draws$paths) <- list(NULL, NULL, names)
  }
  new_draws(draws$x,
    seed = seed, method = options$method, steps = options$steps, process = object$process,
    grid = points[c("tau", "a", "s", "snr")], paths = draws$paths
  )
}
