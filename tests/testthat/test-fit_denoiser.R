quick <- function(...) {
  fit_denoiser(faithful, network = mlp(c(16, 16)), steps = 200, batch = 64, report_every = 50, ...)
}

test_that("a fit learns faithful", {
  fit <- small_fit()
  # the loss of guessing 0 is 1
  expect_lt(fit$history$loss[nrow(fit$history)], 0.6)
  expect_lt(utils::tail(fit$history$loss, 1), fit$history$loss[2])
  expect_true(all(is.finite(fit$history$validation)))
  x <- simulate(fit, 5000, seed = 1, steps = 100)
  error <- function(y) sd(y) / sqrt(length(y))
  # 5 standard errors of data and draws together, for a model that is learnt from 272 rows
  for (column in names(faithful)) {
    expect_lt(
      abs(mean(x[, column]) - mean(faithful[[column]])),
      5 * (error(faithful[[column]]) + error(x[, column]))
    )
  }
  short <- mean(faithful$eruptions < 3)
  expect_lt(abs(mean(x[, "eruptions"] < 3) - short), 5 * sqrt(short * (1 - short) / 272))
  expect_gt(cor(x[, 1], x[, 2]), 0.8)
})

test_that("every process and parametrisation can be fitted", {
  for (process in list(vp(), pbm(0.1, 20), localization(50))) {
    for (parametrization in c("edm", "epsilon", "denoised")) {
      fit <- quick(process = process, parametrization = parametrization, seed = 1)
      expect_identical(fit$process, process)
      expect_identical(fit$parametrization, parametrization)
      # "edm" begins as the best denoiser of a Gaussian
      looks <- fit$history$validation
      expect_identical(min(looks), looks[fit$history$step == fit$step])
      expect_true(parametrization == "edm" || fit$step > 0)
      x <- simulate(fit, 1000, seed = 1, steps = 100)
      expect_true(all(is.finite(x)))
      # 200 steps of the default learn where the data are: within a quarter of a standard deviation
      off <- abs(colMeans(x) - colMeans(faithful)) / apply(faithful, 2, sd)
      expect_lt(max(off[parametrization == "edm"], 0), 0.25)
    }
  }
})

test_that("a fit depends on the seed, not on threads or the kind of table", {
  expect_same <- function(fit, other) {
    fit$call <- other$call <- NULL
    expect_identical(fit, other)
  }
  one <- quick(seed = 3, threads = 1)
  for (threads in 2:4) {
    expect_same(quick(seed = 3, threads = threads), one)
  }
  expect_false(identical(quick(seed = 4)$bytes, one$bytes))
  expect_same(
    fit_denoiser(as.matrix(faithful),
      network = mlp(c(16, 16)), steps = 200, batch = 64, report_every = 50, seed = 3
    ),
    one
  )
  set.seed(8)
  by_r <- quick()
  set.seed(8)
  expect_same(quick(), by_r)
  expect_same(quick(seed = by_r$seed), by_r)
})

test_that("a model remembers what made it", {
  fit <- quick(seed = 3)
  expect_identical(fit$names, names(faithful))
  expect_equal(fit$center, unname(colMeans(faithful)))
  expect_equal(fit$n_rows, 272)
  expect_equal(fit$seed, 3)
  expect_equal(fit$history$step, c(0, 50, 100, 150, 200))
  plain <- quick(seed = 3, standardize = FALSE)
  expect_equal(plain$center, c(0, 0))
  expect_equal(plain$scale, c(1, 1))
})

test_that("the weights that are best on held-out rows are kept", {
  # Gaussian rows: learning adds nothing, so the model stays the Gaussian and does not copy them
  set.seed(1)
  root <- chol(0.5^abs(outer(1:5, 1:5, "-")))
  x <- matrix(rnorm(150), 30) %*% root
  fit <- fit_denoiser(x, steps = 1000, seed = 1)
  expect_equal(fit$step, 0)
  expect_lt(max(fit$history$step), 1000)
  expect_true(all(fit$history$validation >= fit$history$validation[1L]))
  expect_output(print(fit), "note: learning added nothing: the model is a Gaussian")
  nearest <- function(a, b) apply(a, 1, function(row) min(colSums((t(b) - row)^2)))
  copies <- median(nearest(simulate(fit, 500, seed = 1), x))
  new <- matrix(rnorm(2500), 500) %*% root
  expect_gt(sqrt(copies / median(nearest(new, x))), 0.85)
  loss <- denoising_loss(fit, new, seed = 1)
  expect_equal(loss$loss, loss$gaussian, tolerance = 1e-5)
  expect_output(print(loss), "note: the fit is no better than the Gaussian that it began with")
  # two groups: there is something to learn
  groups <- cbind(x[, 1:2] + 8 * (seq_len(30) > 15), x[, 3])
  learned <- fit_denoiser(groups, seed = 1)
  expect_gt(learned$step, 0)
  expect_lt(min(learned$history$validation), 0.9 * learned$history$validation[1L])
  loss <- denoising_loss(learned, groups, seed = 1)
  expect_lt(loss$loss, 0.95 * loss$gaussian)
})

