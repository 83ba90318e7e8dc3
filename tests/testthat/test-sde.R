# A compiled drift: amplitude sin(frequency x), as drift_sin() is.
native_sin <- local({
  library <- NULL
  function(amplitude, frequency) {
    if (is.null(library)) {
      folder <- tempfile("native")
      dir.create(folder)
      old <- setwd(folder)
      on.exit(setwd(old))
      writeLines(con = "sine.c", c(
        "#include <math.h>",
        "#include <stddef.h>",
        "int sine(size_t n, size_t d, const double *x, const double *t, double *out,",
        "         const void *data)",
        "{",
        "    const double *key = data;",
        "    (void) t;",
        "    for (size_t i = 0; i < n * d; i++)",
        "        out[i] = key[0] * sin(key[1] * x[i]);",
        "    return key[0] > 100;",
        "}"
      ))
      system2(file.path(R.home("bin"), "R"), c("CMD", "SHLIB", "sine.c"),
        stdout = NULL, stderr = NULL
      )
      library <<- dyn.load(paste0("sine", .Platform$dynlib.ext))
    }
    drift_native(getNativeSymbolInfo("sine", library), c(amplitude, frequency))
  }
})

skip_without_compiler <- function() {
  compiler <- system2(file.path(R.home("bin"), "R"), c("CMD", "config", "CC"), stdout = TRUE)
  skip_if(Sys.which(sub(" .*", "", compiler)) == "", "there is no compiler")
}

one_run <- function(drift, method = "rhee_glynn", x0 = c(0.3, -0.8), ...) {
  expectation(
    sde(drift, x0, horizon = 1.5, sigma = 0.7), "second_moment",
    method = method, n = 3000, seed = 4, ...
  )
}

test_that("a drift in R is the drift in C", {
  # Fails when rows and columns, or times, are mixed up between R and C.
  drifts <- list(
    list(drift_sin(0.8, 1.3), function(x, t) 0.8 * sin(1.3 * x)),
    list(drift_tanh(0.8, 1.3), function(x, t) 0.8 * tanh(1.3 * x)),
    list(drift_ou(2, 0.5), function(x, t) 2 * (0.5 - x)),
    list(drift_zero(), function(x, t) 0 * x)
  )
  for (pair in drifts) {
    for (method in c("rhee_glynn", "renewal", "euler")) {
      core <- one_run(pair[[1]], method)
      own <- one_run(pair[[2]], method)
      expect_equal(coef(own), coef(core), tolerance = 1e-12)
      expect_equal(own$se, core$se, tolerance = 1e-12)
      expect_equal(own$cost, core$cost)
    }
  }
})

test_that("functions of R see states with the names of the start, and times within the horizon", {
  seen <- list()
  drift <- function(x, t) {
    sizes <- c(dim(x), length(t))
    seen[[length(seen) + 1L]] <<- list(names = colnames(x), sizes = sizes, t = range(t))
    x
  }
  equation <- sde(drift, c(a = 1, b = 2, c = 3), horizon = 4)
  expectation(equation, n = 100, method = "renewal", seed = 1)
  expect_equal(unique(lapply(seen, `[[`, "names")), list(c("a", "b", "c")))
  sizes <- vapply(seen, `[[`, c(0, 0, 0), "sizes")
  expect_equal(sizes[1, ], sizes[3, ])
  expect_true(all(sizes[2, ] == 3))
  times <- vapply(seen, `[[`, c(0, 0), "t")
  expect_true(all(times >= 0 & times < 4))
  expect_gt(max(times), 2)
})

test_that("times reach a drift in R", {
  # E X_T = x0 + T^2
  moving <- sde(function(x, t) matrix(2 * t, nrow(x), ncol(x)), x0 = c(1, -1), horizon = 2)
  for (method in c("rhee_glynn", "renewal")) {
    result <- expectation(moving, n = 20000, method = method, seed = 2)
    # 4 standard errors
    expect_all_below(abs(coef(result) - c(5, 3)) / result$se, 4)
  }
})

test_that("times are those of their rows", {
  # The Follmer process of N(m, s^2), whose denoiser is m + s^2 (x - t m) / (t s^2 + 1 - t)
  m <- 0.7
  s <- 0.6
  drift <- function(x, t) {
    (m + s^2 * (x - t * m) / (t * s^2 + 1 - t) - x) / (1 - t)
  }
  for (method in c("rhee_glynn", "renewal")) {
    core <- expectation(target_gmm(m, s), "second_moment", method, n = 3000, seed = 1)
    own <- expectation(sde(drift, 0), "second_moment", method, n = 3000, seed = 1)
    expect_equal(unname(coef(own)), unname(coef(core)), tolerance = 1e-9)
    # 4 standard errors
    expect_lt(abs(coef(core) - m^2 - s^2) / core$se, 4)
  }
})

