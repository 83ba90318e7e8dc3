test_that("info says version, kernels, threads and speed", {
  info <- follmer_info()
  expect_equal(info$version, as.character(utils::packageVersion("follmer")))
  expect_gt(info$gemm_gflops, 0)
  expect_gt(info$normals_ns, 0)
  expect_output(print(info), "GFLOP/s a thread")
  expect_lte(max(nchar(capture.output(info))), 80)
})

test_that("the number of threads is set and returned", {
  old <- set_threads(1)
  expect_equal(follmer_info()$threads, 1)
  expect_equal(set_threads(old), 1)
  expect_equal(follmer_info()$threads, old)
  expect_snapshot(set_threads(0), error = TRUE)
})

test_that("the environment says how many threads there are, and why is said", {
  names <- c("OMP_NUM_THREADS", "NSLOTS", "_R_CHECK_LIMIT_CORES_", "SLURM_CPUS_PER_TASK")
  before <- Sys.getenv(names, unset = NA)
  old <- follmer_info()
  on.exit({
    Sys.unsetenv(names)
    for (name in names[!is.na(before)]) {
      do.call(Sys.setenv, as.list(before[name]))
    }
    set_threads(if (old$threads_reason == "as set") old$threads)
  })
  Sys.unsetenv(names)
  expect_threads <- function(n, why) {
    set_threads()
    info <- follmer_info()
    expect_equal(info$threads, n)
    expect_equal(info$threads_reason, why)
    expect_output(print(info), why, fixed = TRUE)
  }
  Sys.setenv(NSLOTS = "1")
  expect_threads(1, "NSLOTS")
  Sys.setenv("_R_CHECK_LIMIT_CORES_" = "TRUE", OMP_NUM_THREADS = "2")
  expect_threads(2, "OMP_NUM_THREADS")
  set_threads(2)
  expect_equal(follmer_info()$threads_reason, "as set")
})
