# n rows of a law of four kinds of columns: normal, flag, count, half zeros.
mixed_rows <- function(n) {
  a <- rnorm(n)
  cbind(a = a, flag = a + rnorm(n) > 1, count = rpois(n, 3), zeros = (runif(n) > 0.5) * rexp(n))
}

report_of <- function(draws, data) {
  summary(new_draws(draws + 0), data = data)
}

finds <- function(report, what) {
  any(grepl(what, report_findings(report)))
}

# What a report prints, as one line.
said <- function(report) {
  gsub(" +", " ", paste(expect_narrow(print(report)), collapse = " "))
}

test_that("a report says what base R says of the columns", {
  set.seed(1)
  data <- mixed_rows(300)
  draws <- mixed_rows(1000)
  report <- report_of(draws, data)
  table <- as.data.frame(report)
  expect_identical(table$name, colnames(data))
  expect_equal(table$mean_data, colMeans(data), ignore_attr = TRUE)
  expect_equal(table$sd_draws, apply(draws, 2, sd), ignore_attr = TRUE)
  expect_equal(table$q25_draws, apply(draws, 2, quantile, 0.25), ignore_attr = TRUE)
  expect_equal(table$median_data, apply(data, 2, median), ignore_attr = TRUE)
  for (j in 1:4) {
    test <- suppressWarnings(ks.test(data[, j], draws[, j]))
    expect_equal(table$ks[j], test$statistic, ignore_attr = TRUE)
  }
  difference <- abs(cor(data) - cor(draws))
  pair <- report$correlation$pair
  expect_equal(report$correlation$difference, max(difference))
  expect_equal(difference[pair[1], pair[2]], max(difference))
  expect_equal(report$correlation$data, cor(data)[pair[1], pair[2]])
  expect_identical(table$step, c(NA, 1, 1, NA))
  expect_identical(table$unrounded, c(NA, 0, 0, NA))
  expect_output(expect_invisible(print(report)))
})

test_that("the noise of a column is the level of two samples of its law", {
  # of the exact law of two samples without ties, tabled by Smirnov
  expect_equal(ks_level(100, 100), 0.19, tolerance = 0.02)
  expect_equal(ks_level(25, 1e9), 0.264, tolerance = 0.01)
  set.seed(2)
  data <- mixed_rows(300)
  draws <- mixed_rows(1500)
  level <- report_of(draws, data)$columns$ks_noise
  expect_equal(level[1], ks_level(300, 1500))
  share <- mean(c(data[, "flag"], draws[, "flag"])) # a difference of two shares
  expect_equal(level[2] / (1.96 * sqrt(share * (1 - share) * (1 / 300 + 1 / 1500))), 1,
    tolerance = 0.1
  )
  expect_true(all(level[2:4] < level[1]))
  # what is dealt out is less than all rows: the level is that of all
  wide <- report_of(mixed_rows(20000), mixed_rows(5000))$columns$ks_noise
  expect_equal(wide[2:3] / level[2:3], rep(ks_level(5000, 20000) / ks_level(300, 1500), 2),
    tolerance = 0.1
  )
})

test_that("draws of the law of the data are seldom told from them", {
  set.seed(3)
  found <- replicate(40, {
    report <- report_of(mixed_rows(400), mixed_rows(100))
    c(
      mean(report$columns$ks > report$columns$ks_noise), any(report$columns$beyond),
      report$correlation$difference > report$correlation$noise, finds(report, "copies"),
      finds(report, "far")
    )
  })
  # 5 % each: of 160 and 40 independent ones at most 16 and 6 with a chance of 99 %
  expect_lte(mean(found[1, ]), 16 / 160)
  expect_true(all(rowSums(found[2:5, ]) <= 6))
})