test_that("a compiled drift is the drift in C, on any number of threads", {
  skip_without_compiler()
  for (method in c("rhee_glynn", "renewal", "euler")) {
    core <- one_run(drift_sin(0.8, 1.3), method)
    own <- one_run(native_sin(0.8, 1.3), method, threads = 1)
    expect_equal(coef(own), coef(core), tolerance = 1e-12)
    expect_identical(coef(one_run(native_sin(0.8, 1.3), method, threads = 2)), coef(own))
  }
  expect_error(one_run(native_sin(101, 1)), class = "follmer_error")
})

test_that("a compiled drift does not survive saving, and says so", {
  skip_without_compiler()
  file <- tempfile()
  equation <- sde(native_sin(1, 1), 0)
  saveRDS(equation, file)
  expect_error(
    expectation(readRDS(file)), "no longer there.*make it anew with drift_native",
    class = "follmer_error_input"
  )
  expect_error(sde(readRDS(file)$drift, 0), "make it anew", class = "follmer_error_input")
  other <- sde(drift_sin(), 0)
  saveRDS(other, file)
  expect_identical(readRDS(file), other)
})

test_that("each draw takes one of the starts at random", {
  starts <- cbind(u = c(0, 10, 20, 30), v = 1)
  result <- expectation(
    sde(drift_zero(), starts, sigma = 0.1), "mean", n = 20000, method = "euler", steps = 2,
    seed = 1, keep_draws = TRUE
  )
  expect_equal(result$names, c("mean u", "mean v"))
  counts <- table(round(result$draws$psi[, 1] / 10))
  expect_equal(names(counts), c("0", "1", "2", "3"))
  # 4 standard errors of a count
  expect_lt(max(abs(counts - 5000)), 4 * sqrt(20000 * 0.25 * 0.75))
})

test_that("the Follmer process of a target ends in it", {
  target <- two_clusters()
  truth <- summary(target)
  objects <- list(
    target, exact_denoiser(target, vp()), exact_denoiser(target, localization(1e6)), sde(target)
  )
  for (object in objects) {
    first <- expectation(object, "mean", n = 20000, seed = 3)
    second <- expectation(object, "second_moment", n = 20000, seed = 3)
    expect_equal(first$names, c("mean a", "mean b"))
    # 4 standard errors; the processes of VP and localization start near 0, not at it
    expect_all_below(abs(coef(first) - truth$mean) / first$se, 4)
    expect_all_below(abs(coef(second) - truth$sd^2 - truth$mean^2) / second$se, 4)
  }
  wide <- expectation(sde(target, sigma = 2), "mean", n = 20000, seed = 3)
  expect_all_below(abs(coef(wide) - truth$mean) / wide$se, 4)
})

test_that("the Follmer process of a fitted model is on the scale of the data", {
  fit <- small_fit()
  draws <- simulate(fit, 4000, seed = 1, steps = 100)
  # 5 standard errors of both, with a margin for what is learned unevenly
  agree <- function(g, y) {
    result <- expectation(fit, g, n = 4000, seed = 1)
    se <- sqrt(result$se^2 + apply(y, 2, var) / 4000)
    expect_all_below(abs(coef(result) - colMeans(y)) / se, 5)
    result
  }
  result <- agree("mean", draws)
  expect_equal(result$names, paste("mean", names(faithful)))
  spread <- agree(function(x) abs(sweep(x, 2, fit$center)), abs(sweep(draws, 2, fit$center)))
  expect_gt(coef(spread)[2], 5)
  own <- expectation(fit, function(x) x, n = 4000, seed = 1)
  expect_equal(own$names, names(faithful))
  expect_equal(unname(coef(own)), unname(coef(result)), tolerance = 1e-12)
})

test_that("equations and drifts print", {
  expect_snapshot({
    sde(function(x, t) -x, x0 = 0)
    sde(drift_ou(rate = 2), x0 = c(a = 1, b = -1), horizon = 3, sigma = 0.5)
    sde(drift_zero(), x0 = matrix(0, 5, 9))
    sde(drift_sin(), x0 = 1:9)
    sde(two_clusters())
    sde(small_fit())
    drift_tanh(2)
    drift_zero()
  })
})

