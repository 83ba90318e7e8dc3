# Draws, densities and survival of a law, by R's own functions.
gap_functions <- function(law) {
  rate <- law$gap_rate
  switch(law$gap,
    exponential = list(
      draw = function(n) rexp(n, rate), log_density = function(s) dexp(s, rate, log = TRUE),
      log_beyond = function(s) -rate * s
    ),
    gamma = list(
      draw = function(n) rgamma(n, law$gap_shape, rate),
      log_density = function(s) dgamma(s, law$gap_shape, rate, log = TRUE),
      log_beyond = function(s) pgamma(s, law$gap_shape, rate, lower.tail = FALSE, log.p = TRUE)
    ),
    uniform = list(
      draw = function(n) runif(n, 0, law$gap_max),
      log_density = function(s) rep(-log(law$gap_max), length(s)),
      log_beyond = function(s) log1p(-s / law$gap_max)
    )
  )
}

# psi^2 of n renewal draws about c from 0, as MATH 7.1 writes them.
renewal_squares <- function(law, drift, g, c, d, n) {
  gap <- gap_functions(law)
  out <- time <- log_weight <- numeric(n)
  row <- seq_len(n)
  factor <- rep(1, n)
  x <- before <- matrix(0, n, d)
  repeat {
    step <- gap$draw(length(row))
    last <- time + step >= 1
    moved <- pmin(step, 1 - time)
    z <- matrix(rnorm(length(x)), ncol = d)
    b <- drift(x)
    if (all(time > 0)) {
      factor <- factor * rowSums((b - before) * z) / sqrt(moved)
    }
    y <- x + b * moved + sqrt(moved) * z
    change <- g(y) - ifelse(time > 0, g(x), c)
    beyond <- exp(-log_weight - gap$log_beyond(1 - time))
    out[row[last]] <- (factor * change * beyond)[last]^2
    if (all(last)) {
      return(out)
    }
    log_weight <- (log_weight + gap$log_density(step))[!last]
    factor <- factor[!last]
    time <- (time + step)[!last]
    x <- y[!last, , drop = FALSE]
    before <- b[!last, , drop = FALSE]
    row <- row[!last]
  }
}

laws <- function() {
  list(
    gap_exponential(1), gap_exponential(3), gap_uniform(1.5), gap_uniform(3),
    gap_gamma(0.5, 1), gap_gamma(1.2, 2)
  )
}

test_that("second moments of draws lie below the bounds", {
  set.seed(1)
  cosine <- function(x) rowSums(cos(x)) / sqrt(ncol(x))
  tanh_drift <- function(x) 0.7 * tanh(0.7 * x)
  for (law in laws()) {
    square <- renewal_squares(law, sin, cosine, 0.3, 1L, 20000L)
    bound <- renewal_bound(law, 1, 1, 1, dim = 1, x0_value = 0.7)
    above <- mean(square) + 4 * stats::sd(square) / sqrt(20000)
    expect_all_below(above, min(bound$bounds[c("theorem6", "layerwise"), "value"]))
    square <- renewal_squares(law, tanh_drift, cosine, 1, 4L, 20000L)
    bound <- renewal_bound(law, 1.4, 0.49, 1, dim = 4, x0_value = 1)
    above <- mean(square) + 4 * stats::sd(square) / sqrt(20000)
    expect_all_below(above, min(bound$bounds[c("theorem6", "layerwise"), "value"]))
  }
})

test_that("without a drift the bound of the first layer is nearly reached", {
  # g(x) = v + |x|: psi = v + |W_1| where there is no layer, else 0
  law <- gap_uniform(4)
  bound <- renewal_bound(law, 0, 1e-20, 1, dim = 3, x0_value = 2)
  expect_equal(bound$bounds["layerwise", "value"], (4 + 4 * 2 * sqrt(2 / pi) + 3) / 0.75)
})

