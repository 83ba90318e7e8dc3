#' Bounds on the variance of renewal draws
#'
#' What theory says of the second moment of a draw `psi` of the renewal
#' estimator (method `"renewal"` of [expectation()]) for
#' `dX = b(X, t) dt + dW` on `[0, 1]` in `d` dimensions, when
#' `|b| <= drift_sup`, `|b(x, s) - b(y, t)| <= lipschitz (|x - y| + sqrt(|s - t|))`
#' and g has the Lipschitz constant `lipschitz_g`: the bound of Tzen and
#' Raginsky (2019), Theorem 6, sharper ones for the law at hand and for
#' exponential gaps of the best rate, and the generating function of the number
#' of layers `N` that the theorem rests on. The second moment is one about the
#' centring `c`, and so bounds the variance.
#'
#' For another horizon `T` and noise `sigma` give the constants of
#' `sqrt(T) / sigma * b(sigma sqrt(T) x, T t)` and of `g(sigma sqrt(T) x)`.
#'
#' # Derivation
#' Write `B`, `L_b`, `L_g` for the constants, `v = |g(x_0) - c|`, `D_k` for the
#' steps (`D_1 + ... + D_(N+1) = 1`), `xi_k` for their noises, `f` for the
#' density of the gaps, `S(t)` for the probability of a gap above `t`, and `Z`
#' for a standard normal vector. Since
#' `X_k - X_(k-1) = b_(k-1) D_k + sqrt(D_k) xi_k`,
#'
#' `|b_k - b_(k-1)| <= L_b sqrt(D_k) (1 + B + |xi_k|)`,
#' `|g(X_(N+1)) - g(X_N)| <= L_g sqrt(D_(N+1)) (B + |xi_(N+1)|)`,
#'
#' and the steps in the product of the weights telescope. The direction of
#' `b_k - b_(k-1)` is independent of `xi_(k+1)`, so that given the times and
#' `N = n`
#'
#' `E psi^2 <= A rho^n D_1 / (S(1 - T_n) prod_k f(D_k))^2` for `n >= 1`,
#' `E psi^2 <= K_0 / S(1)^2` for `n = 0`,
#'
#' with `rho = L_b^2 k1`, `k1 = E |Z|^2 (1 + B + |Z|)^2 / d`,
#' `k0 = E |Z|^2 (B + |Z|)^2 / d`, `A = L_g^2 (k0 / k1) E (1 + B + |Z|)^2` and
#' `K_0 = E (v + L_g (B + |Z|))^2`.
#'
#' * **Layer by layer.** The density of the times is `S(1 - T_n) prod_k f(D_k)`;
#'   what remains is an integral of Dirichlet's. For `1/f(s) = s^(1 - h) exp(a s) / q`
#'   (exponential: `h = 1`, `a = q = rate`; uniform: `h = 1`, `a = 0`,
#'   `q = 1 / max`; gamma: `h = shape`, `a = rate`, `q = rate^h / Gamma(h)`),
#'   `w = max(1 / S(1), exp(a))`, `m = 2 - h` and `x = rho Gamma(m) / q`,
#'
#'     `E psi^2 <= K_0 / S(1) + A w m sum_(n >= 1) x^n / Gamma(m n + 2)`,
#'
#'     infinite for shapes of 2 and more. For [gap_count()]:
#'     `K_0 / p_0 + A sum_(n >= 1) rho^n / (n! (n + 1)! p_n)`.
#' * **Exponential gaps.** Hence `E psi^2 <= C_0 exp(r + rho / r)` for rate `r`,
#'   with `C_0 = max(K_0, A)`; its best rate is `sqrt(rho)`, where it is
#'   `C_0 exp(2 sqrt(rho))`. The best rate of `(r + 1) exp(r + rho / r)`, which
#'   counts the cost of a draw, is the positive root of
#'   `r^3 + 2 r^2 - rho r - rho`, near `sqrt(rho) - 1/2` when `rho` is large.
#' * **Theorem 6.** With `1/f(s) <= C exp(a s)` on `[0, 1]` (`C = 1 / q`),
#'   `L = max(L_b, L_g)`, norms in place of directions and `D_1 <= 1`:
#'
#'     `E psi^2 <= (exp(a) / S(1))^2 K M_N(kappa)`,
#'     `M_N(theta) = E exp(theta N)`,
#'     `exp(kappa) = C^2 L^2 E |Z|^2 (1 + B + |Z|)^2`,
#'     `K = E (v + L (1 + B + |Z|))^2`.
#'
#'     There is no such `C` for gamma gaps of shape above 1 or [gap_count()].
#' * **Generating function.** `P(N >= n) >= C^(-n) exp(-a) / n!`, and so, for
#'   `kappa >= 0`,
#'
#'     `M_N(kappa) >= 1 + (1 - exp(-kappa)) exp(-a) (exp(exp(kappa) / C) - 1)`,
#'
#'     with equality for uniform gaps, while exponential ones have
#'     `exp(r (exp(kappa) - 1))`.
#'
#' # Uniform gaps
#' The paper concludes that uniform gaps make the variance quasi-polynomial in
#' the dimension and the constants. That does not hold: `M_N(kappa)` of
#' uniform gaps is `1 + (1 - exp(-kappa)) (exp(exp(kappa) / max) - 1)`, doubly
#' exponential in `kappa`, and `exp(kappa)` is itself a polynomial of `d`, `B`
#' and `L`. By the lower bound the same goes for every law that the theorem
#' admits, so that no choice of gaps turns it into a polynomial bound. Of the
#' sharper bounds the one of uniform gaps grows as `exp(rho max)`, the one of
#' exponential gaps of the best rate as `exp(2 sqrt(rho))`.
#'
#' @param law A gap law, as [gap_exponential()] makes it.
#' @param drift_sup Largest norm `B` of the drift; at least 0.
#' @param lipschitz Lipschitz constant `L_b` of the drift in space and, for
#'   square roots, in time; above 0.
#' @param lipschitz_g Lipschitz constant `L_g` of g; above 0.
#' @param dim Dimension `d`.
#' @param x0_value `v = |g(x_0) - c|`, the distance of g at the start from the
#'   centring; at least 0.
#' @param x A bound.
#' @param ... Unused.
#' @return A list of class `follmer_renewal_bound` with `law` and the arguments,
#'   and
#'   * `bounds`: a data frame with rows `theorem6`, `layerwise` (both for `law`)
#'     and `exponential` (for exponential gaps of rate `sqrt(rho)`), columns
#'     `log`, the natural logarithm of the bound on `E psi^2`, and `value`, the
#'     bound (`Inf` where it overflows, or where there is none);
#'   * `mgf`: the same columns for `M_N(kappa)`, rows `exact` and `lower`. The
#'     lower bound is `NA` for `kappa < 0` and for laws that Theorem 6 leaves
#'     out. For gamma gaps `exact` is a sum, and where that has more than a
#'     million terms, an upper bound;
#'   * `rho`, `kappa`, `best_rate` and `best_rate_cost`.
#' @section Errors: `follmer_error_input` names the argument.
#' @references Tzen and Raginsky (2019), *Theoretical guarantees for sampling
#'   and inference in generative models with latent diffusions*, Theorem 6,
#'   arXiv 1903.01608.
#' @seealso [expectation()], [tune_gap()], [variance_profile()]
#' @examples
#' renewal_bound(gap_exponential(2), drift_sup = 1, lipschitz = 1, lipschitz_g = 1)
#' # The bound of uniform gaps grows much faster with the drift:
#' lipschitz <- c(0.5, 1, 2, 4)
#' sapply(lipschitz, function(l) renewal_bound(gap_uniform(2), l, l, 1)$bounds$log)
#' @export
renewal_bound <- function(law, drift_sup, lipschitz, lipschitz_g, dim = 1, x0_value = 0) {
  check_class(law, "law", "follmer_gap", "a gap law, as gap_exponential() makes it")
  constants <- list(
    drift_sup = check_within(drift_sup, "drift_sup", 0, 1e50),
    lipschitz = check_within(lipschitz, "lipschitz", 0, 1e50, open = TRUE),
    lipschitz_g = check_within(lipschitz_g, "lipschitz_g", 0, 1e50, open = TRUE),
    dim = check_whole(dim, "dim"),
    x0_value = check_within(x0_value, "x0_value", 0, 1e50)
  )
  bound <- bound_constants(constants)
  theorem6 <- theorem6_bound(law, constants)
  kappa <- theorem6$kappa
  new_renewal_bound(
    c(list(law = law), constants),
    bounds = c(
      theorem6 = theorem6$log, layerwise = layerwise_bound(law, bound),
      exponential = max(bound$log_a, bound$log_k0) + 2 * sqrt(bound$rho)
    ),
    mgf = c(exact = theorem6$log_mgf, lower = theorem6$log_lower),
    rho = bound$rho, kappa = kappa
  )
}

