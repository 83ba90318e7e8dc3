# Estimates of several methods are this many standard errors from the truth.
z_scores <- function(equation, g, truth, methods = all_methods, n = 40000) {
  vapply(methods, function(arguments) {
    settings <- utils::modifyList(list(n = n, seed = 11), arguments)
    result <- do.call(expectation, c(list(equation, g), settings))
    max(abs(coef(result) - truth) / result$se)
  }, 0)
}

all_methods <- list(
  list(), list(levels = "sum"), list(levels = "single"), list(base_level = 2, decay = 1.5),
  list(method = "renewal"), list(method = "renewal", gap = gap_gamma(1.5, 2)),
  list(method = "renewal", gap = gap_uniform(1.5)),
  list(method = "renewal", gap = gap_count(c(0.4, 0.3, 0.15))),
  list(method = "mlmc", target_se = 0.01, n = 1e6)
)

test_that("estimates are unbiased on known truths", {
  # MATH 7.5. Mutants that these z-scores catch: the step for its root before the noise, a weight
  # without the survival of the last gap, P(M >= l) of the level next to it.
  walk <- sde(drift_sin(), x0 = 0)
  both <- function(x) cbind(cos(x), x^2, x > 1, pmax(x - 0.5, 0))
  truth <- c(0.307734376, 2.008672302, 0.269507438, 0.370687504)
  expect_all_below(z_scores(walk, both, truth), 4)
  expect_all_below(z_scores(sde(drift_tanh(), x0 = 0), "cosine", 0.327709914), 4)
  expect_all_below(z_scores(sde(drift_tanh(), x0 = c(0, 0)), "squared_norm", 4), 4)
})

test_that("horizon, sigma and starts are where they belong", {
  # The Ornstein-Uhlenbeck process, by formula
  rate <- 0.9
  mean <- 0.4
  x0 <- c(1.5, -1)
  equation <- sde(drift_ou(rate, mean), x0, horizon = 1.7, sigma = 0.6)
  first <- mean + (x0 - mean) * exp(-rate * 1.7)
  variance <- 0.6^2 * (1 - exp(-2 * rate * 1.7)) / (2 * rate)
  expect_all_below(z_scores(equation, "mean", first), 4)
  expect_all_below(z_scores(equation, "second_moment", first^2 + variance), 4)
  above <- stats::pnorm(0.5, first, sqrt(variance), lower.tail = FALSE)
  expect_all_below(z_scores(equation, function(x) x > 0.5, above), 4)
})

test_that("Euler's bias is there, and is estimated", {
  walk <- sde(drift_sin(), x0 = 0)
  result <- expectation(walk, "second_moment", method = "euler", steps = 4, n = 400000, seed = 1)
  bias <- coef(result) - 2.008672302
  expect_gt(abs(bias) / result$se, 6)
  # the estimate is of first order: half of it, and 4 standard errors
  expect_lt(abs(result$bias - bias), abs(bias) / 2 + 4 * (result$se + result$bias_se))
})

test_that("antithetic pairs are paths of opposite noise", {
  still <- expectation(sde(drift_zero(), x0 = c(1, -2)), "mean", method = "antithetic", n = 1000)
  expect_equal(unname(coef(still)), c(1, -2), tolerance = 1e-12)
  expect_lt(max(still$se), 1e-12) # the noise cancels in every draw
  walk <- sde(drift_sin(), x0 = 0.5)
  both <- lapply(c(euler = "euler", antithetic = "antithetic"), function(method) {
    expectation(walk, function(x) cbind(x, x^2), method = method, steps = 4, n = 200000, seed = 1)
  })
  gap <- coef(both$antithetic) - coef(both$euler)
  se <- sqrt(both$antithetic$se^2 + both$euler$se^2)
  expect_all_below(gap / se, 4) # the same law, so the same bias
  expect_equal(both$antithetic$cost, 2 * both$euler$cost)
  expect_lt(both$antithetic$work[1], both$euler$work[1] / 5)
  # from 0 both paths of a pair have the same square: it costs twice as much
  walk <- sde(drift_sin(), x0 = 0)
  both <- lapply(c("euler", "antithetic"), function(method) {
    expectation(walk, "second_moment", method = method, steps = 4, n = 400000, seed = 1)
  })
  expect_equal(both[[2]]$work, 2 * both[[1]]$work, tolerance = 1e-9)
  result <- both[[2]]
  bias <- coef(result) - 2.008672302
  expect_gt(abs(bias) / result$se, 6)
  expect_lt(abs(result$bias - bias), abs(bias) / 2 + 4 * (result$se + result$bias_se))
  profile <- variance_profile(walk, "mean", c("euler", "antithetic"), n = 2000, seed = 1)
  expect_equal(profile$method, c("euler", "antithetic"))
})

