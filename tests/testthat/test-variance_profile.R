walk <- function() sde(drift_sin(), x0 = 0)

test_that("rows are the runs of expectation()", {
  both <- function(x) cbind(cosine = cos(x[, 1]), tail = x[, 1] > 1)
  profile <- variance_profile(walk(), both,
    methods = list(
      "rhee_glynn", gap_exponential(2), named = list("renewal", gap = gap_uniform(1.5)),
      list(levels = "sum", base_level = 1, n = 500), list("euler", steps = 8),
      list("mlmc", target_se = 0.05)
    ), n = 1000, seed = 3
  )
  expect_s3_class(profile, c("follmer_variance_profile", "data.frame"), exact = TRUE)
  expect_identical(
    unique(profile$setting),
    c(
      "rhee_glynn", "exponential(rate = 2)", "named", "rhee_glynn sum base_level 1 n 500",
      "euler steps 8", "mlmc target_se 0.05"
    )
  )
  expect_identical(profile$name, rep(c("cosine", "tail"), 6))
  expect_identical(profile$n[-(11:12)], rep(c(1000, 500, 1000), c(6, 2, 2)))
  run <- expectation(walk(), both, method = "renewal", gap = gap_exponential(2), n = 1000, seed = 3)
  for (column in c("estimate", "se", "variance", "work", "work_se", "kurtosis", "tail_index")) {
    expect_identical(profile[[column]][3:4], unname(run[[column]]))
  }
  expect_identical(profile$cost[3], run$cost / 1000)
  expect_identical(profile$gap_rate, rep(c(NA, 2, NA), c(2, 2, 8)))
  expect_identical(profile$gap_max[5], 1.5)
  expect_identical(profile$levels[c(1, 3, 7)], c("stratified", NA, "sum"))
  expect_identical(profile$base_level[7], 1)
  expect_false(anyNA(profile$decay[1:2]))
  expect_identical(profile$steps[9], 8)
})

test_that("work is variance x cost, and its error is honest", {
  # Brownian motion and g = x: the renewal draw is exp(r) x without layers, else
  # 0, so its variance is exp(r) and its cost 1 + r; its fourth moment
  # 3 exp(3 r).
  r <- 0.7
  profile <- variance_profile(sde(drift_zero(), x0 = 0), function(x) x[, 1],
    methods = gap_exponential(r), n = 40000, seed = 1
  )
  expect_lt(abs(profile$variance - exp(r)) / profile$variance_se, 4)
  expect_equal(profile$variance_se, sqrt((3 * exp(3 * r) - exp(2 * r)) / 40000), tolerance = 0.1)
  expect_equal(profile$cost, 1 + r, tolerance = 0.02)
  expect_equal(profile$work, profile$variance * profile$cost)
  expect_equal(profile$kurtosis, 3 * exp(r), tolerance = 0.1)
})

test_that("settings can be strings, one law, or a mixture", {
  expect_named(profile_settings("rhee_glynn"), "rhee_glynn")
  expect_named(profile_settings(c(a = "euler", "mlmc")), c("a", "mlmc"))
  expect_named(profile_settings(gap_uniform(3)), "uniform(max = 3)")
  expect_named(
    profile_settings(c("rhee_glynn", "rhee_glynn", lapply(1:2, gap_exponential))),
    c(
      "rhee_glynn", "rhee_glynn 1", "exponential(rate = 1)", "exponential(rate = 2)"
    )
  )
  expect_identical(profile_settings(list(list(levels = "sum")))[[1]]$method, "rhee_glynn")
})

test_that("a profile is printed, plotted and a data frame", {
  profile <- variance_profile(walk(), "cosine", n = 1000, seed = 1)
  shown <- capture.output(print(profile))
  expect_length(shown, 10 + any(profile$heavy))
  expect_lte(max(nchar(shown)), 80)
  expect_identical(shown[1], "# A variance profile: 7 settings, seed 1")
  expect_length(grep("*", shown[-(1:2)], fixed = TRUE), 1)
  expect_picture(plot(profile), profile,
    text = c(profile$setting, "variance", "cost of a draw", "variance x cost"), marks = 3 * 7,
    strokes = 3 * 7
  )
  expect_identical(class(as.data.frame(profile)), "data.frame")
  both <- function(x) cbind(cosine = cos(x[, 1]), tail = x[, 1] > 1)
  several <- variance_profile(walk(), both, methods = c("euler", "rhee_glynn"), n = 100, seed = 1)
  expect_output(print(several), "# tail")
  expect_picture(plot(several), several,
    text = c("euler", "rhee_glynn", "cosine", "tail"), marks = 3 * 4 + 2
  )
  expect_output(print(profile[c("setting", "work")]), "rhee_glynn")
  wide <- profile
  wide$setting <- strrep("x", 50)
  wide[c("variance", "work", "work_se", "kurtosis")] <- 1234.56
  wide$tail_index <- -1.5
  shown <- capture.output(print(wide))
  expect_length(shown, 10 + any(profile$heavy))
  expect_lte(max(nchar(shown)), 80)
  expect_identical(shortened(c("second_moment 12", "x"), 10), c("seco..t 12", "x"))
  heavy <- profile
  heavy$heavy[1] <- TRUE
  expect_output(print(heavy), "looks infinite")
  expect_false(least_work(heavy)[1])
})

test_that("variance_profile() refuses in a sentence", {
  expect_snapshot(error = TRUE, {
    variance_profile(walk(), "cosine", methods = list())
    variance_profile(walk(), "cosine", methods = list(3))
    variance_profile(walk(), "cosine", methods = list(list("renewal", gap_exponential())))
    variance_profile(walk(), "cosine", methods = list(list(seed = 1)))
    variance_profile(walk(), "cosine", methods = "langevin")
    variance_profile(walk(), "cosine", n = 1)
    variance_profile(walk(), "cosines")
    variance_profile(2, "cosine")
  })
})
