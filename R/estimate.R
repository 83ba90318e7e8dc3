#' Estimates
#'
#' What [expectation()] returns: estimates of `q` expectations with their
#' standard errors, and what is needed to judge them.
#'
#' The *interval* that is printed is that of Student's t. `"bootstrap-t"` finds
#' an interval from the spread of studentised means of resampled batches, which
#' serves better when draws are skewed or heavy-tailed.
#'
#' The *tail index* is the shape of the generalized Pareto distribution of the
#' largest `|psi - centre|`. From 0.5 on the variance of a draw is infinite; a
#' warning says so when the index is above 0.5 by half of its standard error (for
#' `"rhee_glynn"`, whose tail comes in lumps: by 2.5; more where many values are
#' estimated at once) and the kurtosis is above `n / 20`. The standard error then
#' means little, however small it is.
#'
#' `c()` pools estimates of the same functions. Parts of one run become the run,
#' to the bit; only the network of a fitted model differs in its last digits
#' between processors with other vector instructions, and then a warning says so.
#' Runs of different seeds are pooled in proportion to their draws
#' (`"mlmc"`: to their cost). The same part of a run twice is refused, and so
#' are different runs with one seed: they have random numbers in common. So are
#' runs of different problems. A function of R is known by its text and by the
#' values that it takes from the functions around it and from the workspace:
#' numbers, texts, lists and functions; environments and pointers by their class
#' alone. Where a drift or `g` cannot be compared (a function with a name, or a
#' compiled drift with any), a message says so.
#'
#' @param object,x Estimates.
#' @param parm Which expectations: names or places; by default all.
#' @param level Confidence level; by default as the estimate has it.
#' @param type `"normal"`, which is Student's t, or `"bootstrap-t"`.
#' @param ... For `c()`, further estimates; elsewhere unused.
#' @param row.names,optional As in [as.data.frame()].
#' @return An estimate is a list with
#'   * `names`: of the expectations; the fields below have an entry for each of
#'     them, with its name;
#'   * `estimate`, `se`: estimates and their standard errors;
#'   * `lower`, `upper`; `lower_t`, `upper_t`: intervals by Student's t and
#'     bootstrap-t (`NaN` with fewer than ten batches, and for `"mlmc"`);
#'   * `variance`, `variance_se`: of a draw, `n se^2`, with its standard error;
#'   * `work`, `work_se`: variance x cost of a draw, with its standard error;
#'   * `kurtosis`, `tail_index`: of the draws;
#'   * `bias`, `bias_se`: estimated bias of `"euler"` and `"mlmc"`, else `NaN`;
#'   * `vcov`: the `q` x `q` covariance matrix of the estimates;
#'
#'   and one of
#'   * `n`, `cost`, `pilot_cost`: number of draws (`"mlmc"`: paths of all
#'     levels), all their drift evaluations, and those of the pilot beside them;
#'   * `seconds`, `df`, `conf_level`: time, degrees of freedom of the standard
#'     errors, confidence level;
#'   * `layers`: shares of draws by the number of layers (`"renewal"`: from 0)
#'     or the level (the others); the last entry is all beyond;
#'   * `heavy`: whether the variance looks infinite;
#'   * `warnings`: sentences that say what must be known beside the standard
#'     errors, which are printed: a variance that looks infinite, a standard
#'     error that is itself not well known, a bias above the standard error,
#'     levels that are not consistent or rest on a few paths, a target that was
#'     not reached, parts that do not join to the bit;
#'   * `method`, `seed`, `settings`: how it was made; several seeds when pooled;
#'   * `problem`: the keys of the equation and of `g`, those of the command; what
#'     is large or a function by its hash;
#'   * `tallies`: the sums of each run, from which all else is computed;
#'   * `draws`: with `keep_draws`, a list of `psi`, an `n` x `q` matrix whose
#'     column means are the estimates, `layers` and `weight`, what the end of a
#'     path is multiplied by.
#'
#'   `summary()` is a list of class `summary_follmer_estimate`, to be printed.
#'   `coef()` is the vector of estimates, `vcov()` their covariance matrix,
#'   `confint()` a matrix of lower and upper bounds, `nobs()` the number of
#'   draws. `as.data.frame()` has a row for each expectation with its `name`
#'   and all fields of one number for each; `n`, `cost`, `method` and the texts
#'   `gap` (`NA` but for `"renewal"`), `seed` and `warnings` are those of the
#'   whole run.
#' @section Errors: `follmer_error_input` names the argument.
#' @references Efron and Tibshirani (1993), *An introduction to the bootstrap*,
#'   chapter 12; Zhang and Stephens (2009), *A new and efficient estimation
#'   method for the generalized Pareto distribution*, Technometrics 51; Vehtari,
#'   Simpson, Gelman, Yao and Gabry (2024), *Pareto smoothed importance
#'   sampling*, JMLR 25.
#' @seealso [expectation()]
#' @examples
#' walk <- sde(drift_sin(), x0 = 0)
#' runs <- lapply(1:2, function(seed) expectation(walk, "cosine", n = 10000, seed = seed))
#' pooled <- c(runs[[1]], runs[[2]])
#' pooled
#' summary(pooled)
#' confint(pooled, level = 0.99, type = "bootstrap-t")
#' as.data.frame(pooled)
#' @name follmer_estimate
NULL

