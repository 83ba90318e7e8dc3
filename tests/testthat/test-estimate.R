walk_estimate <- function(..., seed = 1) {
  expectation(sde(drift_sin(), x0 = 0), function(x) cbind(cos = cos(x[, 1]), square = x[, 1]^2),
    n = 4000, seed = seed, ...
  )
}

without_clock <- function(x) {
  x$seconds <- NULL
  x$tallies <- lapply(x$tallies, function(tally) tally[names(tally) != "seconds"])
  x
}

test_that("parts of a run are the run", {
  for (method in c("rhee_glynn", "renewal", "euler")) {
    whole <- walk_estimate(method = method, keep_draws = TRUE)
    parts <- lapply(1:4, function(part) {
      walk_estimate(method = method, part = part, parts = 4, keep_draws = TRUE)
    })
    expect_identical(without_clock(do.call(c, parts)), without_clock(whole))
    half <- c(parts[[3]], parts[[1]])
    again <- c(half, parts[[2]], parts[[4]])
    expect_identical(coef(again), coef(whole))
    expect_identical(again$se, whole$se)
  }
})

test_that("runs of different seeds are pooled in proportion to their draws", {
  runs <- lapply(1:3, function(seed) walk_estimate(seed = seed, method = "renewal"))
  pooled <- do.call(c, runs)
  expect_equal(coef(pooled), rowMeans(vapply(runs, coef, c(0, 0))))
  expect_equal(pooled$se, sqrt(rowSums(vapply(runs, function(x) x$se^2, c(0, 0)))) / 3)
  expect_equal(nobs(pooled), 12000)
  expect_equal(pooled$cost, sum(vapply(runs, `[[`, 0, "cost")))
  expect_equal(pooled$seed, c(1, 2, 3))
  expect_null(pooled$draws)
  expect_identical(without_clock(c(runs[[1]])), without_clock(runs[[1]]))
  # different methods, too
  both <- c(runs[[1]], walk_estimate(seed = 2))
  expect_equal(sort(both$method), c("renewal", "rhee_glynn"))
  expect_null(both$settings)
  expect_output(print(both), "renewal and Rhee-Glynn: 8,000 draws, 2 seeds")
})

test_that("runs of different problems are refused", {
  runs <- function(one, other, g = "mean", other_g = g) {
    c(expectation(one, g, n = 500, seed = 1), expectation(other, other_g, n = 500, seed = 2))
  }
  own <- function(f, ...) sde(f, x0 = 0, ...)
  walk <- own(drift_sin())
  without_hashes <- function(lines) gsub("[0-9a-f]{16}", "#", lines)
  expect_snapshot(error = TRUE, transform = without_hashes, {
    runs(walk, own(drift_tanh()))
    runs(walk, own(drift_sin(2)))
    runs(walk, sde(drift_sin(), x0 = 1))
    runs(walk, sde(drift_sin(), x0 = rbind(0, 1)))
    runs(walk, own(drift_sin(), sigma = 2))
    runs(walk, own(drift_sin(), horizon = 2))
    runs(own(function(x, t) sin(x)), own(function(x, t) tanh(x)))
    runs(walk, walk, function(x) x, function(x) x^2)
    runs(target_gmm(0), target_gmm(1))
    runs(target_gmm(0), sde(target_gmm(0), snr_max = 9))
  })
  expect_error(
    c(
      expectation(walk, "excess", n = 500, threshold = 1, seed = 1),
      expectation(walk, "excess", n = 500, threshold = 2, seed = 2)
    ), "`threshold` is 2, and 1 before", class = "follmer_error_input"
  )
  # the same text without its comments is the same function
  spaced <- function(x, t) {
    # a comment
    sin(x)
  }
  expect_silent(pooled <- runs(own(spaced), own(function(x, t) {
    sin(x)
  })))
  expect_equal(pooled$problem$drift, function_key(spaced))
  expect_silent(runs(target_gmm(0), exact_denoiser(target_gmm(0), pbm())))
})

