test_that("laws keep their keys", {
  expect_equal(unclass(gap_exponential(2L)), list(gap = "exponential", gap_rate = 2))
  expect_equal(unclass(gap_gamma()), list(gap = "gamma", gap_shape = 0.5, gap_rate = 1))
  expect_equal(unclass(gap_uniform(1.5)), list(gap = "uniform", gap_max = 1.5))
  expect_equal(
    unclass(gap_count(c(0.5, 0.25))), list(gap = "count", prob = c(0.5, 0.25), decay = 0.5)
  )
})

# How many gaps fit into [0, 1].
count_gaps <- function(n, draw) {
  gaps <- as.data.frame(matrix(draw(40L * n), n))
  rowSums(do.call(cbind, Reduce(`+`, gaps, accumulate = TRUE)) < 1)
}

test_that("the law of the number of layers is that of simulated gaps", {
  set.seed(1)
  n <- 20000
  cases <- list(
    list(gap_exponential(1.5), function(n) rexp(n, 1.5)),
    list(gap_uniform(1.25), function(n) runif(n, 0, 1.25)),
    list(gap_gamma(0.7, 2), function(n) rgamma(n, 0.7, 2))
  )
  for (case in cases) {
    law <- summary(case[[1L]])
    expect_equal(sum(law$probability), 1, tolerance = 1e-5)
    layers <- count_gaps(n, case[[2L]])
    z <- vapply(1:6, function(k) {
      p <- layers_at_least(case[[1L]], k)
      abs(mean(layers >= k) - p) / sqrt(p * (1 - p) / n)
    }, 0)
    expect_all_below(z, 4.5)
  }
  law <- summary(gap_count(c(0.3, 0.2), 0.4))
  expect_equal(law$probability[1:4], c(0.3, 0.2, 0.5 * 0.6 * c(1, 0.4)))
})

test_that("the core's mean number of layers is that of the law", {
  laws <- list(
    gap_exponential(2.5), gap_uniform(1.1), gap_gamma(0.3, 1), gap_gamma(7, 20),
    gap_count(c(0.3, 0.2, 0.1), 0.7)
  )
  for (law in laws) {
    mean <- sum(layers_at_least(law, 1:300))
    expect_equal(answer(.Call(ffi_gap_mean_layers, unclass(law))), mean, tolerance = 1e-9)
  }
})

test_that("a law prints", {
  expect_snapshot({
    gap_exponential()
    gap_gamma(0.25, 2)
    gap_uniform(1.2)
    gap_count(dpois(0:10, 2), decay = 0.2)
    summary(gap_exponential(0.1))
  })
})

test_that("a law has a picture with a bar for each number of layers", {
  for (law in list(gap_uniform(2), gap_count(dpois(0:10, 2), decay = 0.2))) {
    expect_picture(plot(law), law,
      text = c(format(law), "number of layers N", "probability", "0", "3"),
      marks = nrow(summary(law))
    )
  }
  expect_picture(plot(gap_count(dpois(0:10, 2), decay = 0.2)), width = 4, height = 4)
})

test_that("bad arguments are refused", {
  expect_snapshot(error = TRUE, {
    gap_exponential(0)
    gap_exponential(c(1, 2))
    gap_gamma(shape = -1)
    gap_gamma(rate = "1")
    gap_uniform(1)
    gap_uniform(0.5)
    gap_uniform(NULL)
    gap_count(c(0.5, 0))
    gap_count(c(0.5, 0.5))
    gap_count(numeric())
    gap_count(0.5, decay = 1)
  })
  expect_error(gap_uniform(1), class = "follmer_error_input")
})

test_that("weibull gaps are those of R, through layers, expectation, tuning, bounds and jobs", {
  set.seed(2)
  n <- 20000
  for (law in list(gap_weibull(0.4, 0.8), gap_weibull(), gap_weibull(2.5, 0.6))) {
    layers <- count_gaps(n, function(n) rweibull(n, law$gap_shape, law$gap_scale))
    mean <- answer(.Call(ffi_gap_mean_layers, unclass(law)))
    expect_lt(abs(mean(layers) - mean), 4 * sd(layers) / sqrt(n))
    p <- layers_at_least(law, 1:6)
    seen <- vapply(1:6, function(k) mean(layers >= k), 0)
    expect_all_below(abs(seen - p) / (sqrt(p / n) + 1e-5), 4.5)
    x <- c(0.01, 0.3, 2)
    expect_equal(
      .Call(ffi_gap_log_density, unclass(law), x),
      dweibull(x, law$gap_shape, law$gap_scale, log = TRUE)
    )
    expect_equal(
      .Call(ffi_gap_log_survival, unclass(law), 0 * x, x),
      pweibull(x, law$gap_shape, law$gap_scale, lower.tail = FALSE, log.p = TRUE)
    )
  }
  # E X_1^2 of dX = -X dt + dW from 0 is (1 - exp(-2)) / 2.
  walk <- sde(drift_ou(), x0 = 0)
  estimate <- expectation(
    walk, "second_moment", method = "renewal", gap = gap_weibull(), n = 40000, seed = 1
  )
  expect_lt(abs(coef(estimate) - (1 - exp(-2)) / 2), 4 * sqrt(vcov(estimate)))
  tuned <- tune_gap(walk, "second_moment", laws = "weibull", n = 3000, seed = 1, progress = FALSE)
  expect_equal(tuned$gap, "weibull")
  expect_equal(tuned$gap_shape, 0.7)
  bound <- function(law) renewal_bound(law, 1, 1, 1)$bounds["layerwise", "log"]
  expect_equal(bound(gap_weibull(1, 1 / 3)), bound(gap_exponential(3))) # the same law
  expect_true(is.finite(bound(gap_weibull(1.5, 0.5))))
  file <- tempfile()
  write_job(file, "expect", method = "renewal", gap = gap_weibull(0.5, 2))
  expect_match(readLines(file), "\"gap_scale\": 2", fixed = TRUE, all = FALSE)
  expect_snapshot(error = TRUE, {
    gap_weibull(20)
    write_job(file, "expect", method = "renewal", gap = "weibull", gap_rate = 2)
  })
})