new_renewal_bound <- function(given, bounds, mgf, rho, kappa) {
  table <- function(log) data.frame(log = log, value = exp(log), row.names = names(log))
  cost_slope <- function(r) r * (r / rho * (r + 2) - 1) - 1
  structure(
    c(given, list(
      bounds = table(bounds), mgf = table(mgf), rho = rho, kappa = kappa,
      best_rate = sqrt(rho),
      best_rate_cost = stats::uniroot(cost_slope, c(0, sqrt(rho)), tol = 1e-10 * sqrt(rho))$root
    )),
    class = "follmer_renewal_bound"
  )
}

# E |Z|^p of a standard normal vector.
normal_moment <- function(p, d) {
  exp(p / 2 * log(2) + lgamma((d + p) / 2) - lgamma(d / 2))
}

# E |Z|^2 (b + |Z|)^2 and E (b + |Z|)^2.
weight_moment <- function(b, d) {
  b^2 * d + 2 * b * normal_moment(3, d) + d * (d + 2)
}
distance_moment <- function(b, d) {
  b^2 + 2 * b * normal_moment(1, d) + d
}

# rho and the logarithms of A and K_0 of the derivation.
bound_constants <- function(given) {
  d <- given$dim
  b <- given$drift_sup
  k1 <- weight_moment(1 + b, d)
  ratio <- given$x0_value / given$lipschitz_g
  log_square <- 2 * log(given$lipschitz_g)
  list(
    rho = given$lipschitz^2 * k1 / d,
    log_a = log_square + log(weight_moment(b, d) / k1) + log(distance_moment(1 + b, d)),
    log_k0 = log_square + log(distance_moment(ratio + b, d))
  )
}