# A table with a column of each kind: scores, a flag, amounts with many zeros, counts, plain.
kinds <- local({
  set.seed(7)
  n <- 400
  shared <- rnorm(n)
  data.frame(
    heavy = exp(2.5 * shared), flag = shared + rnorm(n) > 1.5, paid = pmax(0, rnorm(n) - 1),
    count = round(50 * rnorm(n)), plain = rnorm(n)
  )
})

test_that("columns are learned and drawn by what they show", {
  fit <- fit_denoiser(kinds, steps = 500, seed = 1)
  expect_identical(fit$columns$transform, c("scores", "atoms", "atoms", "none", "none"))
  expect_identical(fit$columns$whole, c(FALSE, TRUE, FALSE, TRUE, FALSE))
  expect_identical(fit$columns$atoms, c(0, 2, 1, 0, 0))
  expect_identical(fit$columns["paid", "lower"], 0)
  expect_match(paste(capture.output(print(fit)), collapse = " "),
    "normal scores of heavy; frequent values kept in flag, paid; whole +numbers in flag, count"
  )
  draws <- simulate(fit, 4000, seed = 1)
  expect_all_below(abs(colMeans(draws[, 2:3] == 0) - colMeans(kinds[2:3] == 0)), 0.06)
  expect_true(all(draws[, "flag"] %in% 0:1 & draws[, "count"] == round(draws[, "count"])))
  expect_gt(min(draws[, "heavy"]), 0)
  expect_gte(min(draws[, "paid"]), 0)
  quartiles <- function(x) quantile(x, 1:3 / 4)
  error <- quartiles(draws[, "heavy"]) - quartiles(kinds$heavy)
  expect_all_below(abs(error), 0.15 * IQR(kinds$heavy))

  plain <- fit_denoiser(kinds, transform = "none", steps = 10, seed = 1)
  expect_true(all(plain$columns$transform == "none" & !plain$columns$whole))
  expect_equal(plain$center, colMeans(kinds), ignore_attr = TRUE)
  raw <- fit_denoiser(kinds, standardize = FALSE, steps = 10, seed = 1)
  expect_identical(raw$columns, plain$columns)
  constant <- fit_denoiser(cbind(faithful, five = 5.5), standardize = FALSE, steps = 10, seed = 1)
  expect_true(all(simulate(constant, 50, seed = 1)[, "five"] == 5.5))
  expect_identical(constant$columns$transform, c("none", "none", "atoms"))
})

test_that("a model with transformed columns says what it has no answer to", {
  fit <- fit_denoiser(kinds, network = mlp(8), steps = 10, seed = 1)
  x <- as.matrix(kinds[1:5, ])
  own <- predict(fit, x, 1e-4, scale = "data")
  expect_equal(own[, c("count", "plain")], x[, c("count", "plain")], tolerance = 0.01)
  expect_snapshot(error = TRUE, {
    predict(fit, x, 0.1, type = "score")
    denoising_loss(fit, target_gaussian(numeric(5), diag(5)))
    fit_denoiser(kinds, transform = "scores")
  })
  expect_true(is.finite(denoising_loss(fit, kinds, seed = 1)$loss))
})

test_that("columns without names are x1, x2, ...", {
  fit <- fit_denoiser(unname(as.matrix(faithful)), network = mlp(8), steps = 20, seed = 1)
  expect_null(fit$names)
  expect_equal(colnames(simulate(fit, 2, seed = 1, steps = 2)), c("x1", "x2"))
})

test_that("a model prints and summarises within 80 columns", {
  fit <- quick(seed = 3)
  hide_loss <- function(lines) gsub("[0-9]+[.][0-9]+", "<number>", lines)
  expect_snapshot(
    {
      fit
      summary(fit)
    },
    transform = hide_loss
  )
  expect_lte(max(nchar(capture.output(summary(fit)))), 80)
})

