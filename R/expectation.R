#' Expectations under a stochastic differential equation
#'
#' Estimates `E g(X_T)`, where `X_T` is the end of a process of [sde()],
#' with a standard error and all that is needed to judge it.
#'
#' * `"rhee_glynn"` (the default; unbiased) adds up differences between Euler
#'   paths of `2^l` and `2^(l - 1)` steps on the same Brownian motion, up to a
#'   random level. `levels` is the form: `"stratified"` draws the levels of a
#'   whole batch in strata, which takes away most of the variance that they
#'   cause; `"sum"` is the coupled sum and `"single"` the single term of Rhee
#'   and Glynn (2015).
#' * `"renewal"` (unbiased) refreshes the drift at random times, whose gaps have
#'   the law `gap`, and multiplies weights that undo what was frozen: equation
#'   (4.2) of Tzen and Raginsky (2019), by Henry-Labordere, Tan and Touzi
#'   (2017). See [random_network()] and [renewal_bound()].
#' * `"mlmc"` is multilevel Monte Carlo (Giles 2008): it adds levels and paths
#'   until the root mean square error is `target_se`, which must be given. Its
#'   bias is estimated, not zero.
#' * `"euler"` is plain Monte Carlo on Euler paths of `steps` steps. Its bias is
#'   estimated by halving the steps.
#' * `"antithetic"` is the same with each path beside the one of opposite noise:
#'   a draw is the mean of `g` over both, at twice the cost. It pays where `g`
#'   of the path is nearly odd in the noise.
#'
#' Cost is counted in drift evaluations, each at one state and time. Estimators
#' are compared by variance x cost, which does not depend on the number of
#' draws: see [variance_profile()].
#'
#' A long run can be split over machines in two ways: by seeds, or as `part` 1,
#' 2, ... of `parts` with the same seed. [c()][follmer_estimate] pools either;
#' all the parts of a run give the same bits as the whole run.
#'
#' What counts only beside some methods or functions `g` is refused beside
#' others: `gap`, `levels`, `base_level`, `decay`, `steps`, `threshold` and
#' `batch` (which `"mlmc"` has not).
#'
#' @param object A process of [sde()], or what it can be made of: a model of
#'   [fit_denoiser()], an [exact_denoiser()] or a [target_gmm()].
#' @param g The function: of an `n` x `d` matrix of states, returning `n`
#'   numbers or, for `q` functions at once, an `n` x `q` matrix whose column
#'   names are the names of the result. It is called once on two starts to find
#'   `q`. Or one of those that the core knows: `"mean"`, `"second_moment"`,
#'   `"exceedance"` (is the column above `threshold`?) and `"excess"` (by how
#'   much, else 0), which have a value for each column; `"squared_norm"`, and
#'   `"cosine"`, the sum of the cosines of the columns divided by `sqrt(d)`.
#' @param method `"rhee_glynn"`, `"renewal"`, `"mlmc"`, `"euler"` or
#'   `"antithetic"`. Here, for `levels` and for `steps`, `NULL` is the default.
#' @param n Number of draws; `NULL` is 100000, or as many as `target_se` or
#'   `seconds` take. With one of these it is the most that are made.
#' @param ... Must be empty.
#' @param threshold A number, of `"exceedance"` and `"excess"`.
#' @param gap Law of the gaps of `"renewal"`, in fractions of the horizon:
#'   [gap_exponential()] and others.
#' @param levels,base_level,decay Of `"rhee_glynn"`: the form; the logarithm to
#'   base 2 of the steps of the base level, which `"mlmc"` has, too; how the
#'   probability of a level above `l` falls, as `2^(-decay l)`, between 1 and 4.
#'   `NULL`: a pilot run chooses; 0 for the base level of `"mlmc"`.
#' @param steps Steps of `"euler"` and `"antithetic"`, an even number; `NULL` is 64.
#' @param target_se Stop when every standard error is below this number.
#' @param seconds Stop after this time. Such a run cannot be repeated to the
#'   bit, as it depends on the clock.
#' @param batch Draws of a batch, from which standard errors and the bootstrap
#'   are found; `NULL`: a power of two near `n / 128`, at least 64.
#' @param part,parts Make only part `part` of a run that is split into `parts`.
#' @param keep_draws Whether to keep the draws themselves; `n` must be given
#'   with `target_se` or `seconds`.
#' @param keep_interrupted Whether Ctrl-C ends the run with an estimate from the
#'   draws that it has, if these are two batches or more (`"mlmc"`: a level with
#'   paths). Its first warning says that it was interrupted and how many draws it
#'   has. Otherwise an interrupt leaves nothing.
#' @param seed A whole number in `[0, 2^53)`, or `NULL`: drawn from R's
#'   generator, so that [set.seed()] works. The result is the same to the bit
#'   for any number of threads.
#' @param threads Number of threads; `NULL`: as [set_threads()] says. Functions
#'   of R are called on one of them alone, for all rows that are ready at once.
#' @param progress Whether to show a progress bar.
#' @param conf_level Confidence level of the intervals.
#' @return An estimate: a list of class [follmer_estimate].
#' @section Names of values: The functions that the core knows name their values
#'   themselves: `"mean x"` for the column `x` of the starts, `"mean 1"` where it
#'   has no name. The names of other values are the column names of what `g`
#'   returns; without them, they are `g`, or `g1`, `g2` and so on. `cbind(a =
#'   f(x))` names the column only when `f(x)` is a vector. When it is a matrix,
#'   such as `x %*% b` or `x[, 1, drop = FALSE]^2`, R goes by the column names of
#'   that matrix alone: write `cbind(a = as.vector(f(x)))`, or set `colnames()`.
#' @section Coverage of the intervals: For the indicator of an event, as
#'   `"exceedance"` is, the default interval of 95 per cent covers 92 per cent of
#'   the time with `n = 1000` and 93.8 with `n = 4000`: take 10000 draws or more.
#'   Where the variance is infinite the interval of bootstrap-t is no remedy: it
#'   covers between 87 and 92 per cent there.
#' @section Errors: `follmer_error_input` names the argument, or what `g` or the
#'   drift should have returned; `follmer_error_numeric` when one of them is not
#'   finite, with the state. An error inside `g` or the drift arrives as it is.
#' @references Tzen and Raginsky (2019), *Theoretical guarantees for sampling
#'   and inference in generative models with latent diffusions*, COLT,
#'   arXiv 1903.01608; Rhee and Glynn (2015), *Unbiased estimation with square
#'   root convergence for SDE models*, Oper. Res. 63; Giles (2008), *Multilevel
#'   Monte Carlo path simulation*, Oper. Res. 56; Henry-Labordere, Tan and Touzi
#'   (2017), *Unbiased simulation of stochastic differential equations*, Ann.
#'   Appl. Probab. 27.
#' @seealso [follmer_estimate] for what can be done with the result,
#'   [variance_profile()] to compare methods, [tune_gap()]
#' @examples
#' walk <- sde(drift_sin(), x0 = 0)
#' expectation(walk, "cosine", n = 20000, seed = 1) # 0.307734
#'
#' # Several functions at once, of R
#' both <- function(x) cbind(cos = cos(x[, 1]), tail = x[, 1] > 1)
#' expectation(walk, both, method = "renewal", n = 20000, seed = 1)
#'
#' # Under a distribution: the Follmer process ends in it
#' expectation(target_gmm(c(-2, 2), sd = 0.5), "second_moment", n = 5000, seed = 1) # 4.25
#' @export
expectation <- function(object, g = "mean", ...) {
  UseMethod("expectation")
}

