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
