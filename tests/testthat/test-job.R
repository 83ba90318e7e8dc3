test_that("a job file has the keys as they were given", {
  file <- tempfile()
  write_job(file, "fit",
    data = "faithful.csv", output = "m.safetensors", process = pbm(0.1, 20),
    network = mlp(c(64, 64)), steps = 2000, clip = Inf, standardize = FALSE, seed = 1
  )
  expect_snapshot(writeLines(readLines(file)))
  text <- paste(readLines(file), collapse = "\n")
  job <- .Call(ffi_job_parse, text)
  expect_equal(job$beta_min, 0.1)
  expect_equal(job$data, "faithful.csv")
  expect_false(job$standardize)
})

test_that("jobs of expect and combine have the keys of objects and lists of files", {
  file <- tempfile()
  write_job(file, "expect",
    drift = drift_ou(rate = 2), start = 1, g = "exceedance", threshold = 0.5, method = "renewal",
    gap = gap_gamma(0.5, 2), n = 1e6, seed = 1
  )
  expect_snapshot(writeLines(readLines(file)))
  write_job(file, "expect", model = "m", snr_max = Inf)
  expect_snapshot(writeLines(readLines(file)))
  write_job(file, "combine", files = c("a.json", "b.json"), conf_level = 0.9)
  expect_snapshot(writeLines(readLines(file)))
})

test_that("numbers in a job file are read back to the bit", {
  file <- tempfile()
  write_job(file, "fit", learning_rate = 1 / 3, ema = 0.9)
  job <- .Call(ffi_job_parse, paste(readLines(file), collapse = "\n"))
  expect_identical(job$learning_rate, 1 / 3)
  expect_identical(job$ema, 0.9)
})

test_that("bad jobs are refused", {
  file <- tempfile()
  expect_snapshot(error = TRUE, {
    write_job(file, "train")
    write_job(file, "fit", stesp = 100)
    write_job(file, "fit", steps = 0)
    write_job(file, "sample", 100)
    write_job(file, "sample", n = list())
    write_job(file, "sample", model = "m", snr_min = 10, snr_max = 1)
    write_job(file, "expect", thresold = 1)
    write_job(file, "expect", drift = "cos")
    write_job(file, "expect", gap = gap_count(c(0.5, 0.2)))
    write_job(file, "expect", files = "a.json")
    write_job(file, "expect", snr_max = 5)
    write_job(file, "expect", model = "m", drift = drift_zero())
    write_job(file, "fit", process = vp(), snr_end = 5)
    write_job(file, "fit", checkpoint_every = 5)
    write_job(file, "combine", files = 3)
    write_job(file, "combine", steps = 3)
  })
  expect_false(file.exists(file))
})

test_that("keys of the command's own are checked, too", {
  file <- tempfile()
  refused <- function(...) expect_error(write_job(file, ...), class = "follmer_error_input")
  refused("fit", seed = NA)
  refused("fit", seed = -1)
  refused("fit", threads = 0)
  refused("fit", data = 3)
  refused("fit", progress = "often")
  refused("sample", n = NaN)
  refused("expect", sigma = 0)
  refused("expect", horizon = Inf)
  refused("expect", snr_max = 0)
  refused("expect", dim = 0)
  refused("expect", start = Inf)
  refused("expect", conf_level = 1)
  refused("combine", resamples = -1)
  refused("combine", files = character())
  expect_false(file.exists(file))
  write_job(file, "sample", n = 1e12, progress = FALSE, model = "m", seed = 2^53 - 1)
  expect_equal(.Call(ffi_job_parse, paste(readLines(file), collapse = "\n"))$n, 1e12)
})