test_that("the mark of a column minds the number of columns", {
  set.seed(4)
  data <- matrix(rnorm(200 * 60), 200)
  draws <- matrix(rnorm(1000 * 60), 1000)
  report <- report_of(draws, data)
  expect_gt(sum(report$columns$ks > report$columns$ks_noise), 0)
  expect_false(any(report$columns$beyond))
  draws[, 17] <- draws[, 17] + 0.6
  report <- report_of(draws, data)
  expect_identical(which(report$columns$beyond), 17L)
  shown <- expect_narrow(print(report))
  expect_match(shown[3], "^x17 data")
  expect_length(grep("^x[0-9]+ +data", shown), 10)
  expect_match(paste(shown, collapse = " "), "50 more by print(x, n = 60)", fixed = TRUE)
  expect_match(paste(shown, collapse = " "), "by 1 of 60 columns (x17)", fixed = TRUE)
  expect_length(grep("^x[0-9]+ +data", expect_narrow(print(report, n = Inf))), 60)
  # columns that go together are as one: what is beyond the level of one is so of all
  x <- sort(rnorm(200))
  y <- rnorm(200)
  shift <- 0
  while (ks_distance(x, y + shift) < 1.15 * ks_level(200, 200)) shift <- shift + 0.01
  same <- matrix(x, 200, 30) + 1e-7 * rnorm(6000)
  expect_true(all(report_of(matrix(y + shift, 200, 30), same)$columns$beyond))
})

test_that("a correlation that is missed is found", {
  set.seed(5)
  data <- matrix(rnorm(1200), 300)
  draws <- matrix(rnorm(4000), 1000)
  expect_false(finds(report_of(draws, data), "correlations"))
  draws[, 4] <- 0.9 * draws[, 4] + sqrt(1 - 0.9^2) * draws[, 2]
  report <- report_of(draws, data)
  expect_identical(report$correlation$pair, c("x2", "x4"))
  expect_true(finds(report, "correlations"))
  # one pair alone: the usual standard error
  one <- report_of(draws[, 1:2], data[, 1:2])
  expect_equal(one$correlation$noise / (1.96 * sqrt(1 / 300 + 1 / 1000)), 1, tolerance = 0.15)
  many <- report_of(matrix(rnorm(40000), 20000), matrix(rnorm(10000), 5000))
  expect_equal(many$correlation$noise / (1.96 * sqrt(1 / 5000 + 1 / 20000)), 1, tolerance = 0.15)
})

test_that("nearest rows are those of the plain loop", {
  set.seed(6)
  data <- matrix(rnorm(90), 30)
  draws <- rbind(matrix(rnorm(30), 10), data[3, ])
  left_out <- c(1:10, 3)
  plain <- vapply(seq_len(11), function(i) {
    sqrt(min(colSums((t(data[-left_out[i], ]) - draws[i, ])^2)))
  }, 0)
  expect_equal(nearest_distances(draws, data, left_out), plain, tolerance = 1e-12)
  left_out[11] <- 4
  expect_identical(nearest_distances(draws, data, left_out)[11], 0)
  unit <- apply(data, 2, sd)
  within <- as.matrix(dist(sweep(data, 2, unit, "/")))
  diag(within) <- Inf
  expect_equal(report_of(draws, data)$nearest$new, median(apply(within, 1, min)))
})

test_that("the ratio of the nearest rows is 1 of new data and less of copies", {
  set.seed(7)
  for (d in c(1, 3, 12)) {
    make <- function(n) exp(matrix(rnorm(n * d), n))
    found <- replicate(20, unlist(compare_nearest(make(100), make(500))[c("ratio", "low", "high")]))
    log_ratio <- log(found["ratio", ])
    # 4 standard errors
    expect_lt(abs(mean(log_ratio)), 4 * sd(log_ratio) / sqrt(20))
    # 95 % each: of 20 at least 16 with a chance of more than 99 %
    expect_gte(sum(found["low", ] < found["ratio", ] & found["ratio", ] < found["high", ]), 16)
  }
  data <- matrix(rnorm(600), 200)
  again <- data[sample(200, 1000, replace = TRUE), ]
  report <- report_of(again, data)
  expect_identical(report$nearest$ratio, 0)
  expect_identical(report$nearest$copies, 1000L)
  expect_true(finds(report, "copies"))
  near <- report_of(again + rnorm(3000, sd = 0.1), data)
  expect_lt(near$nearest$ratio, 0.6)
  expect_identical(near$nearest$copies, 0L)
  expect_true(finds(near, "copies"))
  expect_true(finds(report_of(2.5 * matrix(rnorm(3000), 1000), data), "too far"))
  one_copy <- report_of(rbind(matrix(rnorm(2997), 999), data[7, ]), data)
  expect_identical(one_copy$nearest$copies, 1L)
  expect_true(finds(one_copy, "copies"))
})

