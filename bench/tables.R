#!/usr/bin/env Rscript
# Fits of small tables beside what they should reach: how far from the truth for Gaussians, how far
# from rows held out beside other generators, and whether draws copy rows. Mean and standard error
# over splits (or seeds), each with all methods on the same rows; seconds and the processor's (cpu).
#
# gaussian  Gaussian data, d = 5, correlation 0.5^|i - j|: excess loss over the floor, that of the
#           plug-in Gaussian (Ledoit and Wolf's covariance), and their ratio; wanted: <= 1.2.
# tables    Data sets of R, 80 % of the rows to fit. energy: the energy distance of 5 draws a row,
#           500 to 2000, to the other rows, over that of the fitted rows (V-statistics: all pairs,
#           also of a row with itself; columns divided by the fitted rows' sd); wanted: over the
#           sets (but USArrests) at most 1.1 times the best of mclust, arf and copula.
# ranks     Sixteen data sets, two thirds of the rows to fit: the rank of each method by energy as
#           above; a method that fails is last. Wanted: the least mean rank. Needs survival and
#           ggplot2.
# wide      Sonar and Ionosphere, 80 % to fit. w1: Wasserstein-1 (columns on [0, 1], L1, the best
#           assignment, mean of 20) of draws to as many other rows, over that of fitted rows;
#           wanted: <= 1.10 and 1.15 in 20 seconds a fit.
#
# In all, nearest: the median distance of draws to the nearest fitted row over that of other rows
# (columns by the fitted rows' sd); wanted: >= 0.85.
#
# Arguments, in any order: parts (all), splits (5), csv=FILE for every value, methods=NAME,...,
# sampler=METHOD of simulate(), hidden=WIDTH,..., and arguments of fit_denoiser(), as in
#   Rscript bench/tables.R tables 3 methods=follmer sampler=euler threads=1 patience=800
# Needs follmer, MASS, mlbench and clue; mclust, arf and synthpop take part where installed.
for (package in c("follmer", "MASS", "mlbench", "clue")) {
  if (!requireNamespace(package, quietly = TRUE)) {
    stop("This comparison needs the package ", package, ", which is not installed.", call. = FALSE)
  }
}

# ---- arguments ----

given <- commandArgs(trailingOnly = TRUE)
pairs <- grepl("=", given)
settings <- lapply(strsplit(sub("^[^=]*=", "", given[pairs]), ","), type.convert, as.is = TRUE)
names(settings) <- sub("=.*", "", given[pairs])
numbers <- grepl("^[0-9]+$", given)
splits <- c(as.integer(given[numbers]), 5L)[1L]
parts <- given[!pairs & !numbers]
if (length(parts) == 0L) {
  parts <- c("gaussian", "tables", "ranks", "wide")
}
sampler <- if (is.null(settings$sampler)) "multistep" else settings$sampler
fit_settings <- settings[!names(settings) %in% c("csv", "methods", "sampler", "hidden")]
if (!is.null(settings$hidden)) {
  fit_settings$network <- follmer::mlp(settings$hidden)
}

# ---- generators: from rows x and a number of draws to draws ----

fit_follmer <- function(x, seed) {
  do.call(follmer::fit_denoiser, c(list(x, seed = seed, progress = FALSE), fit_settings))
}

draw_follmer <- function(fit, n, seed) {
  as.matrix(simulate(fit, n, seed = seed, method = sampler, threads = fit_settings$threads))
}

draw_mclust <- function(x, n) {
  fit <- mclust::densityMclust(x, plot = FALSE, verbose = FALSE)
  mclust::sim(fit$modelName, fit$parameters, n)[, -1L, drop = FALSE]
}

draw_arf <- function(x, n) {
  x <- data.frame(x) # it needs names without blanks
  forest <- arf::adversarial_rf(x, verbose = FALSE, parallel = FALSE)
  leaves <- arf::forde(forest, x, parallel = FALSE)
  as.matrix(as.data.frame(arf::forge(leaves, n, parallel = FALSE)))
}

draw_synthpop <- function(x, n) {
  invisible(utils::capture.output(
    fit <- synthpop::syn(data.frame(x), k = n, print.flag = FALSE, seed = sample.int(1e6, 1L))
  ))
  data.matrix(fit$syn)
}

draw_normal <- function(x, n) {
  MASS::mvrnorm(n, colMeans(x), cov(x))
}

draw_copula <- function(x, n) {
  scores <- qnorm(apply(x, 2L, rank) / (nrow(x) + 1))
  u <- pnorm(MASS::mvrnorm(n, numeric(ncol(x)), cor(scores)))
  vapply(seq_len(ncol(x)), function(j) quantile(x[, j], u[, j], names = FALSE), numeric(n))
}

