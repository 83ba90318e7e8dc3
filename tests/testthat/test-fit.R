test_that("a fit of another kind is printed, summarised, plotted and written by its base class", {
  fields <- list(
    bytes = small_fit()$bytes, history = cbind(c(10, 20), c(3.5, 2.25), c(NaN, NaN)), seed = 7,
    n_rows = 0, n_weights = 12, config = "{\"steps\": 20, \"clip\": \"inf\"}", step = 20
  )
  fit <- new_fit(fields, "kind", loss_scale = 2)
  expect_identical(class(fit), c("kind_fit", "follmer_fit", "kind"))
  .S3method("fit_words", "kind_fit", function(object) {
    list(title = "A fit of a kind", lines = c(scale = object$loss_scale), loss = "nats")
  })
  shown <- c(
    "# A fit of a kind", "scale: 2", "loss: 2.25 nats after 20 steps", "seed: 7"
  )
  expect_identical(expect_narrow(print(fit)), shown)
  training <- "training: steps = 20, clip = Inf"
  expect_identical(expect_narrow(print(summary(fit)))[1:5], c(shown, training))
  picture <- expect_picture(plot(fit), fit, text = c("loss (nats)", "step", "training"))
  expect_false("held out" %in% picture$text$words)
  file <- tempfile()
  expect_identical(write_model(fit, file), fit)
  expect_identical(readBin(file, "raw", file.size(file)), fit$bytes)
  # It is no denoiser.
  expect_error(denoising_loss(fit, faithful), "`object` must be", class = "follmer_error_input")
  expect_error(sde(fit), "`drift` must be", class = "follmer_error_input")
})
