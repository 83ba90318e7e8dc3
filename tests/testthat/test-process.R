test_that("moments follow the definitions", {
  tau <- c(0.1, 0.5, 0.9)
  at <- process_at(vp(), tau)
  rate <- 0.1 * tau + (20 - 0.1) * tau^2 / 2
  expect_equal(at$a, exp(-rate / 2))
  expect_equal(at$s^2, 1 - exp(-rate))
  expect_equal(at$snr, at$a^2 / at$s^2)
  expect_equal(at$beta, 0.1 + 19.9 * tau)

  at <- process_at(pbm(2, 2, horizon = 3), 3 * tau)
  u <- 6 * (1 - tau)
  expect_equal(at$a, u / 6)
  expect_equal(at$s^2, u * (6 - u) / 6)

  at <- process_at(localization(50), 50 * tau)
  expect_equal(at$snr, 50 * (1 - tau))
  expect_equal(at$a, at$s^2)
})

test_that("both ends are defined", {
  for (process in list(vp(), pbm(), localization())) {
    ends <- summary(process)[c(1, 5), ]
    expect_false(anyNA(ends))
    expect_equal(ends$tau, c(0, process_end(process)))
  }
})

test_that("a process prints and keeps its keys", {
  expect_equal(unclass(vp(1, 2, 3)), list(process = "vp", beta_min = 1, beta_max = 2, horizon = 3))
  expect_snapshot({
    vp()
    pbm()
    localization(100)
    summary(pbm())
  })
})

test_that("bad arguments are refused", {
  expect_snapshot(error = TRUE, {
    vp(beta_min = -1)
    vp(beta_max = "20")
    pbm(horizon = NA)
    pbm(beta_min = 1:2)
    localization(Inf)
    localization(list())
  })
  expect_error(vp(0), class = "follmer_error_input")
})

test_that("variance exploding works through fit, sample, predict, loss, expectation and jobs", {
  process <- ve(20)
  at <- process_at(process, c(0.1, 5, 20))
  expect_equal(at$a, rep(1, 3))
  expect_equal(at$s, c(0.1, 5, 20))
  expect_equal(at$snr, at$s^-2)
  expect_error(ve(0), "`sigma_max` must be a number of at least 1e-50, not 0", fixed = TRUE)

  # N(1, 0.5^2): D, the drift 2 (D - x) / tau, and draws of every method.
  best <- exact_denoiser(target_gmm(1, sd = 0.5), process)
  x <- matrix(c(-3, 0, 2.5))
  denoised <- (1 * 4 + x * 0.25) / 4.25
  expect_equal(unname(predict(best, x, 2)), denoised)
  expect_equal(unname(predict(best, x, 2, type = "drift")), denoised - x)
  expect_error(predict(best, x, 0, type = "drift"), "must be \"denoised\" at time 0")
  for (method in c("multistep", "ancestral", "euler", "ode")) {
    draws <- as.matrix(simulate(best, 4000, seed = 1, steps = 300, method = method))
    expect_lt(abs(mean(draws) - 1), 4 * 0.5 / sqrt(4000) + 0.005, label = method)
    expect_lt(abs(sd(draws) - 0.5), 4 * 0.5 / sqrt(8000) + 0.005, label = method)
  }
  # The floor is the mean over time of snr / (1 / 0.25 + snr), here over tau = s.
  floor <- atan(20 / 0.5) * 0.5 / 20 # the mean of 0.25 / (0.25 + tau^2)
  loss <- bayes_loss(target_gmm(1, sd = 0.5), process, n = 20000, seed = 1)
  expect_lt(abs(loss$loss - floor), 4 * loss$se)
  estimate <- expectation(best, "mean", n = 20000, seed = 2)
  expect_lt(abs(coef(estimate) - 1), 4 * sqrt(vcov(estimate)))

  fit <- fit_denoiser(faithful, process, mlp(16),
    steps = 20, batch = 64, seed = 1, progress = FALSE
  )
  expect_equal(fit$process, process)
  file <- tempfile()
  write_model(fit, file)
  expect_equal(read_model(file)$process, process)
  expect_true(all(is.finite(simulate(fit, 10, seed = 1, steps = 20))))
  write_job(file, "fit", data = "x.csv", output = "m", process = process)
  expect_match(readLines(file), "\"sigma_max\": 20", fixed = TRUE, all = FALSE)
  expect_error(
    write_job(file, "fit", process = "ve", beta_min = 1),
    "`beta_min` goes with `process` vp or pbm, not with ve"
  )
})