# Gaussian kernel with Silverman's bandwidth in every column.
draw_kernel <- function(x, n) {
  d <- ncol(x)
  width <- apply(x, 2L, sd) * (4 / ((d + 2) * nrow(x)))^(1 / (d + 4))
  noise <- matrix(rnorm(n * d), n) * rep(width, each = n)
  x[sample(nrow(x), n, replace = TRUE), ] + noise
}

rivals <- list(
  mclust = draw_mclust, arf = draw_arf, synthpop = draw_synthpop, copula = draw_copula,
  normal = draw_normal, kernel = draw_kernel
)
rivals <- rivals[vapply(names(rivals), function(name) {
  !name %in% c("mclust", "arf", "synthpop") || requireNamespace(name, quietly = TRUE)
}, NA)]
if (!is.null(settings$methods)) {
  rivals <- rivals[names(rivals) %in% settings$methods]
}
if ("mclust" %in% names(rivals)) {
  library("mclust", character.only = TRUE, quietly = TRUE, warn.conflicts = FALSE) # it needs to be
}

# ---- distances ----

by_columns <- function(x, like, center, scale) {
  shift <- apply(like, 2L, center)
  sweep(sweep(x, 2L, shift), 2L, apply(like, 2L, scale), "/")
}

standardised <- function(x, like) {
  by_columns(x, like, mean, sd)
}

cross_distance <- function(x, y) {
  sqrt(pmax(outer(rowSums(x^2), rowSums(y^2), "+") - 2 * tcrossprod(x, y), 0))
}

energy <- function(x, y) {
  within <- function(z) 2 * sum(dist(z)) / nrow(z)^2
  2 * mean(cross_distance(x, y)) - within(x) - within(y)
}

nearest <- function(x, rows) {
  median(apply(cross_distance(x, rows), 1L, min))
}

nearest_ratio <- function(draws, rows, others) {
  rows_s <- standardised(rows, rows)
  nearest(standardised(draws, rows), rows_s) / nearest(standardised(others, rows), rows_s)
}

wasserstein <- function(x, y) {
  cost <- as.matrix(dist(rbind(x, y), "manhattan"))[seq_len(nrow(x)), nrow(x) + seq_len(nrow(y))]
  mean(cost[cbind(seq_len(nrow(x)), as.integer(clue::solve_LSAP(cost)))])
}

# ---- data ----

numeric_columns <- function(x) {
  x <- data.matrix(x[vapply(x, is.numeric, NA)])
  x[, apply(x, 2L, sd) > 0, drop = FALSE]
}

from_mlbench <- function(name) {
  place <- new.env()
  data(list = name, package = "mlbench", envir = place)
  numeric_columns(place[[name]])
}

small <- lapply(list(
  iris = iris, attitude = attitude, mtcars = mtcars, faithful = faithful, quakes = quakes,
  Boston = MASS::Boston, swiss = swiss, state.x77 = as.data.frame(state.x77), USArrests = USArrests
), numeric_columns)

ranked <- function() {
  set.seed(1)
  c(
    lapply(list(
      women = women, longley = longley, attitude = attitude, mtcars = mtcars, swiss = swiss,
      USArrests = USArrests, state.x77 = as.data.frame(state.x77),
      discoveries = data.frame(discoveries), airquality = na.omit(airquality),
      rivers = data.frame(rivers), iris = iris, lung = na.omit(survival::lung),
      faithful = faithful, Boston = MASS::Boston, quakes = quakes
    ), numeric_columns),
    list(diamonds = numeric_columns(ggplot2::diamonds[sample(nrow(ggplot2::diamonds), 3000), ]))
  )
}

split_rows <- function(x, split, share = 0.8) {
  set.seed(split)
  of <- sample(nrow(x), round(share * nrow(x)))
  list(rows = x[of, , drop = FALSE], others = x[-of, , drop = FALSE])
}

gaussian <- follmer::target_gaussian(numeric(5), 0.5^abs(outer(1:5, 1:5, "-")))

# ---- records ----

records <- data.frame()

record <- function(part, set, method, split, ...) {
  value <- c(...)
  records <<- rbind(records, data.frame(part, set, method, split, measure = names(value), value))
  if (!is.null(settings$csv)) {
    write.csv(records, settings$csv, row.names = FALSE)
  }
}

timed <- function(code) {
  time <- system.time(value <- code)
  list(value = value, time = c(seconds = time[["elapsed"]], cpu = sum(time[-3L], na.rm = TRUE)))
}

# ---- parts ----

