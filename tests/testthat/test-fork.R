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
  forked <- parallel::mclapply(1:2, run, mc.cores = 2)
  expect_identical(forked, here)
})
