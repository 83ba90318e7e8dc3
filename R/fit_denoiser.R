#' Fit a denoising diffusion
#'
#' Learns from the rows of `x` to remove the noise of a process: a network is
#' trained by minibatch score matching with Adam. The fitted model draws new
#' rows by [simulate()][simulate.follmer_denoiser].
#'
#' With `"edm"` the network starts as the best denoiser of a Gaussian with the
#' covariance of the data (shrunk as by Ledoit and Wolf) and learns the rest.
#' The model keeps the weights that are best on rows held out: with 1200 rows
#' or more a part of them, `validation`. Smaller tables are held out in five folds
#' by turns, each from a network of its own, while one more network learns from
#' all rows; the model is that one, at the step where the five are best
#' together (later steps must gain 0.15 % on it, since they follow the rows more).
#' Where learning adds nothing to the Gaussian, the model stays one,
#' and `print()` says so.
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
#' @section Columns: With `transform = "auto"` each column is looked at by itself.
#'   * A column with heavy tails (on a side, the 95 % range from the median is more
#'     than 4 + 20 / sqrt(n) times the quartile's), or with an end where the density
#'     does not fall off (a stretch at the end with 5 % of the rows, at least 20, has
#'     more than 0.6 times as many as the next stretch of its length), is learned by
#'     its normal scores. Draws stay within such an end; elsewhere they may go beyond
#'     the rows, but not beyond 0 where no row does.
#'   * A value of more than 5 % of the rows that stands out (with more than three times
#'     the rows of any other within a quarter of a standard deviation), such as a 0
#'     among amounts or the two values of a flag, is drawn exactly, and about as often as
#'     the rows have it. So are all values of whole numbers of at most 20 values, with 5
#'     rows or more to each on average.
#'   * A column of whole numbers is drawn in whole numbers.
#'
#'   All others are only centred and scaled. `print()` says which columns are more
#'   than that, and `fit$columns` and `summary()` have a row for each.
#'
#' @param x A matrix or data frame with a row for each observation, or a vector,
#'   which is one column; of finite numbers (or flags, as 0 and 1), two rows or
#'   more.
#' @param process A noising process: [vp()], [pbm()] or [localization()].
#' @param network The shape of the network, from [mlp()].
#' @param parametrization What the network predicts: `"edm"` (a
#'   preconditioned denoiser), `"epsilon"` (the noise) or `"denoised"` (the
#'   data).
#' @param standardize Whether to centre and scale the columns first. Draws come
#'   back on the scale of `x` in either case. With `FALSE` the process acts on
#'   `x` as it is, without transforms; a column of one value is drawn as that value.
#' @param transform `"auto"`: what the values of a column show decides how it is
#'   learned, see the section on columns; `"none"`: all are only standardised, as
#'   comparisons with an [exact_denoiser()] need it.
#' @param steps,batch Optimiser steps, at most, and rows in each; `batch`
#'   `NULL`: 256 of a table of fewer than 1200 rows, else 1024.
#' @param learning_rate,schedule,warmup Step size of the optimiser, how it
#'   falls (`"cosine"`, `"constant"` or `"exponential"`), and steps over which
#'   it rises first.
#' @param clip Largest norm of the gradient.
#' @param weight_decay Decoupled weight decay.
#' @param ema Decay of the running average of the weights; the model has the
#'   averaged weights.
#' @param validation Fraction of the rows that are held out to choose the
#'   weights, at least one row; a table of fewer than 1200 rows is held out in
#'   five folds. 0: none, and the model has the last weights.
#' @param patience Steps without a better loss of the held-out rows after which
#'   the fit stops; a quarter of the steps that the best weights took, where
#'   that is more.
#' @param report_every Steps between looks at the held-out rows, which are the
#'   entries of the loss history.
#' @param checkpoint A file to save the state to and to resume from, or `NULL`.
#' @param checkpoint_every Seconds between checkpoints.
#' @param seed A whole number in `[0, 2^53)` that fixes all randomness, or
#'   `NULL`: drawn from R's generator, so that [set.seed()] works. The result
#'   is the same to the bit for any number of threads.
#' @param threads Number of threads; `NULL`: as [set_threads()] says.
#' @param progress Whether to show a progress bar.
#' @return A fit, a list of class [follmer_fit], and a `follmer_denoiser`: the
#'   fields of every fit, and `process`, `network`, `parametrization`, `names`,
#'   `center` and `scale` of the columns, `columns` (a data frame with a row for
#'   each: `transform`, `"none"`, `"atoms"` or `"scores"`; `whole`, if draws are
#'   whole numbers; `atoms`, how many values are drawn exactly; `lower` and `upper`,
#'   within which draws stay), and `gaussian`: the
#'   [target_gaussian()] in the scaled columns that learning began with (of
#'   `"edm"`, with fewer than 512 columns; else `NULL`).
#' @section Errors: `follmer_error_input` names the argument, or the row and
#'   column of `x`; `follmer_error_numeric` when the loss becomes non-finite;
#'   `follmer_error_file` for a checkpoint that cannot be written or trusted;
#'   `follmer_interrupt` at Ctrl-C.
#' @references Ledoit and Wolf (2004), *A well-conditioned estimator for
#'   large-dimensional covariance matrices*, Journal of Multivariate Analysis
#'   88.
#'
#'   Karras, Aittala, Aila and Laine (2022), *Elucidating the design
#'   space of diffusion-based generative models*, arXiv 2206.00364, for
#'   `"edm"`.
#' @seealso [follmer_fit] for what can be done with any fit;
#'   [simulate.follmer_denoiser()], [predict.follmer_denoiser()],
#'   [denoising_loss()], [write_model()]
#' @examples
#' fit <- fit_denoiser(faithful,
#'   network = mlp(c(32, 32)), steps = 500, batch = 128, seed = 1
#' )
#' fit
#' plot(fit)
#' @export
fit_denoiser <- function(x, process = vp(), network = mlp(), parametrization = "edm",
                         standardize = TRUE, transform = "auto", steps = 8000, batch = NULL,
                         learning_rate = 0.003, schedule = "cosine", warmup = 100,
                         clip = Inf, weight_decay = 0, ema = 0.999, validation = 0.1,
                         patience = 400, report_every = 50, checkpoint = NULL,
                         checkpoint_every = 30, seed = NULL, threads = NULL,
                         progress = interactive()) {
  x <- check_rows(x, "x")
  check_apart(x)
  check_process(process)
  check_class(network, "network", "follmer_network", "a network, as mlp() makes")
  if (!is.null(checkpoint)) {
    checkpoint <- check_file(checkpoint, "checkpoint")
    check_writable(checkpoint, "checkpoint")
  }
  values <- option_values(c(unclass(process), unclass(network), list(
    parametrization = parametrization, standardize = standardize,
    transform = transform, steps = steps, batch = batch, learning_rate = learning_rate,
    schedule = schedule, warmup = warmup, clip = clip, weight_decay = weight_decay, ema = ema,
    validation = validation, patience = patience, report_every = report_every,
    checkpoint = checkpoint, checkpoint_every = checkpoint_every
  )))
  resolve_options("fit", values)
  check_spread(x, standardize)
  threads <- check_threads(threads)
  check_flag(progress, "progress")
  if (!is.null(checkpoint) && is.null(seed)) {
    abort_about("seed", "must be given with `checkpoint`, so that the same call resumes the fit.")
  }
  seed <- draw_seed(check_seed(seed))
  names <- if (!is.null(colnames(x))) enc2utf8(colnames(x))
  fields <- with_progress(progress, "Fitting", function(tick) {
    .Call(ffi_fit_denoiser, x, names, values, run_settings(seed, threads, tick))
  })
  new_denoiser_fit(answer(fields), match.call())
}

