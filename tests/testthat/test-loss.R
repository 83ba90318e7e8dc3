test_that("floors of one Gaussian are the known ones", {
  # eps-MSE per dimension of N(0, I): one minus the share of the noise in a^2 + s^2, averaged over
  # time
  for (process in list(vp(), pbm(0.1, 20))) {
    truth <- stats::integrate(function(tau) {
      at <- process_at(process, tau)
      at$a^2 / (at$a^2 + at$s^2)
    }, 0, 1, rel.tol = 1e-8)$value
    loss <- bayes_loss(target_gmm(matrix(0, 1, 3)), process, n = 20000, seed = 1)
    # 4 standard errors
    expect_lt(abs(loss$loss - truth) / loss$loss_se, 4)
    expect_lt(loss$loss_se, 0.005)
  }
})

test_that("the exact denoiser has no excess", {
  target <- two_clusters()
  loss <- denoising_loss(exact_denoiser(target), target, n = 2000, seed = 1)
  expect_equal(loss$excess, 0)
  expect_equal(loss$loss, loss$floor)
  expect_equal(nrow(loss$bins), 10)
  expect_equal(sum(loss$bins$n), 2000)
  expect_equal(sum(loss$bins$loss * loss$bins$n) / 2000, loss$loss)
})

test_that("a fitted model is measured against the floor", {
  target <- two_clusters()
  x <- rtarget(target, 4000, seed = 1)
  for (standardize in c(TRUE, FALSE)) {
    fit <- fit_denoiser(x,
      network = mlp(c(32, 32)), steps = 800, batch = 256, standardize = standardize, seed = 1
    )
    loss <- denoising_loss(fit, target, n = 10000, seed = 2)
    expect_gt(loss$excess, 0)
    expect_lt(loss$excess, 0.05)
    # on one set of noises: 4 standard errors of the difference, which are those of the two at most
    expect_lt(abs(loss$loss - loss$floor - loss$excess), 4 * (loss$loss_se + loss$floor_se))
    expect_lt(loss$excess_se, loss$loss_se)
    plain <- denoising_loss(fit, rtarget(target, 10000, seed = 2), seed = 2)
    expect_identical(plain$loss, loss$loss)
    expect_true(is.nan(plain$floor))
  }
})

test_that("a standardised target is the same law in other units", {
  fit <- small_fit()
  target <- target_gmm(rbind(c(2, 55), c(4.3, 80)), sd = rbind(c(0.3, 6), c(0.4, 6)))
  x <- rtarget(target, 10, seed = 1)
  expect_equal(
    log_density(process_target(fit, target), process_rows(fit, x)),
    log_density(target, x) + sum(log(fit$scale))
  )
})

test_that("columns whose names stand twice are matched by place", {
  fit <- small_fit()
  loss <- function(names) {
    fit$names <- names # an earlier version took tables with one name twice
    denoising_loss(fit, stats::setNames(faithful, names), seed = 1)$loss
  }
  expect_identical(loss(c("a", "a")), loss(c("a", "b")))
})

test_that("losses do not depend on threads, and depend on the seed", {
  fit <- small_fit()
  one <- denoising_loss(fit, faithful, repeats = 3, seed = 1, threads = 1)
  expect_identical(denoising_loss(fit, faithful, repeats = 3, seed = 1, threads = 2), one)
  expect_false(identical(denoising_loss(fit, faithful, repeats = 3, seed = 2)$loss, one$loss))
})

test_that("a loss prints, and its bins are a data frame", {
  loss <- bayes_loss(two_clusters(), n = 1000, seed = 1, bins = 4)
  expect_snapshot({
    loss
    denoising_loss(exact_denoiser(two_clusters()), two_clusters(), n = 1000, seed = 1)
  })
  expect_identical(as.data.frame(loss), loss$bins)
  expect_equal(loss$bins$to, c(0.25, 0.5, 0.75, 1))
  expect_equal(nrow(bayes_loss(two_clusters(), n = 10, bins = 0)$bins), 0)
})

test_that("bad arguments are refused", {
  best <- exact_denoiser(two_clusters())
  expect_snapshot(error = TRUE, {
    denoising_loss(1, two_clusters())
    denoising_loss(best, faithful[, 1])
    denoising_loss(best, target_gmm(0))
    denoising_loss(best, two_clusters(), n = 1)
    denoising_loss(best, two_clusters(), bins = -1)
    bayes_loss(vp())
    bayes_loss(two_clusters(), repeats = 0)
  })
})
