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
