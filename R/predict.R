#' Predict from noised data
#'
#' What a denoiser makes of states `x = a X + s eps` of its process at given
#' noising times.
#'
#' With `D` the denoised data, the predicted noise is `(x - a D) / s` and the
#' score, the gradient of the log density of the noised data, is
#' `(a D - x) / s^2`. The drift is that of the process's own reverse stochastic
#' differential equation `dx = drift dt + sqrt(beta) dB`, where `t` is the end
#' of noising time minus `tau` and `beta` the noise rate (1 for localization).
#'
#' @param object A model of [fit_denoiser()] or an [exact_denoiser()].
#' @param newdata States: an `n` x `d` matrix or data frame.
#' @param time Noising times between 0 (data) and the end of the process: one
#'   number, or one for each row.
#' @param type `"denoised"`, `"noise"`, `"score"` or `"drift"`.
#' @param scale For models that standardise: whether states and results are on
#'   the scale of the `"data"`, where a state is `object$center + object$scale x`
#'   for a state `x` of the process, or in the coordinates of the `"process"`,
#'   which are those of the standardised data. The noise is the same in either. A
#'   transformed column ([fit_denoiser()]) goes through its transform besides, and
#'   has no score or drift on the scale of the data.
#' @param threads Number of threads; `NULL`: as [set_threads()] says.
#' @param ... Unused.
#' @return An `n` x `d` matrix in the same coordinates as `newdata`: denoised
#'   values, standard normal noise, gradients by the state, or changes of it in a
#'   unit of time.
#' @section Errors: `follmer_error_input` names the argument, also where a type
#'   is not defined: noise and score where there is no noise, the drift at time
#'   0 of `vp()` and `pbm()`.
#' @references Reeves and Pfister (2025), arXiv 2502.02305, section 2.
#' @seealso [simulate.follmer_denoiser()]
#' @examples
#' best <- exact_denoiser(target_gmm(c(-2, 2), sd = 0.5))
#' x <- matrix(seq(-3, 3, by = 0.5))
#' plot(x, predict(best, x, time = 0.3, type = "denoised"), type = "b")
#'
#' # What a fit makes of noised rows: nearer to the data
#' fit <- fit_denoiser(faithful, network = mlp(c(32, 32)), steps = 500, seed = 1)
#' noised <- sweep(faithful, 2, c(0.2, 3), "+")
#' head(predict(fit, noised, time = 0.05))
#' @export
predict.follmer_denoiser <- function(object, newdata, time, type = "denoised", scale = "data",
                                     threads = NULL, ...) {
  x <- check_rows(newdata, "newdata", column_names(object))
  check_choice(scale, "scale", c("data", "process"))
  check_choice(type, "type", c("denoised", "noise", "score", "drift"))
  by <- if (scale == "data") standardization(object)
  if (type %in% c("score", "drift") && anyNA(by)) {
    abort_about(
      "scale", "must be \"process\" for a ", type, " of a model with transformed columns ",
      "(see `object$columns`)."
    )
  }
  if (scale == "data") {
    x <- process_rows(object, x)
  }
  end <- process_end(object$process)
  if (!is_numbers(time) || !length(time) %in% c(1L, nrow(x)) || anyNA(time)) {
    wanted("time", "one number, or one for each row of `newdata`", time)
  }
  if (any(time < 0 | time > end)) {
    wanted("time", paste("between 0 and", format(end)), time[time < 0 | time > end][1L])
  }
  at <- process_at(object$process, time)
  undefined <- switch(type,
    denoised = FALSE,
    drift = is.nan(at$keep),
    at$s == 0
  )
  if (any(undefined)) {
    abort_about(
      "type", "must be \"denoised\" at time ", format(time[undefined][1L]), ", not '", type, "'."
    )
  }
  denoised <- t(answer(.Call(
    ffi_denoise, core_denoiser(object), t(x), as.double(time),
    run_settings(threads = check_threads(threads))
  )))
  dimnames(denoised) <- dimnames(x)
  predicted <- switch(type,
    denoised = denoised,
    noise = (x - at$a * denoised) / at$s,
    score = (at$a * denoised - x) / at$s^2,
    drift = at$keep * x + at$pull * denoised
  )
  if (is.null(by)) predicted else prediction_of_data(predicted, type, by, object)
}

# A prediction about the state x of a process as one about that on the scale of
# the data, center + scale x but for transforms.
prediction_of_data <- function(x, type, by, object) {
  switch(type,
    denoised = process_rows(object, x, reverse = TRUE),
    noise = x,
    score = sweep(x, 2L, by$scale, "/"),
    drift = sweep(x, 2L, by$scale, "*")
  )
}
