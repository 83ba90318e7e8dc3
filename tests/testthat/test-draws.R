some_draws <- function() {
  simulate(exact_denoiser(two_clusters()), 2000, seed = 1, steps = 20)
}

test_that("draws print, and summarise as base R does", {
  x <- some_draws()
  expect_snapshot(x)
  table <- summary(x)
  expect_equal(table$mean, unname(colMeans(as.matrix(x))))
  expect_equal(table["a", "median"], stats::median(x[, "a"]))
  expect_equal(table["b", "se"], stats::sd(x[, "b"]) / sqrt(2000))
})

test_that("subsets are plain matrices and vectors", {
  x <- some_draws()
  expect_identical(x[1:3, ], as.matrix(x)[1:3, ])
  expect_identical(x[, "a"], as.matrix(x)[, "a"])
  expect_identical(x[2], as.matrix(x)[2])
  expect_identical(head(x, 2), as.matrix(x)[1:2, ])
  expect_identical(as.data.frame(x), as.data.frame(as.matrix(x)))
  expect_equal(class(as.matrix(x)), c("matrix", "array"))
})

test_that("draws convert to every format of posterior", {
  x <- some_draws()
  draws <- posterior::as_draws_matrix(x)
  expect_equal(posterior::variables(draws), c("a", "b"))
  expect_equal(as.vector(draws[, "a"]), x[, "a"], ignore_attr = TRUE)
  expect_s3_class(posterior::as_draws(x), "draws_matrix")
  expect_s3_class(posterior::as_draws_df(x), "draws_df")
  expect_s3_class(posterior::as_draws_array(x), "draws_array")
  expect_s3_class(posterior::as_draws_list(x), "draws_list")
  expect_s3_class(posterior::as_draws_rvars(x), "draws_rvars")
  expect_equal(posterior::ndraws(posterior::as_draws_df(x)), 2000)
  table <- posterior::summarise_draws(x, "mean")
  expect_equal(table$mean, summary(x)$mean, ignore_attr = TRUE)
})
