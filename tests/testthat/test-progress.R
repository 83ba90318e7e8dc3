test_that("a tick that says stop interrupts, and one that fails does not crash R", {
  x <- as.matrix(faithful)
  values <- option_values(list(steps = 1e6, hidden = 16))
  seen <- NULL
  stop_soon <- function(done, total, loss) {
    seen <<- c(done, total)
    TRUE
  }
  stopped <- .Call(ffi_fit_denoiser, x, NULL, values, run_settings(1, 0L, stop_soon))
  expect_s3_class(stopped, "follmer_failure")
  expect_equal(stopped$status, "interrupt")
  expect_equal(seen[2], 1e6)
  expect_gt(seen[2], seen[1])
})

test_that("a bar is shown on request and leaves nothing", {
  old <- options(cli.progress_show_after = 0)
  on.exit(options(old))
  best <- exact_denoiser(two_clusters())
  x <- simulate(best, 10, seed = 1, steps = 5, progress = TRUE)
  expect_identical(x, simulate(best, 10, seed = 1, steps = 5, progress = FALSE))
})