test_that("moments of normal vectors agree with integrals", {
  for (d in c(1, 2, 7)) {
    moment <- function(f) integrate(function(r) f(r) * 2 * r * dchisq(r^2, d), 0, Inf)$value
    expect_equal(normal_moment(3, d), moment(function(r) r^3), tolerance = 1e-6)
    expect_equal(weight_moment(1.7, d), moment(function(r) (r * (1.7 + r))^2), tolerance = 1e-6)
    expect_equal(distance_moment(1.7, d), moment(function(r) (1.7 + r)^2), tolerance = 1e-6)
    constants <- bound_constants(
      list(drift_sup = 0.7, lipschitz = 0.5, lipschitz_g = 3, dim = d, x0_value = 1)
    )
    ratio <- weight_moment(0.7, d) / weight_moment(1.7, d)
    a <- ratio * moment(function(r) (3 * (1.7 + r))^2)
    expect_equal(exp(constants$log_a), a, tolerance = 1e-6)
    k0 <- moment(function(r) (1 + 3 * (0.7 + r))^2)
    expect_equal(exp(constants$log_k0), k0, tolerance = 1e-6)
    bound <- renewal_bound(gap_exponential(2), 0.7, 0.5, 3, d, 1)
    expect_equal(bound$rho, 0.25 * weight_moment(1.7, d) / d)
    k <- moment(function(r) (1 + 3 * (1.7 + r))^2) # L is that of g
    mgf <- exp(2 * expm1(bound$kappa))
    expect_equal(bound$kappa, log(9 / 4 * weight_moment(1.7, d)))
    expect_equal(bound$bounds["theorem6", "value"], exp(8) * k * mgf, tolerance = 1e-6)
  }
})

# E[rho^N D_1 / (density of the times and of no more)^2, N >= 1] is what the
# layers contribute: within 4 standard errors, and for laws other than the
# exponential within the factor that its bound w leaves.
test_that("the sum over layers is that of simulated times", {
  set.seed(2)
  n <- 20000
  rho <- 0.8
  slack <- c(1, 1, 3, 1.5, 2.4, 2.1) # w over its least value on [0, 1]
  for (i in seq_along(laws())) {
    law <- laws()[[i]]
    gap <- gap_functions(law)
    step <- matrix(gap$draw(30 * n), n)
    time <- do.call(cbind, Reduce(`+`, as.data.frame(step), accumulate = TRUE))
    layers <- rowSums(time < 1)
    end <- ifelse(layers > 0, time[cbind(seq_len(n), pmax(layers, 1))], 0)
    log_weight <- rowSums(matrix(gap$log_density(c(step)), n) * (time < 1))
    log_weight <- log_weight + gap$log_beyond(1 - end)
    value <- ifelse(layers > 0, rho^layers * step[, 1L] * exp(-2 * log_weight), 0)
    sum <- exp(layerwise_bound(law, list(rho = rho, log_a = 0, log_k0 = -Inf)))
    se <- stats::sd(value) / sqrt(n)
    expect_all_below(mean(value) - 4 * se, sum)
    expect_all_below(sum, slack[i] * (mean(value) + 4 * se))
  }
})

test_that("the term of one layer is its integral", {
  for (law in laws()) {
    gap <- gap_functions(law)
    a <- gap_density(law)$a
    # w s exp(-a s) / f(s), where w bounds exp(a s) / P(a gap above 1 - s)
    integral <- integrate(function(s) s * exp(-a * s - gap$log_density(s)), 0, 1)$value
    w <- max(exp(a), exp(-gap$log_beyond(1)))
    sum <- exp(layerwise_bound(law, list(rho = 1e-9, log_a = 0, log_k0 = -Inf)))
    expect_equal(sum / 1e-9, w * integral, tolerance = 1e-5)
  }
})