# 1/f(s) <= s^(1 - h) exp(a s) / q on [0, 1], and S(1); NULL for laws that have
# no such bound.
gap_density <- function(law) {
  density <- answer(.Call(ffi_gap_envelope, core_gap(law)))
  if (!is.null(density)) {
    density$log_s <- answer(.Call(ffi_gap_log_survival, core_gap(law), 0, 1))
  }
  density
}

layerwise_bound <- function(law, bound) {
  if (inherits(law, "follmer_gap_count")) {
    return(count_bound(law, bound))
  }
  density <- gap_density(law)
  m <- 2 - (density$h %||% 2)
  if (m <= 0) {
    return(Inf)
  }
  log_w <- max(-density$log_s, density$a)
  series <- log_series(log(bound$rho) + lgamma(m) - density$log_q, m, 2)
  log_sum(c(bound$log_k0 - density$log_s, bound$log_a + log_w + log(m) + series))
}

count_bound <- function(law, bound) {
  rho <- bound$rho
  largest <- 3 * sqrt(rho / law$decay) + 100 + length(law$prob) # beyond it terms fall ninefold
  if (largest > 1e6) {
    return(Inf)
  }
  n <- seq_len(ceiling(largest))
  log_p <- layers_log_probability(law, n)
  terms <- n * log(rho) - lgamma(n + 1) - lgamma(n + 2) - log_p
  log_sum(c(bound$log_k0 - layers_log_probability(law, 0), bound$log_a + terms))
}

# log P(N = n) of gap_count().
layers_log_probability <- function(law, n) {
  answer(.Call(ffi_gap_log_survival, core_gap(law), as.double(n), 0 * n)) - lgamma(n + 1)
}

