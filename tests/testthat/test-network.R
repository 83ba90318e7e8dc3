test_that("a network keeps its keys and prints", {
  network <- mlp(c(64, 32), activation = "gelu", time_features = "raw")
  expect_equal(network$hidden, c(64, 32))
  expect_snapshot({
    mlp()
    network
  })
})

test_that("bad arguments are refused", {
  expect_snapshot(error = TRUE, {
    mlp(c(64, 0))
    mlp(numeric())
    mlp(activation = "rel")
    mlp(frequencies = 1.5)
  })
})