# Columns of a model are known by their names.
check_apart <- function(x) {
  twice <- anyDuplicated(colnames(x))
  if (twice > 0L) {
    abort_about(
      "x", "must have a name of its own for each column; column ", twice, " is another ",
      sQuote(colnames(x)[twice], FALSE), "."
    )
  }
}

# Before the seed is drawn: what the core would refuse later.
check_spread <- function(x, standardize) {
  if (nrow(x) < 2L) {
    abort_about("x", "must have at least 2 rows, not ", nrow(x), ".")
  }
  constant <- apply(x, 2L, function(column) all(column == column[1L]))
  if (standardize && any(constant)) {
    j <- which(constant)[1L]
    abort_about(
      "x", "must vary in every column; column ", j, " (", column_names(x)[j],
      ") is constant. Leave it out, or use `standardize = FALSE`."
    )
  }
}

new_denoiser_fit <- function(fields, call = NULL) {
  fit <- new_fit(
    fields, "follmer_denoiser",
    process = process_of(fields$options), network = network_of(fields$options),
    parametrization = fields$options$parametrization, names = fields$names,
    center = fields$center, scale = fields$scale, columns = columns_of(fields),
    gaussian = if (!is.null(fields$covariance)) target_gaussian(fields$mean, fields$covariance)
  )
  fit$call <- call
  fit
}

