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
    gap = gap_gamma(0.5, 2), n = 1e6, snr_max = Inf, seed = 1
  )
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
    write_job(file, "expect", thresold = 1)
    write_job(file, "expect", drift = "cos")
    write_job(file, "expect", gap = gap_count(c(0.5, 0.2)))
    write_job(file, "expect", files = "a.json")
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

test_that("draws in CSV are read to the bit, with what made them", {
  file <- tempfile(fileext = ".csv")
  x <- rtarget(two_clusters(), 2000, seed = 1)
  writeLines(c(
    "# follmer 0.1.0",
    "# job: {\"command\": \"sample\", \"method\": \"ode\", \"steps\": 50}",
    "# seed: 9007199254740991", "# threads: 2", "a,b",
    sprintf("%.17g,%.17g", x[, 1], x[, 2])
  ), file)
  draws <- read_draws(file)
  expect_identical(as.matrix(draws), x)
  expect_equal(attr(draws, "seed"), 2^53 - 1)
  expect_equal(attr(draws, "method"), "ode")
  expect_equal(attr(draws, "steps"), 50)
  expect_snapshot(draws)
})

test_that("draws in .npy are read to the bit", {
  file <- tempfile(fileext = ".npy")
  x <- unname(rtarget(two_clusters(), 100, seed = 1))
  header <- "{'descr': '<f8', 'fortran_order': False, 'shape': (100, 2), }"
  header <- paste0(formatC(header, width = -117), "\n")
  head <- c(as.raw(c(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0)), charToRaw(header))
  writeBin(c(head, writeBin(as.vector(t(x)), raw())), file)
  expect_identical(unname(as.matrix(read_draws(file))), x)

  writeBin(head, file)
  expect_error(read_draws(file), "not a .npy file", class = "follmer_error_file")
  writeBin(raw(3), file)
  expect_error(read_draws(file), "not a .npy file", class = "follmer_error_file")
})

test_that("bad files of draws are refused with the line", {
  file <- tempfile(fileext = ".csv")
  writeLines(c("# x", "a,b", "1,2", "3,x"), file)
  expect_refused <- function(pattern) {
    expect_error(read_draws(file), pattern, class = "follmer_error_file")
  }
  expect_refused("line 4: 2 numbers are wanted, not '3,x'")
  writeLines(c("a,b", "1,2", "3"), file)
  expect_refused("line 3: 2 numbers are wanted, not '3'")
  writeLines("a,b", file)
  expect_refused("no draws")
  writeLines(c("a,b", "1,2,"), file)
  expect_refused("line 2: 2 numbers are wanted, not '1,2,'")
  writeLines(c("\"a,b", "1,2"), file)
  expect_refused("line 2: 1 numbers are wanted")
  writeBin(as.raw(0:255), file)
  expect_refused("not text in UTF-8")
  expect_error(read_draws(tempdir()), "cannot be read", class = "follmer_error_file")
  expect_error(read_draws("no/such/file.csv"), class = "follmer_error_file")
})
