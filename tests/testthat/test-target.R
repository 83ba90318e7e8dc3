test_that("density and gradient agree with formulas", {
  target <- two_clusters()
  x <- as.matrix(expand.grid(a = c(-3, 0, 2.5), b = c(-1, 0.7)))
  mean <- target$parameters$mean
  sd <- target$parameters$sd
  parts <- sapply(1:2, function(i) {
    stats::dnorm(x[, 1], mean[i, 1], sd[i, 1]) * stats::dnorm(x[, 2], mean[i, 2], sd[i, 2])
  })
  expect_equal(log_density(target, x), log(drop(parts %*% c(0.25, 0.75))))

  h <- 1e-5
  for (j in 1:2) {
    step <- matrix(h * (col(x) == j), nrow(x))
    slope <- (log_density(target, x + step) - log_density(target, x - step)) / (2 * h)
    expect_equal(gradient(target, x)[, j], slope, tolerance = 1e-7, ignore_attr = TRUE)
  }
})

test_that("draws have the moments of the target", {
  target <- two_clusters()
  truth <- summary(target)
  x <- rtarget(target, 20000, seed = 1)
  expect_equal(colnames(x), c("a", "b"))
  # 4 standard errors
  expect_all_below(c(
    z_score(x[, 1], truth$mean[1]), z_score(x[, 2], truth$mean[2]),
    z_score((x[, 1] - truth$mean[1])^2, truth$sd[1]^2),
    z_score((x[, 2] - truth$mean[2])^2, truth$sd[2]^2),
    z_score(x[, 1] < 0, 0.25)
  ), 4)
})

test_that("a draw depends on its place and the seed alone", {
  target <- two_clusters()
  x <- rtarget(target, 1000, seed = 5)
  expect_identical(rtarget(target, 300, seed = 5), x[1:300, ])
  expect_false(identical(rtarget(target, 1000, seed = 6), x))
  set.seed(1)
  y <- rtarget(target, 10)
  set.seed(1)
  expect_identical(rtarget(target, 10), y)
})

test_that("columns are matched by name", {
  target <- two_clusters()
  x <- rtarget(target, 10, seed = 1)
  expect_identical(log_density(target, x[, 2:1]), log_density(target, x))
  expect_identical(log_density(target, as.data.frame(x)), log_density(target, x))
})

test_that("a target that was changed by hand is refused where its parts do not fit", {
  target <- two_clusters()
  target$parameters$sd <- 0.5
  expect_error(log_density(target, cbind(0, 0)), "`sd` must be", class = "follmer_error_input")
  expect_error(rtarget(target, 5, seed = 1), "`sd` must be", class = "follmer_error_input")
  target <- two_clusters()
  target$parameters$weight <- NULL
  expect_error(exact_denoiser(target), "`weight` must be given", class = "follmer_error_input")
  target <- two_clusters()
  target$parameters$mean <- "a"
  expect_error(rtarget(target, 5, seed = 1), "`mean` must be given", class = "follmer_error_input")
  target <- two_clusters()
  target$columns <- "a"
  expect_error(rtarget(target, 5, seed = 1), "of 2 dimensions", class = "follmer_error_input")
  expect_error(log_density(target, cbind(0)), "of 2 dimensions", class = "follmer_error_input")
})

test_that("mixtures of follmer 0.1.0, without a kind, are what they were", {
  now <- two_clusters()
  then <- structure(
    list(mean = cbind(a = c(-2, 2), b = c(0, 1)), sd = now$parameters$sd, weight = c(0.25, 0.75)),
    class = c("follmer_gmm", "follmer_target")
  )
  x <- rtarget(now, 10, seed = 1)
  expect_identical(rtarget(then, 10, seed = 1), x)
  expect_identical(gradient(then, x), gradient(now, x))
  expect_identical(dim(then), 2L)
  expect_identical(summary(then), summary(now))
  expect_identical(capture.output(print(then)), capture.output(print(now)))
  expect_equal(target_range(then), target_range(now), ignore_attr = TRUE)
  expect_identical(
    simulate(exact_denoiser(then), 5, seed = 1), simulate(exact_denoiser(now), 5, seed = 1)
  )
  expect_identical(denoiser_key(exact_denoiser(then)), denoiser_key(exact_denoiser(now)))
})

