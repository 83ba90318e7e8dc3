#' Fits
#'
#' What every function that fits a network returns, and what can be done with
#' it whatever it is: print, summarise, plot and [keep as a file][model_file].
#'
#' @param x,object A fit: of [fit_denoiser()] or [read_model()].
#' @param col Colours of the losses in training and held out.
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @return A fit is a list with `bytes`, the model as the bytes of a
#'   safetensors file, and for printing `history` (a data frame of step, loss
#'   and validation loss; step 0 is before learning), `step` (the one whose
#'   averaged weights the model has), `seed`, `n_rows`, `n_weights`, `training` (the
#'   settings of the optimiser), and fields of its kind. [saveRDS()] keeps it
#'   whole; another process, such as a worker of the parallel or future package,
#'   must load follmer before [simulate()] or [predict()] finds its methods there.
#'   `dim()` is the number of columns, `nobs()` that of rows. A fit that was not
#'   read from a file has its `call`, too, so that [update()] fits anew with
#'   other arguments.
#'
#'   `print()` and `plot()` return `x` invisibly. The plot has the losses against
#'   the step, that of the first weights as a dotted line where it says
#'   something, and the step that was kept. `print()` says where learning added
#'   nothing, and where the fit may follow its rows: the training loss is less
#'   than 0.7 of the held-out loss.
#'   `summary()` is a list of class `summary_follmer_fit` with the fit, the last
#'   losses and, for a denoiser, the scaling of the columns; to be printed.
#' @seealso [fit_denoiser()], [read_model()]
#' @examples
#' fit <- fit_denoiser(faithful, network = mlp(32), steps = 200, seed = 1)
#' summary(fit)
#' plot(fit)
#' @name follmer_fit
NULL

#' @rdname follmer_fit
#' @export
nobs.follmer_fit <- function(object, ...) {
  object$n_rows
}

# A fit of a kind, `kind_fit`, from what the core gives (src/r/model.c) and the
# fields of the kind.
new_fit <- function(fields, kind, ...) {
  history <- as.data.frame(fields$history)
  names(history) <- c("step", "loss", "validation")
  structure(
    list(
      bytes = fields$bytes, ..., history = history, step = fields$step, seed = fields$seed,
      n_rows = fields$n_rows,
      n_weights = fields$n_weights, training = training_of(fields$config)
    ),
    class = c(paste0(kind, "_fit"), "follmer_fit", kind)
  )
}

# The settings of the optimiser from the JSON text that the model carries.
training_of <- function(config) {
  keys <- c(
    "steps", "batch", "learning_rate", "schedule", "warmup", "clip", "weight_decay", "ema",
    "validation", "patience"
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
    words$lines, loss = format_loss(x, words), seed = format_seed(x$seed)
  )
  cat_wrapped("# ", words$title)
  cat_wrapped(names(lines), ": ", lines)
  for (note in fit_notes(x, words)) {
    cat_wrapped("note: ", note)
  }
  invisible(x)
}

# The losses at the step that was kept, and those of the first weights, NaN
# where there are none.
kept_losses <- function(object) {
  history <- object$history
  kept <- history[match(object$step, history$step), ]
  first <- history$validation[history$step == 0]
  list(
    training = kept$loss, held_out = kept$validation, first = c(first, NaN)[1L],
    steps = max(history$step)
  )
}

format_loss <- function(object, words) {
  if (nrow(object$history) == 0L) {
    return("no history")
  }
  losses <- kept_losses(object)
  number <- function(x) format(x, digits = 3L)
  if (!is.finite(losses$held_out)) {
    steps <- count_words(losses$steps, "step")
    return(paste0(number(losses$training), " ", words$loss, " after ", steps))
  }
  known <- !is.null(words$first) && is.finite(losses$first) && object$step > 0
  paste0(
    number(losses$held_out), " ", words$loss, " held out",
    if (known) paste0("; ", words$first, " has ", number(losses$first)),
    " (step ", format_count(object$step), " of ", format_count(losses$steps),
    if (is.finite(losses$training)) paste0(", in training ", number(losses$training)), ")"
  )
}

# What a user should know of a fit before using it.
fit_notes <- function(object, words) {
  if (nrow(object$history) == 0L) {
    return(NULL)
  }
  losses <- kept_losses(object)
  c(
    if (!is.null(words$first) && isTRUE(losses$held_out >= losses$first)) {
      paste0("learning added nothing: the model is ", words$first)
    },
    if (isTRUE(losses$training < FOLLOWS_ROWS * losses$held_out)) {
      "the training loss is far below that held out: draws may follow the rows of the table"
    }
  )
}

FOLLOWS_ROWS <- 0.7

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
plot.follmer_fit <- function(x, ..., col = c("grey40", "#0072B2")) {
  col <- rep(col, length.out = 2L)
  words <- fit_words(x)
  losses <- x$history[c("loss", "validation")]
  plot_with(graphics::matplot, list(
    x$history$step, losses, type = "l", lty = 1L, col = col,
    pch = 16L, lwd = c(1, 2), xlab = "step", ylab = paste0("loss (", words$loss, ")")
  ), ...)
  held_out <- any(is.finite(losses$validation))
  first <- kept_losses(x)$first
  shown <- c(TRUE, held_out, held_out, !is.null(words$first) && is.finite(first))
  if (held_out) {
    graphics::abline(v = x$step, col = "#D55E00")
  }
  if (shown[4L]) {
    graphics::abline(h = first, lty = 3L)
  }
  graphics::legend(
    "topright", c("training", "held out", "kept", words$first)[shown],
    lty = c(1L, 1L, 1L, 3L)[shown], lwd = c(1, 2, 1, 1)[shown],
    col = c(col, "#D55E00", "black")[shown], bg = "white", box.lty = 0L
  )
  invisible(x)
}