test_that("problems that cannot be compared are pooled with a message", {
  walk <- sde(drift_sin(), x0 = 0)
  own <- sde(function(x, t) sin(x), x0 = 0)
  run <- function(object, seed, g = "mean") expectation(object, g, n = 500, seed = seed)
  one <- run(walk, 1)
  unknown <- "Whether these are expectations of one problem cannot be checked: `"
  expect_message(x <- c(one, run(own, 2)), paste0(unknown, "drift` is a function of R"))
  expect_equal(x$n, 1000)
  named <- function(x) cbind("mean 1" = x[, 1])
  expect_message(c(one, run(walk, 2, named)), paste0(unknown, "g` is a function of R"))
  expect_error(suppressMessages(c(one, run(sde(own$drift, x0 = 1), 2))), "`start` is 1, and 0")
  native <- function(data) list(drift = "compiled", data = data, g = "mean")
  expect_message(check_problems(list(native("a"), native("a"))), "drift` is a compiled function")
  expect_error(check_problems(list(native("a"), native("b"))), "`data` is 'b', and 'a' before")
  # a start is known by its hash, too
  whole <- function(x) list(drift = "ou", x0 = .Call(ffi_hash, x))
  same <- list(dim = 2, start = 1.5, drift = "ou")
  expect_silent(check_problems(list(whole(c(1.5, 1.5)), same)))
  expect_silent(check_problems(list(same, whole(c(1.5, 1.5)))))
  expect_error(check_problems(list(same, whole(c(1.5, 1)))), "`x0` is .*, and not given before")
})

test_that("what cannot be pooled is refused", {
  one <- walk_estimate()
  other <- expectation(sde(drift_sin(), x0 = 0), "cosine", n = 4000, seed = 2)
  broken <- one
  broken$tallies[[1]]$cost <- 1
  expect_snapshot(error = TRUE, {
    c(one, one)
    c(one, walk_estimate(method = "renewal"))
    c(one, other)
    c(one, 1)
    c(one, walk_estimate(method = "mlmc", target_se = 0.1, seed = 2))
    c(broken, walk_estimate(seed = 2))
  })
})

test_that("fields have names, and agree with each other", {
  x <- walk_estimate(method = "renewal", keep_draws = TRUE)
  expect_equal(x$names, c("cos", "square"))
  for (field in estimate_columns()) {
    expect_named(x[[field]], x$names)
  }
  expect_equal(coef(x), colMeans(x$draws$psi))
  expect_equal(x$variance, apply(x$draws$psi, 2, var))
  expect_equal(x$se, sqrt(x$variance / 4000))
  expect_equal(x$work, x$variance * x$cost / x$n)
  expect_equal(vcov(x), var(x$draws$psi) / 4000, tolerance = 0.5)
  expect_equal(sqrt(diag(vcov(x))), x$se)
  expect_equal(sum(x$layers), 1)
  expect_equal(dimnames(vcov(x)), list(x$names, x$names))
})

test_that("intervals are those of Student's t and of the bootstrap", {
  x <- walk_estimate()
  expect_identical(confint(x)[, 1], x$lower)
  expect_identical(confint(x, type = "bootstrap-t")[, 2], x$upper_t)
  t <- stats::qt(0.95, x$df)
  expect_equal(confint(x, level = 0.9)[, 2], coef(x) + t * x$se)
  expect_equal(colnames(confint(x, level = 0.9)), c("5 %", "95 %"))
  expect_equal(colnames(confint(x)), c("2.5 %", "97.5 %"))
  expect_equal(colnames(confint(x, level = 0.999)), c("0.05 %", "99.95 %"))
  expect_equal(confint(x, "square"), confint(x)["square", , drop = FALSE])
  expect_equal(confint(x, 2), confint(x)["square", , drop = FALSE])
  expect_gt(x$upper_t[1], coef(x)[1])
  narrow <- walk_estimate(conf_level = 0.5)
  expect_identical(without_clock(narrow)$lower, confint(x, level = 0.5)[, 1])
  expect_error(confint(x, "tail"), "`parm` must be among 'cos', 'square', not 'tail'",
    class = "follmer_error_input"
  )
  expect_error(confint(x, 3), class = "follmer_error_input")
  expect_error(confint(x, level = 95), "`level`", class = "follmer_error_input")
  expect_error(confint(x, type = "t"), "`type`", class = "follmer_error_input")
})

