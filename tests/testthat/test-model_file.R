test_that("a model survives its file and saveRDS()", {
  fit <- small_fit()
  file <- tempfile(fileext = ".safetensors")
  expect_identical(write_model(fit, file), fit)
  expect_identical(readBin(file, "raw", file.size(file)), fit$bytes)
  again <- read_model(file)
  made <- fit
  made$call <- NULL
  expect_identical(again, made)

  rds <- tempfile(fileext = ".rds")
  saveRDS(fit, rds)
  expect_identical(readRDS(rds), fit)
  expect_identical(
    simulate(readRDS(rds), 10, seed = 1, steps = 5), simulate(fit, 10, seed = 1, steps = 5)
  )
})

test_that("torn, changed and foreign files are refused", {
  fit <- small_fit()
  file <- tempfile()
  refused <- function(bytes) {
    writeBin(bytes, file)
    expect_error(read_model(file), class = "follmer_error_file")
  }
  n <- length(fit$bytes)
  refused(fit$bytes[seq_len(n - 1)])
  refused(fit$bytes[seq_len(100)])
  refused(raw())
  refused(charToRaw("not a model at all"))
  for (place in c(1, 75, n %/% 2, n)) { # 75: of the checksum of the contents
    flipped <- fit$bytes
    flipped[place] <- xor(flipped[place], as.raw(4))
    refused(flipped)
  }
  broken <- fit
  broken$bytes <- flipped
  expect_error(simulate(broken, 1), class = "follmer_error_file")
  expect_error(write_model(broken, file), class = "follmer_error_file")
})

test_that("files that are not there are named", {
  expect_snapshot(error = TRUE, {
    read_model("no/such/file.safetensors")
    read_model(1)
    write_model(1, "x")
  })
  expect_error(write_model(small_fit(), "no/such/file"), class = "follmer_error_file")
})

test_that("a file without checksums is read with a message, a damaged one not at all", {
  fit <- small_fit()
  file <- tempfile(fileext = ".safetensors")
  write_model(fit, file)
  bytes <- readBin(file, "raw", 1e6)
  size <- sum(as.integer(bytes[1:4]) * 256^(0:3))
  header <- rawToChar(bytes[8L + seq_len(size)])
  bare <- gsub("\"(checksum|contents)\":\"[0-9a-f]{16}\",", strrep(" ", 30), header)
  expect_identical(nchar(bare, "bytes"), nchar(header, "bytes"))
  writeBin(c(bytes[1:8], charToRaw(bare), bytes[-seq_len(8L + size)]), file)
  expect_message(read <- read_model(file), "has no checksum, so that damage to it would not")
  expect_identical(as.matrix(simulate(read, 5, seed = 1)), as.matrix(simulate(fit, 5, seed = 1)))
  bytes[length(bytes)] <- xor(bytes[length(bytes)], as.raw(1))
  writeBin(bytes, file)
  expect_error(read_model(file), "is damaged or cut short", class = "follmer_error_file")
})
