#' Fit a denoising diffusion
#'
#' Learns from the rows of `x` to remove the noise of a process: a network is
#' trained by minibatch score matching with Adam. The fitted model draws new
#' rows by [simulate()][simulate.follmer_denoiser].
#'
#' The loss is the mean squared error of the predicted noise per dimension
#' (eps-MSE), averaged over noising time; 1 is what guessing 0 gives. It cannot
#' fall to 0: even the best denoiser, which knows the law of the data, keeps
#' the loss that [bayes_loss()] computes. Compare the loss with that floor, or
#' the validation loss with the training loss, not with 0.
#'
#' With `checkpoint`, the state of the fit is saved at intervals, at an
#' interrupt and at the end. The same call then goes on from it and ends with
#' the same bits as a fit that was never interrupted; so that it is the same
#' call, `seed` must then be given.
#'
#' @param x A numeric matrix or all-numeric data frame with a row for each
#'   observation; finite, two rows or more.
#' @param process A noising process: [vp()], [pbm()] or [localization()].
#' @param network The shape of the network, from [mlp()].
#' @param parametrization What the network predicts: `"edm"` (a
#'   preconditioned denoiser), `"epsilon"` (the noise) or `"denoised"` (the
#'   data).
#' @param standardize Whether to centre and scale the columns first. Draws come
#'   back on the scale of `x` in either case. With `FALSE` the process acts on
#'   `x` as it is.
#' @param steps,batch Optimiser steps, and rows in each.
#' @param learning_rate,schedule,warmup Step size of the optimiser, how it
#'   falls (`"cosine"`, `"constant"` or `"exponential"`), and steps over which
#'   it rises first.
#' @param clip Largest norm of the gradient.
#' @param weight_decay Decoupled weight decay.
#' @param ema Decay of the running average of the weights; the model has the
#'   averaged weights.
#' @param validation Fraction of the rows that are held out to check the loss.
#' @param report_every Steps between entries of the loss history.
#' @param checkpoint A file to save the state to and to resume from, or `NULL`.
#' @param checkpoint_every Seconds between checkpoints.
#' @param seed A whole number in `[0, 2^53)` that fixes all randomness, or
#'   `NULL`: drawn from R's generator, so that [set.seed()] works. The result
#'   is the same to the bit for any number of threads.
#' @param threads Number of threads; `NULL`: as [set_threads()] says.
#' @param progress Whether to show a progress bar.
#' @return A list of class `follmer_model` and `follmer_denoiser`: `bytes`, the
#'   model as the bytes of a safetensors file, and for printing `process`,
#'   `network`, `parametrization`, `names`, `center` and `scale` of the
#'   columns, `history` (a data frame of step, loss and validation loss),
#'   `training` (the settings of the optimiser), `seed`, `n_rows` and
#'   `n_weights`. [saveRDS()] keeps it whole.
#' @section Errors: `follmer_error_input` names the argument, or the row and
#'   column of `x`; `follmer_error_numeric` when the loss becomes non-finite;
#'   `follmer_error_file` for a checkpoint that cannot be written or trusted;
#'   `follmer_interrupt` at Ctrl-C.
#' @references Karras, Aittala, Aila and Laine (2022), *Elucidating the design
#'   space of diffusion-based generative models*, arXiv 2206.00364, for
#'   `"edm"`.
#' @seealso [simulate.follmer_denoiser()], [predict.follmer_denoiser()],
#'   [denoising_loss()], [write_model()]
#' @examples
#' fit <- fit_denoiser(faithful,
#'   network = mlp(c(32, 32)), steps = 500, batch = 128, seed = 1
#' )
#' fit
#' plot(fit)
#' @export
fit_denoiser <- function(x, process = vp(), network = mlp(), parametrization = "edm",
                         standardize = TRUE, steps = 8000, batch = 1024,
                         learning_rate = 0.003, schedule = "cosine", warmup = 100,
                         clip = Inf, weight_decay = 0, ema = 0.999, validation = 0.1,
                         report_every = 200, checkpoint = NULL, checkpoint_every = 30,
                         seed = NULL, threads = NULL, progress = interactive()) {
  x <- check_rows(x, "x")
  check_process(process)
  check_class(network, "network", "follmer_network", "a network, as mlp() makes")
  if (!is.null(checkpoint)) {
    checkpoint <- check_file(checkpoint, "checkpoint")
    check_writable(checkpoint, "checkpoint")
  }
  values <- option_values(c(unclass(process), unclass(network), list(
    parametrization = parametrization, standardize = standardize, steps = steps,
    batch = batch, learning_rate = learning_rate, schedule = schedule,
    warmup = warmup, clip = clip, weight_decay = weight_decay, ema = ema,
    validation = validation, report_every = report_every, checkpoint = checkpoint,
    checkpoint_every = checkpoint_every
  )))
  resolve_options("fit", values)
  check_spread(x, standardize)
  threads <- check_threads(threads)
  check_flag(progress, "progress")
  if (!is.null(checkpoint) && is.null(seed)) {
    abort("`seed` must be given with `checkpoint`, so that the same call resumes the fit.")
  }
  seed <- draw_seed(check_seed(seed))
  names <- if (!is.null(colnames(x))) enc2utf8(colnames(x))
  fields <- with_progress(progress, "Fitting", function(tick) {
    .Call(ffi_fit_denoiser, x, names, values, run_settings(seed, threads, tick))
  })
  new_model(answer(fields))
}

