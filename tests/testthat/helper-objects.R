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
