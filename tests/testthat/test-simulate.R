test_that("exact draws have the moments of the target", {
  target <- two_clusters()
  truth <- summary(target)
  for (process in list(vp(), pbm(0.1, 20), localization(500))) {
    x <- simulate(exact_denoiser(target, process), 10000, seed = 3, steps = 500)
    # 4 standard errors
    expect_all_below(c(
      z_score(x[, 1], truth$mean[1]), z_score(x[, 2], truth$mean[2]),
      z_score((x[, 1] - truth$mean[1])^2, truth$sd[1]^2),
      z_score(x[, 1] < 0, 0.25)
    ), 4)
  }
})

test_that("every method and grid is finite and near the target", {
  best <- exact_denoiser(two_clusters(), pbm())
  for (method in c("ancestral", "euler", "ode")) {
    for (grid in c("auto", "time", "log_snr")) {
      x <- simulate(best, 2000, seed = 1, steps = 200, method = method, grid = grid)
      expect_true(all(is.finite(x)))
      # 6 standard errors: the share, with a margin for the error of 200 steps
      expect_lt(z_score(x[, 1] < 0, 0.25), 6)
    }
  }
})

test_that("draws do not depend on threads or on how many there are", {
  for (object in list(exact_denoiser(two_clusters()), small_fit())) {
    one <- simulate(object, 1000, seed = 7, steps = 20, threads = 1, keep_paths = TRUE)
    for (threads in 2:4) {
      expect_identical(
        simulate(object, 1000, seed = 7, steps = 20, threads = threads, keep_paths = TRUE), one
      )
    }
    expect_identical(as.matrix(simulate(object, 300, seed = 7, steps = 20)), one[1:300, ])
  }
})

test_that("set.seed() makes draws reproducible", {
  best <- exact_denoiser(two_clusters())
  set.seed(2)
  x <- simulate(best, 10, steps = 5)
  y <- simulate(best, 10, steps = 5)
  set.seed(2)
  expect_identical(simulate(best, 10, steps = 5), x)
  expect_false(identical(as.matrix(x), as.matrix(y)))
  expect_identical(simulate(best, 10, steps = 5, seed = attr(x, "seed")), x)
})

test_that("paths end in the draws", {
  best <- exact_denoiser(two_clusters(), pbm())
  x <- simulate(best, 50, seed = 1, steps = 10, keep_paths = TRUE)
  paths <- attr(x, "paths")
  expect_equal(dim(paths), c(50, 11, 2))
  expect_equal(dimnames(paths)[[3]], c("a", "b"))
  expect_true(all(paths[, 1, ] == 0))
  expect_identical(paths[, 11, ], as.matrix(x))
  grid <- attr(x, "grid")
  expect_equal(grid$tau, seq(1, 0, by = -0.1))
  expect_identical(simulate(best, 50, seed = 1, steps = 10)[, ], x[, ])
})

test_that("draws of a standardised model are on the scale of the data", {
  fit <- small_fit()
  x <- simulate(fit, 20, seed = 1, steps = 10, keep_paths = TRUE)
  end <- attr(x, "paths")[, 11, ]
  expect_equal(
    as.matrix(x), sweep(sweep(end, 2, fit$scale, "*"), 2, fit$center, "+"),
    ignore_attr = TRUE
  )
  expect_equal(colnames(x), names(faithful))
})

test_that("bad arguments are refused", {
  best <- exact_denoiser(two_clusters())
  expect_snapshot(error = TRUE, {
    simulate(best, 0)
    simulate(best, 10, seed = 1.5)
    simulate(best, 10, steps = 0)
    simulate(best, 10, method = "heun")
    simulate(best, 10, grid = NA)
    simulate(best, 10, stesp = 100)
    simulate(best, 10, keep_paths = "yes")
    simulate(best, 10, threads = 0)
    exact_denoiser(vp())
    exact_denoiser(two_clusters(), "vp")
  })
})

test_that("what is not given is recorded as it was used", {
  x <- simulate(exact_denoiser(two_clusters()), 3, seed = 1, steps = NULL, method = NULL)
  expect_equal(attr(x, "steps"), 200)
  expect_equal(attr(x, "method"), "ancestral")
  expect_error(
    simulate(small_fit(), 3, 1, 5, "ode", "auto", NULL, NULL, FALSE, NULL, FALSE, 7),
    "an argument too many: 7"
  )
})

test_that("a model without its bytes is refused", {
  fit <- small_fit()
  fit$bytes <- NULL
  expect_error(simulate(fit, 3), "bytes of this one are missing", class = "follmer_error_input")
  expect_error(write_model(fit, tempfile()), "missing", class = "follmer_error_input")
})
