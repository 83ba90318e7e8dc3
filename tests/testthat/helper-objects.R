# Objects that several tests share. Fits are made once in a run.

two_clusters <- function() {
  target_gmm(
    cbind(a = c(-2, 2), b = c(0, 1)), sd = cbind(c(0.5, 0.3), c(0.4, 0.6)),
    weight = c(1, 3)
  )
}

small_fit <- local({
  fit <- NULL
  function() {
    if (is.null(fit)) {
      fit <<- fit_denoiser(faithful,
        network = mlp(c(32, 32)), steps = 1500, batch = 256, report_every = 100, seed = 1
      )
    }
    fit
  }
})

# How many standard errors a mean of x is from the truth.
z_score <- function(x, truth) {
  abs(mean(x) - truth) / (stats::sd(x) / sqrt(length(x)))
}

expect_all_below <- function(z, bound) {
  expect_lt(max(z), bound)
}

# Runs a print and returns its lines, which are those of a page.
expect_narrow <- function(print) {
  shown <- capture.output(print)
  expect_lte(max(nchar(shown)), 80)
  shown
}

# A target that the core does not know: uniform on a box, with as much known of
# it as the methods below say.
box <- function(low, high) {
  structure(list(columns = names(low), low = low, high = high), class = c("box", "follmer_target"))
}

log_density.box <- function(target, x) {
  inside <- t(x) >= target$low & t(x) <= target$high
  ifelse(colSums(inside) == length(target$low), -sum(log(target$high - target$low)), -Inf)
}

rtarget.box <- function(target, n, seed = NULL) {
  set.seed(seed)
  u <- matrix(stats::runif(n * dim(target)), n, byrow = TRUE)
  x <- t(target$low + t(u) * (target$high - target$low))
  colnames(x) <- target$columns
  x
}

.S3method("log_density", "box", log_density.box)
.S3method("rtarget", "box", rtarget.box)