# All but names, problem, settings and draws is computed from the tallies.
new_estimate <- function(tallies, names, conf_level, problem, settings = NULL, draws = NULL) {
  summary <- summarise(tallies, names, conf_level, settings$target_se %||% NaN)
  structure(
    c(list(names = names), summary, list(
      method = unique(tally_values(tallies, "method", "")),
      seed = tally_values(tallies, "seed", 0), settings = settings, problem = problem,
      tallies = tallies, draws = draws
    )),
    class = "follmer_estimate"
  )
}

# Fields with a number for each expectation.
estimate_columns <- function() {
  .Call(ffi_summary_columns)
}

summarise <- function(tallies, names, level, target_se, resamples = 1999) {
  found <- answer(.Call(ffi_summarise, tallies, names, level, resamples, target_se))
  names(found$summary)[names(found$summary) == "level"] <- "conf_level"
  c(found$summary, found["warnings"])
}

tally_values <- function(tallies, field, like) {
  vapply(tallies, `[[`, like, field)
}

#' @rdname follmer_estimate
#' @export
c.follmer_estimate <- function(...) {
  all <- list(...)
  for (i in seq_along(all)) {
    check_class(all[[i]], sprintf("..%d", i), "follmer_estimate", "an estimate of expectation()")
    if (!identical(all[[i]]$names, all[[1L]]$names)) {
      abort_about(
        "...", "must be estimates of the same functions, not of ", name_list(all[[1L]]$names),
        " and of ", name_list(all[[i]]$names), "."
      )
    }
  }
  tallies <- unlist(lapply(all, `[[`, "tallies"), recursive = FALSE)
  check_problems(lapply(all, `[[`, "problem"))
  settings <- lapply(all, `[[`, "settings")
  draws <- lapply(all, `[[`, "draws")
  joined <- option_answer(.Call(ffi_tally_join, tallies), list(), c(tallies = "..."))
  new_estimate(
    joined, all[[1L]]$names, all[[1L]]$conf_level,
    all[[1L]]$problem, if (all(vapply(settings, identical, NA, settings[[1L]]))) settings[[1L]],
    if (!any(vapply(draws, is.null, NA))) bind_draws(draws)
  )
}

name_list <- function(names) {
  toString(c(sQuote(names[seq_len(min(length(names), 3L))], FALSE), if (length(names) > 3L) "..."))
}

bind_draws <- function(draws) {
  list(
    psi = do.call(rbind, lapply(draws, `[[`, "psi")),
    layers = unlist(lapply(draws, `[[`, "layers")),
    weight = unlist(lapply(draws, `[[`, "weight"))
  )
}

#' @rdname follmer_estimate
#' @export
coef.follmer_estimate <- function(object, ...) {
  object$estimate
}

#' @rdname follmer_estimate
#' @export
vcov.follmer_estimate <- function(object, ...) {
  object$vcov
}

#' @rdname follmer_estimate
#' @export
nobs.follmer_estimate <- function(object, ...) {
  object$n
}

#' @rdname follmer_estimate
#' @export
confint.follmer_estimate <- function(object, parm = object$names, level = object$conf_level,
                                     type = "normal", ...) {
  level <- check_real(level, "level", above = 0, below = 1)
  check_choice(type, "type", c("normal", "bootstrap-t"))
  if (is.numeric(parm)) {
    parm <- object$names[parm]
  }
  unknown <- setdiff(parm, object$names)
  if (length(unknown) > 0L) {
    abort_about(
      "parm", "must be among ", name_list(object$names), ", not ", describe(unknown[1L]), "."
    )
  }
  if (level != object$conf_level) {
    object <- new_estimate(object$tallies, object$names, level, object$problem, object$settings)
  }
  bounds <- switch(type,
    normal = cbind(object$lower, object$upper),
    "bootstrap-t" = cbind(object$lower_t, object$upper_t)
  )
  percent <- format(50 * c(1 - level, 1 + level), digits = 3L, trim = TRUE, scientific = FALSE)
  dimnames(bounds) <- list(object$names, paste(percent, "%"))
  bounds[parm, , drop = FALSE]
}

#' @rdname follmer_estimate
#' @export
as.data.frame.follmer_estimate <- function(x, row.names = NULL, optional = FALSE, ...) {
  columns <- lapply(unclass(x)[estimate_columns()], unname)
  data.frame(
    name = x$names, columns, n = x$n, cost = x$cost, method = toString(x$method),
    gap = gap_text(x$settings), seed = toString(format_seed(x$seed)),
    warnings = paste(x$warnings, collapse = " "), row.names = row.names, stringsAsFactors = FALSE
  )
}

