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
