test_that("draws are drawn beside the data", {
  x <- simulate(exact_denoiser(two_clusters()), 100, seed = 1, steps = 5)
  expect_picture(plot(x), x, text = c("a", "b"), marks = 100)
  data <- rtarget(two_clusters(), 50, seed = 1)
  expect_picture(plot(x, data = data), x, text = c("data", "draws", "a", "b"), marks = 150)
  expect_picture(plot(x, data = 5 * data), marks = 150)

  line <- simulate(exact_denoiser(target_gmm(0)), 100, seed = 1, steps = 5)
  bars <- hist(line[, 1], breaks = 50, plot = FALSE)
  expect_picture(plot(line), line, text = c("x1", "density"), marks = length(bars$counts))
  narrow <- matrix(rnorm(50, 3, 0.01))
  expect_picture(plot(line, data = narrow), line, text = c("data", "draws"))
  shown <- graphics_range(plot(line, data = narrow))
  expect_gt(shown[4], max(data_density(narrow)$y))
  expect_gt(shown[2], max(narrow))

  wide <- exact_denoiser(target_gmm(matrix(1:12, 2)))
  x <- simulate(wide, 100, seed = 1, steps = 5)
  expect_picture(plot(x), x, text = paste0("x", 1:6), marks = 30 * 100)
  expect_picture(plot(x, data = rtarget(wide$target, 50, seed = 1)), x,
    text = c("data", "draws", paste0("x", 1:6)), marks = 30 * 150 + 2 + 6, strokes = 6
  )
  expect_error(plot(x, data = 1), class = "follmer_error_input")
})

test_that("two columns have their scatter plots and densities", {
  x <- simulate(exact_denoiser(two_clusters()), 100, seed = 1, steps = 5)
  data <- rtarget(two_clusters(), 50, seed = 1)
  picture <- expect_picture(plot(x, data = data), marks = 150 + 2)
  expect_identical(sum(picture$text$words == "a"), 3L)
  expect_identical(sum(picture$text$words == "density"), 2L)
  expect_picture(plot(x, data = data, type = "marginals"), x, text = c("a", "b", "data", "draws"))
  expect_picture(plot(x, type = "marginals"), x, text = c("a", "b"))
})

# Draws and data of d columns, of which the last ones differ.
wide_draws <- function(d, differ = 0) {
  set.seed(1)
  x <- matrix(rnorm(100 * d), 100)
  x[, d - seq_len(differ) + 1] <- x[, d - seq_len(differ) + 1] + 3
  list(draws = new_draws(x), data = matrix(rnorm(60 * d), 60))
}

test_that("pairs of many columns are readable, and say which ones they leave out", {
  x <- wide_draws(14)
  for (size in list(c(5, 5), c(10, 7))) {
    picture <- expect_picture(plot(x$draws, data = x$data), x$draws,
      text = c("data", "draws", paste0("x", 1:14)), marks = 14 * 13 * 160, width = size[1],
      height = size[2]
    )
    expect_gt(min(picture$text$type), 4)
  }
  x <- wide_draws(60, 14)
  picture <- expect_picture(plot(x$draws, data = x$data),
    text = c(paste0("x", 47:60), "the 14 of 60 columns that differ most")
  )
  expect_false("x46" %in% picture$text$words)
  expect_picture(plot(x$draws), text = c(paste0("x", 1:14), "the first 14 of 60 columns"))
  expect_picture(plot(x$draws, data = x$data, type = "marginals"), x$draws,
    text = c("data", "draws", paste0("x", 1:60)), strokes = 120
  )
  x <- wide_draws(70)
  expect_picture(plot(x$draws, data = x$data, type = "marginals"),
    text = "the 64 of 70 columns that differ most"
  )
})

test_that("columns are chosen by name or number", {
  x <- wide_draws(6)
  picture <- expect_picture(plot(x$draws, data = x$data, columns = c("x5", "x2", "x6")), x$draws,
    text = c("x2", "x5", "x6")
  )
  expect_false("x1" %in% picture$text$words)
  expect_picture(plot(x$draws, columns = 3), text = "x3")
  expect_snapshot(error = TRUE, {
    plot(x$draws, columns = c("x5", "y"))
    plot(x$draws, columns = 7)
    plot(x$draws, type = "density")
  })
})

test_that("columns of few values are drawn by shares", {
  counts <- rep(c(0, 1, 2, 5), c(10, 20, 30, 40))
  bins <- marginal_bins(counts + 0.1, counts)
  outline <- stairs(counts, bins)
  at <- function(x) unique(outline$y[outline$x > x - 0.11 & outline$x < x + 0.11])
  for (value in c(0, 1, 2, 5)) {
    expect_true(mean(counts == value) %in% at(value))
  }
  expect_identical(at(1.5), 0)
  expect_equal(diff(bins), rep(0.2, length(bins) - 1))
  expect_true(all(range(counts + 0.1) > min(bins) & range(counts + 0.1) < max(bins)))
  # half zeros, half not: bins keep to the decimals; no two are equal: a density
  set.seed(1)
  zeros <- c(numeric(50), round(rexp(50, 0.1), 1))
  expect_equal(diff(marginal_bins(zeros)) / 0.1, round(diff(marginal_bins(zeros)) / 0.1))
  expect_null(marginal_bins(rnorm(100)))
  bins <- marginal_bins(c(numeric(50), rexp(50)))
  expect_equal(bins[1:2], c(-1, 1) * diff(bins)[1] / 2) # the atom in the middle
  expect_null(marginal_bins(round(rnorm(100), 4)))
  expect_null(marginal_bins(rep(3, 10)))
  draws <- new_draws(matrix(counts, dimnames = list(NULL, "n")))
  expect_picture(plot(draws, data = counts), draws, text = c("n", "share of rows"), marks = 20)
  expect_picture(plot(draws, data = counts, breaks = 5), text = "density")
  # rows of one value are moved apart, and no further than to half-way
  apart <- spread_values(cbind(counts, zeros))
  expect_identical(apart[, 2], zeros)
  expect_identical(anyDuplicated(apart[, 1]), 0L)
  expect_identical(round(apart[, 1]), counts)
})

test_that("a picture shows rows from everywhere in the table", {
  rows <- fixed_rows(10000, 500)
  expect_length(unique(rows), 500)
  expect_lt(abs(mean(rows) - 5000), 4 * 10000 / sqrt(12 * 500)) # 4 standard errors
  expect_identical(fixed_rows(10, 20), 1:10)
})

test_that("the density of data with two narrow clusters is not smoothed away", {
  data <- matrix(c(-2 + 0.1 * qnorm(ppoints(500)), 2 + 0.1 * qnorm(ppoints(500))))
  expect_gt(max(data_density(data)$y), 0.9 * 0.5 * dnorm(0, sd = 0.1))
  expect_gt(max(data_density(matrix(rep(1:2, 50)))$y), 0) # no bandwidth of its own
})
