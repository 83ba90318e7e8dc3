# How draws are compared with data: distances, and what chance would make of them.

# The fewest decimals that a column of rounded numbers needs (negative ones for
# tens and more); NA where no two numbers are equal, or all, or they have more
# than 6 digits.
decimals_of <- function(x) {
  if (!anyDuplicated(x) || all(x == x[1L])) {
    return(NA_integer_)
  }
  fits <- function(x, k) all(abs(x - round(x, k)) <= 1e-9 * abs(x))
  for (k in -6:12) {
    if (10^-k < 1e-6 * max(abs(x))) {
      break
    }
    if (fits(utils::head(x, 100L), k) && fits(x, k)) {
      return(k)
    }
  }
  NA_integer_
}

round_columns <- function(x, decimals) {
  for (j in which(!is.na(decimals))) {
    x[, j] <- round(x[, j], decimals[j])
  }
  x
}

# ---- rows of data and draws, dealt out anew ----

# Permutations of 1 to n as the columns of a matrix, always the same ones.
fixed_orders <- function(n, times) {
  u <- matrix(as.vector(rtarget(target_gmm(0), n * times, seed = n)), n)
  apply(u, 2L, order)
}

# As many rows as may be, always the same ones, in their order.
fixed_rows <- function(n, most) {
  if (n <= most) seq_len(n) else sort(fixed_orders(n, 1L)[seq_len(most)])
}

effective_rows <- function(n, m) {
  as.double(n) * m / (n + m)
}

# pool: rows of data and draws; orders: in each column the first `first` ones are
# dealt to the data; shrink: what a difference of all rows is smaller by.
new_deal <- function(data, draws, most = 2000L, times = 499L) {
  half <- most %/% 2L
  n <- min(nrow(data), max(half, most - nrow(draws)))
  m <- min(nrow(draws), most - n)
  pool <- rbind(
    data[fixed_rows(nrow(data), n), , drop = FALSE],
    draws[fixed_rows(nrow(draws), m), , drop = FALSE]
  )
  list(
    pool = pool, first = n, orders = fixed_orders(n + m, times),
    shrink = sqrt(effective_rows(n, m) / effective_rows(nrow(data), nrow(draws)))
  )
}

# The level that a share of 5 % of values exceeds.
upper_level <- function(values) {
  sort(values)[ceiling(0.95 * (length(values) + 1))]
}

# ---- distributions of the columns ----

add_ks <- function(columns, data, draws, deal) {
  d <- ncol(data)
  columns$ks <- vapply(seq_len(d), function(j) ks_distance(data[, j], draws[, j]), 0)
  dealt <- deal$shrink * dealt_distances(deal)
  known <- ks_level(nrow(data), nrow(draws))
  tied <- apply(deal$pool, 2L, function(x) mean(duplicated(x))) > 0.02
  columns$ks_noise <- apply(dealt, 2L, upper_level)
  if (min(nrow(data), nrow(draws)) >= 20L) { # ties make it less
    columns$ks_noise <- ifelse(tied, pmin(columns$ks_noise, known), known)
  }
  in_noise <- sweep(dealt, 2L, columns$ks_noise, "/")
  in_noise[!is.finite(in_noise)] <- 0 # a column that is constant throughout
  most <- if (d == 1L) 1 else max(1, upper_level(apply(in_noise, 1L, max)))
  columns$beyond <- columns$ks > (most + 1e-9) * columns$ks_noise # not by the last digit
  last <- c("values", "step", "unrounded")
  columns[c(setdiff(names(columns), last), last)]
}

# Two samples; the distribution functions differ where the values of both change.
ks_distance <- function(x, y) {
  pool <- c(x, y)
  order <- order(pool)
  steps <- rep(c(1 / length(x), -1 / length(y)), c(length(x), length(y)))[order]
  no_rest(max(abs(cumsum(steps)[is_last(pool[order])])))
}

# Sums of steps up and down that end at 0, but for rounding.
no_rest <- function(x) {
  ifelse(x < 1e-9, 0, x)
}

# Of sorted values: whether the next one is another.
is_last <- function(sorted) {
  c(sorted[-1L] != sorted[-length(sorted)], TRUE)
}

# Distances of columns (as columns) in each deal (as rows).
dealt_distances <- function(deal) {
  n <- nrow(deal$pool)
  place <- deal$orders # of which row is dealt where: as good a permutation as its inverse
  steps <- ifelse(place <= deal$first, 1 / deal$first, -1 / (n - deal$first))
  distances <- function(x) {
    order <- order(x)
    # Each deal sums to 0, so that one sum runs through all of them.
    sums <- matrix(cumsum(steps[order, ]), n)[is_last(x[order]), , drop = FALSE]
    no_rest(apply(abs(sums), 2L, max))
  }
  matrix(apply(deal$pool, 2L, distances), ncol(deal$orders))
}

# The 95 % level without ties: Kolmogorov's, with the correction of Stephens
# (1970) for small samples.
ks_level <- function(n, m) {
  root <- sqrt(effective_rows(n, m))
  1.3581 / (root + 0.12 + 0.11 / root)
}

# ---- correlations ----

