# psi of each draw by TR19 (4.2), from the layers alone.
psi_by_hand <- function(x, drift, g, centre, sigma, density, survival) {
  horizon <- x$horizon
  vapply(seq_along(x), function(i) {
    layers <- x[[i]]
    n <- length(layers$time)
    gap <- diff(c(layers$time, horizon))
    b <- drift(layers$state, layers$time)
    weight <- 1 / survival(gap[n] / horizon)
    for (k in seq_len(n)[-1L]) {
      turn <- sum((b[k, ] - b[k - 1L, ]) * layers$noise[k, ]) / (sigma * sqrt(gap[k]))
      weight <- weight * turn / (density(gap[k - 1L] / horizon) / horizon)
    }
    before <- if (n > 1L) g(layers$state[n, , drop = FALSE]) - centre else 0
    c(centre + weight * (g(t(layers$end)) - centre - before), weight)
  }, c(0, 0))
}

# Mutants that these tests catch: gaps in the time of the horizon instead of
# fractions of it, sigma left out of the weight, noise one layer late.
test_that("the layers make up the draws of expectation()", {
  drift <- function(x, t) t * sin(x)
  g <- function(x) cos(x[, 1]) + x[, 2]^2
  walk <- sde(drift, x0 = c(0.1, -0.4), horizon = 2, sigma = 0.7)
  cases <- list(
    list(gap_exponential(1.5), function(s) dexp(s, 1.5), function(s) exp(-1.5 * s)),
    list(
      gap_gamma(0.5, 2), function(s) dgamma(s, 0.5, 2),
      function(s) pgamma(s, 0.5, 2, lower.tail = FALSE)
    ),
    list(gap_uniform(1.3), function(s) 1 / 1.3, function(s) 1 - s / 1.3)
  )
  for (case in cases) {
    x <- random_network(walk, 300, case[[1L]], seed = 5)
    estimate <- expectation(walk, g,
      method = "renewal", gap = case[[1L]], n = 300, seed = 5, keep_draws = TRUE
    )
    centre <- estimate$tallies[[1L]]$centre
    by_hand <- psi_by_hand(x, drift, g, centre, 0.7, case[[2L]], case[[3L]])
    expect_equal(by_hand[1L, ], estimate$draws$psi[, 1L], tolerance = 1e-10)
    expect_equal(by_hand[2L, ], x$weight, tolerance = 1e-10)
    expect_identical(x$weight, estimate$draws$weight)
    expect_identical(diff(x$offset) - 1, as.double(estimate$draws$layers))
  }
})

test_that("a layer passes its state on by an Euler step", {
  drift <- function(x, t) t * sin(x)
  x <- random_network(sde(drift, c(1, 2), horizon = 2, sigma = 0.7), 50, seed = 1)
  for (i in seq_along(x)) {
    layers <- x[[i]]
    step <- diff(c(layers$time, 2))
    passed <- layers$state + drift(layers$state, layers$time) * step +
      0.7 * sqrt(step) * layers$noise
    expect_equal(passed, rbind(layers$state[-1L, ], layers$end), tolerance = 1e-12)
  }
  expect_gt(length(x$time), 50)
})

test_that("draws do not depend on threads, their number or the kind of drift", {
  walk <- sde(drift_sin(), x0 = 0)
  x <- random_network(walk, 700, seed = 4, threads = 1)
  expect_identical(random_network(walk, 700, seed = 4, threads = 2), x)
  expect_identical(random_network(walk, 3, seed = 4)[[3]], x[[3]])
  of_r <- random_network(sde(function(x, t) sin(x), x0 = 0), 700, seed = 4)
  expect_equal(of_r$weight, x$weight, tolerance = 1e-10)
  set.seed(1)
  first <- random_network(walk, 5)
  set.seed(1)
  expect_identical(random_network(walk, 5), first)
})

test_that("a model's layers are on the scale of its data", {
  fit <- small_fit()
  x <- random_network(fit, 200, gap_exponential(2), seed = 1)
  estimate <- expectation(fit, function(x) x[, 2],
    method = "renewal", gap = gap_exponential(2), n = 200, seed = 1, keep_draws = TRUE
  )
  expect_identical(colnames(x$state), names(faithful))
  expect_equal(
    x$state[x$offset[5] + 1, ], c(fit$center[1], round(fit$center[2])), # whole minutes
    ignore_attr = TRUE
  )
  centre <- estimate$tallies[[1]]$centre
  last <- x$state[x$offset[-1], 2]
  before <- ifelse(diff(x$offset) > 1, last - centre, 0)
  psi <- centre + x$weight * (x$end[, 2] - centre - before)
  expect_equal(psi, estimate$draws$psi[, 1], tolerance = 1e-10)
})

test_that("draws can be taken out, tabled and printed", {
  x <- random_network(sde(drift_sin(), x0 = c(a = 0, b = 1)), 20, gap_exponential(2), seed = 1)
  expect_length(x, 20)
  table <- as.data.frame(x)
  expect_named(table, c("draw", "layer", "time", "a", "b", "noise a", "noise b"))
  expect_identical(nrow(table), length(x$time) + 20L)
  third <- table[table$draw == 3, ]
  expect_identical(third$time, c(x[[3]]$time, 1))
  expect_identical(third$a, c(x[[3]]$state[, "a"], x[[3]]$end[["a"]]))
  expect_identical(third$layer, seq_along(third$time) - 1)
  expect_identical(is.na(third$`noise b`), rep(c(FALSE, TRUE), c(nrow(third) - 1L, 1L)))
  expect_identical(x[["weight"]], x$weight)
  expect_snapshot(print(x))
  # a mark for the beginning and the end of each layer in both panels
  expect_picture(plot(x, column = 2, draws = 30), x,
    text = c("state, b", "time", "draw", "weight", "1", signif(x$weight[1], 2)),
    marks = 2 * (length(x$time) + 20), strokes = 2 * 20
  )
})

test_that("draws that are not finite are refused with their number", {
  expect_error(
    random_network(sde(function(x, t) 1e308 * x, x0 = 10), 5, gap_exponential(3), seed = 1),
    "`drift` must return finite numbers", class = "follmer_error_numeric"
  )
  expect_error(
    random_network(sde(drift_ou(-1e300), x0 = 1), 50, gap_exponential(5), seed = 1),
    "(A state|The end|The weight) of draw [0-9]+ is not finite", class = "follmer_error_numeric"
  )
})

test_that("random_network() refuses in a sentence", {
  walk <- sde(drift_sin(), x0 = 0)
  expect_snapshot(error = TRUE, {
    random_network(1)
    random_network(walk, 0)
    random_network(walk, 5, gap = 1)
    random_network(walk, 5, seed = -1)
    random_network(walk, 5, seed = 1)[[6]]
    random_network(sde(function(x, t) x[-1, ], x0 = c(0, 0)), 5, seed = 1)
    plot(random_network(walk, 5, seed = 1), column = 2)
  })
})
