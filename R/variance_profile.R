#' Variance and cost over methods, gap laws, rates and levels
#'
#' Runs [expectation()] with one setting after another and tables what each
#' costs and how much its draws vary. The figure to compare is `work`, variance
#' x cost per draw: the drift evaluations that a standard error of 1 would
#' take. A standard error of `s` takes `work / s^2` of them.
#'
#' All settings have the same seed, so that random numbers are common where
#' methods share them and differences between neighbours are less noisy than
#' the standard errors say.
#'
#' Where the tail index says that the variance looks infinite (`heavy`), the
#' variance and work of a row say nothing, however small they are. Nor do draws
#' of `"renewal"` with long gaps tell all of their variance: rare draws of many
#' layers have huge weights, and a run that misses them takes it for small.
#' [tune_gap()] sees them.
#'
#' @param object An [sde()], or what it can be made of: a model of
#'   [fit_denoiser()], an [exact_denoiser()] or a [target_gmm()].
#' @param g The function whose expectation is wanted, as in [expectation()].
#' @param methods The settings: a vector or list, named or not, with for each
#'   setting the name of a method (`"rhee_glynn"`), a gap law for the renewal
#'   method ([gap_exponential()]), or a list of arguments of [expectation()],
#'   such as `list(levels = "sum", base_level = 2)`.
#' @param n Draws of each setting.
#' @param threshold A number, of `"exceedance"` and `"excess"`.
#' @param seed A whole number in `[0, 2^53)`, or `NULL`: drawn from R's
#'   generator, so that [set.seed()] works.
#' @param threads Number of threads; `NULL`: as [set_threads()] says.
#' @param progress Whether to show a progress bar.
#' @param x A profile.
#' @param row.names,optional As in [as.data.frame()].
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @return A data frame of class `follmer_variance_profile` with a row for each
#'   setting and each value of `g`:
#'   * `setting`: its name, or what it says;
#'   * `method`, `gap`, `levels`, `gap_rate`, `gap_shape`, `gap_max`,
#'     `base_level`, `decay`, `steps`: what was used (`NA` where a method has no
#'     such thing), so the base level and decay that a pilot chose;
#'   * `name` of the value, `n`, `estimate`, `se`;
#'   * `variance` of a draw, `cost` of a draw in drift evaluations, `work`
#'     (variance x cost), and the standard errors `variance_se` and `work_se`;
#'   * `kurtosis` and `tail_index` of the draws, and `heavy`: whether the
#'     variance looks infinite.
#'
#'   `plot()` shows variance, cost and work with 2 standard errors on either
#'   side; points are hollow where the variance looks infinite.
#' @section Errors: Those of [expectation()]; `follmer_error_input` names the
#'   setting.
#' @seealso [expectation()], [tune_gap()]
#' @examples
#' walk <- sde(drift_sin(), x0 = 0)
#' profile <- variance_profile(walk, "cosine",
#'   methods = c("rhee_glynn", lapply(c(0.5, 1, 2, 4), gap_exponential)),
#'   n = 5000, seed = 1
#' )
#' profile
#' plot(profile)
#' @export
variance_profile <- function(object, g,
                             methods = c(
                               "rhee_glynn", lapply(c(0.5, 1, 2, 4), gap_exponential),
                               lapply(c(1.25, 2), gap_uniform)
                             ),
                             n = 20000, threshold = 0, seed = NULL, threads = NULL,
                             progress = interactive()) {
  object <- as_sde(object)
  settings <- profile_settings(methods)
  n <- check_whole(n, "n", min = 2)
  common <- list(threshold = threshold, threads = threads, progress = FALSE)
  check_flag(progress, "progress")
  common$seed <- draw_seed(check_seed(seed))
  bar <- if (progress) cli::cli_progress_bar("Profiling", total = length(settings))
  rows <- list()
  for (i in seq_along(settings)) {
    rows[[i]] <- profile_rows(object, g, settings[[i]], n, common)
    rows[[i]]$setting <- names(settings)[i]
    if (progress) {
      cli::cli_progress_update(id = bar)
    }
  }
  new_variance_profile(do.call(rbind, rows), common$seed)
}

