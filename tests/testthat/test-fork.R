test_that("forked children work and agree with their parent", {
  skip_on_os("windows")
  best <- exact_denoiser(two_clusters())
  run <- function(i) {
    list(
      simulate(best, 600, seed = i, steps = 10, threads = 2),
      fit_denoiser(faithful, network = mlp(16), steps = 50, seed = i)$bytes
    )
  }
  here <- lapply(1:2, run)
  # As parallel::mclapply() does it, but a child that hangs is a failure after a minute.
  children <- lapply(1:2, function(i) parallel::mcparallel(run(i)))
  forked <- lapply(children, function(child) {
    result <- parallel::mccollect(child, wait = FALSE, timeout = 60)
    if (is.null(result)) {
      tools::pskill(child$pid, tools::SIGKILL)
      return("a child that hangs")
    }
    result[[1L]]
  })
  expect_identical(forked, here)
})