# E g(X_1) of dX = (X - X^3) dt + dW from x0 by the backward equation u_t = (x - x^3) u' + u'' / 2:
# central differences on [-4, 4], Crank-Nicolson, and the limit of cells of 0.1 and 0.05.
well_truth <- function(g, x0) {
  by_cells <- function(h) {
    x <- seq(-4, 4, by = h)
    inner <- seq(2, length(x) - 1)
    b <- x - x^3
    generator <- matrix(0, length(x), length(x))
    generator[cbind(inner, inner)] <- -1 / h^2
    generator[cbind(inner, inner + 1)] <- 1 / (2 * h^2) + b[inner] / (2 * h)
    generator[cbind(inner, inner - 1)] <- 1 / (2 * h^2) - b[inner] / (2 * h)
    half <- h / 20 * generator # time steps of h / 10
    step <- solve(diag(length(x)) - half, diag(length(x)) + half)
    u <- g(x)
    for (i in seq_len(round(10 / h))) {
      u <- step %*% u
    }
    u[which.min(abs(x - x0))]
  }
  by_cells(0.05) + (by_cells(0.05) - by_cells(0.1)) / 3
}

test_that("double wells are those of R and of the backward equation, and say when they explode", {
  well <- drift_double_well(0.7)
  for (method in c("rhee_glynn", "renewal", "euler")) {
    core <- one_run(well, method)
    own <- one_run(function(x, t) 0.7 * (x * (1 - x * x)), method)
    expect_equal(coef(own), coef(core), tolerance = 1e-12)
  }
  # 4 standard errors, and 1e-4 for the grid (halving its cells again moves it by 1e-6).
  expect_near_truth <- function(x0, g, truth, ...) {
    result <- expectation(sde(drift_double_well(), x0), g, ..., seed = 1)
    expect_lt(abs(coef(result) - truth), 4 * result$se + 1e-4)
  }
  for (x0 in c(0, 1)) {
    square <- well_truth(function(x) x^2, x0)
    expect_near_truth(x0, "second_moment", square, n = 200000)
    expect_near_truth(x0, "second_moment", square, "mlmc", base_level = 4, target_se = 0.004)
    expect_near_truth(x0, "cosine", well_truth(cos, x0), n = 200000)
  }
  # After a long time the density is proportional to exp(x^2 - x^4 / 2).
  density <- function(x) exp(x^2 - x^4 / 2)
  moment <- integrate(function(x) x^2 * density(x), -5, 5)$value / integrate(density, -5, 5)$value
  late <- expectation(
    sde(drift_double_well(), 1, horizon = 5), "second_moment", "euler", n = 50000, steps = 500,
    seed = 1
  )
  # The bias of Euler's 500 steps is near 0.002: 0.010 at 100 steps, and of order 1.
  expect_lt(abs(coef(late) - moment), 4 * late$se + 0.003)
  expect_snapshot(error = TRUE, {
    drift_double_well(2)
    expectation(sde(well, 30), method = "euler", n = 1000, steps = 64, seed = 1)
    drift_double_well(0)
    drift_double_well(Inf)
  })
})

test_that("bad equations are refused", {
  expect_snapshot(error = TRUE, {
    sde(1, 0)
    sde("ou", 0)
    sde(drift_sin())
    sde(drift_sin(), "a")
    sde(drift_sin(), numeric())
    sde(drift_sin(), c(0, NA))
    sde(drift_sin(), 0, horizon = 0)
    sde(drift_sin(), 0, horizon = c(1, 2))
    sde(drift_sin(), 0, sigma = 0)
    sde(drift_sin(), 0, sigma = Inf)
    sde(drift_sin(), 0, snr_max = 3)
    sde(two_clusters(), x0 = 0)
    sde(two_clusters(), horizon = 2)
    sde(two_clusters(), snr_max = -1)
    drift_ou(rate = Inf)
    drift_sin(frequency = "high")
    drift_native("sine")
    drift_native(getDLLRegisteredRoutines("stats")$.Call[[1]])
  })
})

test_that("a drift must be a function of x and t", {
  expect_snapshot(error = TRUE, {
    sde(sin, x0 = 0)
    sde(function(x) x, x0 = 0)
    sde(function(t, x) x, x0 = 0)
    sde(`[`, x0 = 0)
  })
  expect_silent(sde(function(...) 0, x0 = 0))
  expect_silent(sde(function(state, time, rate = 1) -rate * state, x0 = 0))
})
