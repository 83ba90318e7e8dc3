# How results are shown: numbers, words and tables in print methods, colours
# and legends in plots.

# A number of things, never as 1e+06.
format_count <- function(n) {
  format(n, big.mark = ",", digits = 15L, scientific = FALSE)
}

# A number of things with their name, in the plural where there is not one.
count_words <- function(n, word) {
  paste0(format_count(n), " ", word, if (n != 1) "s")
}

# Sentences, each in lines of a page, indented from its second line on.
cat_wrapped <- function(...) {
  cat(strwrap(paste0(...), width = 80L, exdent = 2L), sep = "\n")
}

capitalised <- function(words) {
  paste0(toupper(substr(words, 1L, 1L)), substring(words, 2L))
}

# Seeds are whole numbers below 2^53, and are given back as they are shown.
format_seed <- function(seed) {
  format(seed, digits = 16L, scientific = FALSE, trim = TRUE)
}

# A setting as it would be given: words, or numbers of which whole ones are
# written out; the first of many.
format_setting <- function(x) {
  whole <- is.numeric(x) && all(is.finite(x)) && all(x == floor(x))
  if (whole || length(x) == 1L) {
    return(toString(if (whole) format_seed(x) else format(x, trim = TRUE)))
  }
  some <- vapply(x[seq_len(min(length(x), 4L))], format, "", digits = 4L)
  toString(c(some, if (length(x) > 4L) "..."))
}

# Some digits of each number; "-" where there is none.
number_words <- function(x, digits = 3L) {
  far <- is.finite(x) & x != 0 & (abs(x) < 1e-4 | abs(x) >= 1e9)
  words <- mapply(format, signif(x, digits), scientific = far, MoreArgs = list(big.mark = ","))
  ifelse(is.na(x), "-", words)
}

# Numbers with the decimals that show two digits of their standard errors.
to_precision <- function(x, se) {
  mapply(format_number, x, decimals(se), USE.NAMES = FALSE)
}

# NA where so many decimals, or none of so many digits, would be silly.
decimals <- function(se) {
  places <- 1 - floor(log10(se))
  ifelse(is.finite(places) & places >= -3 & places <= 8, pmax(places, 0), NA)
}

format_number <- function(x, places) {
  if (is.na(x)) {
    "-"
  } else if (is.na(places)) {
    format(x, digits = 4L)
  } else {
    formatC(x, digits = places, format = "f")
  }
}

# Words of a given width at most, their ends kept.
shortened <- function(words, width) {
  head <- (width - 1L) %/% 2L
  n <- nchar(words)
  cut <- paste0(substr(words, 1L, head), "..", substr(words, n - width + head + 3L, n))
  ifelse(n > width, cut, words)
}

# The first few names of several.
some_names <- function(names, most = 3L) {
  more <- length(names) - most
  names <- shortened(utils::head(names, most), 24L)
  paste0(toString(names), if (more > 0L) paste(" and", more, "more"))
}

print_table <- function(table, most = 20L) {
  print(utils::head(table, most))
  if (nrow(table) > most) {
    cat("# the first ", most, " of ", format_count(nrow(table)), " only; see as.data.frame()\n",
      sep = ""
    )
  }
}

# A table for each value of g, of columns of words.
print_by_value <- function(x, columns) {
  values <- unique(x$name)
  for (value in values) {
    if (length(values) > 1L) {
      cat("# ", value, "\n", sep = "")
    }
    words <- columns(x[x$name == value, ])
    table <- as.data.frame(words, col.names = seq_along(words))
    names(table) <- names(words)
    print(table, row.names = FALSE)
  }
}

# The axis of a logarithmic scale: by powers of ten where there are several.
decade_axis <- function(side, values) {
  power <- pretty(log10(range(values)))
  power <- unique(round(power))
  if (length(power) < 4L) {
    return(graphics::axis(side))
  }
  graphics::axis(side, 10^power, parse(text = paste0("10^", power)))
}

# The size at which a title is no wider than the picture.
title_size <- function(words) {
  min(1, 0.9 * graphics::par("din")[1L] / graphics::strwidth(words, "inches"))
}

# A plot by our arguments, of which the user's have their own in place.
plot_with <- function(plot, ours, ...) {
  given <- list(...)
  do.call(plot, c(ours[!names(ours) %in% setdiff(names(given), "")], given))
}

# Lines above a panel: more where the user gives it a title.
title_lines <- function(least, ...) {
  if (is.null(list(...)$main)) least else 2.2
}

# Lines of a margin that the numbers of an axis and its title take.
margin_lines <- function(values) {
  labels <- format(pretty(values))
  2.6 + max(graphics::strwidth(labels, "inches")) / graphics::par("csi")
}

value_colours <- function(n) {
  rep(grDevices::palette.colors(8L, "Okabe-Ito")[c(6L, 7L, 4L, 2L, 8L, 3L, 1L)], length.out = n)
}

# A legend in one row above all panels.
outer_legend <- function(labels, ...) {
  graphics::par(mfrow = c(1L, 1L), omi = rep(0, 4L), mar = rep(0, 4L), new = TRUE)
  graphics::plot.new()
  graphics::legend("top", labels, horiz = TRUE, bty = "n", seg.len = 1.2, ...)
}