test_that("rows are told apart however many there are", {
  x <- cbind(seq_len(60000) / 7, rev(seq_len(60000)) / 3)
  keys <- expect_silent(row_keys(x, rbind(x[59001:60000, ], x[1:500, 2:1])))
  expect_identical(anyDuplicated(keys$data), 0L)
  expect_identical(sum(keys$draws %in% keys$data), 1000L)
})

test_that("large tables are searched for copies whole", {
  set.seed(8)
  data <- matrix(rnorm(5e5), 1e5)
  draws <- data[sample(1e5, 600), ] + rnorm(3000, sd = 1e-3)
  near <- compare_nearest(data, draws)
  expect_lt(near$ratio, 0.05)
  expect_lt(near$asked_rows, 1e5)
  expect_gte(near$asked_rows, 500)
})

test_that("in tables of flags new data repeat rows, and copies are told by their share", {
  set.seed(9)
  flags <- function(n, d) matrix(rbinom(n * d, 1, 0.4), n)
  few <- report_of(flags(2000, 5), flags(300, 5))
  expect_identical(few$nearest$ratio, NA_real_)
  expect_null(report_findings(few))
  expect_match(said(few), "of new data about 100 % would")
  many <- flags(300, 20)
  expect_null(report_findings(report_of(flags(2000, 20), many)))
  expect_true(finds(report_of(many[sample(300, 2000, replace = TRUE), ], many), "copies"))
  # half of the rows stand twice: new ones may, too
  cells <- flags(300, 9)
  expect_false(finds(report_of(flags(2000, 9), cells), "copies"))
  expect_true(finds(report_of(cells[sample(300, 2000, replace = TRUE), ], cells), "copies"))
})

test_that("draws are rounded as the data are before they are compared", {
  set.seed(10)
  data <- cbind(tenths = round(rnorm(300, 0, 0.4), 1), score = round(rnorm(300, 50, 1)))
  draws <- cbind(rnorm(3000, 0, 0.4), rnorm(3000, 50, 1))
  report <- report_of(draws, data)
  expect_null(report_findings(report))
  expect_gt(min(report$columns$unrounded), 0.99)
  raw <- ks_distance(data[, "score"], draws[, 2])
  expect_gt(raw, report$columns$ks_noise[2])
  expect_equal(report$columns$ks[2], ks_distance(data[, "score"], round(draws[, 2])))
  expect_match(said(report), "score: the draws have values")
  expect_match(said(report_of(round(draws, 1), data)), "rounded as the data are (1 column)",
    fixed = TRUE
  )

  expect_identical(decimals_of(c(0.1, 0.3, 0.1 + 0.2)), NA_integer_) # no two are equal
  expect_identical(decimals_of(c(0.1, 0.3, 0.1)), 1L)
  expect_identical(decimals_of(c(1000, 42000, 1000)), -3L)
  expect_identical(decimals_of(c(0, 1, 1)), 0L)
  expect_identical(decimals_of(c(2, 2)), NA_integer_)
  expect_identical(decimals_of(c(pi, pi, 1)), NA_integer_)
  expect_identical(decimals_of(c(rep(1, 200), 0.25)), 2L)
})