new_variance_profile <- function(rows, seed) {
  structure(rows, seed = seed, class = c("follmer_variance_profile", "data.frame"))
}

# Settings as lists of arguments of expectation(), with names to show.
profile_settings <- function(methods) {
  if (inherits(methods, "follmer_gap")) {
    methods <- list(methods)
  }
  if (!is.vector(methods)) {
    wanted("methods", "a list of names of methods, gap laws or lists of arguments", methods)
  }
  if (length(methods) == 0L) {
    abort_about("methods", "must have at least one setting.")
  }
  given <- names(methods) %||% rep("", length(methods))
  settings <- list()
  for (i in seq_along(methods)) {
    settings[[i]] <- profile_setting(methods[[i]], sprintf("methods[[%d]]", i))
    if (given[i] == "") {
      given[i] <- setting_label(settings[[i]])
    }
  }
  names(settings) <- make.unique(given, sep = " ")
  settings
}

profile_setting <- function(x, arg) {
  if (inherits(x, "follmer_gap")) {
    x <- list(gap = x)
  } else if (is.character(x) && length(x) == 1L) {
    x <- list(method = x)
  } else if (!is.list(x) || is.object(x)) {
    wanted(arg, "the name of a method, a gap law or a list of arguments of expectation()", x)
  }
  x <- named_setting(x, arg)
  if (is.null(x$method)) {
    x$method <- if (is.null(x$gap)) "rhee_glynn" else "renewal"
  }
  x
}

# The first argument may go without its name, `method`.
named_setting <- function(x, arg) {
  names <- names(x) %||% rep("", length(x))
  if (length(x) > 0L && names[1L] == "" && is.character(x[[1L]])) {
    names[1L] <- "method"
  }
  if (any(names == "")) {
    abort_about(arg, "must have a name for each argument of expectation().")
  }
  own <- intersect(names, c("object", "g", "seed", "threads", "progress", "keep_draws"))
  if (length(own) > 0L) {
    abort_about(arg, "must leave `", own[1L], "` to variance_profile().")
  }
  stats::setNames(x, names)
}

# A gap law says that the method is renewal.
setting_label <- function(setting) {
  parts <- if (is.null(setting$gap)) setting$method
  for (key in setdiff(names(setting), "method")) {
    value <- setting[[key]]
    plain <- inherits(value, "follmer_gap") || is.character(value)
    parts <- c(parts, if (plain) format(value) else paste(key, format_setting(value)))
  }
  paste(parts, collapse = " ")
}

# One run as rows of the table.
profile_rows <- function(object, g, setting, n, common) {
  if (is.null(setting$target_se) && is.null(setting$seconds) && is.null(setting$n)) {
    setting$n <- n
  }
  common <- common[setdiff(names(common), names(setting))]
  result <- do.call(expectation, c(list(object, g), setting, common))
  rows <- as.data.frame(result)
  rows$cost <- rows$cost / rows$n
  rows$heavy <- result$heavy & !is.na(rows$tail_index) & rows$tail_index > 0.5
  columns <- c(
    "name", "n", "estimate", "se", "variance", "variance_se", "cost", "work", "work_se",
    "kurtosis", "tail_index", "heavy"
  )
  data.frame(setting = "", profile_keys(result), rows[columns])
}

# What was used; NA where a method has no such thing.
profile_keys <- function(result) {
  used <- result$settings
  used[c("base_level", "decay")] <- result$tallies[[1L]][c("base_level", "decay")]
  numbers <- c(unique(unlist(kinds_of("gap"))), "base_level", "decay", "steps")
  as.data.frame(c(
    list(
      method = result$method, gap = used$gap %||% NA_character_,
      levels = used$levels %||% NA_character_
    ),
    lapply(stats::setNames(numbers, numbers), function(key) used[[key]] %||% NA_real_)
  ))
}

