#' Tune the law of the gaps between layers
#'
#' Finds the gap law, and its rate, for which the renewal method of
#' [expectation()] has the least variance x cost.
#'
#' Draws of one law tell the variance under every other. With `p` the density of
#' the layer times under a law, the deviation of a draw from the centre is
#' `h / p`, where `h` does not depend on the law; so the second moment under
#' another law with density `q` is the mean of `h^2 / (p q)` over the draws. A
#' pilot takes a third of its draws each from `gap_exponential()` with rates
#' 0.5, 2 and 6, pooled as draws of their mixture, and gives the work of all laws
#' by common random numbers. Rates (and for `"uniform"`, largest gaps) are
#' searched on a grid and then by [optimize()], for the least work plus two
#' standard errors.
#'
#' This sees more than a run at each rate could. Long gaps make rare draws of
#' many layers and huge weights; runs of a usual length miss them and take the
#' variance for small, while the pilot has many draws of many layers.
#'
#' The law found is run once more with other random numbers, as a check: the
#' least of many estimates is too low.
#'
#' When `g` has several values, each work is divided by the least on the grid for
#' that value, and the law is the one for which the largest of these is least.
#'
#' @param object An [sde()], or what it can be made of: a model of
#'   [fit_denoiser()], an [exact_denoiser()] or a [target_gmm()].
#' @param g The function whose expectation is wanted, as in [expectation()].
#' @param laws Which laws to try: names among `"exponential"`, `"gamma"` (of
#'   shape 0.5) and `"uniform"`, or gap laws such as `gap_gamma(shape = 0.8)`,
#'   whose rate or largest gap is tuned.
#' @param n Draws of the pilot, and of the check.
#' @param threshold A number, of `"exceedance"` and `"excess"`.
#' @param seed A whole number in `[0, 2^53 - 3)`, or `NULL`: drawn from R's
#'   generator, so that [set.seed()] works. The pilot has this and the next two
#'   numbers, the check the one after.
#' @param threads Number of threads; `NULL`: as [set_threads()] says.
#' @param progress Whether to show progress bars.
#' @param x A tuned law.
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @return A gap law (class `follmer_gap`), to be used as `gap =` at once. Its
#'   attributes are `curves`, a data frame with a row for each law tried and each
#'   value of `g` (`family`, `law`, `name`, `cost` of a draw in drift
#'   evaluations, `variance`, `variance_se`, `work`, `work_se`), `check`, a
#'   [variance_profile()] of the last run, and `seed`. `plot()` shows work
#'   against cost for each law, with 2 standard errors on either side.
#' @section Errors: Those of [expectation()].
#' @seealso [expectation()], [variance_profile()], [renewal_bound()]
#' @examples
#' walk <- sde(drift_sin(), x0 = 0)
#' law <- tune_gap(walk, "cosine", n = 5000, seed = 1)
#' law
#' plot(law)
#' expectation(walk, "cosine", method = "renewal", gap = law, n = 10000, seed = 9)
#' @export
tune_gap <- function(object, g, laws = c("exponential", "gamma", "uniform"), n = 30000,
                     threshold = 0, seed = NULL, threads = NULL, progress = interactive()) {
  object <- as_sde(object)
  laws <- tuning_laws(laws)
  n <- check_whole(n, "n", min = 1000)
  common <- list(threshold = threshold, threads = threads, progress = progress)
  seed <- check_seed(seed)
  if (!is.null(seed) && seed > 2^53 - 4) {
    wanted("seed", "a whole number below 2^53 - 3", seed)
  }
  seed <- draw_seed(seed)
  pilot <- tuning_pilot(object, g, n, seed, common)
  curves <- NULL
  for (law in laws) {
    curves <- rbind(curves, tuning_grid(law, pilot))
  }
  least <- tapply(work_bound(curves), curves$name, min)
  for (law in laws) {
    curves <- rbind(curves, tuning_refined(law, curves, least, pilot))
  }
  new_tuned_gap(curves, least, object, g, n, seed, common)
}

new_tuned_gap <- function(curves, least, object, g, n, seed, common) {
  law <- best_law(curves, least)
  common$seed <- seed + 3
  check <- profile_rows(object, g, list(method = "renewal", gap = law), n, common)
  check$setting <- format(law)
  check$name <- make.unique(check$name)
  curves <- curves[order(match(curves$family, curves$family), curves$cost), ]
  curves$law <- vapply(curves$law, format, "")
  rownames(curves) <- NULL
  structure(law,
    class = c("follmer_tuned_gap", class(law)), curves = curves,
    check = new_variance_profile(check, common$seed), seed = seed
  )
}

