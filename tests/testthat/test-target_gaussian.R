tilted <- function() {
  target_gaussian(c(a = 1, b = -2), rbind(c(1, 0.6), c(0.6, 4)))
}

test_that("density and gradient agree with formulas", {
  target <- tilted()
  x <- as.matrix(expand.grid(a = c(-3, 0, 2.5), b = c(-1, 0.7)))
  away <- sweep(x, 2, c(1, -2))
  precision <- solve(target$parameters$covariance)
  expect_equal(
    log_density(target, x),
    -rowSums(away %*% precision * away) / 2 - log(2 * pi) + log(det(precision)) / 2
  )
  expect_equal(gradient(target, x), -away %*% precision, ignore_attr = TRUE)
  expect_identical(colnames(gradient(target, x)), c("a", "b"))
})

test_that("draws have the moments of the target", {
  x <- rtarget(tilted(), 20000, seed = 1)
  expect_identical(colnames(x), c("a", "b"))
  # 4 standard errors
  expect_all_below(c(
    z_score(x[, 1], 1), z_score(x[, 2], -2), z_score((x[, 1] - 1)^2, 1),
    z_score((x[, 2] + 2)^2, 4), z_score((x[, 1] - 1) * (x[, 2] + 2), 0.6)
  ), 4)
  set.seed(1)
  y <- rtarget(tilted(), 10)
  set.seed(1)
  expect_identical(rtarget(tilted(), 10), y)
  expect_identical(rtarget(tilted(), 300, seed = 1), x[1:300, ])
})

test_that("its exact denoiser is the posterior mean, in draws, losses and expectations", {
  target <- tilted()
  x <- rtarget(target, 20, seed = 1)
  cov <- target$parameters$covariance
  for (process in list(vp(), pbm(0.1, 20), localization(30), ve(20))) {
    best <- exact_denoiser(target, process)
    tau <- 0.4 * process_end(process)
    at <- process_at(process, tau)
    away <- t(x) - at$a * c(1, -2)
    want <- c(1, -2) + at$a * cov %*% solve(at$a^2 * cov + at$s^2 * diag(2), away)
    expect_equal(predict(best, x, tau), t(want), ignore_attr = TRUE)
  }
  draws <- as.matrix(simulate(exact_denoiser(target), 4000, seed = 1, steps = 200))
  expect_all_below(c(z_score(draws[, 1], 1), z_score((draws[, 1] - 1) * (draws[, 2] + 2), 0.6)), 4)

  # the mixture of one component, where the covariance is diagonal
  plain <- target_gaussian(c(1, -2), diag(c(0.25, 4)))
  mixture <- target_gmm(cbind(1, -2), sd = cbind(0.5, 2))
  loss <- bayes_loss(plain, n = 500, seed = 1)
  expect_equal(loss$loss, bayes_loss(mixture, n = 500, seed = 1)$loss)
  estimate <- expectation(target, "mean", n = 20000, seed = 2)
  expect_all_below(abs(coef(estimate) - c(1, -2)) / sqrt(diag(vcov(estimate))), 4)

  # the floor of a standardised model is that of the standardised target
  near <- target_gaussian(colMeans(faithful), stats::cov(faithful))
  expect_lt(denoising_loss(small_fit(), near, n = 2000, seed = 1)$floor, 1)
})

test_that("it prints, and is drawn", {
  expect_snapshot({
    tilted()
    target_gaussian(0, 1)
    target_gaussian(1:12 / 7, diag(12))
    summary(tilted())
    exact_denoiser(tilted())
  })
  expect_narrow(target_gaussian(1:100 / 7, diag(100)))
  expect_identical(column_names(target_gaussian(0, 1)), "x1")
  expect_picture(plot(tilted()), tilted(), text = c("a", "b"), strokes = 5)
})

test_that("bad arguments are refused", {
  expect_snapshot(error = TRUE, {
    target_gaussian("a", 1)
    target_gaussian(NULL, 1)
    target_gaussian(c(0, NA), diag(2))
    target_gaussian(0, -1)
    target_gaussian(c(0, 0), 1)
    target_gaussian(c(0, 0), diag(3))
    target_gaussian(c(0, 0), rbind(1:2, 3:4))
    target_gaussian(c(0, 0), matrix(1, 2, 2))
    log_density(tilted(), cbind(0))
  })
})
