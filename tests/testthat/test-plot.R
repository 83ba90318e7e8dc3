test_that("every class has a picture and returns itself", {
  best <- exact_denoiser(two_clusters())
  wide <- target_gmm(matrix(1:12, 2))
  loss <- denoising_loss(best, two_clusters(), n = 500, seed = 1)
  x <- simulate(best, 100, seed = 1, steps = 5)
  line <- simulate(exact_denoiser(target_gmm(0)), 100, seed = 1, steps = 5)
  for (object in list(
    vp(), localization(), two_clusters(), target_gmm(1:2), wide, best, small_fit(), x, line,
    simulate(exact_denoiser(wide), 100, seed = 1, steps = 5), loss
  )) {
    expect_identical(draw(plot(object)), object)
  }
  expect_identical(draw(plot(x, data = rtarget(two_clusters(), 50, seed = 1))), x)
  expect_identical(draw(plot(line, data = matrix(rnorm(50)))), line)
  expect_error(plot(bayes_loss(two_clusters(), n = 10, bins = 0)), class = "follmer_error_input")
  expect_error(plot(x, data = 1), class = "follmer_error_input")
})
