#!/usr/bin/env Rscript
# Multilevel Monte Carlo beside CRAN's package mlmc: dX = sin(X) dt + dW, X_0 = 0, E cos(X_1) to a
# root mean square error of 0.001. Both run Giles's driver from 5 levels of 1024 paths; mlmc has a
# level function of vectorised R, follmer the drift and the function that its core knows, then the
# same as functions of R. All take turns in every round, on one core and on two. Seconds depend on
# what else the machine does; the processor's own (cpu) less so.
# Options: rounds (default 11). Run where follmer and mlmc are installed: Rscript bench/mlmc.R
for (package in c("follmer", "mlmc")) {
  if (!requireNamespace(package, quietly = TRUE)) {
    stop("This comparison needs the package ", package, ", which is not installed.", call. = FALSE)
  }
}

truth <- 0.307734376
target <- 0.001
rounds <- c(as.integer(commandArgs(trailingOnly = TRUE)), 11L)[1L]

# n differences of level l: Euler paths of 2^l and 2^(l - 1) steps on the same Brownian motion.
level <- function(l, n) {
  h <- 2^-l
  if (l == 0) {
    difference <- cos(rnorm(n)) # the drift is 0 at the start
  } else {
    fine <- coarse <- numeric(n)
    for (pair in seq_len(2^(l - 1))) {
      first <- rnorm(n, sd = sqrt(h))
      second <- rnorm(n, sd = sqrt(h))
      fine <- fine + h * sin(fine) + first
      fine <- fine + h * sin(fine) + second
      coarse <- coarse + 2 * h * sin(coarse) + (first + second)
    }
    difference <- cos(fine) - cos(coarse)
  }
  list(sums = c(sum(difference), sum(difference^2)), cost = n * 2^l * (if (l == 0) 1 else 1.5))
}

cran <- function(seed, ...) {
  set.seed(seed)
  result <- mlmc::mlmc(Lmin = 4, Lmax = 20, N0 = 1024, eps = target, mlmc_l = level, ...)
  c(estimate = result$P, cost = sum(result$Nl * result$Cl))
}

expect <- function(walk, g, seed, threads) {
  result <- follmer::expectation(
    walk, g,
    method = "mlmc", target_se = target, seed = seed, threads = threads
  )
  c(estimate = coef(result)[[1L]], cost = result$cost)
}

native <- follmer::sde(follmer::drift_sin(), x0 = 0)
of_r <- follmer::sde(function(x, t) sin(x), x0 = 0)
sides <- list(
  "mlmc" = function(seed) cran(seed),
  "mlmc, 2 processes" = function(seed) cran(seed, parallel = 2),
  "follmer, 1 thread" = function(seed) expect(native, "cosine", seed, 1),
  "follmer, 2 threads" = function(seed) expect(native, "cosine", seed, 2),
  "follmer, functions of R" = function(seed) expect(of_r, function(x) cos(x[, 1]), seed, 1)
)

runs <- expand.grid(side = names(sides), round = seq_len(rounds), stringsAsFactors = FALSE)
runs[c("seconds", "cpu", "estimate", "cost")] <- NA_real_
for (i in seq_len(nrow(runs))) {
  time <- system.time(value <- sides[[runs$side[i]]](runs$round[i]))
  runs$seconds[i] <- time[["elapsed"]]
  runs$cpu[i] <- sum(time[-3L], na.rm = TRUE)
  runs[i, c("estimate", "cost")] <- value
}

summarise <- function(side) {
  own <- runs[runs$side == side, ]
  data.frame(
    best = min(own$seconds),
    median = median(own$seconds),
    cpu = median(own$cpu),
    evaluations = median(own$cost),
    estimate = mean(own$estimate),
    rmse = sqrt(mean((own$estimate - truth)^2)),
    row.names = side
  )
}
table <- do.call(rbind, lapply(names(sides), summarise))
for (time in c("best", "median", "cpu")) {
  table[[paste0(time, "_ratio")]] <- table["mlmc", time] / table[[time]]
}
cat(sprintf("%d rounds; truth %.9f; ratios of mlmc's seconds to each\n", rounds, truth))
print(format(table, digits = 3), quote = FALSE)