test_that("bad arguments are refused", {
  x <- as.matrix(faithful)
  x[3, 2] <- NA
  expect_snapshot(error = TRUE, {
    fit_denoiser(iris)
    fit_denoiser(letters)
    fit_denoiser(x)
    fit_denoiser(faithful[1, ])
    fit_denoiser(cbind(a = 1, b = 1:9))
    fit_denoiser(faithful[0, ])
    fit_denoiser(faithful, process = "vp")
    fit_denoiser(faithful, network = c(64, 64))
    fit_denoiser(faithful, steps = 0)
    fit_denoiser(faithful, steps = 1.5)
    fit_denoiser(faithful, learning_rate = -1)
    fit_denoiser(faithful, parametrization = "score")
    fit_denoiser(faithful, standardize = NA)
    fit_denoiser(faithful, validation = 1)
    fit_denoiser(faithful, seed = "a")
    fit_denoiser(faithful, threads = 0)
    fit_denoiser(faithful, checkpoint = "fit.checkpoint")
    fit_denoiser(faithful, checkpoint = 1)
  })
})

test_that("a loss that becomes non-finite stops the fit", {
  expect_error(
    fit_denoiser(faithful,
      network = mlp(rep(32, 16), "gelu"), parametrization = "epsilon", steps = 300, batch = 32,
      learning_rate = 10, schedule = "constant", warmup = 0, standardize = FALSE, seed = 1
    ),
    "step [0-9]+ of 300.*learning_rate", class = "follmer_error_numeric"
  )
})

test_that("a fit goes on from its checkpoint to the same bits", {
  checkpoint <- tempfile()
  whole <- quick(seed = 5)
  expect_identical(quick(seed = 5, checkpoint = checkpoint)$bytes, whole$bytes)
  expect_true(file.exists(checkpoint))
  expect_identical(quick(seed = 5, checkpoint = checkpoint)$bytes, whole$bytes)
  expect_error(quick(seed = 6, checkpoint = checkpoint), class = "follmer_error_input")
  refused <- function(file, reason) {
    expect_error(
      fit_denoiser(faithful, steps = 1e9, seed = 5, checkpoint = file), reason,
      class = "follmer_error_file"
    )
  }
  refused("no/such/folder/fit", "`checkpoint`.*cannot be written")
  refused(tempdir(), "`checkpoint` must be a file, not a folder")
  writeBin(as.raw(1:100), checkpoint)
  expect_error(quick(seed = 5, checkpoint = checkpoint), class = "follmer_error_file")
})

test_that("every table of numbers is taken, and no other", {
  fit <- function(x, ...) fit_denoiser(x, network = mlp(8), steps = 5, seed = 1, ...)
  x <- as.double(1:40)
  bytes <- fit(matrix(x))$bytes
  expect_identical(fit(x)$bytes, bytes)
  expect_identical(fit(1:40)$bytes, bytes)
  expect_identical(fit(ts(x))$bytes, bytes)
  expect_identical(dim(fit(x)), 1L)
  flags <- data.frame(a = x, b = rep(c(TRUE, FALSE), 20))
  expect_identical(fit(flags)$bytes, fit(transform(flags, b = as.double(b)))$bytes)
  expect_identical(fit(flags$b)$bytes, fit(as.double(flags$b))$bytes)
  flags$a <- ts(flags$a)
  expect_identical(fit(flags)$bytes, fit(transform(flags, a = as.double(a)))$bytes)
  # as bit64 and haven have them
  flags$a <- structure(x, class = "integer64")
  expect_error(fit(flags, standardize = FALSE), "column 1 \\(a\\) is integer64")
  flags$a <- structure(x, class = c("haven_labelled", "vctrs_vctr", "double"))
  expect_error(fit(flags, standardize = FALSE), "column 1 \\(a\\) is haven_labelled")
  long <- structure(x, class = "integer64")
  expect_error(fit(long), "`x` must be .*, not an object of class integer64")
  expect_error(fit(matrix(c("a", "b"))), class = "follmer_error_input")
  expect_error(fit(array(x, c(5, 4, 2))), "not an array of 3 dimensions")
  one <- structure(1, class = "integer64")
  expect_error(fit(x, threads = one), "`threads` must be .*, not an object of class integer64")
  expect_error(target_gmm(long), "`mean` must be")
  expect_error(sde(drift_sin(), x0 = long), "`x0` must be")
  expect_error(fit(x, learning_rate = one), "`learning_rate`")
})

test_that("two columns of one name are refused", {
  x <- as.matrix(faithful)
  colnames(x) <- c("a", "a")
  expect_error(fit_denoiser(x), "`x` must have a name of its own for each column; column 2 is")
})

test_that("a fit has its number of rows and its call", {
  x <- faithful
  fit <- fit_denoiser(x, network = mlp(8), steps = 5, seed = 1)
  expect_identical(nobs(fit), 272)
  again <- update(fit, steps = 7)
  expect_identical(max(again$history$step), 7)
  expect_identical(again$bytes, fit_denoiser(x, network = mlp(8), steps = 7, seed = 1)$bytes)
})
