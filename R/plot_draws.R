#' Plot draws, beside data
#'
#' One column is drawn as a histogram of the draws under the density of the data;
#' two as scatter plots of data and draws over the densities of both columns;
#' more as pairs: data and draws in each panel, the data on top below the
#' diagonal and the draws on top above it, and on the diagonal the densities.
#' `type = "marginals"` has the densities of all columns alone.
#'
#' Densities are kernel estimates by the bandwidth of Sheather and Jones; where
#' one value holds 5 per cent of the rows or more, they are shares of the rows by
#' value, or by bins that keep to the digits of the data. In pairs, points of
#' columns with at most 12 different values are moved apart a little. Points are of
#' 2000 rows at most, of 500 where there are more than five columns, always the
#' same ones; with data of draws no more than of data, or 200. Draws with weights
#' are resampled.
#'
#' @param x Draws, as of [simulate()][simulate.follmer_denoiser].
#' @param data `NULL`, or the data to compare with: a numeric matrix, data frame
#'   or vector (one column). Columns are matched by name where both sides have
#'   names, by place elsewhere.
#' @param ... Further arguments of [plot()], [hist()] or [pairs()]. `col` is a colour
#'   for the data and one for the draws, or for the bars of a histogram.
#' @param type `"pairs"` or `"marginals"`.
#' @param columns Names or numbers of the columns to draw. `NULL`: all, but at most
#'   14 in pairs and 64 marginals; then those whose distributions in data and draws
#'   differ most, or without data the first ones, which the picture says.
#' @return `x`, invisibly.
#' @section Errors: `follmer_error_input` names the argument.
#' @seealso [summary.follmer_draws()], which says the same in numbers.
#' @examples
#' law <- target_gmm(rbind(c(-2, 0, 1), c(2, 1, 0)), sd = 0.5)
#' x <- simulate(exact_denoiser(law), 500, seed = 1, steps = 20)
#' plot(x, data = rtarget(law, 500, seed = 2))
#' plot(x, data = rtarget(law, 500, seed = 2), type = "marginals")
#' @export
plot.follmer_draws <- function(x, data = NULL, ..., type = "pairs", columns = NULL) {
  check_choice(type, "type", c("pairs", "marginals"))
  draws <- equal_draws(x)
  colnames(draws) <- column_names(x)
  if (!is.null(data)) {
    data <- check_data(data, x)
  }
  if (!is.null(columns)) {
    columns <- check_columns(columns, colnames(draws))
    draws <- draws[, columns, drop = FALSE]
    data <- if (!is.null(data)) data[, columns, drop = FALSE]
  }
  plot_rows(draws, data, ..., type = type)
  invisible(x)
}

# Places of the columns that are asked for by name or number.
check_columns <- function(columns, names) {
  at <- if (is.character(columns)) match(columns, names) else columns
  ok <- length(at) > 0L && is.numeric(at) && all(at %in% seq_along(names))
  if (!ok) {
    bad <- if (is.character(columns)) setdiff(columns, names)[1L]
    abort_about(
      "columns", "must be names or numbers of the ", count_words(length(names), "column"),
      if (!is.null(bad)) paste0("; there is no ", bad, " among ", some_names(names, 10L)), "."
    )
  }
  unique(at)
}

# Draws of equal weights, next to the data if there are any.
plot_rows <- function(x, data = NULL, ..., type = "pairs") {
  colnames(x) <- column_names(x)
  if (ncol(x) == 1L) {
    plot_histogram(x, data, ...)
  } else if (type == "marginals") {
    plot_marginals(x, data, ...)
  } else if (ncol(x) == 2L) {
    plot_scatter(x, data, ...)
  } else {
    plot_pairs(x, data, ...)
  }
}

DATA_COLOUR <- "#D55E00"
DRAWS_COLOUR <- "#0072B2"

# The columns that are drawn where there are too many, and the words on that.
choose_columns <- function(x, data, most) {
  d <- ncol(x)
  if (d <= most) {
    return(list(columns = seq_len(d)))
  }
  if (is.null(data)) {
    return(list(columns = seq_len(most), words = sprintf("the first %d of %d columns", most, d)))
  }
  rounded <- round_columns(x, apply(data, 2L, decimals_of))
  ks <- vapply(seq_len(d), function(j) ks_distance(data[, j], rounded[, j]), 0)
  list(
    columns = sort(utils::head(order(-ks), most)),
    words = sprintf("the %d of %d columns that differ most", most, d)
  )
}