test_that("a standardised target is the law of (x - center) / scale", {
  target <- target_gmm(c(-20, 40), sd = 5)
  by <- list(center = 10, scale = 30)
  standard <- standardized_target(target, by$center, by$scale)
  known <- target_gmm(c(-1, 1), sd = 1 / 6)
  expect_equal(rtarget(standard, 100, seed = 1), rtarget(known, 100, seed = 1))
  at <- matrix(c(-2, 0.5))
  expect_equal(log_density(standard, at), log_density(known, at))
})

test_that("a target prints", {
  expect_snapshot({
    two_clusters()
    target_gmm(0)
    target_gmm(matrix(1:60, 12))
    summary(two_clusters())
  })
})

test_that("bad arguments are refused", {
  target <- two_clusters()
  expect_snapshot(error = TRUE, {
    target_gmm("a")
    target_gmm(c(0, NaN))
    target_gmm(1:2, sd = 0)
    target_gmm(1:2, sd = 1:3)
    target_gmm(1:2, weight = 1)
    target_gmm(1:2, weight = c(1, -1))
    log_density(target, 1:2)
    log_density(target, matrix(1:3, 1))
    log_density(target, cbind(a = c(0, 1), b = c(0, NaN)))
    log_density(1, matrix(0))
    gradient(target, iris)
    rtarget(target, 0)
    rtarget(target, 10, seed = -1)
    rtarget(target, 10, seed = 2^53)
  })
})

test_that("a target has a number of dimensions", {
  expect_identical(dim(two_clusters()), 2L)
  expect_identical(dim(exact_denoiser(target_gmm(1:3))), 1L)
  expect_identical(dim(small_fit()), 2L)
  expect_identical(dim(sde(drift_sin(), x0 = 1:3)), 3L)
})

test_that("a target of another kind does what its methods can", {
  target <- box(c(a = 0, b = 2), c(a = 1, b = 5))
  expect_identical(dim(target), 2L)
  x <- rtarget(target, 2000, seed = 1)
  expect_identical(log_density(target, x), rep(-log(3), 2000))
  expect_equal(summary(target)$mean, c(0.5, 3.5), tolerance = 0.05)
  expect_identical(rownames(summary(target)), c("a", "b"))
  expect_output(print(target), "# A target of class box in 2 dimensions", fixed = TRUE)
  expect_picture(plot(target), target, text = c("a", "b"), strokes = 12)
  line <- box(c(u = -1), c(u = 1))
  expect_picture(plot(line), line, text = c("u", "density"))
  cube <- box(c(a = 0, b = 0, c = 0), c(a = 1, b = 1, c = 1))
  expect_picture(plot(cube), cube, text = c("a", "b", "c"), marks = 6 * 1000)

  # the loss of a denoiser on it, whose floor is not known
  loss <- denoising_loss(exact_denoiser(two_clusters()), target, n = 500, seed = 1)
  rows <- denoising_loss(exact_denoiser(two_clusters()), rtarget(target, 500, seed = 1), seed = 1)
  expect_identical(loss$loss, rows$loss)
  expect_true(is.nan(loss$floor) && is.nan(loss$excess))
  expect_identical(denoising_loss(small_fit(), target, n = 500, seed = 1)$n, 500L)

  unnamed <- structure(list(), class = c("other", "follmer_target"))
  dim.other <- function(x) 2L
  .S3method("dim", "other", dim.other)
  expect_identical(column_names(unnamed), c("x1", "x2"))
  expect_snapshot(error = TRUE, {
    gradient(target, x)
    log_density(unnamed, cbind(0, 0))
    log_density(unnamed, cbind(0, 0, 0))
    rtarget(unnamed, 5)
    exact_denoiser(target)
    bayes_loss(target)
    sde(target)
    expectation(target, "mean")
    denoising_loss(exact_denoiser(target_gmm(0)), target)
  })
})

test_that("a refused call leaves R's generator alone", {
  set.seed(1)
  before <- .Random.seed
  expect_error(rtarget(two_clusters(), 0.5), class = "follmer_error_input")
  expect_error(simulate(exact_denoiser(two_clusters()), steps = 0), class = "follmer_error")
  expect_error(fit_denoiser(faithful, steps = -1), class = "follmer_error")
  expect_error(fit_denoiser(cbind(1, 1:9)), class = "follmer_error")
  expect_error(bayes_loss(two_clusters(), repeats = 0), class = "follmer_error")
  expect_identical(.Random.seed, before)
})