test_that("built-in functions are those of R", {
  equation <- sde(drift_sin(), x0 = c(0.2, -0.4, 1))
  same <- list(
    mean = function(x) x, second_moment = function(x) x^2,
    exceedance = function(x) x > 0.3, excess = function(x) pmax(x - 0.3, 0),
    squared_norm = function(x) rowSums(x^2), cosine = function(x) rowSums(cos(x)) / sqrt(3)
  )
  for (g in names(same)) {
    threshold <- if (g %in% c("exceedance", "excess")) 0.3
    core <- expectation(equation, g, n = 500, threshold = threshold, method = "renewal", seed = 1)
    own <- expectation(equation, same[[g]], n = 500, method = "renewal", seed = 1)
    expect_equal(unname(coef(own)), unname(coef(core)), tolerance = 1e-12)
    expect_equal(unname(vcov(own)), unname(vcov(core)), tolerance = 1e-9)
  }
})

test_that("results do not depend on threads, and depend on the seed", {
  clock <- function(x) {
    x$seconds <- x$tallies[[1]]$seconds <- NULL
    x
  }
  objects <- list(
    sde(drift_sin(), x0 = rbind(0, 1)), sde(function(x, t) sin(x), x0 = 0), two_clusters(),
    small_fit()
  )
  for (object in objects) {
    for (arguments in list(
      list(), list(levels = "sum"), list(method = "renewal"), list(method = "euler", steps = 8),
      list(method = "mlmc", target_se = 0.1)
    )) {
      run <- function(...) clock(do.call(expectation, c(list(object, n = 3000, ...), arguments)))
      one <- run(seed = 1, threads = 1)
      expect_identical(run(seed = 1, threads = 2), one)
      expect_false(identical(coef(run(seed = 2)), coef(one)))
    }
  }
})

test_that("set.seed() makes estimates reproducible", {
  walk <- sde(drift_sin(), x0 = 0)
  set.seed(2)
  x <- expectation(walk, n = 1000)
  y <- expectation(walk, n = 1000)
  set.seed(2)
  expect_identical(coef(expectation(walk, n = 1000)), coef(x))
  expect_false(x$seed == y$seed)
  expect_identical(coef(expectation(walk, n = 1000, seed = x$seed)), coef(x))
  set.seed(2)
  try(expectation(walk, n = 1), silent = TRUE)
  expect_identical(coef(expectation(walk, n = 1000)), coef(x))
})

test_that("a run goes on to its target, and no further than n", {
  walk <- sde(drift_sin(), x0 = 0)
  result <- expectation(walk, function(x) cbind(x, x^2), target_se = 0.02, seed = 1)
  expect_lte(max(result$se), 0.02)
  expect_gt(max(result$se), 0.01)
  expect_equal(expectation(walk, target_se = 1e-9, n = 5000, seed = 1)$n, 5000)
  expect_lt(expectation(walk, seconds = 0.2, seed = 1)$seconds, 2)
})

test_that("draws are kept as they were averaged", {
  walk <- sde(drift_sin(), x0 = c(0, 1))
  for (arguments in list(
    list(), list(levels = "single"), list(method = "renewal"), list(method = "euler", steps = 4)
  )) {
    result <- do.call(
      expectation, c(list(walk, "second_moment", n = 1000, seed = 1, keep_draws = TRUE), arguments)
    )
    draws <- result$draws
    expect_equal(dim(draws$psi), c(1000, 2))
    expect_equal(colMeans(draws$psi), coef(result))
    expect_equal(lengths(draws[c("layers", "weight")]), c(layers = 1000L, weight = 1000L))
    expect_equal(tabulate(draws$layers + 1L, 64L) / 1000, result$layers)
  }
  short <- expectation(walk, target_se = 0.2, n = 1e5, seed = 1, keep_draws = TRUE)
  expect_equal(nrow(short$draws$psi), short$n)
  expect_lt(short$n, 1e5)
})

