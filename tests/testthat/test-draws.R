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

# Draws of N(0, 1) with the weights of N(1, 1).
weighted_draws <- function(n = 20000) {
  set.seed(1)
  x <- cbind(a = rnorm(n), b = rnorm(n))
  new_draws(x, log_weight = x[, "a"] - 1000, seed = 1)
}

test_that("weights are seen by all that is said of draws", {
  x <- weighted_draws()
  table <- summary(x)
  # 4 standard errors; the effective size is n / e
  expect_lt(abs(table["a", "mean"] - 1) / table["a", "se"], 4)
  expect_lt(abs(table["b", "mean"]) / table["b", "se"], 4)
  expect_equal(table$sd, c(1, 1), tolerance = 0.05)
  expect_equal(unlist(table["a", c("q5", "median", "q95")]), 1 + stats::qnorm(c(0.05, 0.5, 0.95)),
    tolerance = 0.06, ignore_attr = TRUE
  )
  expect_equal(effective_size(x), 20000 / exp(1), tolerance = 0.05)
  equal <- equal_draws(x)
  expect_identical(dim(equal), dim(x))
  expect_equal(mean(equal[, "a"]), table["a", "mean"], tolerance = 0.01)
  expect_equal(mean(equal[1:2000, "a"]), 1, tolerance = 0.1)
  expect_picture(plot(x), x, text = c("a", "b"), marks = 2000)
  expect_snapshot(print(weighted_draws(10)))
})

test_that("equal weights are none", {
  x <- as.matrix(some_draws())
  equal <- new_draws(x, log_weight = rep(-3, nrow(x)))
  expect_equal(effective_size(equal), 2000)
  expect_equal(summary(equal)[c("mean", "se", "sd")], summary(new_draws(x))[c("mean", "se", "sd")],
    tolerance = 1e-3
  )
  quantiles <- c("q5", "median", "q95")
  expect_equal(summary(equal)[quantiles], summary(new_draws(x))[quantiles], tolerance = 0.01)
  sorted <- function(x) x[order(x[, 1]), ]
  expect_equal(sorted(equal_draws(equal))[, 1], sorted(x)[, 1], tolerance = 0.01)
})

test_that("weights are taken out on either scale", {
  x <- weighted_draws(5)
  log <- unname(as.matrix(x)[, "a"]) - 1000
  expect_identical(weights(x, log = TRUE, normalize = FALSE), log)
  expect_equal(sum(weights(x)), 1)
  expect_equal(weights(x, log = TRUE), log(weights(x)))
  expect_equal(diff(weights(x, log = TRUE)), diff(log))
  expect_null(weights(some_draws()))
  expect_identical(effective_size(some_draws()), 2000L)
  expect_named(as.data.frame(x), c("a", "b", ".log_weight"))
  expect_identical(as.data.frame(x)$.log_weight, log)
  expect_identical(colnames(x[1:2, ]), c("a", "b"))
  for (bad in list(1:4, c(1:4, NA), c(1:4, Inf), rep(-Inf, 5), letters[1:5])) {
    expect_error(new_draws(as.matrix(x), log_weight = bad), class = "follmer_error_input")
  }
  none <- new_draws(as.matrix(x), log_weight = c(0, rep(-Inf, 4)))
  expect_equal(summary(none)$mean, as.vector(x[1, ]))
  expect_equal(summary(none)$q95, as.vector(x[1, ]))
  expect_identical(unique(equal_draws(none)), as.matrix(x)[1, , drop = FALSE])
})

test_that("posterior sees the weights", {
  x <- weighted_draws(200)
  for (convert in list(
    posterior::as_draws, posterior::as_draws_matrix, posterior::as_draws_array,
    posterior::as_draws_df, posterior::as_draws_list, posterior::as_draws_rvars
  )) {
    draws <- convert(x)
    expect_equal(weights(draws), weights(x))
    expect_identical(posterior::variables(draws), c("a", "b"))
  }
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

test_that("what is computed from draws is a plain matrix", {
  x <- simulate(exact_denoiser(two_clusters()), 5, seed = 1, steps = 5)
  plain <- as.matrix(x)
  expect_identical(exp(x), exp(plain))
  expect_identical(round(x, 1), round(plain, 1))
  expect_identical(x + 1, plain + 1)
  expect_identical(2 * x, 2 * plain)
  expect_identical(x > x, plain > plain)
  expect_identical(-x, -plain)
  expect_identical(t(x), t(plain))
  weighted <- new_draws(plain, log_weight = rep(0, 5))
  expect_identical(weighted * 2, plain * 2)
  skip_if_not_installed("tibble")
  expect_identical(class(tibble::as_tibble(x)), c("tbl_df", "tbl", "data.frame"))
  expect_named(tibble::as_tibble(weighted), c("a", "b", ".log_weight"))
})
