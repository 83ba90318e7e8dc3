test_that("the score is that of the noised mixture", {
  target <- two_clusters()
  own <- target$parameters
  x <- rtarget(target, 20, seed = 1)
  for (process in list(vp(), pbm(0.1, 20), localization(30))) {
    tau <- 0.4 * process_end(process)
    at <- process_at(process, tau)
    noised <- target_gmm(at$a * own$mean, sqrt(at$a^2 * own$sd^2 + at$s^2), own$weight)
    best <- exact_denoiser(target, process)
    expect_equal(predict(best, x, tau, "score"), gradient(noised, x))
    expect_equal(predict(best, x, tau, "noise"), -at$s * gradient(noised, x))
    denoised <- predict(best, x, tau)
    expect_equal(denoised, (x + at$s^2 * gradient(noised, x)) / at$a)
  }
})

test_that("the drift is that of the reverse process", {
  target <- target_gmm(1, sd = 2)
  x <- matrix(c(-1, 0.5, 3))
  tau <- 0.3
  # a Gaussian target keeps everything in closed form
  score <- function(at) -(x - at$a) / (4 * at$a^2 + at$s^2)
  at <- process_at(vp(), tau)
  expect_equal(
    predict(exact_denoiser(target, vp()), x, tau, "drift"), at$beta * (x / 2 + score(at)),
    ignore_attr = TRUE
  )
  at <- process_at(pbm(3, 3), tau)
  denoised <- (x + at$s^2 * score(at)) / at$a
  expect_equal(
    predict(exact_denoiser(target, pbm(3, 3)), x, tau, "drift"),
    3 * (denoised - x) / (3 * tau), ignore_attr = TRUE
  )
  local <- exact_denoiser(target, localization(10))
  expect_equal(predict(local, x, 3, "drift"), predict(local, x, 3), ignore_attr = TRUE)
})

test_that("times may differ by row", {
  x <- rtarget(two_clusters(), 600, seed = 1)
  tau <- seq(0.1, 0.9, length.out = 600)
  for (object in list(exact_denoiser(two_clusters()), small_fit())) {
    names <- column_names(object)
    y <- x
    colnames(y) <- names
    all <- predict(object, y, tau)
    expect_equal(all[300, , drop = FALSE], predict(object, y[300, , drop = FALSE], tau[300]),
      tolerance = 1e-6
    )
    expect_identical(predict(object, y, tau, threads = 1), all)
  }
})

test_that("the ends are defined", {
  target <- two_clusters()
  x <- rtarget(target, 5, seed = 1)
  expect_equal(predict(exact_denoiser(target), x, 0), x)
  mean <- matrix(summary(target)$mean, 5, 2, byrow = TRUE)
  expect_equal(predict(exact_denoiser(target, pbm()), 0 * x, 1), mean, ignore_attr = TRUE)
})

test_that("bad arguments are refused", {
  best <- exact_denoiser(two_clusters(), pbm())
  x <- matrix(0, 3, 2)
  expect_snapshot(error = TRUE, {
    predict(best, x, 2)
    predict(best, x, c(0.1, 0.2))
    predict(best, x, "0.1")
    predict(best, x, 0.5, type = "velocity")
    predict(best, x, 0, type = "noise")
    predict(best, x, c(0.5, 1, 1), type = "score")
    predict(best, x, 0, type = "drift")
    predict(best, matrix(0, 3, 3), 0.5)
  })
})

test_that("columns are matched by name, and other names are refused", {
  best <- exact_denoiser(two_clusters())
  x <- cbind(a = c(0.5, 1), b = c(-1, 2))
  expect_identical(predict(best, x[, c("b", "a")], 0.3), predict(best, x, 0.3))
  expect_identical(unname(predict(best, unname(x), 0.3)), unname(predict(best, x, 0.3)))
  other <- x
  colnames(other) <- c("a", "c")
  expect_error(predict(best, other, 0.3),
    "`newdata` must have the columns of the model; there is no b among a, c.",
    fixed = TRUE, class = "follmer_error_input"
  )
  unnamed <- exact_denoiser(target_gmm(rbind(c(-2, 0), c(2, 1))))
  expect_identical(
    unname(predict(unnamed, other, 0.3)), unname(predict(unnamed, unname(x), 0.3))
  )
})

test_that("predictions of a fit are on the scale of the data", {
  fit <- small_fit()
  x <- as.matrix(faithful[1:6, ])
  # little noise: the rows themselves, in minutes
  expect_equal(predict(fit, x, 1e-3), x, tolerance = 0.05)
  own <- scale(x, fit$center, fit$scale)
  attributes(own) <- attributes(x)
  by_process <- function(type) predict(fit, own, 0.3, type, scale = "process")
  by_data <- function(type) predict(fit, x, 0.3, type)
  each <- function(v) rep(v, each = 6)
  expect_equal(by_data("denoised"), by_process("denoised") * each(fit$scale) + each(fit$center))
  expect_equal(by_data("noise"), by_process("noise"))
  expect_equal(by_data("score"), by_process("score") / each(fit$scale))
  expect_equal(by_data("drift"), by_process("drift") * each(fit$scale))
  best <- exact_denoiser(two_clusters())
  x <- rtarget(two_clusters(), 3, seed = 1)
  expect_identical(predict(best, x, 0.3), predict(best, x, 0.3, scale = "process"))
  expect_error(predict(best, x, 0.3, scale = "mine"), "`scale` must be one of")
})
