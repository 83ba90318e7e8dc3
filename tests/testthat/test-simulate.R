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
  for (method in c("multistep", "ancestral", "euler", "ode")) {
    for (grid in c("log_snr", "time")) {
      x <- simulate(best, 2000, seed = 1, steps = 200, method = method, grid = grid)
      expect_true(all(is.finite(x)))
      # 6 standard errors: the share, with a margin for the error of 200 steps
      expect_lt(z_score(x[, 1] < 0, 0.25), 6)
    }
  }
})

test_that("by default standard deviations are right to 0.5 % at 200 steps, 2 % at 50", {
  processes <- list(vp(), pbm(), localization(), ve())
  # 4 standard errors of a standard deviation, 4 / sqrt(2 n), are the bound, at 50 steps half of it
  for (bound in list(c(steps = 200, n = 320000, by = 0.005), c(steps = 50, n = 80000, by = 0.02))) {
    n <- bound[["n"]]
    for (process in processes) {
      best <- exact_denoiser(target_gmm(t(rep(0, 8)), sd = 1), process)
      x <- simulate(best, n / 8, seed = 4, steps = bound[["steps"]])
      expect_equal(sqrt(mean(x^2)), 1, tolerance = bound[["by"]])
      best <- exact_denoiser(target_gmm(c(-2, 2), sd = 0.1), process)
      x <- simulate(best, n, seed = 4, steps = bound[["steps"]])
      expect_equal(sqrt(mean((abs(x[, 1]) - 2)^2)), 0.1, tolerance = bound[["by"]])
    }
  }
})

test_that("modes thirty times narrower than others are as wide as they are", {
  target <- target_gmm(c(-20, 20), sd = c(3, 0.1)) # 0.1 is 200 times less than the whole
  for (process in list(vp(), pbm(), ve())) {
    x <- simulate(exact_denoiser(target, process), 80000, seed = 4)[, 1]
    # 4 standard errors of 40000 draws are 1.4 %
    expect_equal(sd(x[x > 0]), 0.1, tolerance = 0.015)
    expect_equal(sd(x[x < 0]), 3, tolerance = 0.015)
  }
})

test_that("draws follow the scale of the data", {
  for (scale in c(10, 30)) {
    target <- target_gmm(scale * c(-2, 2), sd = scale / 2)
    for (process in list(pbm(), localization())) {
      for (method in c("multistep", "ancestral", "ode")) {
        x <- simulate(exact_denoiser(target, process), 20000, seed = 2, method = method)
        # 4 standard errors are 2 %, and ancestral is 2.5 % too narrow
        expect_equal(sd(abs(x)) / scale, 0.5, tolerance = 0.045)
        expect_equal(sd(x) / scale, sqrt(4.25), tolerance = 0.045)
      }
    }
  }
})

test_that("a fit of data that are not standardised has their scale", {
  fit <- fit_denoiser(faithful, pbm(), steps = 300, standardize = FALSE, seed = 1, progress = FALSE)
  for (method in c("multistep", "ode")) {
    x <- simulate(fit, 4000, seed = 1, method = method)
    expect_all_below(abs(apply(x, 2, sd) / sapply(faithful, sd) - 1), 0.1)
  }
})

test_that("grids too coarse for the data are refused", {
  unit <- exact_denoiser(target_gmm(c(-2, 2), sd = 0.5), localization())
  wide <- exact_denoiser(target_gmm(c(-60, 60), sd = 15), pbm())
  expect_snapshot(error = TRUE, {
    simulate(unit, 10, seed = 1, method = "ode", grid = "time")
    simulate(wide, 10, seed = 1, method = "ode", grid = "time")
    simulate(wide, 10, seed = 1, method = "ancestral", grid = "time")
    simulate(exact_denoiser(target_gmm(c(-1e4, 1e4)), vp()), 10, seed = 1)
  })
  set.seed(5)
  before <- .Random.seed
  expect_error(simulate(unit, 10, grid = "time"), class = "follmer_error_input")
  expect_identical(.Random.seed, before)
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
  x <- simulate(best, 50, seed = 1, steps = 10, grid = "time", keep_paths = TRUE)
  paths <- attr(x, "paths")
  expect_equal(dim(paths), c(50, 11, 2))
  expect_equal(dimnames(paths)[[3]], c("a", "b"))
  expect_true(all(paths[, 1, ] == 0))
  expect_identical(paths[, 11, ], as.matrix(x))
  grid <- attr(x, "grid")
  expect_equal(grid$tau, seq(1, 0, by = -0.1))
  expect_identical(simulate(best, 50, seed = 1, steps = 10, grid = "time")[, ], x[, ])
})

test_that("draws of a standardised model are on the scale of the data", {
  fit <- small_fit()
  x <- simulate(fit, 20, seed = 1, steps = 10, keep_paths = TRUE)
  end <- attr(x, "paths")[, 11, ]
  end <- sweep(sweep(end, 2, fit$scale, "*"), 2, fit$center, "+")
  end[, 2] <- round(end[, 2]) # whole minutes
  expect_equal(as.matrix(x), end, ignore_attr = TRUE)
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
    simulate(best, 10, snr_min = 10, snr_max = 1)
    simulate(best, 10, snr_min = 1e9)
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
  expect_equal(attr(x, "method"), "multistep")
  expect_error(
    simulate(small_fit(), 3, 1, 5, "ode", "log_snr", NULL, NULL, FALSE, NULL, FALSE, 7),
    "an argument too many: 7"
  )
})

test_that("a model without its bytes is refused", {
  fit <- small_fit()
  fit$bytes <- NULL
  expect_error(simulate(fit, 3), "bytes of this one are missing", class = "follmer_error_input")
  expect_error(write_model(fit, tempfile()), "missing", class = "follmer_error_input")
})