# Before the seed is drawn: what the core would refuse later.
check_spread <- function(x, standardize) {
  if (nrow(x) < 2L) {
    abort("`x` must have at least 2 rows, not ", nrow(x), ".")
  }
  constant <- apply(x, 2L, function(column) all(column == column[1L]))
  if (standardize && any(constant)) {
    j <- which(constant)[1L]
    abort(
      "`x` must vary in every column; column ", j, " (", column_names(x)[j],
      ") is constant. Leave it out, or use `standardize = FALSE`."
    )
  }
}

new_model <- function(fields) {
  history <- as.data.frame(fields$history)
  names(history) <- c("step", "loss", "validation")
  structure(
    list(
      bytes = fields$bytes,
      process = process_of(fields$options),
      network = network_of(fields$options),
      parametrization = fields$options$parametrization,
      names = fields$names,
      center = fields$center,
      scale = fields$scale,
      history = history,
      seed = fields$seed,
      n_rows = fields$n_rows,
      n_weights = fields$n_weights,
      training = training_of(fields$config)
    ),
    class = c("follmer_model", "follmer_denoiser")
  )
}

# The settings of the optimiser from the JSON text that the model carries.
training_of <- function(config) {
  keys <- c(
    "steps", "batch", "learning_rate", "schedule", "warmup", "clip", "weight_decay", "ema",
    "validation"
  )
  training <- .Call(ffi_job_parse, config)
  training <- training[intersect(keys, names(training))]
  training$clip <- as.double(training$clip) # JSON has no infinity: it is a text there
  training
}

is_standardized <- function(model) {
  any(model$center != 0) || any(model$scale != 1)
}

#' Print, summarise and plot a fitted model
#'
#' @param x,object A model of [fit_denoiser()] or [read_model()].
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @return `print()` and `plot()` (the loss against the step) return `x`
#'   invisibly. `summary()` is a list of class `summary_follmer_model` with the
#'   model's description, the scaling of the columns and the last losses.
#' @seealso [fit_denoiser()]
#' @examples
#' fit <- fit_denoiser(faithful, network = mlp(32), steps = 200, seed = 1)
#' summary(fit)
#' plot(fit)
#' @name follmer_model
NULL

#' @rdname follmer_model
#' @export
print.follmer_model <- function(x, ...) {
  last <- x$history[nrow(x$history), ]
  cat(
    "# A denoising diffusion: ", length(x$center), " column",
    if (length(x$center) > 1L) "s", " learnt from ", format_count(x$n_rows),
    " rows\n",
    "process: ", format(x$process), "\n",
    "network: ", format(x$network), "; ", format_count(x$n_weights), " weights\n",
    "predicts: ", x$parametrization,
    if (is_standardized(x)) ", on standardised columns", "\n",
    "loss: ", format_loss(last), "\n",
    "seed: ", format_seed(x$seed), "\n",
    sep = ""
  )
  invisible(x)
}

format_loss <- function(last) {
  if (nrow(last) == 0L) {
    return("no history")
  }
  paste0(
    format(last$loss, digits = 4L), " eps-MSE per dimension after ",
    format_count(last$step), " steps",
    if (is.finite(last$validation)) paste0(", ", format(last$validation, digits = 4L), " held out")
  )
}

#' @rdname follmer_model
#' @export
summary.follmer_model <- function(object, ...) {
  structure(
    list(
      model = object,
      columns = data.frame(
        center = object$center, scale = object$scale,
        row.names = object$names %||% default_names(length(object$center))
      ),
      history = utils::tail(object$history, 5L)
    ),
    class = "summary_follmer_model"
  )
}

#' @export
print.summary_follmer_model <- function(x, ...) {
  print(x$model)
  training <- x$model$training
  cat(strwrap(
    paste("training:", toString(paste(names(training), "=", vapply(training, format, "")))),
    width = 80L, exdent = 2L
  ), sep = "\n")
  if (is_standardized(x$model)) {
    cat("\ncolumns, standardised as (x - center) / scale:\n")
    print(x$columns, digits = 4L)
  }
  cat("\nthe last losses:\n")
  print(x$history, digits = 4L, row.names = FALSE)
  invisible(x)
}

#' @rdname follmer_model
#' @export
plot.follmer_model <- function(x, ...) {
  losses <- x$history[c("loss", "validation")]
  graphics::matplot(
    x$history$step, losses, type = "l", lty = 1L, col = c("grey40", "#0072B2"),
    lwd = c(1, 2), xlab = "step", ylab = "loss (eps-MSE per dimension)", ...
  )
  shown <- c(TRUE, any(is.finite(losses$validation)))
  graphics::legend(
    "topright", c("training", "held out")[shown], lty = 1L,
    col = c("grey40", "#0072B2")[shown], bty = "n"
  )
  invisible(x)
}