# Laws by family; their rate or largest gap is what is tuned.
tuning_laws <- function(laws) {
  if (inherits(laws, "follmer_gap")) {
    laws <- list(laws)
  }
  if (!is.vector(laws) || length(laws) == 0L) {
    wanted("laws", "names of gap laws or a list of gap laws", laws)
  }
  kinds <- Filter(tunable, sapply(names(kinds_of("gap")), new_gap, simplify = FALSE))
  out <- list()
  for (i in seq_along(laws)) {
    law <- laws[[i]]
    arg <- sprintf("laws[[%d]]", i)
    if (is.character(law)) {
      law <- kinds[[check_choice(law, arg, names(kinds))]]
    }
    if (!inherits(law, "follmer_gap") || !tunable(law)) {
      given <- if (inherits(law, "follmer_gap")) format(law) else law
      wanted(arg, paste("an", any_of(names(kinds)), "gap law"), given)
    }
    out[[law_family(law)]] <- law
  }
  out
}

# The key of a law that is tuned, its value at the logarithm of how dense layers
# are to be, and whether that is in its range; NULL for laws of no such key.
tuned_key <- function(law, at = 0) {
  answer(.Call(ffi_gap_tuned, core_gap(law), at))
}

tunable <- function(law) {
  !is.null(tuned_key(law))
}

# A law by its name and the keys that are not tuned: "gamma(0.5)".
law_family <- function(law) {
  fixed <- unclass(law)[setdiff(names(law), c("gap", tuned_key(law)$key))]
  fixed <- vapply(fixed, format, "", digits = 3L)
  paste0(law$gap, if (length(fixed) > 0L) paste0("(", toString(fixed), ")"))
}

# Draws of a mixture of exponential laws, about one centre for each value: the
# deviation of psi, its density over that of the mixture, and the layers.
tuning_pilot <- function(object, g, n, seed, common) {
  rates <- c(0.5, 2, 6)
  each <- ceiling(n / 3)
  runs <- list()
  for (k in seq_along(rates)) {
    runs[[k]] <- pilot_run(object, g, gap_exponential(rates[k]), each, seed + k - 1, common)
  }
  centre <- runs[[1L]]$centre
  deviation <- do.call(rbind, lapply(runs, deviation_from, centre))
  part <- function(name) unlist(lapply(runs, `[[`, name))
  layers <- part("layers")
  density <- function(rate) exp(layers * log(rate) - rate)
  own <- density(rep(rates, each = each))
  mixture <- (density(rates[1L]) + density(rates[2L]) + density(rates[3L])) / 3
  list(
    deviation = deviation, centre = centre, names = runs[[1L]]$names, own = own, mixture = mixture,
    layers = layers, gap = part("gap"), draw = rep(seq_along(layers), layers), rest = part("rest")
  )
}

# psi less a centre: in draws without layers the centre matters (TR19 4.2).
deviation_from <- function(run, centre) {
  run$deviation + outer(run$weight * (run$layers == 0), run$centre - centre)
}

# Gaps and what is left of the horizon after the last layer are in horizons.
pilot_run <- function(object, g, law, n, seed, common) {
  arguments <- list(object, g, method = "renewal", gap = law, n = n, keep_draws = TRUE, seed = seed)
  result <- do.call(expectation, c(arguments, common))
  network <- random_network(object, n, law, seed, common$threads)
  time <- network$time / network$horizon
  last <- network$offset[-1L]
  centre <- result$tallies[[1L]]$centre
  list(
    names = make.unique(result$names), centre = centre,
    deviation = sweep(result$draws$psi, 2L, centre), weight = result$draws$weight,
    layers = result$draws$layers, gap = diff(time)[-last[-n]], rest = 1 - time[last]
  )
}

# The density of each draw's layer times under a law, in logs.
layer_log_density <- function(law, pilot) {
  law <- core_gap(law)
  out <- answer(.Call(ffi_gap_log_survival, law, as.double(pilot$layers), pilot$rest))
  each <- rowsum(answer(.Call(ffi_gap_log_density, law, pilot$gap)), pilot$draw)
  at <- as.integer(rownames(each))
  out[at] <- out[at] + each
  out
}

# Variance and work of a law by the pilot: a row for each value of g.
law_work <- function(law, pilot) {
  density <- exp(layer_log_density(law, pilot))
  second <- pilot$deviation^2 * (pilot$own / pilot$mixture * pilot$own / density)
  first <- pilot$deviation * (pilot$own / pilot$mixture)
  mean <- colMeans(first)
  influence <- second - sweep(first, 2L, 2 * mean, "*")
  variance <- colMeans(influence) + mean^2
  se <- apply(influence, 2L, stats::sd) / sqrt(nrow(influence))
  cost <- 1 + answer(.Call(ffi_gap_mean_layers, unclass(law)))
  out <- data.frame(
    family = law_family(law), name = pilot$names, cost = cost, variance = variance,
    variance_se = se, work = variance * cost, work_se = se * cost
  )
  out$law <- rep(list(law), nrow(out))
  out
}

work_bound <- function(curves) {
  curves$work + 2 * curves$work_se
}