column_names.follmer_denoiser_fit <- function(x) {
  x$names %||% default_names(length(x$center))
}

core_denoiser.follmer_denoiser_fit <- function(object) {
  fit_bytes(object)
}

denoiser_key.follmer_denoiser_fit <- function(object) {
  .Call(ffi_hash, fit_bytes(object))
}

denoiser_words.follmer_denoiser_fit <- function(object) {
  "a fitted model"
}

default_snr_max.follmer_denoiser_fit <- function(object) {
  NA_real_
}

standardization.follmer_denoiser_fit <- function(object) {
  if (any(object$columns$transform != "none")) NA else unclass(object)[c("center", "scale")]
}

process_rows.follmer_denoiser_fit <- function(object, x, reverse = FALSE) {
  x[] <- answer(.Call(ffi_model_coordinates, fit_bytes(object), x, reverse))
  x
}

COLUMN_KINDS <- c("none", "atoms", "scores") # fol_column_kind, from 0 on

# What is drawn of each column, a row for each.
columns_of <- function(fields) {
  columns <- as.data.frame(fields$columns)
  data.frame(
    transform = COLUMN_KINDS[columns$kind + 1], whole = columns$whole != 0, atoms = columns$atoms,
    lower = columns$lower, upper = columns$upper,
    row.names = fields$names %||% default_names(length(fields$center))
  )
}

# Which columns are more than standardised, in words; NULL: none.
column_words <- function(object) {
  columns <- object$columns
  of <- function(which, what) {
    if (any(which)) paste(what, some_names(rownames(columns)[which], 6L))
  }
  parts <- c(
    of(columns$transform == "scores", "normal scores of"),
    of(columns$atoms > 0, "frequent values kept in"),
    of(columns$whole, "whole numbers in")
  )
  if (length(parts) > 0L) paste(parts, collapse = "; ")
}

is_standardized <- function(object) {
  any(object$center != 0) || any(object$scale != 1)
}

fit_words.follmer_denoiser_fit <- function(object) {
  list(
    title = paste0(
      "A denoising diffusion: ", count_words(dim(object), "column"), " learnt from ",
      count_words(object$n_rows, "row")
    ),
    lines = c(
      process = format(object$process),
      network = paste0(format(object$network), "; ", format_count(object$n_weights), " weights"),
      predicts = paste0(
        object$parametrization, if (is_standardized(object)) ", on standardised columns"
      ),
      columns = column_words(object)
    ),
    loss = "eps-MSE per dimension",
    first = if (!is.null(object$gaussian)) "a Gaussian with the data's covariance"
  )
}

#' @export
summary.follmer_denoiser_fit <- function(object, ...) {
  summary <- NextMethod()
  summary$columns <- data.frame(
    center = object$center, scale = object$scale, object$columns,
    row.names = column_names(object)
  )
  summary
}