test_that("an estimate is a data frame with a row for each function", {
  x <- walk_estimate()
  table <- as.data.frame(x)
  expect_equal(table$name, x$names)
  expect_equal(table$estimate, unname(coef(x)))
  expect_equal(table$work, table$variance * table$cost / table$n)
  other <- walk_estimate(method = "renewal", seed = 2)
  expect_equal(nrow(rbind(table, as.data.frame(other))), 4)
  expect_equal(as.data.frame(c(x, other))$method, rep("rhee_glynn, renewal", 2))
})

test_that("an estimate survives saving", {
  x <- walk_estimate(keep_draws = TRUE)
  file <- tempfile()
  saveRDS(x, file)
  y <- readRDS(file)
  expect_identical(y, x)
  expect_identical(confint(y, level = 0.8), confint(x, level = 0.8))
  expect_identical(coef(c(y, walk_estimate(seed = 2))), coef(c(x, walk_estimate(seed = 2))))
})

# An estimate with numbers that do not hang on random numbers.
made_up <- function(x) {
  numbers <- list(
    estimate = c(0.307734, 2.00867), se = c(0.0012, 0.034), lower = c(0.30538, 1.94203),
    upper = c(0.31009, 2.07531), lower_t = c(0.30512, 1.94001), upper_t = c(0.31002, 2.07411),
    variance = c(2.3871, 46.03), work = c(4.7432, 91.66), kurtosis = c(17.7, 112),
    tail_index = c(0.194, 0.612), n = 4000, cost = 7973, pilot_cost = 14848, seconds = 0.123,
    df = 3999, layers = c(c(0.36, 0.37, 0.18, 0.06, 0.02, 0.01), numeric(58)), heavy = TRUE
  )
  if (!identical(x$method, "renewal")) {
    numbers$heavy <- FALSE
    numbers$bias <- c(0.00134, -0.4714)
    numbers$bias_se <- c(0.0009, 0.01)
    numbers$layers[5:20] <- 0.03 / 16
  }
  for (field in names(numbers)) {
    x[[field]][] <- numbers[[field]]
  }
  x$warnings <- c(
    paste(
      "The variance of `square` looks infinite (tail index 0.61; 0.5 is the limit): its standard",
      "error and interval cannot be relied on."
    ), "Short."
  )
  x
}

test_that("estimates print", {
  levels <- walk_estimate(method = "mlmc", target_se = 0.1)
  levels$lower_t[] <- levels$tail_index[] <- NaN
  levels$seconds <- 0
  expect_snapshot({
    made_up(walk_estimate(method = "renewal"))
    summary(made_up(walk_estimate(method = "renewal")))
    summary(made_up(walk_estimate(method = "euler", steps = 2)))
    format(made_up(walk_estimate(method = "renewal")))
  })
  levels <- made_up(levels)
  levels$n <- 1e6
  words <- capture.output(print(summary(levels)))
  expect_match(words, "# target_se = 0.1, base_level = 0", fixed = TRUE, all = FALSE)
  expect_match(words, "bias", all = FALSE)
  expect_match(words, "^% of draws by level", all = FALSE)
  expect_match(words, " 9[+] ", all = FALSE)
  expect_match(words, "^# .* 1,000,000 paths", all = FALSE)
  many <- expectation(sde(drift_zero(), x0 = 1:25), n = 1000, seed = 1, method = "euler", steps = 2)
  expect_output(print(many), "mean 20 .*# the first 20 of 25 only")
  missed <- expectation(sde(drift_zero(), 0), n = 1000, target_se = 0.001, seed = 1)
  expect_output(print(missed), "The target was not reached: .* of `mean 1` is")
  wide <- expectation(sde(drift_zero(), x0 = 1:2), n = 1000, seed = 1, function(x) {
    colnames(x) <- c(strrep("long ", 20), "b")
    1e7 * x
  })
  expect_lte(max(nchar(capture.output(print(wide)))), 80)
  expect_lte(max(nchar(capture.output(print(summary(wide))))), 80)
})