# A law of a family, by the logarithm of how dense its layers are.
law_at <- function(law, at) {
  tuned <- tuned_key(law, at)
  law[[tuned$key]] <- tuned$value
  law
}

tuning_places <- function(law) {
  at <- log(2) * seq(-4, 5, by = 0.5)
  at[vapply(at, function(at) tuned_key(law, at)$fits, NA)]
}

tuning_grid <- function(law, pilot) {
  curve <- NULL
  for (at in tuning_places(law)) {
    curve <- rbind(curve, law_work(law_at(law, at), pilot))
  }
  curve
}

# The best law of a family between the neighbours of the best on the grid.
tuning_refined <- function(law, curves, least, pilot) {
  at <- tuning_places(law)
  best <- which.min(law_scores(curves[curves$family == law_family(law), ], least))
  ends <- at[c(max(best - 1L, 1L), min(best + 1L, length(at)))]
  score <- function(at) law_scores(law_work(law_at(law, at), pilot), least)
  law_work(law_at(law, stats::optimize(score, ends, tol = 0.01)$minimum), pilot)
}

# For each law the largest of its works, relative to the least ones.
law_scores <- function(curves, least) {
  relative <- work_bound(curves) / pmax(least[curves$name], .Machine$double.xmin)
  apply(matrix(relative, length(least)), 2L, max)
}

best_law <- function(curves, least) {
  curves$law[[which.min(law_scores(curves, least)) * length(least)]]
}

#' @rdname tune_gap
#' @export
print.follmer_tuned_gap <- function(x, ...) {
  curves <- attr(x, "curves")
  cat_wrapped("# A tuned gap law: ", format(x))
  cat(
    "# The least work of each family by the pilot, seed ", format_seed(attr(x, "seed")), ":\n",
    sep = ""
  )
  rows <- split(seq_len(nrow(curves)), curves[c("family", "name")], drop = TRUE)
  best <- vapply(rows, function(own) own[which.min(work_bound(curves[own, ]))], 0L)
  best <- curves[sort(best), ]
  print_by_value(best, function(x) {
    list(
      format(shortened(x$law, 40L)), variance = number_words(x$variance),
      cost = number_words(x$cost), work = number_words(x$work), se = number_words(x$work_se, 2L)
    )
  })
  cat("# The law in a run of its own:\n")
  print_by_value(attr(x, "check"), profile_columns)
  invisible(x)
}

#' @rdname tune_gap
#' @export
plot.follmer_tuned_gap <- function(x, ...) {
  curves <- attr(x, "curves")
  check <- attr(x, "check")
  families <- unique(curves$family)
  colour <- value_colours(length(families))
  old <- graphics::par(no.readonly = TRUE)
  on.exit(graphics::par(old))
  graphics::par(
    mfrow = rev(grDevices::n2mfrow(nrow(check))), mar = c(3.4, 3.6, title_lines(1.4, ...), 0.6),
    mgp = c(2.2, 0.6, 0), omi = c(0, 0, 0.25, 0), cex = 0.9
  )
  for (i in seq_len(nrow(check))) {
    plot_curves(curves[curves$name == check$name[i], ], check[i, ], families, colour, ...)
    named <- nrow(check) > 1L && is.null(list(...)$main)
    graphics::title(if (named) check$name[i], font.main = 1L, cex.main = 1)
  }
  outer_legend(c(families, "tuned, run anew"),
    pch = c(rep(NA, length(families)), 23L), col = c(colour, "black"),
    lty = c(rep(1L, length(families)), NA), lwd = 2, cex = 0.8
  )
  invisible(x)
}

# Work against cost with a band of 2 standard errors, a line for each family.
plot_curves <- function(curves, check, families, colour, ...) {
  near <- curves$work < 20 * min(curves$work)
  low <- pmax(curves$work - 2 * curves$work_se, curves$work / 4)
  high <- curves$work + 2 * curves$work_se
  plot_with(graphics::plot, list(
    curves$cost, curves$work, type = "n", log = "xy", xlim = range(curves$cost[near]),
    ylim = range(low[near], pmin(high, 20 * min(curves$work))[near]),
    xlab = "drift evaluations a draw", ylab = "variance x cost"
  ), ...)
  for (i in seq_along(families)) {
    own <- which(curves$family == families[i])
    own <- own[order(curves$cost[own])]
    at <- curves$cost[own]
    graphics::polygon(
      c(at, rev(at)), c(low[own], rev(high[own])), border = NA,
      col = grDevices::adjustcolor(colour[i], 0.2)
    )
    graphics::lines(at, curves$work[own], col = colour[i], lwd = 2)
  }
  bar <- check$work + c(-2, 2) * check$work_se
  graphics::segments(check$cost, max(bar[1L], check$work / 4), y1 = bar[2L], lwd = 2)
  graphics::points(check$cost, check$work, pch = 23L, bg = "white", cex = 1.4, lwd = 2)
}