#' @rdname expectation
#' @export
expectation.follmer_sde <- function(object, g = "mean", method = "rhee_glynn", n = NULL, ...,
                                    threshold = 0, gap = gap_exponential(1),
                                    levels = "stratified", base_level = NULL, decay = NULL,
                                    steps = NULL, target_se = NULL, seconds = NULL, batch = NULL,
                                    part = 1, parts = 1, keep_draws = FALSE,
                                    keep_interrupted = FALSE, seed = NULL, threads = NULL,
                                    progress = interactive(), conf_level = 0.95) {
  method <- check_choice(method %||% "rhee_glynn", "method", names(kinds_of("estimator")))
  check_flag(keep_draws, "keep_draws")
  if (keep_draws) {
    n <- kept_draws(n, method, !is.null(target_se) || !is.null(seconds))
  }
  values <- expect_values(
    method = method, n = n, ..., levels = levels, base_level = base_level, decay = decay,
    steps = steps, target_se = target_se, seconds = seconds, batch = batch, part = part,
    parts = parts, keep_interrupted = keep_interrupted
  )
  gap <- core_gap(check_gap(gap))
  settings <- option_answer(.Call(ffi_expect_options, values, gap), values)
  conf_level <- check_real(conf_level, "conf_level", above = 0, below = 1)
  threads <- check_threads(threads)
  check_flag(progress, "progress")
  seed <- check_seed(seed)
  g <- functional_of(g, threshold, object)
  equation <- core_sde(object)
  seed <- draw_seed(seed)
  result <- answer(with_progress(progress, "Estimating", function(tick) {
    .Call(
      ffi_expect, equation, g$core, values, gap, if (keep_draws) settings$n else 0,
      run_settings(seed, threads, tick)
    )
  }))
  new_estimate(
    list(result$tally), g$names, conf_level, problem_of(object, g$g, threshold),
    expect_settings(settings, gap, result$tally),
    if (keep_draws) new_psi(result, g$names)
  )
}

