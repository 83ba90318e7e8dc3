#' Draws beside data
#'
#' `summary(draws, data = x)` says how well draws follow the data, column by
#' column, in their correlations and in how near they come to single rows, each
#' beside what chance alone would give.
#'
#' Every figure stands beside its noise: what two samples of these sizes from one
#' law would have. That is found by dealing out the rows of data and draws anew
#' (at most 2000 of them, in 499 ways, for correlations 199; the level is then
#' that of all rows), and so counts ties, small samples and columns that go
#' together; of columns without ties it is the known level of the statistic of
#' Kolmogorov and Smirnov. Rows that a model was fitted to are nearer to its
#' draws than new ones are, so only rows that it has not seen say how well it
#' generalises; the nearest rows say whether it copies.
#'
#' Data are often rounded. Where a column of the data has ties and at most 6
#' digits, its draws are rounded to as many decimals before they are compared (but
#' for mean, standard deviation and quartiles). Columns of at most 12 different
#' values are named where the draws have values between them.
#'
#' The nearest rows: of each draw the Euclidean distance to the nearest row of
#' the data is taken, columns divided by their standard deviations in the data.
#' New data would be as far from the rows as each row is from the others,
#' so the ratio is that of the two medians; as a row has one candidate less, a row
#' is left out for each draw, too. Draws of the law of the data have a ratio of
#' about one. Below 0.85 the draws copy rows of the data, with little noise or none;
#' far above one they lie where there are no data. Of large tables not all draws and rows
#' look for their nearest row, but always the same ones, at least 500 of each, and
#' among all rows. Where more than half of the
#' rows stand twice, as in a table of a few flags, there is no ratio, and the
#' share of draws that repeat a row says the same: that of new data is the
#' share of rows that repeat another.
#'
#' Nothing here draws from R's generator: the same call gives the same report.
#' Draws with weights are resampled, to as many as they are worth.
#'
#' @param object Draws, as of [simulate()][simulate.follmer_denoiser].
#' @param data The data to compare with: a numeric matrix, data frame or vector
#'   (one column) of at least 2 rows. Columns are matched by name where both sides
#'   have names, by place elsewhere. `NULL`: a summary of the draws alone.
#' @param x A report.
#' @param n Number of columns to show: those furthest beyond their noise.
#' @param row.names,optional,... As in [as.data.frame()]; elsewhere unused.
#' @return With `data` a list of class `follmer_report`, else the data frame that
#'   [follmer_draws] describes. The report has
#'   * `columns`: a data frame with a row for each column: `mean`, `sd`, `q25`,
#'     `median` and `q75`, each as `_data` and `_draws`; `ks`, the largest
#'     difference of the distribution functions; `ks_noise`, the level that two
#'     samples of one law exceed with a chance of 5 %; `beyond`, whether `ks` is
#'     beyond what any of so many columns would have with a chance of 5 %;
#'     `values`, how many different ones the data have; `step`, to which the data
#'     are rounded (`NA` where they are not), and `unrounded`, the share of draws
#'     that are not.
#'   * `correlation`: the pair of columns whose correlations differ most (`pair`,
#'     `data`, `draws`, `difference`), and `noise`, the level that the largest
#'     difference of all pairs exceeds with a chance of 5 %; `NULL` where fewer than
#'     two columns vary.
#'   * `nearest`: `ratio`, with `low` and `high`, between which that of new data
#'     would be with a chance of about 95 %; the medians `draws` and `new`; of how
#'     many draws and rows (`asked_draws`, `asked_rows`); `copies`, the number of
#'     draws that equal a row, of `of_draws`; `rows_again`, the number of rows that equal
#'     another; `may_repeat`, whether all columns have ties.
#'   * `n_data`, `n_draws`, and `worth`, the number of draws that count.
#'
#'   `as.data.frame()` is `columns`, with the names of the columns as `name`.
#' @section Errors: `follmer_error_input` names the argument.
#' @seealso [plot.follmer_draws()], [denoising_loss()]
#' @examples
#' law <- target_gmm(rbind(c(-2, 0), c(2, 1)), sd = 0.5)
#' x <- rtarget(law, 500, seed = 1)
#' draws <- simulate(exact_denoiser(law), 2000, seed = 2, steps = 50)
#' summary(draws, data = x)
#' @export
summary.follmer_draws <- function(object, data = NULL, ...) {
  if (is.null(data)) {
    return(draws_moments(object))
  }
  data <- check_data(data, object)
  for (rows in list(list(data, "data"), list(object, "object"))) {
    if (nrow(rows[[1L]]) < 2L) {
      abort_about(rows[[2L]], "must have at least 2 rows to be compared, not 1.")
    }
  }
  new_report(data, equal_draws(object), max(2, floor(effective_size(object))))
}

# The data that draws are compared with, with the columns of the draws; the names
# are those of the draws, or of the data where the draws have none.
check_data <- function(data, draws) {
  data <- check_rows(data, "data", column_names(draws))
  colnames(data) <- colnames(draws) %||% column_names(data)
  data
}