# ---- one column ----

plot_histogram <- function(x, data, breaks = NULL, col = "lightgrey", ...) {
  bins <- if (is.null(breaks)) marginal_bins(x[, 1L], data[, 1L])
  bars <- graphics::hist(x, breaks = breaks %||% bins %||% 50L, plot = FALSE)
  curve <- NULL
  if (!is.null(bins)) {
    bars$density <- bars$counts / nrow(x)
    curve <- if (!is.null(data)) stairs(data, bins)
  } else if (!is.null(data)) {
    curve <- data_density(data)
  }
  plot_with(graphics::plot, list(
    bars, freq = FALSE, xlim = range(bars$breaks, data), ylim = c(0, max(bars$density, curve$y)),
    col = col, border = if (is.null(bins)) "black" else "grey60", main = "",
    xlab = colnames(x), ylab = if (is.null(bins)) "density" else "share of rows"
  ), ...)
  if (!is.null(data)) {
    graphics::lines(curve, col = DATA_COLOUR, lwd = 2)
    graphics::legend("topright", c("draws", "data"),
      fill = c(col[1L], NA), border = c("black", NA),
      lty = c(NA, 1L), lwd = 2, col = c(NA, DATA_COLOUR), bty = "n"
    )
  }
}

# By the bandwidth of Sheather and Jones, which is not that of a normal
# distribution, where the sample has one.
data_density <- function(data) {
  width <- tryCatch(stats::bw.SJ(data), error = function(e) {
    if (length(data) > 1L) stats::bw.nrd0(data) else 1
  })
  stats::density(data, bw = width)
}

# Edges of equal bins for a column of few values, or of which one holds many rows:
# around each value where there are few of them, else as wide as Freedman and
# Diaconis have it, in whole steps of the rounding. NULL of other columns.
marginal_bins <- function(x, data = NULL, most = 150L) {
  like <- if (is.null(data)) x else data
  values <- unique(like)
  rows <- tabulate(match(like, values))
  step <- 10^-decimals_of(like)
  few <- !is.na(step) && length(values) <= min(FEW_VALUES, length(like) / 2)
  if (length(values) == 1L || !few && max(rows) < max(0.05 * length(like), 5)) {
    return(NULL)
  }
  wide <- 2 * stats::IQR(like) / length(like)^(1 / 3)
  wide <- min(if (wide > 0) wide else Inf, diff(range(like)) / 12)
  width <- if (few) step / 5 else wide
  width <- max(width, diff(range(x, data)) / most)
  if (!is.na(step) && width > step / 5) {
    width <- step * ceiling(width / step - 1e-9)
  }
  from <- values[which.max(rows)] # it lies in the middle of its bin
  at <- (range(x, data) - from) / width
  from + width * (seq(floor(at[1L] - 0.5), ceiling(at[2L] + 0.5)) + 0.5)
}

# The outline of the shares of rows in bins.
stairs <- function(x, breaks) {
  shares <- graphics::hist(x, breaks = breaks, plot = FALSE)$counts / length(x)
  list(x = rep(breaks, each = 2L), y = c(0, rep(shares, each = 2L), 0))
}

# The outlines of a column of draws and of data, NULL without data.
marginal_curves <- function(x, data = NULL) {
  some <- function(column) if (!is.null(column)) column[fixed_rows(length(column), 10000L)]
  x <- some(x)
  data <- some(data)
  bins <- marginal_bins(x, data)
  curve <- function(column) {
    if (is.null(column)) {
      NULL
    } else if (!is.null(bins)) {
      stairs(column, bins)
    } else if (all(column == column[1L])) {
      list(x = rep(column[1L], 2L), y = 0:1)
    } else {
      data_density(column)[c("x", "y")]
    }
  }
  curves <- list(draws = curve(x), data = curve(data))
  curves$range <- range(x, data)
  if (diff(curves$range) == 0) {
    curves$range <- curves$range + c(-0.5, 0.5)
  }
  curves$high <- max(curves$draws$y, curves$data$y)
  curves
}

