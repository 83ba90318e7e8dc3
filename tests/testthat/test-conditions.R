fields_of <- function(expr) {
  error <- tryCatch(expr, follmer_error = identity)
  expect_s3_class(error, "follmer_error")
  error[setdiff(names(error), c("message", "call"))]
}

test_that("an error about an argument carries what its message says", {
  expect_equal(
    fields_of(vp(beta_min = -1)),
    list(argument = "beta_min", wanted = "a number greater than 0", given = "-1")
  )
  expect_equal(
    fields_of(mlp(hidden = c(8, 0))),
    list(argument = "hidden", wanted = "a whole number of at least 1", given = "0", entry = 2)
  )
  expect_equal(
    fields_of(gap_count(c(0.5, 0))),
    list(argument = "prob", wanted = "positive", given = "0", entry = 2)
  )
})

test_that("flags are wanted in the words of R, and keys have R's names", {
  x <- matrix(c(1, 2, 3, 5), 4L)
  fields <- fields_of(fit_denoiser(x, standardize = 2))
  expect_equal(fields, list(argument = "standardize", wanted = "TRUE or FALSE", given = "2"))
  expect_equal(fields_of(gap_exponential(-1))$argument, "rate")
})

test_that("checks of R give fields too", {
  expect_equal(
    fields_of(fit_denoiser(cbind(1:3, c(1, NA, 3)))),
    list(argument = "x", wanted = "finite", given = "NA", row = 2L, column = 2L)
  )
  expect_equal(
    fields_of(fit_denoiser(matrix(1, 1L))),
    list(argument = "x", wanted = "must have at least 2 rows, not 1.")
  )
  expect_equal(
    fields_of(check_flag(3, "progress")),
    list(argument = "progress", wanted = "TRUE or FALSE", given = "3")
  )
})

test_that("an error about a file carries its place", {
  file <- tempfile(fileext = ".csv")
  on.exit(unlink(file))
  writeLines(c("a,b", "1,2", "3,x"), file)
  expect_equal(
    fields_of(read_draws(file)),
    list(wanted = "a number", given = "'x'", source = file, line = 3, column = 2)
  )
  expect_equal(
    fields_of(read_model(file)), list(wanted = "is not a follmer file.", source = file)
  )
  unlink(file)
  expect_equal(fields_of(read_model(file))$source, file)
})

test_that("an error about what is pooled carries what differs", {
  walk <- function(...) expectation(sde(drift_sin(), x0 = 0, ...), n = 2000, seed = 1)
  one <- walk()
  expect_equal(
    fields_of(c(one, walk(sigma = 2))), list(argument = "sigma", wanted = "1", given = "2")
  )
  expect_equal(fields_of(c(one, one))$argument, "...")
  expect_match(fields_of(c(one, one))$wanted, "^have batch 0 of the run of seed 1 twice")
})

test_that("what has no fields has none", {
  expect_equal(unname(fields_of(abort("It is late."))), list())
})