compare_correlations <- function(data, draws, deal, times = 199L) {
  varies <- which(column_varies(data) & column_varies(draws))
  if (length(varies) < 2L || nrow(data) < 3L || nrow(draws) < 3L) {
    return(NULL)
  }
  r <- list(stats::cor(data[, varies]), stats::cor(draws[, varies]))
  pairs <- lower.tri(r[[1L]])
  difference <- ifelse(pairs, abs(r[[1L]] - r[[2L]]), -1)
  at <- arrayInd(which.max(difference), dim(difference))
  z <- scale(deal$pool[, varies, drop = FALSE])
  total <- list(n = nrow(z), sum = colSums(z), square = crossprod(z))
  least <- seq_len(min(deal$first, nrow(z) - deal$first))
  dealt <- apply(deal$orders[least, seq_len(times), drop = FALSE], 2L, function(rows) {
    part <- z[rows, , drop = FALSE]
    part <- list(n = length(rows), sum = colSums(part), square = crossprod(part))
    rest <- Map(`-`, total, part)
    max(abs(moment_correlations(part) - moment_correlations(rest))[pairs], 0, na.rm = TRUE)
  })
  list(
    pair = colnames(data)[varies][rev(at)], data = r[[1L]][at], draws = r[[2L]][at],
    difference = difference[at], noise = min(2, deal$shrink * upper_level(dealt))
  )
}

column_varies <- function(x) {
  apply(x, 2L, function(column) any(column != column[1L]))
}

# NaN of columns that do not vary.
moment_correlations <- function(moments) {
  covariance <- moments$square / moments$n - tcrossprod(moments$sum / moments$n)
  variance <- diag(covariance)
  variance[variance < 1e-10] <- NaN
  covariance / sqrt(tcrossprod(variance))
}

# ---- the nearest rows ----

compare_nearest <- function(data, draws) {
  n <- nrow(data)
  keys <- row_keys(data, draws)
  again <- keys$data %in% keys$data[duplicated(keys$data)]
  copies <- sum(keys$draws %in% keys$data)
  varies <- column_varies(data)
  found <- list(
    ratio = NA_real_, low = NA_real_, high = NA_real_, draws = NA_real_, new = NA_real_,
    asked_draws = 0L, asked_rows = 0L, of_draws = nrow(draws), copies = copies,
    rows_again = sum(again), may_repeat = all(apply(data, 2L, anyDuplicated) > 0L)
  )
  if (!any(varies)) {
    return(found)
  }
  middle <- colMeans(data)[varies]
  unit <- apply(data, 2L, stats::sd)[varies]
  data <- scale(data[, varies, drop = FALSE], middle, unit)
  draws <- scale(draws[, varies, drop = FALSE], middle, unit)
  most <- max(500, floor(5e8 / n / max(10, sum(varies))))
  rows <- fixed_rows(n, most)
  asked <- fixed_rows(nrow(draws), most)
  of_rows <- nearest_distances(data[rows, , drop = FALSE], data, rows)
  left_out <- fixed_orders(n, 1L)[(asked - 1L) %% n + 1L]
  of_draws <- nearest_distances(draws[asked, , drop = FALSE], data, left_out)
  found$draws <- stats::median(of_draws)
  found$new <- stats::median(of_rows)
  found$asked_draws <- length(asked)
  found$asked_rows <- length(rows)
  if (found$new > 0) {
    found$ratio <- found$draws / found$new
    found[c("low", "high")] <- ratio_noise(of_rows, length(asked))
  }
  found
}

# A number for each row, the same for equal rows; NA of draws that equal no row.
row_keys <- function(data, draws) {
  of_data <- rep(1, nrow(data))
  of_draws <- rep(1, nrow(draws))
  for (j in seq_len(ncol(data))) {
    values <- unique(data[, j])
    # in doubles, as integers would overflow; NA stays NA but equals no key
    pairs <- as.double(of_data) * length(values) + match(data[, j], values)
    known <- unique(pairs)
    of_draws <- match(as.double(of_draws) * length(values) + match(draws[, j], values), known)
    of_data <- match(pairs, known)
  }
  list(data = of_data, draws = of_draws)
}

# Of each row of x the distance to the nearest of `rows` but the one left out for
# it. The nearest is found by products of matrices, |x - r|^2 / 2 = |x|^2 / 2 -
# (x r - |r|^2 / 2), its distance by differences.
nearest_distances <- function(x, rows, left_out) {
  right <- cbind(rows, rowSums(rows^2) / 2)
  block <- max(1L, floor(2e6 / nrow(rows)))
  distances <- numeric(nrow(x))
  for (start in seq(1L, nrow(x), block)) {
    some <- start:min(start + block - 1L, nrow(x))
    near <- tcrossprod(cbind(x[some, , drop = FALSE], -1), right)
    near[cbind(seq_along(some), left_out[some])] <- -Inf
    at <- max.col(near, "first")
    distances[some] <- sqrt(rowSums((x[some, , drop = FALSE] - rows[at, , drop = FALSE])^2))
  }
  distances
}

# The ratio of new data, from low to high: by the order statistics around the
# median of the distances of rows. Rows that are nearest to each other share a
# distance, so that n distances say less than n independent ones: by 1.6, as in
# simulations of several laws.
ratio_noise <- function(of_rows, n_draws) {
  half <- 1.96 * sqrt(1.6 * 0.25 / length(of_rows) + 0.25 / n_draws)
  shares <- pmin(pmax(0.5 + c(-1, 1) * half, 0), 1)
  ratios <- stats::quantile(of_rows, shares, names = FALSE) / stats::median(of_rows)
  as.list(ratios^(1 + 4 / length(of_rows))) # of very few rows the extremes are too narrow
}
