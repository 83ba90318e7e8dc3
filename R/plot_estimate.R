#' Plot an expectation
#'
#' Shows for one value of `g` what makes up an estimate of [expectation()].
#'
#' * `"rhee_glynn"` and `"renewal"`: how many draws had how many layers
#'   (levels); the running estimate over batches with its 95 per cent interval;
#'   the largest deviations from the centre against their rank, on logarithmic
#'   scales, with the slope of the fitted tail index and that of index 0.5, from
#'   which on the variance is infinite; and quantiles of the batch means against
#'   normal ones, which are in line when the normal interval can be trusted.
#' * `"euler"`: the estimate against the size of the step with its
#'   extrapolation to 0, and the last three of the panels above.
#' * `"mlmc"`: the panels of Giles (2008), by level: variance and mean of the
#'   fine path and of fine minus coarse, with the fitted rates; the kurtosis of
#'   fine minus coarse, filled where fine and coarse paths are not consistent;
#'   and the number of paths. Of pooled runs it is the first, as a line above
#'   says: levels are not pooled, as the runs may have different ones.
#'
#' @param x An estimate of [expectation()].
#' @param parm Which value of `g`: its name or number.
#' @param ... Unused.
#' @return `x`, invisibly.
#' @references Giles (2008), *Multilevel Monte Carlo path simulation*,
#'   Oper. Res. 56.
#' @seealso [expectation()], [variance_profile()]
#' @examples
#' walk <- sde(drift_sin(), x0 = 0)
#' plot(expectation(walk, "cosine", n = 20000, seed = 1))
#' plot(expectation(walk, "cosine", method = "mlmc", target_se = 0.01, seed = 1))
#' @export
plot.follmer_estimate <- function(x, parm = 1, ...) {
  j <- which_value(parm, x$names)
  by <- estimator_of(x)
  first_only <- !is.null(by$page) && length(x$tallies) > 1L
  old <- graphics::par(
    mfrow = c(2L, 2L), mar = c(3.2, 4, 1.6, 1.2), mgp = c(2.2, 0.6, 0), cex.main = 1,
    font.main = 1L, las = 1L, oma = c(0, 0, if (first_only) 1.4 else 0, 0)
  )
  on.exit(graphics::par(old))
  if (!is.null(by$page)) {
    by$page(x, j)
    if (first_only) {
      words <- sprintf("the first of %d runs, seed %s", length(x$tallies), format_seed(x$seed[1L]))
      graphics::mtext(words, outer = TRUE)
    }
  } else {
    by$panel(x, j)
    batches <- do.call(rbind, lapply(x$tallies, batch_means, column = j))
    plot_running_mean(batches, x$names[j])
    plot_tail(tail_values(x$tallies, j), x$tail_index[j])
    plot_batch_quantiles(batches)
  }
  invisible(x)
}

which_value <- function(parm, names) {
  if (is.character(parm)) {
    return(match(check_choice(parm, "parm", names), names))
  }
  check_whole(parm, "parm", max = length(names))
}

# Draws and mean of each batch, for a column of the tally.
batch_means <- function(tally, column) {
  sums <- tally$moments[column, seq(1L, ncol(tally$moments), by = 4L)]
  data.frame(n = tally$count, mean = tally$centre[column] + sums / tally$count)
}

# The largest |psi - centre| of all runs, descending.
tail_values <- function(tallies, j) {
  sizes <- vapply(tallies, function(tally) nrow(tally$tail), 0L)
  values <- unlist(lapply(tallies, function(tally) tally$tail[, j]))
  utils::head(sort(values, decreasing = TRUE), max(sizes))
}

plot_layer_shares <- function(x) {
  last <- max(which(x$layers > 0))
  shares <- 100 * x$layers[seq_len(last)]
  graphics::barplot(
    shares, names.arg = seq_len(last) - 1L, col = "grey70", border = NA, las = 1L,
    ylim = c(0, max(pretty(c(0, shares)))),
    xlab = estimator_of(x)$layers,
    ylab = "% of draws"
  )
}

plot_running_mean <- function(batches, name) {
  n <- cumsum(batches$n)
  deviation <- batches$mean - stats::weighted.mean(batches$mean, batches$n)
  mean <- cumsum(batches$n * deviation) / n
  spread <- pmax(cumsum(batches$n * deviation^2) - n * mean^2, 0)
  k <- seq_along(n)
  half <- stats::qt(0.975, pmax(k - 1, 1)) * sqrt(spread / (pmax(k - 1, 1) * n))
  middle <- batches$mean[1L] - deviation[1L]
  shown <- k >= max(k) / 10 & k > 1L
  low <- (middle + mean - half)[shown]
  high <- (middle + mean + half)[shown]
  unit <- max(1, 1000^floor(log10(max(n) / 3) / 3))
  n <- n / unit
  graphics::plot(
    n[shown], low, type = "n", ylim = range(low, high), xlim = c(0, max(n)), ylab = "",
    xlab = paste0(c("", "thousand ", "million ", "billion ")[1 + log(unit, 1000)], "draws")
  )
  graphics::polygon(c(n[shown], rev(n[shown])), c(low, rev(high)), col = "#56B4E950", border = NA)
  graphics::lines(n[shown], (middle + mean)[shown], col = "#0072B2", lwd = 2)
  graphics::title(paste0(name, ", running, 95 % interval"))
}

