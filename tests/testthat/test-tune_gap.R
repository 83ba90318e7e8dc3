walk <- function() sde(drift_sin(0.5), x0 = 0)

test_that("densities of layer times and deviations are those of the layers", {
  long <- sde(drift_sin(), x0 = 0.5, horizon = 2, sigma = 0.8)
  common <- list(threads = NULL, progress = FALSE)
  run <- pilot_run(long, function(x) cos(x[, 1]), gap_exponential(2), 200, 3, common)
  run$draw <- rep(seq_along(run$layers), run$layers)
  x <- random_network(long, 200, gap_exponential(2), seed = 3)
  by_hand <- function(density, survival) {
    vapply(seq_along(x), function(i) {
      time <- x[[i]]$time / 2
      sum(density(diff(time))) + survival(1 - time[length(time)])
    }, 0)
  }
  expect_equal(
    layer_log_density(gap_gamma(0.5, 1.3), run),
    by_hand(
      function(s) dgamma(s, 0.5, 1.3, log = TRUE),
      function(s) pgamma(s, 0.5, 1.3, lower.tail = FALSE, log.p = TRUE)
    )
  )
  expect_equal(
    layer_log_density(gap_uniform(1.5), run),
    by_hand(function(s) rep(-log(1.5), length(s)), function(s) log(1 - s / 1.5))
  )
  expect_equal(
    layer_log_density(gap_exponential(3), run),
    by_hand(function(s) dexp(s, 3, log = TRUE), function(s) -3 * s)
  )
  # Without layers psi - c is weight (g - c).
  none <- run$layers == 0
  from <- deviation_from(run, 5)
  expect_equal(from[none, 1], (run$weight * (cos(x$end[, 1]) - 5))[none])
  expect_identical(from[!none], run$deviation[!none])
})

# Mutants that this catches: a density of the pilot's own law for that of the
# mixture, the last gap's survival left out.
test_that("the pilot's variances are those of runs of each law", {
  both <- function(x) cbind(cosine = cos(x[, 1]), x = x[, 1])
  common <- list(threshold = 0, threads = NULL, progress = FALSE)
  long <- sde(drift_sin(0.3), x0 = 0.5, horizon = 2, sigma = 0.8)
  pilot <- tuning_pilot(long, both, 60000, 1, common)
  laws <- list(gap_exponential(0.5), gap_exponential(1.5), gap_gamma(0.5, 0.5), gap_uniform(1.5))
  for (law in laws) {
    by_pilot <- law_work(law, pilot)
    run <- pilot_run(long, both, law, 60000, 9, common)
    from <- deviation_from(run, pilot$centre)
    square <- sweep(from, 2, colMeans(from))^2
    se <- apply(square, 2, sd) / sqrt(60000)
    z <- (by_pilot$variance - colMeans(square)) / sqrt(by_pilot$variance_se^2 + se^2)
    expect_all_below(abs(z), 4)
    expect_equal(by_pilot$cost[1], 1 + mean(run$layers), tolerance = 0.01)
    expect_all_below(by_pilot$variance_se / by_pilot$variance, 0.05)
  }
})

test_that("the tuned law has the least work of the table of MATH 7.5", {
  # tanh drift in d = 4, a = 0.7: 4.7 at rate 1 (a coarse grid), 4.1 at max 2.
  follmer <- sde(drift_tanh(0.7, 0.7), x0 = rep(0, 4))
  law <- tune_gap(follmer, "cosine", seed = 2)
  check <- attr(law, "check")
  expect_s3_class(law, "follmer_gap")
  expect_lt(check$work - 4 * check$work_se, 4.1)
  curves <- attr(law, "curves")
  best <- curves[curves$law == format(law), ]
  expect_identical(best$work + 2 * best$work_se, min(curves$work + 2 * curves$work_se))
  expect_equal(best$work, check$work, tolerance = 0.2)
  rates <- curves$cost[curves$family == "exponential"] - 1
  expect_gt(max(rates), 30)
  expect_lt(min(rates), 0.07)
})

test_that("a harder problem takes more layers", {
  rate <- function(a) {
    follmer <- sde(drift_tanh(a, a), x0 = rep(0, 8))
    tune_gap(follmer, "cosine", "exponential", n = 9000, seed = 1)$gap_rate
  }
  expect_gt(rate(1.2), 1.5 * rate(0.5))
})

test_that("a tuned law is a gap law, and the same for any number of threads", {
  law <- tune_gap(walk(), "cosine", gap_gamma(0.8), n = 2000, seed = 1, threads = 1)
  expect_identical(law$gap_shape, 0.8)
  again <- tune_gap(walk(), "cosine", gap_gamma(0.8), n = 2000, seed = 1, threads = 2)
  expect_identical(unclass(again)[names(law)], unclass(law)[names(law)])
  plain <- gap_gamma(0.8, law$gap_rate)
  run <- function(gap) {
    expectation(walk(), "cosine", method = "renewal", gap = gap, n = 100, seed = 1)$estimate
  }
  expect_identical(run(law), run(plain))
  expect_identical(format(law), format(plain))
})

test_that("several values take the law whose worst is best", {
  both <- function(x) cbind(cosine = cos(x[, 1]), fast = sin(5 * x[, 1]))
  law <- tune_gap(walk(), both, n = 2000, seed = 1)
  curves <- attr(law, "curves")
  bound <- curves$work + 2 * curves$work_se
  worst <- tapply(bound / tapply(bound, curves$name, min)[curves$name], curves$law, max)
  expect_lt(worst[[format(law)]] / min(worst), 1.02)
  expect_narrow(print(law))
  # for each value three bands and the check
  expect_picture(plot(law), law,
    text = c("cosine", "fast", "exponential", "gamma(0.5)", "uniform", "tuned, run anew"), marks = 8
  )
})

test_that("a constant and a drift of 0 can be tuned for", {
  law <- tune_gap(walk(), function(x) rep(2, nrow(x)), "exponential", n = 1000, seed = 1)
  expect_identical(attr(law, "check")$estimate, 2)
  # Without drift there is nothing to refresh: the longer the gaps the better.
  law <- tune_gap(sde(drift_zero(), x0 = 0), "mean", "exponential", n = 1000, seed = 1)
  expect_lt(law$gap_rate, 0.1)
})

test_that("a tuned law is printed and plotted", {
  law <- tune_gap(walk(), "cosine", n = 2000, seed = 1)
  shown <- expect_narrow(print(law))
  expect_identical(shown[1], paste("# A tuned gap law:", format(law)))
  expect_length(shown, 9)
  expect_picture(plot(law), law,
    text = c("variance x cost", "drift evaluations a draw", "exponential"), marks = 4
  )
})

test_that("tune_gap() refuses in a sentence", {
  expect_snapshot(error = TRUE, {
    tune_gap(walk(), "cosine", laws = "poisson")
    tune_gap(walk(), "cosine", laws = list(gap_count(0.5)))
    tune_gap(walk(), "cosine", laws = character())
    tune_gap(walk(), "cosine", n = 10)
    tune_gap(walk(), "cosine", seed = 2^53 - 1)
    tune_gap(walk(), function(x) NaN)
    tune_gap(sin, "cosine")
  })
})