# worth: the number of draws that count in comparisons, the first ones.
new_report <- function(data, draws, worth) {
  n_draws <- nrow(draws)
  colnames(draws) <- colnames(data)
  columns <- column_moments(data, draws)
  decimals <- apply(data, 2L, decimals_of)
  columns$step <- 10^-decimals
  draws <- draws[seq_len(worth), , drop = FALSE]
  rounded <- round_columns(draws, decimals)
  columns$unrounded <- ifelse(
    is.na(decimals), NA, colMeans(abs(draws - rounded) > 1e-9 * abs(draws))
  )
  draws <- rounded
  data <- round_columns(data, decimals)
  deal <- new_deal(data, draws)
  columns <- add_ks(columns, data, draws, deal)
  structure(
    list(
      columns = columns, correlation = compare_correlations(data, draws, deal),
      nearest = compare_nearest(data, draws), n_data = nrow(data), n_draws = n_draws, worth = worth
    ),
    class = "follmer_report"
  )
}

FEW_VALUES <- 12L

column_moments <- function(data, draws) {
  of <- function(x) {
    quartiles <- apply(x, 2L, stats::quantile, c(0.25, 0.5, 0.75), names = FALSE)
    cbind(colMeans(x), apply(x, 2L, stats::sd), t(quartiles))
  }
  both <- cbind(of(data), of(draws))[, c(rbind(1:5, 6:10)), drop = FALSE]
  statistics <- c("mean", "sd", "q25", "median", "q75")
  colnames(both) <- paste0(rep(statistics, each = 2L), c("_data", "_draws"))
  values <- apply(data, 2L, function(column) length(unique(column)))
  data.frame(both, values = values, row.names = make.unique(colnames(data)))
}

#' @rdname summary.follmer_draws
#' @export
as.data.frame.follmer_report <- function(x, row.names = NULL, optional = FALSE, ...) {
  data.frame(name = row.names(x$columns), x$columns, row.names = row.names)
}

#' @rdname summary.follmer_draws
#' @export
print.follmer_report <- function(x, ..., n = 10) {
  n <- if (identical(n, Inf)) Inf else check_whole(n, "n")
  columns <- x$columns
  d <- nrow(columns)
  cat_wrapped(
    "# Report: ", count_words(x$n_draws, "draw"), " beside ", count_words(x$n_data, "row"),
    " of data, ", count_words(d, "column")
  )
  shown <- seq_len(d)
  if (d > n) {
    shown <- utils::head(order(-ks_in_noise(columns), seq_len(d)), n)
  }
  cat(report_table(columns[shown, , drop = FALSE]), sep = "\n")
  if (d > n) {
    cat_wrapped(
      "# the columns furthest beyond their noise; ", format_count(d - n),
      " more by print(x, n = ", format_count(d), ")"
    )
  }
  for (sentence in c(ks_words(x), correlation_words(x$correlation), nearest_words(x))) {
    cat_wrapped(sentence)
  }
  for (note in report_notes(x)) {
    cat_wrapped("note: ", note)
  }
  cat_wrapped(report_verdict(x))
  invisible(x)
}

ks_in_noise <- function(columns) {
  ifelse(columns$ks == 0, 0, columns$ks / columns$ks_noise)
}

# Lines of data and draws for each column, which are 80 characters wide at most.
report_table <- function(columns) {
  statistics <- c("mean", "sd", "q25", "median", "q75")
  numbers <- do.call(rbind, lapply(seq_len(nrow(columns)), function(i) {
    of <- function(side) unlist(columns[i, paste0(statistics, "_", side)], use.names = FALSE)
    column_numbers(rbind(of("data"), of("draws")), max(columns[i, c("sd_data", "sd_draws")]))
  }))
  second <- function(words) c(rbind("", words))
  ks <- formatC(columns$ks, digits = 3L, format = "f")
  cells <- rbind(
    c("", "mean", "sd", "25 %", "median", "75 %", "KS", "noise", ""),
    cbind(
      rep(c("data", "draws"), nrow(columns)), numbers, second(ks),
      second(formatC(columns$ks_noise, digits = 3L, format = "f")),
      second(ifelse(columns$beyond, "*", ""))
    )
  )
  flag <- rep(c("-", "", "-"), c(1L, 7L, 1L)) # words to the left, numbers to the right
  for (j in seq_len(ncol(cells))) {
    cells[, j] <- formatC(cells[, j], width = max(nchar(cells[, j])), flag = flag[j])
  }
  lines <- apply(cells, 1L, paste, collapse = " ")
  names <- row.names(columns)
  names <- format(shortened(names, max(8L, 79L - max(nchar(lines)))))
  trimws(paste(c(strrep(" ", nchar(names[1L])), rbind(names, strrep(" ", nchar(names)))), lines),
    "right"
  )
}

# Numbers of a column with the decimals that show three digits of its standard
# deviation.
column_numbers <- function(x, sd) {
  places <- decimals(sd / 10)
  if (sd == 0) {
    x[] <- formatC(x, digits = 6L)
  } else if (is.na(places) || max(abs(x)) >= 1e7) {
    x[] <- formatC(x, digits = 2L, format = "e")
  } else {
    x[] <- formatC(x, digits = places, format = "f")
  }
  x
}