# Into the coordinates that there are, of which `high` is the height of the
# highest curve.
draw_marginal <- function(curves, col, high = curves$high) {
  scale <- high / curves$high
  graphics::polygon(
    curves$draws$x, scale * curves$draws$y,
    col = grDevices::adjustcolor(col[2L], 0.35), border = col[2L]
  )
  if (!is.null(curves$data)) {
    graphics::lines(curves$data$x, scale * curves$data$y, col = col[1L], lwd = 1.5)
  }
}

# room: the height of the panel, of which the highest curve has 1.
marginal_panel <- function(x, data, j, col, ..., room = 1.04) {
  curves <- marginal_curves(x[, j], data[, j])
  plot_with(graphics::plot, list(
    NA, xlim = curves$range, ylim = c(0, room * curves$high), yaxs = "i", xlab = "", ylab = "",
    yaxt = "n", bty = "l"
  ), ...)
  draw_marginal(curves, col)
}

# ---- two columns ----

plot_scatter <- function(x, data, main = NULL, col = c(DATA_COLOUR, DRAWS_COLOUR), ...) {
  col <- rep(col, length.out = 2L)
  limits <- function(j) range(x[, j], data[, j])
  panel <- function(rows, title, col) {
    plot_with(graphics::plot, list(
      rows[fixed_rows(nrow(rows), 2000L), , drop = FALSE], pch = 16L,
      cex = 0.6 * max(1, (2000 / nrow(rows))^0.15),
      col = grDevices::adjustcolor(col, 0.4), main = title, xlim = limits(1L),
      ylim = limits(2L), xlab = colnames(x)[1L], ylab = colnames(x)[2L]
    ), ...)
  }
  if (is.null(data)) {
    return(panel(x, main, col[2L]))
  }
  old <- graphics::par(mfrow = c(2L, 2L), mar = c(4, 4, 2, 0.8), mgp = c(2.2, 0.7, 0), cex = 0.8)
  on.exit(graphics::par(old))
  panel(data, paste(c(main, "data"), collapse = ": "), col[1L])
  panel(x, paste(c(main, "draws"), collapse = ": "), col[2L])
  for (j in 1:2) {
    marginal_panel(x, data, j, col, xlab = colnames(x)[j], ylab = "density", room = 1.25)
    graphics::legend("top", c("data", "draws"),
      lty = 1L, lwd = 2, col = col, bty = "n", seg.len = 1, cex = 0.9, horiz = TRUE
    )
  }
}

# ---- many columns ----

plot_marginals <- function(x, data, main = NULL, col = c(DATA_COLOUR, DRAWS_COLOUR), ...) {
  col <- rep(col, length.out = 2L)
  chosen <- choose_columns(x, data, 64L)
  d <- length(chosen$columns)
  size <- grDevices::dev.size()
  across <- min(d, ceiling(sqrt(d * size[1L] / size[2L] * 0.8)))
  old <- graphics::par(no.readonly = TRUE)
  on.exit(graphics::par(old))
  small <- d > 16L
  size <- if (small) 0.6 else 0.75
  graphics::par(mfrow = c(ceiling(d / across), across))
  graphics::par(
    mar = c(if (small) 0.4 else 1.8, 0.4, 1.4, 0.4), mgp = c(1, 0.4, 0), tcl = -0.25, cex = size,
    oma = c(if (is.null(chosen$words)) 0.5 else 2, 0.5, if (is.null(main)) 2 else 4, 0.5) / size
  )
  for (j in chosen$columns) {
    marginal_panel(x, data, j, col, xaxt = if (small) "n" else "s", ...)
    graphics::mtext(colnames(x)[j], line = 0.2, cex = label_size(colnames(x)[j], 0.8))
  }
  finish_panels(main, chosen$words, !is.null(data), col)
}

# The size at which a label is no wider than its panel.
label_size <- function(label, largest = 1, share = 0.95) {
  wide <- graphics::strwidth(label, "inches", cex = 1 / graphics::par("cex"))
  min(largest, share * graphics::par("pin")[1L] / wide)
}

# Title, note and legend around all panels.
finish_panels <- function(main, words, with_data, col) {
  if (!is.null(main)) {
    graphics::mtext(main, outer = TRUE, line = 2, font = 2L)
  }
  if (!is.null(words)) {
    graphics::mtext(words, 1L, outer = TRUE, line = 0.5, cex = 0.8)
  }
  if (with_data) {
    outer_legend(c("data", "draws"), pch = 16L, col = col)
  }
}

