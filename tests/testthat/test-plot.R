test_that("a process is drawn by its signal, noise and ratio", {
  for (process in list(vp(), pbm(), localization(), localization(3))) {
    expect_picture(plot(process), process,
      text = c("noising time", "signal a", "noise s", "signal-to-noise ratio"), strokes = 3 * 4
    )
  }
})

test_that("a target is drawn by its density, or by draws", {
  expect_picture(plot(target_gmm(1:2)), text = c("x1", "density"))
  best <- exact_denoiser(two_clusters())
  for (object in list(two_clusters(), best)) {
    expect_picture(plot(object), object, text = c("a", "b"), strokes = 20)
  }
  wide <- target_gmm(matrix(1:12, 2))
  expect_picture(plot(wide), wide, text = paste0("x", 1:6), marks = 30 * 500)
})

test_that("a fit is drawn by its losses", {
  fit <- small_fit()
  expect_picture(plot(fit), fit,
    text = c("step", "loss (eps-MSE per dimension)", "training", "held out"), strokes = 4
  )
  fit$history$validation <- NaN
  picture <- expect_picture(plot(fit), text = "training")
  expect_false("held out" %in% picture$text$words)
})

test_that("a loss is drawn by noising time, with its floor", {
  best <- exact_denoiser(two_clusters())
  loss <- denoising_loss(best, two_clusters(), n = 500, seed = 1)
  expect_picture(plot(loss), loss,
    text = c(
      "noising time", "loss (eps-MSE per dimension)", "loss, +- 2 standard errors", "Bayes floor"
    ), marks = 2 * 10 + 2, strokes = 10
  )
  plain <- denoising_loss(best, rtarget(two_clusters(), 500, seed = 1), seed = 1)
  picture <- expect_picture(plot(plain), marks = 10)
  expect_false("Bayes floor" %in% picture$text$words)
  expect_error(plot(bayes_loss(two_clusters(), n = 10, bins = 0)), class = "follmer_error_input")
})

test_that("a picture that is wrong is found to be so", {
  faults <- function(plot, ...) picture_faults(drawn(plot), ...)
  expect_identical(faults(plot(1:3), marks = 0, strokes = 10), NULL)
  expect_identical(faults(plot(1:3, main = "NaN of 3")), "no number: NaN of 3")
  expect_identical(faults(plot(1:3), text = "nowhere"), "not there: nowhere")
  expect_identical(faults(plot(1:3, pch = 16), marks = 4), "3 marks, not 4")
  expect_identical(faults(plot(1:3), strokes = 99)[1], "13 strokes, not 99")
  wide <- strrep("wide ", 30)
  expect_identical(faults(plot(1:3, main = wide)), paste("off the page:", wide))
  expect_identical(faults({
    plot(1:3)
    text(c(2, 2.01), 2, c("one", "other"))
  }), "on each other: one | other")
  expect_identical(faults({
    plot(1:3)
    plot(1:3)
  })[1], "2 pages")
})

test_that("arguments of the user replace those of a plot", {
  mine <- function(plot, ..., text = c("my title", "my x", "my y")) {
    expect_picture(plot(..., main = "my title", xlab = "my x", ylab = "my y"), text = text)
  }
  line <- exact_denoiser(target_gmm(0))
  one <- simulate(line, 100, seed = 1, steps = 5)
  two <- simulate(exact_denoiser(two_clusters()), 100, seed = 1, steps = 5)
  title <- "my title"
  walk <- sde(drift_sin(), x0 = 0)
  mine(plot, small_fit(), type = "b", col = 1:2, lty = 2)
  mine(plot, vp(), col = "red", type = "h")
  mine(plot, target_gmm(0), type = "h")
  mine(plot, two_clusters(), nlevels = 3)
  mine(plot, line)
  mine(plot, one, breaks = 10, col = "red", xlim = c(-9, 9), ylim = c(0, 2))
  mine(plot, one, data = one, breaks = 10, col = "red")
  mine(plot, two, col = "red", pch = 1, cex = 1)
  expect_picture(plot(two, data = two, xlim = c(-9, 9), main = title),
    text = c("my title: data", "my title: draws")
  )
  mine(plot, gap_gamma(2, 2), col = "red")
  mine(plot, denoising_loss(line, target_gmm(0), n = 200, seed = 1), type = "p", pch = 1)
  mine(plot, random_network(walk, 5, seed = 1), ylim = c(-9, 9))
  expect_picture(
    plot(variance_profile(walk, "cosine", n = 1000, seed = 1), main = title),
    text = title
  )
  wide <- simulate(exact_denoiser(target_gmm(matrix(1:12, 2))), 50, seed = 1, steps = 5)
  expect_picture(plot(wide, data = wide, main = title, col = "red", pch = 1, cex = 1),
    text = c(title, "data", "draws")
  )
})

test_that("the axis of a random network has space for its numbers", {
  steep <- sde(function(x, t) 1000 * x, x0 = c(income = 1e5))
  expect_picture(plot(random_network(steep, 6, gap_exponential(2), seed = 1)),
    text = "state, income"
  )
})