# The generalized Pareto tail that has the exceedances' median and an index k.
plot_tail <- function(values, k) {
  values <- values[values > 0]
  m <- length(values)
  if (m < 5L || !is.finite(k)) {
    return(plot_words("too few values for a tail"))
  }
  rank <- seq_len(m)
  graphics::plot(
    rank, values, log = "xy", pch = 16L, cex = 0.6, xlab = "rank", ylab = "",
    ylim = range(values, values[1L] * 1.5)
  )
  graphics::lines(rank, pareto_values(values, 0.5), col = "grey50", lty = 2L)
  graphics::lines(rank, pareto_values(values, k), col = "#D55E00", lwd = 2)
  graphics::legend("topright", c(sprintf("tail index %.2f", k), "0.5: infinite variance"),
    col = c("#D55E00", "grey50"), lty = 1:2, lwd = 2:1, bty = "n", cex = 0.9
  )
  graphics::title("largest |draw - centre|")
}

pareto_values <- function(values, k) {
  m <- length(values)
  growth <- function(share) if (abs(k) < 1e-8) -log(share) else (share^-k - 1) / k
  low <- values[m]
  low + (stats::median(values) - low) * growth(seq_len(m) / (m + 1)) / growth(0.5)
}

plot_batch_quantiles <- function(batches) {
  mean <- stats::weighted.mean(batches$mean, batches$n)
  z <- sort(sqrt(batches$n) * (batches$mean - mean))
  spread <- sqrt(sum(z^2) / (length(z) - 1))
  if (!(spread > 0)) {
    return(plot_words("the batch means are equal"))
  }
  graphics::plot(
    stats::qnorm(stats::ppoints(length(z))), z / spread, pch = 16L, cex = 0.6,
    xlab = "normal quantiles", ylab = "standardised"
  )
  graphics::abline(0, 1, col = "#D55E00", lwd = 2)
  graphics::title("batch means")
}

plot_words <- function(words) {
  graphics::plot.new()
  graphics::text(0.5, 0.5, words)
}

# The estimate at the step, at twice the step, and extrapolated to none: means
# of the fine path, and those less or plus fine minus coarse.
plot_step_sizes <- function(x, j) {
  q <- length(x$names)
  means <- lapply(c(j, q + j), function(column) {
    do.call(rbind, lapply(x$tallies, batch_means, column = column))
  })
  n <- means[[1L]]$n
  at <- vapply(c(1, 0, -1), function(sign) {
    batch <- means[[1L]]$mean + sign * means[[2L]]$mean
    mean <- stats::weighted.mean(batch, n)
    c(mean, sqrt(sum(n * (batch - mean)^2) / ((length(n) - 1) * sum(n))))
  }, c(0, 0))
  low <- at[1L, ] - 2 * at[2L, ]
  high <- at[1L, ] + 2 * at[2L, ]
  graphics::plot(
    0:2, at[1L, ], xlim = c(-0.2, 2.2), ylim = range(low, high), type = "n", xaxt = "n",
    xlab = "step", ylab = ""
  )
  graphics::axis(1L, 0:2, c("0", "h", "2 h"))
  graphics::lines(c(0, 2), at[1L, c(1L, 3L)], col = "#0072B2", lty = 2L)
  graphics::segments(0:2, low, y1 = high, lwd = 2, col = "#0072B2")
  graphics::points(0:2, at[1L, ], pch = c(21L, 16L, 16L), bg = "white", col = "#0072B2")
  graphics::title(paste0(x$names[j], " by step, +- 2 se"))
}

# What the core reads off the tally of an mlmc run for value j: a data frame by
# level with the rates as an attribute.
level_table <- function(tally, j) {
  table <- answer(.Call(ffi_level_table, tally, as.double(j)))
  rates <- c("alpha", "beta", "gamma")
  columns <- table[setdiff(names(table), rates)]
  structure(data.frame(level = seq_along(table$count) - 1L, columns), rates = unlist(table[rates]))
}

plot_levels <- function(table) {
  rates <- attr(table, "rates")
  inner <- table$level > 0L
  plot_pair(table, log2(table$fine_variance), log2(table$variance), "log2 variance")
  graphics::title(paste("variance, beta =", format_number(rates["beta"], 2L)))
  plot_pair(table, log2(abs(table$fine_mean)), log2(abs(table$mean)), "log2 |mean|")
  graphics::title(paste("mean, alpha =", format_number(rates["alpha"], 2L)))
  consistent <- !(table$check[inner] > 1)
  graphics::plot(
    table$level[inner], table$kurtosis[inner], type = "b", pch = ifelse(consistent, 21L, 16L),
    xlim = range(table$level), ylim = finite_range(c(0, table$kurtosis[inner])), xaxt = "n",
    col = "#D55E00", xlab = "level", ylab = ""
  )
  level_axis(table)
  check <- if (any(inner)) max(table$check[inner]) else NA
  graphics::title(paste("kurtosis; consistency check:", format_number(check, 2L)))
  graphics::plot(
    table$level, log10(table$count), type = "b", pch = 16L, xaxt = "n", xlab = "level",
    ylab = "log10 paths"
  )
  level_axis(table)
  graphics::title(paste("paths, gamma =", format_number(rates["gamma"], 2L)))
}

# The fine path (all levels) and fine minus coarse (all but the base level).
plot_pair <- function(table, fine, difference, ylab) {
  difference[1L] <- NA
  graphics::plot(
    table$level, fine, type = "b", pch = 16L, ylim = finite_range(c(fine, difference)), xaxt = "n",
    xlab = "level", ylab = ylab
  )
  graphics::lines(table$level, difference, type = "b", pch = 21L, col = "#D55E00", bg = "white")
  level_axis(table)
  graphics::legend("bottomleft", c("fine", "fine - coarse"),
    pch = c(16L, 21L), lty = 1L, col = c("black", "#D55E00"), bty = "n", cex = 0.9
  )
}

finite_range <- function(x) {
  x <- x[is.finite(x)]
  if (length(x) > 0L) range(x) else c(0, 1)
}

level_axis <- function(table) {
  graphics::axis(1L, pretty(table$level, n = min(nrow(table), 6L)))
}