#' @rdname variance_profile
#' @export
print.follmer_variance_profile <- function(x, ...) {
  if (!all(c("setting", "name", "work") %in% names(x))) {
    return(print(as.data.frame(x), ...))
  }
  cat(
    "# A variance profile: ", length(unique(x$setting)), " settings, seed ",
    format_seed(attr(x, "seed")), "\n# work: variance x cost; *: the least\n",
    sep = ""
  )
  print_by_value(x, profile_columns)
  if (any(x$heavy)) {
    cat("# !: the variance looks infinite, so that what stands in the row says nothing\n")
  }
  invisible(x)
}

profile_columns <- function(x) {
  list(
    format(shortened(x$setting, 28L)), variance = number_words(x$variance),
    cost = number_words(x$cost),
    "work " = paste0(number_words(x$work), ifelse(least_work(x), "*", " ")),
    se = number_words(x$work_se, 2L), kurt = number_words(x$kurtosis, 2L),
    "tail " = paste0(to_precision(x$tail_index, 0.1), ifelse(x$heavy, "!", " "))
  )
}

# Whether a row has the least work of its value, as far as that can be known.
least_work <- function(x) {
  work <- ifelse(x$heavy, Inf, x$work)
  is.finite(work) & work == stats::ave(work, x$name, FUN = min)
}

#' @rdname variance_profile
#' @export
as.data.frame.follmer_variance_profile <- function(x, row.names = NULL, optional = FALSE, ...) {
  attr(x, "seed") <- NULL
  class(x) <- "data.frame"
  as.data.frame(x, row.names = row.names, optional = optional, ...)
}

#' @rdname variance_profile
#' @export
plot.follmer_variance_profile <- function(x, ...) {
  settings <- unique(x$setting)
  values <- unique(x$name)
  colour <- value_colours(length(values))
  old <- graphics::par(no.readonly = TRUE)
  on.exit(graphics::par(old))
  graphics::par(cex = 0.8)
  labels <- shortened(settings, 40L)
  width <- max(graphics::strwidth(labels, "inches"))
  several <- length(values) > 1L
  graphics::par(
    mfrow = c(1L, 3L), mar = c(3.2, 0.7, title_lines(0.4, ...), 0.7), mgp = c(2, 0.6, 0), cex = 0.8,
    omi = c(0, min(width + 0.2, graphics::par("din")[1L] / 2), if (several) 0.4 else 0.1, 0.1)
  )
  profile_panel(x, x$variance, x$variance_se, settings, "variance", colour, ...)
  graphics::axis(2L, seq_along(settings), labels, tick = FALSE, las = 1L)
  profile_panel(x, x$cost, 0, settings, "cost of a draw", colour, ...)
  profile_panel(x, x$work, x$work_se, settings, "variance x cost", colour, ...)
  if (several) {
    outer_legend(values, pch = 16L, col = colour)
  }
  invisible(x)
}

# A dot for each row with 2 standard errors on either side, on a log scale.
profile_panel <- function(x, y, se, settings, xlab, colour, ...) {
  values <- unique(x$name)
  value <- match(x$name, values)
  place <- match(x$setting, settings) + (value - (length(values) + 1) / 2) * 0.5 / length(values)
  low <- pmax(y - 2 * se, y / 4)
  high <- y + 2 * se
  shown <- c(low, high)
  shown <- shown[is.finite(shown) & shown > 0]
  if (length(shown) == 0L) {
    shown <- 1
  }
  plot_with(graphics::plot, list(
    y, place, log = "x", xlim = range(shown), ylim = c(length(settings) + 0.5, 0.5), yaxt = "n",
    xlab = xlab, ylab = "", type = "n"
  ), ...)
  graphics::abline(h = seq_along(settings), col = "grey85")
  graphics::segments(low, place, high, place, col = colour[value])
  graphics::points(
    y, place, pch = ifelse(x$heavy, 21L, 16L), bg = "white", col = colour[value]
  )
}
