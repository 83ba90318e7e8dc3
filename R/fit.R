#' Fits
#'
#' What every function that fits a network returns, and what can be done with
#' it whatever it is: print, summarise, plot and [keep as a file][model_file].
#'
#' @param x,object A fit: of [fit_denoiser()] or [read_model()].
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @return A fit is a list with `bytes`, the model as the bytes of a
#'   safetensors file, and for printing `history` (a data frame of step, loss
#'   and validation loss), `seed`, `n_rows`, `n_weights`, `training` (the
#'   settings of the optimiser), and fields of its kind. [saveRDS()] keeps it
#'   whole. `dim()` is the number of columns.
#'
#'   `print()` and `plot()` (the loss against the step) return `x` invisibly.
#'   `summary()` is a list of class `summary_follmer_fit` with the fit, the last
#'   losses and, for a denoiser, the scaling of the columns; to be printed.
#' @seealso [fit_denoiser()], [read_model()]
#' @examples
#' fit <- fit_denoiser(faithful, network = mlp(32), steps = 200, seed = 1)
#' summary(fit)
#' plot(fit)
#' @name follmer_fit
NULL

# A fit of a kind, `kind_fit`, from what the core gives (src/r/model.c) and the
# fields of the kind.
new_fit <- function(fields, kind, ...) {
  history <- as.data.frame(fields$history)
  names(history) <- c("step", "loss", "validation")
  structure(
    list(
      bytes = fields$bytes, ..., history = history, seed = fields$seed, n_rows = fields$n_rows,
      n_weights = fields$n_weights, training = training_of(fields$config)
    ),
    class = c(paste0(kind, "_fit"), "follmer_fit", kind)
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

# The file of a fit, which is the model itself; its other fields are for
# printing.
fit_bytes <- function(object) {
  if (!is.raw(object$bytes)) {
    abort("A model must be as fit_denoiser() makes it, but the bytes of this one are missing.")
  }
  object$bytes
}

# What a fit of a kind says of itself: `title`, `lines` with their names, and
# what its `loss` is.
fit_words <- function(object) {
  UseMethod("fit_words")
}

#' @rdname follmer_fit
#' @export
print.follmer_fit <- function(x, ...) {
  words <- fit_words(x)
  lines <- c(
    words$lines, loss = format_loss(x$history, words$loss), seed = format_seed(x$seed)
  )
  cat_wrapped("# ", words$title)
  cat_wrapped(names(lines), ": ", lines)
  invisible(x)
}

format_loss <- function(history, unit) {
  if (nrow(history) == 0L) {
    return("no history")
  }
  last <- history[nrow(history), ]
  paste0(
    format(last$loss, digits = 4L), " ", unit, " after ", count_words(last$step, "step"),
    if (is.finite(last$validation)) paste0(", ", format(last$validation, digits = 4L), " held out")
  )
}

#' @rdname follmer_fit
#' @export
summary.follmer_fit <- function(object, ...) {
  structure(
    list(model = object, history = utils::tail(object$history, 5L)), class = "summary_follmer_fit"
  )
}

#' @export
print.summary_follmer_fit <- function(x, ...) {
  print(x$model)
  training <- x$model$training
  cat_wrapped("training: ", toString(paste(names(training), "=", vapply(training, format, ""))))
  if (is_standardized(x$columns)) {
    cat("\ncolumns, standardised as (x - center) / scale:\n")
    print(x$columns, digits = 4L)
  }
  cat("\nthe last losses:\n")
  print(x$history, digits = 4L, row.names = FALSE)
  invisible(x)
}

#' @rdname follmer_fit
#' @export
plot.follmer_fit <- function(x, ...) {
  losses <- x$history[c("loss", "validation")]
  graphics::matplot(
    x$history$step, losses, type = "l", lty = 1L, col = c("grey40", "#0072B2"),
    lwd = c(1, 2), xlab = "step", ylab = paste0("loss (", fit_words(x)$loss, ")"), ...
  )
  shown <- c(TRUE, any(is.finite(losses$validation)))
  graphics::legend(
    "topright", c("training", "held out")[shown], lty = 1L, lwd = c(1, 2)[shown],
    col = c("grey40", "#0072B2")[shown], bty = "n"
  )
  invisible(x)
}
