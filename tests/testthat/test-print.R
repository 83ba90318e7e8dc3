test_that("what is printed fits a page, however long names and numbers are", {
  numbers <- c(1 / 3, 2 / 3, 20 / 3)
  long <- matrix(1e4 * (1:24 / 7), 3)
  colnames(long) <- paste0("a_rather_long_column_name_", 1:8)
  mixture <- target_gmm(long, sd = 1234.5)
  best <- exact_denoiser(mixture, do.call(pbm, as.list(numbers)))
  last <- 2^53 - 1
  start <- stats::setNames(numbers[c(1:3, 1:3, 1:2)], colnames(long))
  equation <- sde(drift_ou(1.23456789, -9.87654321), start, horizon = 1 / 3, sigma = pi)
  count <- gap_count(dpois(0:12, 2), decay = 0.2)
  fit <- small_fit()
  fit$network <- mlp(rep(128, 16), "silu")
  fit$process <- best$process
  estimate <- expectation(equation, "second_moment", "renewal", n = 200, gap = count, seed = last)
  for (object in list(
    best$process, localization(1e6 / 3), fit$network, mixture, best, fit, summary(fit),
    simulate(best, 5, seed = last, steps = 5),
    new_draws(long, log_weight = -1e5 / 1:3, seed = last, method = "ancestral", steps = 1e6),
    denoising_loss(best, mixture, n = 20, seed = last), equation, equation$drift, count,
    estimate, summary(estimate), random_network(equation, 12, count, seed = last),
    do.call(renewal_bound, as.list(c(list(gap_gamma(1 / 3, 2 / 3)), numbers, x0_value = 1 / 7)))
  )) {
    expect_narrow(print(object))
  }
})
