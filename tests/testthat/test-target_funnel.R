test_that("density and gradient agree with formulas", {
  target <- target_funnel(3, variance = 2)
  x <- cbind(c(-2, 0, 1.5), c(0.1, -1, 2), c(0, 0.5, -3))
  known <- stats::dnorm(x[, 1], sd = sqrt(2), log = TRUE) +
    rowSums(stats::dnorm(x[, -1], sd = exp(x[, 1] / 2), log = TRUE))
  expect_equal(log_density(target, x), known)
  h <- 1e-5
  for (j in 1:3) {
    step <- matrix(h * (col(x) == j), 3)
    slope <- (log_density(target, x + step) - log_density(target, x - step)) / (2 * h)
    expect_equal(gradient(target, x)[, j], slope, tolerance = 1e-7, ignore_attr = TRUE)
  }
})

test_that("draws have the law of the target", {
  x <- rtarget(target_funnel(4, variance = 9), 20000, seed = 1)
  z <- x[, -1] / exp(x[, 1] / 2)
  # 4 standard errors
  expect_all_below(c(
    z_score(x[, 1], 0), z_score(x[, 1]^2, 9), apply(z, 2, z_score, 0), apply(z^2, 2, z_score, 1),
    z_score(z[, 1] * x[, 1], 0), z_score(z[, 1] * z[, 2], 0)
  ), 4)
  set.seed(1)
  y <- rtarget(target_funnel(), 10)
  set.seed(1)
  expect_identical(rtarget(target_funnel(), 10), y)
  expect_identical(dim(y), c(10L, 10L))
  expect_identical(rtarget(target_funnel(4), 300, seed = 1), x[1:300, ])
})

test_that("it prints, and is drawn", {
  expect_snapshot({
    target_funnel()
    target_funnel(2, variance = 0.25)
  })
  expect_narrow(target_funnel(1e6, variance = pi))
  wide <- target_funnel(3, variance = 1)
  expect_picture(plot(wide), wide, text = c("x1", "x2", "x3"), marks = 6 * 1000)
})

test_that("bad arguments are refused, and what is not known of it", {
  expect_snapshot(error = TRUE, {
    target_funnel(1)
    target_funnel(2.5)
    target_funnel(2:3)
    target_funnel("a")
    target_funnel(variance = 0)
    target_funnel(variance = Inf)
    target_funnel(variance = diag(2))
    exact_denoiser(target_funnel())
    bayes_loss(target_funnel())
    sde(target_funnel())
  })
  other <- exact_denoiser(target_gmm(cbind(0, 0)))
  loss <- denoising_loss(other, target_funnel(2), n = 100, seed = 1)
  expect_true(is.nan(loss$floor))
})