run_gaussian <- function(split) {
  for (n in c(30, 150, 1000)) {
    x <- follmer::rtarget(gaussian, n, seed = split)
    fit <- timed(fit_follmer(x, split))
    start <- follmer::fit_denoiser(x,
      seed = split, validation = 0, steps = 1, learning_rate = 1e-10, progress = FALSE
    )
    excess <- vapply(list(fit$value, start), function(f) {
      follmer::denoising_loss(f, gaussian, n = 4000, seed = 1000 + split)$excess
    }, 0)
    others <- follmer::rtarget(gaussian, 1000, seed = 1000 + split)
    record("gaussian", paste("n =", n), "follmer", split,
      excess = excess[1L], plug_in = excess[2L], ratio = excess[1L] / excess[2L],
      nearest = nearest_ratio(draw_follmer(fit$value, 1000, split), x, others),
      step = fit$value$step, fit$time
    )
  }
}

# Gives `measure` every method's draws from the rows, and what the method took.
run_methods <- function(rows, n, split, methods, measure) {
  if (is.null(settings$methods) || "follmer" %in% settings$methods) {
    fit <- timed(fit_follmer(rows, split))
    measure("follmer", draw_follmer(fit$value, n, split), c(step = fit$value$step, fit$time))
  }
  for (method in methods) {
    set.seed(split)
    run <- timed(tryCatch(rivals[[method]](rows, n), error = function(e) NULL))
    if (!is.null(run$value)) {
      measure(method, run$value, run$time)
    }
  }
}

run_tables <- function(split) {
  for (set in names(small)) {
    part <- split_rows(small[[set]], split)
    others <- standardised(part$others, part$rows)
    base <- energy(standardised(part$rows, part$rows), others)
    n <- min(max(500, 5 * nrow(part$rows)), 2000)
    run_methods(part$rows, n, split, names(rivals), function(method, draws, took) {
      record("tables", set, method, split,
        energy = energy(standardised(draws, part$rows), others) / base,
        nearest = nearest_ratio(draws, part$rows, part$others), took
      )
    })
  }
}

run_ranks <- function(split) {
  tables <- ranked()
  for (set in names(tables)) {
    part <- split_rows(tables[[set]], split, 2 / 3)
    others <- standardised(part$others, part$rows)
    base <- energy(standardised(part$rows, part$rows), others)
    found <- stats::setNames(rep(Inf, length(rivals) + 1L), c("follmer", names(rivals)))
    n <- min(max(500, 5 * nrow(part$rows)), 2000)
    run_methods(part$rows, n, split, names(rivals), function(method, draws, took) {
      found[method] <<- energy(standardised(draws, part$rows), others) / base
    })
    ranks <- rank(found)
    for (method in names(found)) {
      record("ranks", set, method, split, energy = found[[method]], rank = ranks[[method]])
    }
  }
}

run_wide <- function(split) {
  for (set in c("Sonar", "Ionosphere")) {
    part <- split_rows(from_mlbench(set), split)
    n <- nrow(part$others)
    unit <- function(x) by_columns(x, part$rows, min, function(column) diff(range(column)))
    others <- unit(part$others)
    base <- mean(replicate(20, wasserstein(unit(part$rows[sample(nrow(part$rows), n), ]), others)))
    run_methods(part$rows, 20 * n, split, names(rivals), function(method, draws, took) {
      in_unit <- unit(draws)
      w1 <- apply(matrix(seq_len(20 * n), 20), 1L, function(i) wasserstein(in_unit[i, ], others))
      record("wide", set, method, split,
        w1 = mean(w1) / base, nearest = nearest_ratio(draws, part$rows, part$others), took
      )
    })
  }
}

# ---- the report ----

with_se <- function(value) {
  mean_se <- c(mean(value), sd(value) / sqrt(length(value)))
  sprintf("%.3g (%.2g)", mean_se[1L], mean_se[2L])
}

print_table <- function(title, value, rows, columns) {
  by <- list(factor(rows, unique(rows)), factor(columns, unique(columns)))
  table <- tapply(value, by, with_se)
  table[is.na(table)] <- ""
  cat("\n", title, "\n", sep = "")
  print(noquote(table), right = TRUE)
}

# Means over the sets, of each split, so that the error is that over the splits.
print_over_sets <- function(own, title) {
  means <- aggregate(value ~ method + split, own, mean)
  print_table(title, means$value, rep("mean of sets", nrow(means)), means$method)
}

print_part <- function(part) {
  own <- records[records$part == part, ]
  if (length(unique(own$method)) == 1L) {
    print_table(part, own$value, own$set, own$measure)
  } else {
    for (measure in unique(own$measure)) {
      of <- own[own$measure == measure, ]
      print_table(paste0(part, ": ", measure), of$value, of$set, of$method)
    }
  }
  if (part == "tables") {
    print_over_sets(own[own$measure == "energy" & own$set != "USArrests", ], "tables: energy")
  }
  if (part == "ranks") {
    print_over_sets(own[own$measure == "rank", ], "ranks: mean rank")
  }
}

for (part in parts) {
  for (split in seq_len(splits)) {
    get(paste0("run_", part))(split)
  }
  print_part(part)
}
