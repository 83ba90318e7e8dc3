#' Stochastic differential equations
#'
#' Describes the process `dX = b(X, t) dt + sigma dW` from time 0 to `horizon`,
#' for [expectation()] and its relatives.
#'
#' With a model of [fit_denoiser()], an [exact_denoiser()] or a target whose
#' exact denoiser is known ([target_gmm()], [target_gaussian()]) for `drift` the
#' equation is the *Follmer process* of the data: it starts at 0, has horizon 1
#' and ends in the distribution that the model has learned. Its drift is
#' `b(x, t) = (D - x) / (1 - t)`, where the denoiser gives
#' `D = E[X | t X + sigma sqrt(t (1 - t)) eps = x]`, whatever process the model
#' was fitted to. The error of a learned denoiser is magnified as `t` tends to
#' 1, so from the time on at which the signal-to-noise ratio
#' `t / (sigma^2 (1 - t))` is `snr_max` the drift is kept as it is at that time.
#' Everywhere else, so in functions of the state, draws are on the scale of the
#' data; `sigma` and `snr_max` are on that of the standardised data.
#'
#' @param drift One of
#'   * a function of `x`, an `n` x `d` matrix of states, and `t`, a vector of
#'     `n` times, that returns an `n` x `d` matrix (a vector of `n` numbers will
#'     do if `d` is 1). What a row gives may not depend on the rows beside it
#'     (the common start of all draws is asked for once, as one row);
#'   * a drift that the core knows, or one that is compiled: [drift_ou()],
#'     [drift_sin()], [drift_tanh()], [drift_zero()],
#'     [drift_double_well()], [drift_native()];
#'   * a model of [fit_denoiser()], an [exact_denoiser()] or a target whose
#'     exact denoiser is known.
#' @param x0 The start: a vector of `d` numbers, or an `m` x `d` matrix of
#'   starts of which each draw takes one at random. Its names, or column names,
#'   are those of the columns. Must be left out for a model.
#' @param horizon When the process ends; positive. Must be left out for a model.
#' @param sigma How strong the noise is; positive.
#' @param snr_max For models only: the signal-to-noise ratio from which on the
#'   drift is kept as it is; positive. `NULL` is `100` divided by the variance
#'   of the standardised data for a fitted model and `Inf`, never, for an exact
#'   one.
#' @param x An equation.
#' @param ... Unused.
#' @return A list of class `follmer_sde`. `dim()` is the number of columns `d`.
#' @section Errors: `follmer_error_input` names the argument. What a function
#'   returns is checked when it is called.
#' @references Tzen and Raginsky (2019), *Theoretical guarantees for sampling
#'   and inference in generative models with latent diffusions*, COLT,
#'   arXiv 1903.01608, for the Follmer process.
#' @seealso [expectation()], [drift]
#' @examples
#' sde(function(x, t) sin(x), x0 = 0)
#' sde(drift_ou(rate = 2), x0 = c(a = 1, b = -1), horizon = 3, sigma = 0.5)
#' sde(target_gmm(c(-2, 2), sd = 0.5))
#' @export
sde <- function(drift, x0, horizon = 1, sigma = 1, snr_max = NULL) {
  sigma <- check_real(sigma, "sigma", above = 0, below = Inf)
  if (inherits(drift, "follmer_target")) {
    drift <- exact_denoiser(drift, pbm())
  }
  if (inherits(drift, "follmer_denoiser")) {
    if (!missing(x0) || !missing(horizon)) {
      abort_about(
        if (missing(x0)) "horizon" else "x0", "must be left out when `drift` is a model: ",
        "its process starts at 0 and has horizon 1."
      )
    }
    return(follmer_process_of(drift, sigma, snr_max))
  }
  if (!is.function(drift) && !inherits(drift, "follmer_drift")) {
    wanted("drift", "a function of (x, t), a drift such as drift_ou(), or a model", drift)
  }
  if (is.function(drift)) {
    check_drift_arguments(drift)
  }
  if (!is.null(snr_max)) {
    abort_about("snr_max", "must be left out unless `drift` is a model.")
  }
  if (missing(x0)) {
    abort_about("x0", "must be given: a vector of numbers, or a matrix with a row for each start.")
  }
  new_sde(
    drift = drift, x0 = check_starts(x0),
    horizon = check_real(horizon, "horizon", above = 0, below = Inf), sigma = sigma
  )
}