gap_text <- function(settings) {
  keys <- settings[startsWith(names(settings) %||% "", "gap")]
  if (length(keys) == 0L) NA_character_ else format(structure(keys, class = "follmer_gap"))
}

#' @rdname follmer_estimate
#' @export
format.follmer_estimate <- function(x, ...) {
  show <- function(y) to_precision(y, x$se)
  stats::setNames(paste0(show(x$estimate), " (", show(x$se), ")"), x$names)
}

#' @rdname follmer_estimate
#' @export
print.follmer_estimate <- function(x, ...) {
  cat(estimate_header(x))
  print_table(estimate_table(x))
  cat(
    format(100 * x$conf_level), " % intervals; ",
    "var x cost: variance x drift evaluations of a draw\n", estimate_cost(x), sep = ""
  )
  cat_warnings(x)
  invisible(x)
}

estimate_header <- function(x) {
  by <- estimator_of(x)
  seeds <- format_seed(x$seed)
  sprintf(
    "# Expectations by %s: %s, %s\n", by$words, count_words(x$n, by$makes),
    if (length(seeds) == 1L) paste("seed", seeds) else paste(length(seeds), "seeds")
  )
}

estimate_table <- function(x, interval = c("lower", "upper")) {
  show <- function(y) to_precision(y, x$se)
  data.frame(
    estimate = show(x$estimate), "std. error" = show(x$se),
    interval = paste0("[", show(x[[interval[1L]]]), ", ", show(x[[interval[2L]]]), "]"),
    "var x cost" = number_words(x$work), row.names = make.unique(shortened(x$names, 24L)),
    check.names = FALSE
  )
}

estimate_cost <- function(x) {
  sprintf(
    "cost: %s drift evaluations%s, %s s\n", format_count(x$cost),
    if (isTRUE(x$pilot_cost > 0)) {
      sprintf(" (pilot: %s)", format_count(x$pilot_cost))
    } else {
      ""
    },
    format(signif(x$seconds, 2L))
  )
}

cat_warnings <- function(x) {
  for (sentence in x$warnings) {
    cat_wrapped("! ", sentence)
  }
}

#' @rdname follmer_estimate
#' @export
summary.follmer_estimate <- function(object, ...) {
  structure(list(estimate = object), class = "summary_follmer_estimate")
}

#' @export
print.summary_follmer_estimate <- function(x, ...) {
  x <- x$estimate
  cat(estimate_header(x), format_settings(x$settings), sep = "")
  print_table(estimate_table(x))
  bootstrap <- !all(is.na(x$lower_t))
  cat("\nwhat the draws are like", if (bootstrap) ", and bootstrap-t intervals", "\n", sep = "")
  show <- function(y) to_precision(y, x$se)
  more <- data.frame(
    interval = paste0("[", show(x$lower_t), ", ", show(x$upper_t), "]"),
    variance = number_words(x$variance), kurtosis = number_words(x$kurtosis),
    "tail index" = number_words(x$tail_index, 2L),
    bias = sprintf("%s (%s)", number_words(x$bias, 2L), number_words(x$bias_se, 2L)),
    row.names = make.unique(shortened(x$names, 24L)), check.names = FALSE
  )
  unknown <- c(
    interval = !bootstrap, "tail index" = all(is.na(x$tail_index)),
    bias = all(is.na(x$bias))
  )
  print_table(more[setdiff(names(more), names(unknown)[unknown])])
  print_layers(x)
  cat(
    "\n", format(100 * x$conf_level), " % intervals; ", count_words(signif(x$df, 4L), "degree"),
    " of freedom\n", estimate_cost(x), sep = ""
  )
  cat_warnings(x)
  invisible(x)
}

format_settings <- function(settings) {
  settings <- settings[!vapply(settings, function(x) all(is.na(x)), NA)]
  settings$n <- NULL
  if (length(settings) == 0L) {
    return("")
  }
  words <- paste(names(settings), "=", vapply(settings, format_setting, ""))
  paste0(strwrap(toString(words), width = 78L, prefix = "# "), "\n", collapse = "")
}

# Shares of draws by layers or levels; the last column is all beyond.
print_layers <- function(x) {
  what <- estimator_of(x)$layers
  last <- max(which(x$layers > 0), 1L)
  if (is.null(what) || last == 1L) {
    return()
  }
  few <- min(last, 10L)
  shares <- c(x$layers[seq_len(few - 1L)], sum(x$layers[few:last]))
  words <- formatC(100 * shares, digits = 1L, format = "f")
  names(words) <- paste0(seq_len(few) - 1L, c(rep("", few - 1L), if (last > few) "+" else ""))
  cat("\n% of draws by ", what, "\n", sep = "")
  print(words, quote = FALSE)
}