test_that("the general form agrees with the Poisson one", {
  table <- gap_count(dpois(0:15, 2), decay = 0.1)
  expect_equal(
    renewal_bound(table, 1, 1, 1)$bounds["layerwise", "log"],
    renewal_bound(gap_exponential(2), 1, 1, 1)$bounds["layerwise", "log"], tolerance = 1e-4
  )
  expect_equal(sum(exp(layers_log_probability(table, 1:60))), 1 - dpois(0, 2), tolerance = 1e-12)
})

test_that("generating functions are those of the laws of N", {
  for (theta in c(-3, -0.2, 0.5, 1.5)) {
    for (law in laws()) {
      n <- 0:400
      p <- 1 - layers_at_least(law, 1)
      p <- c(p, -diff(layers_at_least(law, 1:401)))
      expect_equal(log_generating(law, theta), log(sum(p * exp(theta * n))), tolerance = 1e-8)
    }
    expect_equal(log_generating(gap_gamma(1, 2), theta), log_generating(gap_exponential(2), theta))
  }
})

test_that("the lower bound lies below every law, and is reached by uniform gaps", {
  for (law in laws()[1:5]) {
    for (lipschitz in c(1, 2, 3)) {
      mgf <- renewal_bound(law, 1, lipschitz, 1)$mgf
      expect_all_below(mgf["lower", "log"], mgf["exact", "log"] + 1e-9)
      if (law$gap == "uniform") {
        expect_equal(mgf["lower", "log"], mgf["exact", "log"])
      }
    }
  }
})

test_that("long sums are bounded from above, and not by much", {
  for (b in 1:2) {
    x <- 6e5 # beyond a million terms; m = 1: exp(x) - 1, or (exp(x) - 1 - x) / x
    excess <- log_series(log(x), 1, b) - (x - (b - 1) * log(x))
    expect_equal(excess, 1 + log(x), tolerance = 1e-3)
    expect_equal(exp(log_series(log(3), 1, b)), if (b == 1) exp(3) - 1 else (exp(3) - 4) / 3)
  }
})

test_that("rates are the best ones", {
  bound <- renewal_bound(gap_exponential(1), 1, 0.7, 1, dim = 3)
  best <- function(f) optimize(f, c(0.01, 50), tol = 1e-9)$minimum
  rho <- bound$rho
  expect_equal(bound$best_rate, best(function(r) r + rho / r), tolerance = 1e-6)
  expect_equal(bound$best_rate_cost, best(function(r) r + rho / r + log1p(r)), tolerance = 1e-6)
  rate <- gap_exponential(bound$best_rate)
  expect_all_below(
    renewal_bound(rate, 1, 0.7, 1, dim = 3)$bounds["layerwise", "log"],
    bound$bounds["exponential", "log"]
  )
})

test_that("laws without a bound have none", {
  expect_equal(renewal_bound(gap_gamma(2, 1), 1, 1, 1)$bounds["layerwise", "log"], Inf)
  for (law in list(gap_gamma(1.5, 1), gap_count(0.5))) {
    bound <- renewal_bound(law, 1, 1, 1)
    expect_equal(bound$bounds["theorem6", "value"], Inf)
    expect_true(is.finite(bound$bounds["layerwise", "value"]))
    expect_true(is.na(bound$kappa))
  }
})

test_that("bounds print", {
  expect_snapshot({
    renewal_bound(gap_exponential(2), 1, 1, 1)
    renewal_bound(gap_uniform(2), 10, 10, 1, dim = 16, x0_value = 0.5)
    renewal_bound(gap_count(0.5), 1, 1, 1)
  })
})

test_that("bad arguments are refused", {
  expect_snapshot(error = TRUE, {
    renewal_bound(2, 1, 1, 1)
    renewal_bound(gap_exponential(), -1, 1, 1)
    renewal_bound(gap_exponential(), 1, 0, 1)
    renewal_bound(gap_exponential(), 1, 1, NA)
    renewal_bound(gap_exponential(), 1, 1, 1, dim = 1.5)
    renewal_bound(gap_exponential(), 1, 1, 1, x0_value = "a")
  })
})