#' @rdname expectation
#' @export
expectation.default <- function(object, g = "mean", ...) {
  expectation(as_sde(object), g, ...)
}

# How many draws there must be space for; the default is that of the core.
kept_draws <- function(n, method, open) {
  if (method == "mlmc") {
    abort_about("keep_draws", "cannot be used with method \"mlmc\", whose draws are of levels.")
  }
  if (is.null(n) && open) {
    abort("`n`, the most draws that are kept, must be given with `keep_draws`.",
      fields = list(argument = "n", wanted = "given with `keep_draws`")
    )
  }
  if (is_number(n) && n > .Machine$integer.max) {
    wanted("n", paste("at most", .Machine$integer.max, "with `keep_draws`"), n)
  }
  n %||% 100000
}

expect_values <- function(...) {
  values <- option_values(list(...))
  loose <- grep("^gap_", names(values), value = TRUE)
  if (length(loose) > 0L) {
    abort_about(loose[1L], "belongs to the law: give `gap = gap_exponential(...)` or another.")
  }
  values
}

# The keys that say what an estimate is, without those that say how it was
# split, and with what the pilot has chosen.
expect_settings <- function(settings, gap, tally) {
  chosen <- list(base_level = tally$base_level, decay = tally$decay)
  c(
    settings[c("n", "target_se", "batch")],
    switch(settings$method,
      rhee_glynn = c(settings["levels"], chosen),
      renewal = gap,
      mlmc = chosen["base_level"],
      settings[kinds_of("estimator")[[settings$method]]]
    )
  )
}

core_gap <- function(gap) {
  unclass(gap)
}

# g as the core's glue takes it, and the names of its values.
functional_of <- function(g, threshold, object) {
  if (is.function(g)) {
    check_threshold(threshold)
    probe <- probe_functional(g, object$x0)
    core <- core_function(g, "g", object$x0, probe$q)
    return(list(core = core, names = probe$names, g = g))
  }
  if (!is.character(g) || length(g) != 1L) {
    wanted("g", "a function of a matrix of states, or the name of one that the core knows", g)
  }
  keys <- functional_keys(g, threshold)
  names <- if (answer(.Call(ffi_functional_each, keys))) {
    paste(g, colnames(object$x0) %||% seq_len(ncol(object$x0)))
  } else {
    g
  }
  list(core = keys, names = names, g = g)
}

# The keys of a function that the core knows. The default of `threshold` goes
# with every g, any other only with those that have one.
functional_keys <- function(g, threshold) {
  if (isTRUE(threshold == 0) && !g %in% threshold_functions()) {
    threshold <- NULL
  }
  resolve_options("functional", list(g = g, threshold = threshold))
}

threshold_functions <- function() {
  names(Filter(function(keys) "threshold" %in% keys, kinds_of("functional")))
}

# A function of R has no threshold: refuses any other than the default.
check_threshold <- function(threshold) {
  if (!is.null(threshold) && !isTRUE(threshold == 0)) {
    abort_about(
      "threshold", "goes with `g` ", any_of(threshold_functions()), ", not with a function."
    )
  }
}

# Draws as users see them; those beyond a target have not been made.
new_psi <- function(result, names) {
  made <- seq_len(result$made)
  psi <- t(result$psi[, made, drop = FALSE])
  colnames(psi) <- names
  list(psi = psi, layers = result$layers[made], weight = result$weight[made])
}

#' Read an expectation of the command
#'
#' Reads the result that `follmer expect` or `follmer combine` wrote.
#'
#' @param file Name of the JSON file.
#' @param conf_level Confidence level of the intervals.
#' @return An estimate: a list of class [follmer_estimate], which
#'   [c()][follmer_estimate] pools with others.
#' @section Errors: `follmer_error_file` names the file and what is wrong.
#' @seealso [expectation()]
#' @examples
#' \dontrun{
#' read_expectation("result.json")
#' }
#' @export
read_expectation <- function(file, conf_level = 0.95) {
  file <- check_file(file)
  conf_level <- check_real(conf_level, "conf_level", above = 0, below = 1)
  result <- answer(.Call(ffi_expectation_read, file))
  q <- ncol(result$tallies[[1L]]$tail)
  if (length(result$names) != q || anyNA(result$names)) {
    abort_file(file, "must have ", q, " texts as `names`, one for each value.")
  }
  if (is.null(result$problem)) {
    abort_file(file, "must have an object `problem`: what the expectation is of.")
  }
  infinite <- vapply(result$problem, identical, NA, "inf") # JSON has no infinity
  result$problem[infinite] <- Inf
  new_estimate(result$tallies, result$names, conf_level, result$problem)
}