test_that("columns are matched by name, or by place", {
  set.seed(11)
  data <- data.frame(a = rnorm(50), b = rexp(50))
  draws <- cbind(a = rnorm(90), b = rexp(90))
  report <- report_of(draws, data)
  expect_identical(report_of(draws, data[2:1]), report)
  expect_identical(report_of(draws, unname(as.matrix(data))), report)
  expect_identical(report_of(unname(draws), data), report)
  one <- report_of(draws[, "a", drop = FALSE], data$a)
  expect_equal(one$columns[c("mean_data", "ks")], report$columns["a", c("mean_data", "ks")])
  expect_null(one$correlation)
  expect_snapshot(error = TRUE, {
    report_of(draws, data.frame(a = 1:3, c = 1:3))
    report_of(draws, data["a"])
    report_of(unname(draws), data$a)
    report_of(draws, data.frame(a = 1:3, b = c(1, NA, 3)))
    report_of(draws, "data")
    report_of(draws, data[1, ])
    report_of(draws[1, , drop = FALSE], data)
    print(report, n = 0)
  })
})

test_that("few rows and constant columns are no trouble", {
  set.seed(12)
  few <- report_of(matrix(rnorm(300), 100), matrix(rnorm(15), 5))
  expect_null(report_findings(few))
  expect_match(said(few), "only gross differences")
  expect_true(all(report_of(matrix(rnorm(300, 9), 100), matrix(rnorm(15), 5))$columns$beyond))
  expect_narrow(print(report_of(matrix(rnorm(4), 2), matrix(rnorm(4), 2))))

  data <- cbind(a = rnorm(100), b = 3, c = 5)
  report <- report_of(cbind(rnorm(500), 3, 5 + rnorm(500)), data)
  expect_identical(report$columns$beyond, c(FALSE, FALSE, TRUE))
  expect_identical(report$columns$ks[2:3] > 0, c(FALSE, TRUE))
  expect_null(report$correlation)
  expect_match(said(report), "b, c: constant in the data")
  none <- report_of(matrix(3, 20, 1), rep(3, 10))
  expect_null(report_findings(none))
  expect_narrow(print(none))
})

test_that("a report is the same in every call, and leaves R's generator alone", {
  set.seed(13)
  draws <- mixed_rows(300)
  data <- mixed_rows(100)
  before <- .Random.seed
  report <- report_of(draws, data)
  expect_identical(.Random.seed, before)
  set.seed(14)
  expect_identical(report_of(draws, data), report)
  expect_identical(nrow(summary(new_draws(draws))), 4L)
})

test_that("draws with weights count as what they are worth", {
  set.seed(15)
  x <- matrix(rnorm(20000, sd = 1.5), 20000)
  weighted <- new_draws(x, log_weight = dnorm(x, log = TRUE) - dnorm(x, sd = 1.5, log = TRUE))
  report <- summary(weighted, data = rnorm(500))
  expect_null(report_findings(report))
  expect_equal(report$columns$sd_draws, 1, tolerance = 0.05)
  expect_identical(report$worth, floor(effective_size(weighted)))
  expect_equal(report$columns$ks_noise / ks_level(500, report$worth), 1, tolerance = 0.1)
  expect_true(summary(new_draws(x), data = rnorm(500))$columns$beyond)
})

test_that("names and numbers of any size fit the page", {
  set.seed(16)
  x <- cbind(rnorm(200, 1e9, 1e8), 1e-9 * rnorm(200), -1e5 * rexp(200), 1e12 * rcauchy(200))
  colnames(x) <- c(strrep("a long name of a column ", 4), "b", strrep("d", 200), strrep("e", 200))
  expect_narrow(print(report_of(x[1:100, ], x[101:200, ])))
})

test_that("a report prints", {
  set.seed(17)
  data <- data.frame(length = rnorm(60, 10, 2), flag = rbinom(60, 1, 0.3))
  expect_snapshot(report_of(cbind(rnorm(2000, 11, 2), rbinom(2000, 1, 0.3)), data))
})