test_that("errors inside functions of R arrive as they are, and leave R usable", {
  calls <- 0
  fail_at <- function(last) {
    function(x, ...) {
      calls <<- calls + 1
      if (calls == last) {
        stop(structure(class = c("mine", "error", "condition"), list(message = "no", call = NULL)))
      }
      x
    }
  }
  before <- coef(expectation(sde(drift_sin(), 0), n = 500, seed = 1))
  for (method in c("rhee_glynn", "renewal", "euler")) {
    for (last in 1:3) {
      calls <- 0
      expect_error(
        expectation(sde(fail_at(last), 0), method = method, n = 500, seed = 1),
        class = "mine"
      )
      expect_equal(calls, last)
      calls <- 0
      expect_error(
        expectation(sde(drift_sin(), 0), fail_at(last), method = method, n = 500, seed = 1),
        class = "mine"
      )
      expect_equal(calls, last)
    }
  }
  # Other ways to leave, from two calls that are inside each other
  walk <- sde(drift_sin(), 0)
  left <- callCC(function(leave) {
    expectation(walk, function(x) expectation(walk, function(x) leave("left"), n = 100, seed = 1)$n)
  })
  expect_equal(left, "left")
  inner <- expectation(walk, n = 100, seed = 1, function(x) {
    x + coef(expectation(walk, n = 100, seed = 1))
  })
  expect_equal(unname(coef(inner)), 2 * unname(coef(expectation(walk, n = 100, seed = 1))))
  gc()
  expect_identical(coef(expectation(walk, n = 500, seed = 1)), before)
})

test_that("a traceback names the function that the user wrote", {
  my_drift <- function(x, t) {
    calls <<- sys.calls()
    x
  }
  calls <- NULL
  expectation(sde(my_drift, 0), n = 100, seed = 1)
  words <- vapply(calls, function(call) paste(deparse(call), collapse = ""), "")
  expect_true("drift(x, t)" %in% words)
  expect_true(all(nchar(utils::tail(words, 3)) < 200))
})

test_that("Ctrl-C inside a function of R is an interrupt", {
  skip_on_os("windows")
  calls <- 0
  stop_me <- function(x) {
    calls <<- calls + 1
    if (calls == 3) {
      tools::pskill(Sys.getpid(), tools::SIGINT)
      Sys.sleep(10)
    }
    x
  }
  caught <- tryCatch(
    expectation(sde(drift_sin(), 0), stop_me, n = 1000, seed = 1),
    interrupt = function(e) "interrupt"
  )
  expect_equal(caught, "interrupt")
  expect_equal(calls, 3)
  expect_s3_class(expectation(sde(drift_sin(), 0), n = 1000, seed = 1), "follmer_estimate")
})

test_that("Ctrl-C between rounds is an interrupt, not an error", {
  equation <- core_sde(sde(drift_sin(), x0 = 0))
  stopped <- .Call(
    ffi_expect, equation, list(g = "mean"), list(n = 1e7), list(gap = "exponential"), 0,
    run_settings(1, 0L, function(done, total, loss) TRUE)
  )
  expect_s3_class(stopped, "follmer_failure")
  expect_equal(stopped$status, "interrupt")
})

# How many rows there are, and at which states, is the core's own affair.
without_numbers <- function(lines) {
  gsub("[0-9]{3,}", "n", gsub("-?[0-9]+[.][0-9]+", "#", lines))
}