# `col` is the colour of the data and that of the draws.
plot_pairs <- function(x, data, col = c(DATA_COLOUR, DRAWS_COLOUR), ...) {
  col <- rep(col, length.out = 2L)
  chosen <- choose_columns(x, data, 14L)
  x <- x[, chosen$columns, drop = FALSE]
  data <- if (!is.null(data)) data[, chosen$columns, drop = FALSE]
  few <- ncol(x) <= 6L
  points <- pairs_points(x, data)
  margins <- if (few) rep(2.2, 4L) else rep(0.5, 4L)
  margins <- margins + c(
    if (is.null(chosen$words)) 0 else 1.2, 0,
    (if (is.null(data)) 0 else 2) + (if (is.null(list(...)$main)) 0 else 2), 0
  )
  plot_with(graphics::pairs, list(
    points$x, labels = colnames(x), pch = 16L, gap = if (few) 0.5 else 0.15,
    lower.panel = pairs_panel(points, 2:1, col), upper.panel = pairs_panel(points, 1:2, col),
    diag.panel = pairs_diagonal(x, data, col), text.panel = pairs_label(colnames(x)),
    xaxt = if (few) "s" else "n", yaxt = if (few) "s" else "n", oma = margins
  ), ...)
  old <- graphics::par(no.readonly = TRUE)
  on.exit(graphics::par(old))
  if (!is.null(chosen$words)) {
    graphics::mtext(chosen$words, 1L, outer = TRUE, line = -1, cex = 0.8)
  }
  if (!is.null(data)) {
    outer_legend(c("data", "draws"), pch = 16L, col = col)
  }
}

# x: points of data and draws; rows: which are which; size: of a point of each.
pairs_points <- function(x, data) {
  few <- ncol(x) <= 5L
  most <- if (few) 2000L else 500L
  part <- function(rows, most) {
    if (!is.null(rows)) {
      unname(spread_values(rows[fixed_rows(nrow(rows), most), , drop = FALSE]))
    }
  }
  of_data <- part(data, most)
  of_draws <- part(x, if (is.null(data)) most else min(most, max(nrow(of_data), 200L)))
  first <- seq_len(NROW(of_data))
  rows <- list(first, length(first) + seq_len(nrow(of_draws)))
  largest <- if (few) c(1.2, 1) else c(0.75, 0.6)
  list(
    x = rbind(of_data, of_draws), rows = rows,
    size = largest * pmin(1, (50 / pmax(lengths(rows), 1))^0.25)
  )
}

# A panel of pairs(), of which the last side of `order` lies on top.
pairs_panel <- function(points, order, col) {
  shade <- grDevices::adjustcolor(col, 0.5)
  function(x, y, ..., cex = NULL, col = NULL) {
    for (side in order) {
      rows <- points$rows[[side]]
      graphics::points(x[rows], y[rows],
        cex = cex %||% points$size[side], col = shade[side], ...
      )
    }
  }
}

# The diagonal of pairs(), which calls it for the columns by turns.
pairs_diagonal <- function(x, data, col) {
  j <- 0L
  function(...) {
    j <<- j + 1L
    usr <- graphics::par("usr")
    graphics::par(usr = c(usr[1:2], 0, 1))
    draw_marginal(marginal_curves(x[, j], data[, j]), col, high = 0.72)
  }
}

# Names of one size above the densities.
pairs_label <- function(names) {
  function(x, y, labels, ...) {
    wide <- min(vapply(names, label_size, 0, largest = 1.1, share = 0.92))
    high <- 0.24 * graphics::par("pin")[2L] / graphics::par("cin")[2L]
    graphics::text(0.5, 0.88, labels, cex = max(0.4, min(wide, high)) / graphics::par("cex"))
  }
}

# Columns of few values with the rows of one value moved apart a little, always in
# the same way.
spread_values <- function(x) {
  for (j in seq_len(ncol(x))) {
    values <- sort(unique(x[, j]))
    if (length(values) > 1L && length(values) <= min(FEW_VALUES, nrow(x) / 2)) {
      place <- (seq_len(nrow(x)) * sqrt(j + 1.5)) %% 1 - 0.5 # fills its range evenly
      x[, j] <- x[, j] + 0.3 * min(diff(values)) * place
    }
  }
  x
}