# It is called as drift(x, t).
check_drift_arguments <- function(drift) {
  names <- names(formals(args(drift) %||% function() NULL)) # some primitives have none
  swapped <- identical(names[1:2], c("t", "x"))
  if (swapped || length(names) < 2L && !"..." %in% names) {
    wanted("drift", "a function of (x, t)", words = paste0("of (", toString(names), ")"))
  }
}

follmer_process_of <- function(denoiser, sigma, snr_max) {
  if (!is.null(snr_max)) {
    if (!is_number(snr_max) || snr_max <= 0) {
      wanted("snr_max", "a positive number", snr_max)
    }
    snr_max <- as.double(snr_max)
  } else {
    snr_max <- default_snr_max(denoiser)
  }
  names <- column_names(denoiser)
  x0 <- matrix(0, 1L, length(names), dimnames = list(NULL, names))
  new_sde(drift = denoiser, x0 = x0, horizon = 1, sigma = sigma, snr_max = snr_max)
}

new_sde <- function(...) {
  object <- structure(list(...), class = "follmer_sde")
  answer(.Call(ffi_sde_check, core_sde(object)))
  object
}

check_starts <- function(x0) {
  if (is_plain(x0) && is.null(dim(x0)) && length(x0) > 0L) {
    x0 <- matrix(x0, 1L, dimnames = if (!is.null(names(x0))) list(NULL, names(x0)))
  } else if (!is.matrix(x0) && !is.data.frame(x0)) {
    wanted("x0", "a vector of numbers, or a matrix with a row for each start", x0)
  }
  check_rows(x0, "x0")
}

# An equation, or what one is made of.
as_sde <- function(x) {
  UseMethod("as_sde")
}

as_sde.follmer_sde <- function(x) {
  x
}

as_sde.follmer_denoiser <- function(x) {
  sde(x)
}

as_sde.follmer_target <- function(x) {
  sde(x)
}

as_sde.default <- function(x) {
  wanted("object", "an equation of sde(), a model, or a target_gmm()", x)
}

#' @rdname sde
#' @export
dim.follmer_sde <- function(x) {
  ncol(x$x0)
}

column_names.follmer_sde <- function(x) {
  column_names(x$x0)
}

# An equation as the core's glue takes it (src/r/sde.c).
core_sde <- function(object) {
  c(core_drift(object$drift, object), unclass(object)[c("x0", "horizon", "sigma")])
}

#' @export
format.follmer_sde <- function(x, ...) {
  sprintf(
    "dX = b(X, t) dt + %s dW to time %s, b: %s", format(x$sigma), format(x$horizon),
    drift_words(x$drift)
  )
}

#' @rdname sde
#' @export
print.follmer_sde <- function(x, ...) {
  d <- dim(x)
  cat("# A stochastic differential equation in ", count_words(d, "dimension"), "\n", sep = "")
  cat_wrapped(format(x))
  names <- column_names(x)[seq_len(min(d, 6L))]
  if (nrow(x$x0) > 1L) {
    cat("start: one of", format_count(nrow(x$x0)), "rows\n")
  } else if (!inherits(x$drift, "follmer_denoiser")) {
    start <- paste(names, "=", format(x$x0[seq_along(names)], digits = 4L, trim = TRUE))
    cat_wrapped("start: ", toString(c(start, if (d > 6L) "...")))
  }
  invisible(x)
}
