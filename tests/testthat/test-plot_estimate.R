test_that("estimates of every method have a picture", {
  walk <- sde(drift_sin(), x0 = 0)
  both <- function(x) cbind(cosine = cos(x[, 1]), tail = x[, 1] > 1)
  estimates <- list(
    expectation(walk, both, n = 2000, seed = 1),
    expectation(walk, both, method = "renewal", n = 2000, seed = 1),
    expectation(walk, both, method = "euler", n = 2000, steps = 4, seed = 1),
    expectation(walk, both, method = "mlmc", target_se = 0.02, seed = 1),
    expectation(walk, both, n = 10, seed = 1, batch = 2),
    expectation(walk, function(x) 0 * x, n = 2000, seed = 1),
    expectation(walk, function(x) 0 * x, method = "mlmc", target_se = 0.1, seed = 1)
  )
  estimates <- c(estimates, list(
    c(estimates[[1]], expectation(walk, both, n = 2000, seed = 2)),
    c(estimates[[1]], expectation(walk, both, method = "renewal", n = 2000, seed = 2)),
    c(estimates[[4]], expectation(walk, both, method = "mlmc", target_se = 0.02, seed = 2))
  ))
  running <- c("draws", "cosine, running, 95 % interval")
  tail <- c("rank", "largest |draw - centre|", "0.5: infinite variance")
  batches <- c("batch means", "normal quantiles", "standardised")
  levels <- c("fine", "fine - coarse", "log2 variance", "log2 |mean|", "log10 paths", "level")
  text <- list(
    c("level", "% of draws", running, tail, batches),
    c("layers after the first", "% of draws", running, tail, batches),
    c("cosine by step, +- 2 se", "step", "0", "h", "2 h", running, tail, batches),
    levels,
    c("level", running, "too few values for a tail", batches),
    c("level", "g, running, 95 % interval", "too few values for a tail",
      "the batch means are equal"),
    levels,
    c("level", "% of draws", "thousand draws", running[2], tail, batches),
    c("level", "% of draws", "thousand draws", running[2], tail, batches),
    c(levels, "the first of 2 runs, seed 1")
  )
  for (i in seq_along(estimates)) {
    expect_picture(plot(estimates[[i]]), estimates[[i]], text = text[[i]])
  }
  expect_picture(plot(estimates[[1]], parm = "tail"), estimates[[1]],
    text = "tail, running, 95 % interval"
  )
  expect_picture(plot(estimates[[4]], parm = 2), estimates[[4]], text = levels)
})

test_that("a picture of an estimate has a bar, a point or a mark for each thing it shows", {
  estimate <- expectation(sde(drift_sin(), x0 = 0), "cosine", n = 4096, seed = 1, batch = 64)
  levels <- max(which(estimate$layers > 0))
  tail <- nrow(estimate$tallies[[1]]$tail)
  picture <- drawn(plot(estimate))
  # the bars, the tail, 64 batch means, and the band
  expect_identical(picture$marks, as.integer(levels + tail + 64 + 1))
  title <- sprintf("tail index %.2f", estimate$tail_index)
  expect_true(title %in% picture$text$words)
})

test_that("what cannot be plotted is refused", {
  both <- function(x) cbind(cosine = cos(x[, 1]), tail = x[, 1] > 1)
  estimate <- expectation(sde(drift_sin(), x0 = 0), both, n = 2000, seed = 1)
  expect_snapshot(error = TRUE, {
    plot(estimate, parm = 3)
    plot(estimate, parm = "mean")
  })
})

test_that("what is drawn is the estimate", {
  walk <- sde(drift_sin(), x0 = 0)
  estimate <- expectation(walk, "cosine", method = "euler", n = 5000, steps = 4, seed = 1)
  batches <- batch_means(estimate$tallies[[1]], 1)
  expect_equal(weighted.mean(batches$mean, batches$n), unname(estimate$estimate))
  expect_identical(sum(batches$n), estimate$n)
  bias <- batch_means(estimate$tallies[[1]], 2)
  expect_equal(-weighted.mean(bias$mean, bias$n), unname(estimate$bias))
})

test_that("the tail that is drawn is that of a generalized Pareto law", {
  share <- seq_len(9999) / 10000
  for (k in c(-0.3, 0, 0.4)) {
    quantiles <- 2 + 3 * (if (k == 0) -log(share) else (share^-k - 1) / k)
    expect_equal(pareto_values(quantiles, k), quantiles, tolerance = 1e-3)
  }
})

test_that("the table of levels is that of the tally", {
  walk <- sde(drift_sin(), x0 = 0)
  estimate <- expectation(walk, "cosine", method = "mlmc", target_se = 0.005, seed = 1)
  table <- level_table(estimate$tallies[[1]], 1)
  expect_equal(sum(table$mean), unname(estimate$estimate))
  expect_equal(sqrt(sum(table$variance / table$count)), unname(estimate$se), tolerance = 1e-3)
  # Weak order 1 and, with additive noise, strong order 1.
  expect_lt(abs(attr(table, "rates")[["alpha"]] - 1), 0.3)
  expect_lt(abs(attr(table, "rates")[["beta"]] - 2), 0.3)
})