test_that("a variance that looks infinite is told", {
  # a product of large increments of the drift, of as many as there are layers
  steep <- sde(drift_tanh(2, 2), x0 = rep(0, 6))
  x <- expectation(steep, "squared_norm", n = 20000, method = "renewal", seed = 1)
  expect_true(x$heavy)
  expect_match(x$warnings, "The variance of `squared_norm` looks infinite", all = FALSE)
  expect_output(print(x), "! The variance of `squared_norm` looks\\s+infinite")
  light <- expectation(sde(drift_zero(), x0 = 0), "mean", n = 20000, method = "renewal", seed = 1)
  expect_false(light$heavy)
  expect_identical(light$warnings, character())
  expect_false(any(grepl("^!", capture.output(print(light)))))
})

test_that("a standard error that is not well known is told, as are biases", {
  # two batches are one degree of freedom
  x <- expectation(sde(drift_sin(), x0 = 0), "mean", n = 128, batch = 64, seed = 1)
  expect_match(x$warnings, "The standard error of `mean 1` is itself uncertain by about [0-9]+ %")
  y <- walk_estimate(method = "euler", steps = 2)
  expect_true(all(abs(y$bias) > pmax(y$se, 2 * y$bias_se)))
  worst <- names(which.max(abs(y$bias) / y$se))
  expect_match(y$warnings, sprintf("bias of `%s` [(]and 1 more[)] is about", worst), all = FALSE)
})

test_that("numbers are shown in full", {
  expect_identical(format_count(c(1e5, 123456)), c("100,000", "123,456"))
  expect_identical(format_seed(1e15), "1000000000000000")
  expect_identical(format_setting(1e5), "100000")
  expect_identical(format_setting(c(1e-5, 0.5)), "1e-05, 0.5")
  expect_identical(
    number_words(c(1e5, 123456, 0.0009, 1.5e-7, 1e10, NaN, Inf, 0)),
    c("100,000", "123,000", "0.0009", "1.5e-07", "1e+10", "-", "Inf", "0")
  )
  expect_identical(to_precision(c(1.2345, NaN, 123456), c(0.01, 1, 1e7)), c("1.234", "-", "123456"))
  large <- expectation(sde(drift_zero(), x0 = 0), n = 1e5, seed = 1e5, method = "euler", steps = 2)
  large$df <- 1e5
  expect_output(print(large), "100,000 draws, seed 100000\n")
  expect_output(print(summary(large)), "100,000 degrees of freedom")
})

test_that("a result of the command is an estimate", {
  x <- read_expectation("expectation.json")
  text <- readLines("expectation.json")
  printed <- function(key) {
    lines <- grep(sprintf('^        "%s":', key), text, value = TRUE)
    as.double(sub("[^:]*: ([^,]*),?", "\\1", lines))
  }
  expect_equal(x$names, c("second_moment 1", "second_moment 2"))
  for (key in c("estimate", "se", "lower", "variance", "work", "kurtosis")) {
    expect_equal(unname(x[[key]]), printed(key), tolerance = 1e-13)
  }
  expect_equal(x$seed, 7)
  expect_equal(x$method, "renewal")
  expect_gt(read_expectation("expectation.json", conf_level = 0.99)$upper[1], x$upper[1])
  other <- expectation(sde(drift_sin(), c(0, 0)), "second_moment", n = 300, seed = 8)
  expect_equal(c(x, other)$n, 400)
  tanh <- expectation(sde(drift_tanh(), c(0, 0)), "second_moment", n = 300, seed = 8)
  expect_error(c(x, tanh), "`drift` is 'tanh', and 'sin' before", class = "follmer_error_input")
  expect_error(c(x, x), "of seed 7 twice", class = "follmer_error_input")
})