theorem6_bound <- function(law, given) {
  density <- gap_density(law)
  if (is.null(density) || density$h > 1) {
    density <- list(a = NA, log_q = NA)
  }
  l <- max(given$lipschitz, given$lipschitz_g)
  b <- 1 + given$drift_sup
  kappa <- -2 * density$log_q + 2 * log(l) + log(weight_moment(b, given$dim))
  if (is.na(kappa)) {
    return(list(kappa = NA_real_, log = Inf, log_mgf = NA_real_, log_lower = NA_real_))
  }
  log_k <- 2 * log(l) + log(distance_moment(given$x0_value / l + b, given$dim))
  log_mgf <- log_generating(law, kappa)
  list(
    kappa = kappa, log = 2 * (density$a - density$log_s) + log_k + log_mgf, log_mgf = log_mgf,
    log_lower = if (kappa >= 0) lower_generating(density, kappa) else NA_real_
  )
}

# log E exp(theta N), by its closed form where the law has one.
log_generating <- function(law, theta) {
  answer(.Call(ffi_gap_log_generating, core_gap(law), theta)) %||% summed_generating(law, theta)
}

# 1 + (1 - exp(-theta)) sum_(k >= 1) exp(theta k) P(N >= k).
summed_generating <- function(law, theta) {
  density <- gap_density(law)
  h <- density$h
  largest <- (2 * density$a * exp(theta / h) + 60) / h + 60 # by then terms are small
  sum <- if (largest < 1e6) {
    k <- seq_len(ceiling(largest))
    log_sum(theta * k + layers_at_least(law, k, log = TRUE))
  } else {
    log_series(theta + density$log_q + lgamma(h), h, 1)
  }
  if (theta >= 0) {
    log_sum(c(0, log(-expm1(-theta)) + sum))
  } else {
    log1p(-exp(log(expm1(-theta)) + sum))
  }
}

lower_generating <- function(density, kappa) {
  y <- exp(kappa + density$log_q)
  log_sum(c(0, log(-expm1(-kappa)) - density$a + y + log(-expm1(-y))))
}

# log sum_(n >= 1) x^n / Gamma(m n + b), b = 1 or 2. A sum of more than a
# million terms is bounded: 1 / Gamma(y + 1) <= exp(s) / s^y for every s > 0,
# which leaves a geometric series of ratio r = x / s^m.
log_series <- function(log_x, m, b) {
  largest <- (2 * exp(log_x / m) + 60) / m + 60
  if (largest < 1e6) {
    n <- seq_len(ceiling(largest))
    return(log_sum(n * log_x - lgamma(m * n + b)))
  }
  scale <- exp(log_x / m)
  short <- min(0.5, m / scale) # 1 - r
  log_s <- (log_x - log1p(-short)) / m
  exp(log_s) - (b - 1) * log_s + log1p(-short) - log(short)
}

log_sum <- function(x) {
  top <- max(x)
  if (is.finite(top)) top + log(sum(exp(x - top))) else top
}

#' @rdname renewal_bound
#' @export
print.follmer_renewal_bound <- function(x, ...) {
  cat_wrapped("# Bounds on E psi^2 of renewal draws: ", format(x$law))
  cat_wrapped(
    "drift at most ", format(x$drift_sup), ", Lipschitz ", format(x$lipschitz), ", of g ",
    format(x$lipschitz_g), "; d = ", x$dim, ", |g(x0) - c| = ", format(x$x0_value)
  )
  shown <- data.frame(
    bound = c(
      "Theorem 6", "layer by layer",
      paste("exponential gaps of rate", format(x$best_rate, digits = 3L))
    ),
    value = format_logs(x$bounds)
  )
  print(shown, row.names = FALSE, right = FALSE)
  if (!is.na(x$kappa)) {
    lower <- x$mgf["lower", ]
    cat_wrapped(
      "M_N(kappa) of Theorem 6: ", format_logs(x$mgf["exact", ]),
      if (!is.na(lower$log)) paste0(", at least ", format_logs(lower), " for its C and a"),
      ", kappa = ", format(x$kappa, digits = 3L)
    )
  }
  cat_wrapped(
    "Best rate of exponential gaps by their bound: ", format(x$best_rate, digits = 3L),
    ", with the cost: ", format(x$best_rate_cost, digits = 3L)
  )
  invisible(x)
}

# Values, or exp(log) where they overflow.
format_logs <- function(x) {
  ifelse(
    is.finite(x$value) | !is.finite(x$log), vapply(x$value, format, "", digits = 3L),
    paste0("exp(", vapply(x$log, format, "", digits = 4L), ")")
  )
}