ks_words <- function(x) {
  beyond <- sum(x$columns$beyond)
  paste0(
    "KS: the largest difference between the shares of data and of draws below a value; two ",
    "samples of one law stay within the noise 19 times in 20",
    if (beyond > 0L && nrow(x$columns) > 1L) {
      paste0("; * beyond what the worst of ", nrow(x$columns), " columns would have")
    } else if (beyond > 0L) {
      "; * beyond it"
    },
    "."
  )
}

correlation_words <- function(x) {
  if (is.null(x)) {
    return(NULL)
  }
  digits <- function(value) formatC(value, digits = 2L, format = "f")
  paste0(
    "Correlations: the largest difference is ", digits(x$difference), " (",
    paste(shortened(x$pair, 24L), collapse = ", "), ": data ", digits(x$data), ", draws ",
    digits(x$draws), "); noise ", digits(x$noise), "."
  )
}

nearest_words <- function(x) {
  near <- x$nearest
  share <- function(of) paste0(format(100 * signif(of, 2L), scientific = FALSE), " %")
  copies <- paste0(
    "Copies: ", if (near$copies == 0L) "none" else format_count(near$copies), " of ",
    count_words(near$of_draws, "draw"), " equal a row of the data",
    if (near$copies > 0L) paste0(" (", share(near$copies / near$of_draws), ")"), "; of new data ",
    if (near$rows_again > 0L) paste("about", share(near$rows_again / x$n_data)) else "hardly any",
    " would."
  )
  if (is.na(near$ratio)) {
    return(copies)
  }
  digits <- function(value) formatC(value, digits = 2L, format = "f")
  some <- near$asked_draws < near$of_draws || near$asked_rows < x$n_data
  c(paste0(
    "Nearest rows: a draw is ", digits(near$ratio), " times as far from its nearest row as new ",
    "data are (medians", if (some) {
      paste0(
        " of ", format_count(near$asked_draws), " draws and ", format_count(near$asked_rows),
        " rows"
      )
    }, "; by chance ", digits(near$low), " to ", digits(near$high), "). Below ", TOO_NEAR,
    " draws copy rows."
  ), copies)
}

report_notes <- function(x) {
  columns <- x$columns
  names <- row.names(columns)
  constant <- columns$values == 1L
  unrounded <- !is.na(columns$unrounded) & columns$unrounded > 0
  between <- which(unrounded & columns$values <= FEW_VALUES)
  c(
    if (length(between) > 0L) {
      paste0(
        some_names(names[between]), ": the draws have values between the ",
        if (length(between) > 1L) "few" else columns$values[between], " of the data"
      )
    },
    if (any(unrounded)) {
      paste0(
        "draws are rounded as the data are (", count_words(sum(unrounded), "column"),
        ") for all but mean, sd and quartiles"
      )
    },
    if (any(constant)) {
      paste0(
        some_names(names[constant]), ": constant in the data, and left out of correlations and ",
        "nearest rows"
      )
    },
    if (x$worth < x$n_draws) {
      paste0("by their weights the draws are worth ", format_count(x$worth), " of equal weights")
    },
    if (min(x$n_data, x$worth) < 20L) "from fewer than 20 rows only gross differences can be seen"
  )
}

TOO_NEAR <- 0.85
TOO_FAR <- 1.15

# What tells draws from data; NULL where nothing does.
report_findings <- function(x) {
  names <- row.names(x$columns)[order(-ks_in_noise(x$columns))]
  beyond <- names[seq_len(sum(x$columns$beyond))]
  near <- x$nearest
  c(
    if (length(beyond) > 0L) {
      paste0(
        "by ", length(beyond), " of ", count_words(nrow(x$columns), "column"), " (",
        some_names(beyond), ")"
      )
    },
    if (isTRUE(x$correlation$difference > x$correlation$noise)) "by correlations",
    if (isTRUE(near$ratio < min(TOO_NEAR, near$low)) || too_many_copies(near, x$n_data)) {
      "by copies of rows"
    },
    if (isTRUE(near$ratio > max(TOO_FAR, near$high))) "by nearest rows that are too far"
  )
}

# More than new data may have: none where a column of the data has no ties, else
# 5 per cent of the draws more than there are of the rows, and a share that the
# rows do not leave possible.
too_many_copies <- function(near, n_data) {
  share <- near$copies / near$of_draws
  if (!near$may_repeat) {
    return(share > 0)
  }
  again <- near$rows_again / 1.6
  n <- n_data / 1.6
  limit <- if (again < n) stats::qbeta(0.975, again + 1, n - again) else 1
  limit <- limit + 2 * sqrt(limit * (1 - limit) / near$of_draws)
  share > max(limit, near$rows_again / n_data + 0.05)
}

report_verdict <- function(x) {
  findings <- report_findings(x)
  if (is.null(findings)) {
    "In short: nothing here tells the draws from new data."
  } else {
    paste0("In short: the draws are told from new data ", paste(findings, collapse = ", "), ".")
  }
}
