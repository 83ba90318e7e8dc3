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
  for (estimate in estimates) {
    expect_identical(draw(plot(estimate)), estimate)
  }
  expect_identical(draw(plot(estimates[[1]], parm = "tail")), estimates[[1]])
  expect_identical(draw(plot(estimates[[4]], parm = 2)), estimates[[4]])
  expect_snapshot(error = TRUE, {
    plot(estimates[[1]], parm = 3)
    plot(estimates[[1]], parm = "mean")
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