test_that("parts made at different SIMD levels are pooled with a warning", {
  part <- function(part, simd) {
    x <- expectation(sde(drift_sin(), 0), "cosine", n = 1000, seed = 1, part = part, parts = 2)
    expect_identical(x$tallies[[1]]$simd, "")
    x$tallies[[1]]$simd <- simd
    x
  }
  sentence <- "different SIMD levels (unknown|x86-64-v3)"
  pooled <- c(part(1, "x86-64-v3"), part(2, NULL)) # of a file that does not say it
  expect_identical(pooled$tallies[[1]]$simd, "unknown|x86-64-v3")
  expect_match(pooled$warnings, sentence, fixed = TRUE, all = FALSE)
  expect_output(print(pooled), "made at different SIMD levels")
  alike <- c(part(1, "baseline"), part(2, "baseline"))
  expect_no_match(c(alike$warnings, ""), "SIMD")
  expect_error(c(part(1, "x86-64-v9"), part(2, "")), "as expectation[(][)] makes them")
})

test_that("files that are no results of the command are refused", {
  text <- paste(readLines("expectation.json"), collapse = "\n")
  file <- tempfile(fileext = ".json")
  read <- function(pattern, replacement) {
    writeLines(sub(pattern, replacement, text), file)
    read_expectation(file)
  }
  refused <- function(object, sentence) {
    expect_error(object, sentence, class = "follmer_error_file")
  }
  refused(read("[{]", "["), "is not a result of `follmer expect`")
  refused(read("\"tallies\"", "\"sums\""), "has no tallies")
  refused(read("\"problem\"", "\"question\""), "must have an object `problem`")
  refused(read("\"second_moment 2\"\\s*\\]", "1]"), "must have 2 texts")
  refused(read("\"second_moment 1\",", ""), "must have 2 texts as `names`")
  magic <- "\"magic\", \"independent\""
  refused(read("\"renewal\",\\s*\"independent\"", magic), "tally 1: `method` must be")
  refused(read("\"fingerprint\":\"", "\"fingerprint\":\"x"), "fingerprint")
  wrong <- tryCatch(read("\"count\":", "\"count\":1,\"old\":"), error = identity)
  expect_equal(wrong$argument, "count")
  expect_equal(wrong$source, paste0(file, ", tally 1"))
  refused(read_expectation(tempfile()), "cannot be read")
  refused(read_expectation(tempdir()), "cannot be read|folder")
})

test_that("many values at once are no reason for a warning", {
  walk <- sde(drift_sin(), x0 = rep(0, 12))
  heavy <- vapply(1:20, function(seed) expectation(walk, "mean", n = 5000, seed = seed)$heavy, NA)
  expect_lte(sum(heavy), 2)
})

test_that("a table of an estimate says how it was made", {
  walk <- sde(drift_sin(), x0 = 0)
  one <- expectation(walk, "mean", n = 2000, method = "renewal", gap = gap_gamma(2, 3), seed = 7)
  table <- as.data.frame(one)
  expect_identical(table$seed, "7")
  expect_match(table$gap, "gamma")
  expect_identical(table$warnings, paste(one$warnings, collapse = " "))
  two <- expectation(walk, "mean", n = 2000, seed = 8)
  expect_identical(as.data.frame(two)$gap, NA_character_)
  expect_identical(as.data.frame(c(one, two))$seed, "7, 8")
  expect_identical(nrow(rbind(table, as.data.frame(two))), 2L)
})