test_that("what functions of R return is checked", {
  flat <- sde(drift_zero(), x0 = c(a = 0, b = 0))
  line <- sde(drift_zero(), x0 = 0)
  run <- function(object, g = "mean") expectation(object, g, n = 100, seed = 1, method = "renewal")
  expect_snapshot(error = TRUE, transform = without_numbers, {
    run(sde(function(x, t) t(x), c(0, 0)))
    run(sde(function(x, t) x[, 1], c(0, 0)))
    run(sde(function(x, t) factor(x), 0))
    run(sde(function(x, t) as.data.frame(x), 0))
    run(sde(function(x, t) NULL, 0))
    run(sde(function(x, t) "a", 0))
    run(sde(function(x, t) ifelse(t > 0, NaN, 1), 0))
    run(sde(function(x, t) 1 / (0 * x), c(a = 0, b = 0)))
    run(flat, function(x) factor(x[, 1]))
    run(flat, function(x) sum(x))
    run(flat, function(x) t(cbind(x, x)))
    run(flat, function(x) x[0, ])
    run(flat, function(x) list(1, 2))
    run(flat, function(x) if (nrow(x) == 2) x else x[, 1])
    run(flat, function(x) suppressWarnings(sqrt(-1 - x^2)))
    run(line, function(x) log(x * 0))
  })
})

test_that("bad arguments are refused", {
  walk <- sde(drift_sin(), x0 = 0)
  expect_snapshot(error = TRUE, {
    expectation(1)
    expectation(vp())
    expectation(walk, 1)
    expectation(walk, "median")
    expectation(walk, c("mean", "cosine"))
    expectation(walk, "excess", threshold = Inf)
    expectation(walk, method = "milstein")
    expectation(walk, n = 1)
    expectation(walk, n = 2.5)
    expectation(walk, n = NA)
    expectation(walk, n = c(10, 20))
    expectation(walk, n = Inf)
    expectation(walk, method = c("renewal", "euler"))
    expectation(walk, levels = c("sum", "single"))
    expectation(walk, gap = 1)
    expectation(walk, gap_rate = 2)
    expectation(walk, stesp = 8)
    expectation(walk, levels = "some")
    expectation(walk, base_level = 21)
    expectation(walk, decay = 1)
    expectation(walk, method = "euler", steps = 3)
    expectation(walk, method = "mlmc")
    expectation(walk, target_se = 0)
    expectation(walk, seconds = -1)
    expectation(walk, batch = 0)
    expectation(walk, part = 3, parts = 2)
    expectation(walk, target_se = 0.1, parts = 2)
    expectation(walk, keep_draws = NA)
    expectation(walk, keep_draws = TRUE, seconds = 1)
    expectation(walk, keep_draws = TRUE, n = 3e9)
    expectation(walk, keep_draws = TRUE, method = "mlmc", target_se = 0.1)
    expectation(walk, seed = -1)
    expectation(walk, threads = 0)
    expectation(walk, progress = 1)
    expectation(walk, conf_level = 1)
  })
})

test_that("what does not count is refused, unless it is the default", {
  walk <- sde(drift_sin(), x0 = 0)
  expect_snapshot(error = TRUE, {
    expectation(walk, method = "euler", gap = gap_exponential(2))
    expectation(walk, method = "renewal", levels = "sum")
    expectation(walk, method = "renewal", base_level = 1)
    expectation(walk, method = "mlmc", target_se = 0.1, decay = 2)
    expectation(walk, steps = 8)
    expectation(walk, method = "mlmc", target_se = 0.1, batch = 64)
    expectation(walk, threshold = 1)
    expectation(walk, function(x) x > 1, threshold = 1)
  })
  plain <- coef(expectation(walk, n = 1000, seed = 1))
  same <- expectation(walk,
    n = 1000, seed = 1, method = NULL, levels = NULL, steps = NULL, gap = gap_exponential(),
    threshold = 0L
  )
  expect_identical(coef(same), plain)
})

test_that("errors name the function that was called", {
  called <- function(code) tryCatch(code, error = function(e) as.character(conditionCall(e)[[1]]))
  walk <- sde(drift_sin(), x0 = 0)
  expect_equal(called(expectation(walk, n = 0)), "expectation")
  expect_equal(called(expectation(two_clusters(), function(x) "a")), "expectation")
  expect_equal(called(expectation(walk, function(x) NaN * x, n = 100)), "expectation")
  expect_equal(called(sde(two_clusters(), 0)), "sde")
})

test_that("a bar is shown on request and changes nothing", {
  old <- options(cli.progress_show_after = 0)
  on.exit(options(old))
  walk <- sde(drift_sin(), x0 = 0)
  x <- expectation(walk, n = 20000, seed = 1, progress = TRUE)
  expect_identical(coef(x), coef(expectation(walk, n = 20000, seed = 1, progress = FALSE)))
})
