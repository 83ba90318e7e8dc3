# Runs code in another R and sends it Ctrl-C once `ready` is true. Returns what it printed.
interrupt_child <- function(code, ready) {
  script <- tempfile(fileext = ".R")
  output <- tempfile()
  file.create(output)
  writeLines(c(
    sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = "")),
    "library(follmer)", "cat(Sys.getpid(), '\\n')", code
  ), script)
  system2(file.path(R.home("bin"), "Rscript"), shQuote(script),
    stdout = output, stderr = output, wait = FALSE
  )
  wait_until(function() length(readLines(output)) > 0L && ready())
  pid <- as.integer(readLines(output)[1L])
  on.exit(tools::pskill(pid, tools::SIGKILL))
  start <- Sys.time()
  tools::pskill(pid, tools::SIGINT)
  wait_until(function() "done" %in% readLines(output))
  list(lines = readLines(output)[-1L], seconds = as.numeric(Sys.time() - start, units = "secs"))
}

wait_until <- function(condition, seconds = 45) {
  deadline <- Sys.time() + seconds
  while (!condition()) {
    if (Sys.time() > deadline) {
      stop("the other R did not get ready in time")
    }
    Sys.sleep(0.02)
  }
}

test_that("Ctrl-C during a fit leaves R usable and the fit resumable", {
  checkpoint <- tempfile()
  call <- "fit_denoiser(faithful, steps = %d, network = mlp(c(64, 64)), batch = 256,
             seed = 1, checkpoint = %s, checkpoint_every = 0.05)"
  steps <- 4000
  call <- sprintf(call, steps, deparse(checkpoint))
  child <- interrupt_child(
    c(
      sprintf("tryCatch(%s,", call),
      "  follmer_interrupt = function(e) cat('caught:', conditionMessage(e), '\\n'))",
      "cat(nrow(simulate(exact_denoiser(target_gmm(0)), 5, steps = 2)), 'draws\\ndone\\n')"
    ),
    ready = function() file.exists(checkpoint)
  )
  # R itself ends the line at which Ctrl-C was pressed
  expect_match(paste(child$lines, collapse = " "), "caught: Interrupted .* goes on from")
  expect_true("5 draws" %in% child$lines)
  resumed <- eval(parse(text = call))
  whole <- fit_denoiser(faithful,
    steps = steps, network = mlp(c(64, 64)), batch = 256, seed = 1
  )
  expect_identical(resumed$bytes, whole$bytes)
})

test_that("Ctrl-C during sampling is an interrupt, not an error", {
  started <- tempfile()
  child <- interrupt_child(
    c(
      sprintf("file.create(%s)", deparse(started)),
      "tryCatch(",
      "  try(simulate(exact_denoiser(target_gmm(0)), 1e6, steps = 10000)),",
      "  interrupt = function(e) cat(class(e)[1], '\\n'))",
      "cat('done\\n')"
    ),
    ready = function() {
      begun <- file.exists(started)
      if (begun) Sys.sleep(0.5)
      begun
    }
  )
  expect_equal(child$lines[grepl("interrupt", child$lines)], "follmer_interrupt ")
  expect_lt(child$seconds, 2)
})

test_that("an interrupted expectation gives what it has on request", {
  for (drift in c("drift_sin()", "function(x, t) sin(x)")) {
    started <- tempfile()
    child <- interrupt_child(
      c(
        sprintf("file.create(%s)", deparse(started)),
        sprintf("process <- sde(%s, 0)", drift),
        "x <- expectation(process, n = 1e9, batch = 1000, seed = 1, keep_interrupted = TRUE)",
        "cat('kept', class(x), abs(x$estimate) < 5 * x$se, '\\n')",
        "cat(x$warnings[1], '\\n')",
        "print(nobs(x))",
        "cat('done\\n')"
      ),
      ready = function() {
        begun <- file.exists(started)
        if (begun) Sys.sleep(1.5)
        begun
      }
    )
    expect_true(any(grepl("kept follmer_estimate TRUE", child$lines, fixed = TRUE)))
    expect_match(
      paste(child$lines, collapse = " "),
      "The run of seed 1 was interrupted: it has [0-9]+ of 1000000000 draws"
    )
    expect_lt(child$seconds, 2)
  }
})

# What R.utils::withTimeout() does: the error that R raises at its time limit, or NULL.
error_at_limit <- function(code, seconds = 0.3) {
  on.exit(setTimeLimit())
  setTimeLimit(elapsed = seconds, transient = TRUE)
  tryCatch(
    {
      code
      NULL
    },
    error = identity
  )
}

expect_limit <- function(code) {
  time <- system.time(error <- error_at_limit(code))[["elapsed"]]
  expect_s3_class(error, c("simpleError", "error", "condition"), exact = TRUE)
  expect_match(conditionMessage(error), "reached elapsed time limit", fixed = TRUE)
  expect_lt(time, 5)
}

test_that("R's time limit is R's own error in every long computation", {
  exact <- exact_denoiser(target_gmm(c(-1, 1)))
  expect_limit(fit_denoiser(faithful, steps = 1e8, seed = 1))
  expect_limit(fit_denoiser(faithful, steps = 1e8, seed = 1, threads = 1))
  expect_limit(fit_denoiser(faithful, steps = 1e8, seed = 1, progress = TRUE))
  expect_limit(simulate(exact, 1e6, steps = 10000))
  expect_limit(simulate(exact, 1e6, steps = 10000, threads = 1))
  expect_limit(denoising_loss(exact, matrix(0, 1e6, 1), repeats = 1000, seed = 1))
  many <- target_gmm(seq_len(20000))
  expect_limit(log_density(many, numeric(1e6)))
  expect_limit(gradient(many, numeric(1e6)))
  expect_limit(expectation(sde(drift_sin(), 0), "mean", n = 1e9, seed = 1))
  expect_limit(expectation(sde(function(x, t) sin(x), 0), "mean", n = 1e9, seed = 1))
  expect_limit(expectation(sde(drift_sin(), 0), function(x) x, n = 1e9, seed = 1))
})

test_that("R is as it was after a time limit", {
  exact <- exact_denoiser(target_gmm(c(-1, 1)))
  before <- simulate(exact, 1000, steps = 20, seed = 1)
  expect_limit(simulate(exact, 1e6, steps = 10000))
  Sys.sleep(0.4) # longer than the limit
  expect_identical(simulate(exact, 1000, steps = 20, seed = 1), before)
})

test_that("a time limit is seen by calling handlers and leaves a fit resumable", {
  checkpoint <- tempfile()
  fit <- function(...) {
    fit_denoiser(faithful, steps = 3000, network = mlp(c(64, 64)), batch = 256, seed = 1, ...)
  }
  seen <- NULL
  expect_limit(withCallingHandlers(
    fit(checkpoint = checkpoint, checkpoint_every = 0.05),
    error = function(e) seen <<- conditionMessage(e)
  ))
  expect_match(seen, "reached elapsed time limit", fixed = TRUE)
  expect_true(file.exists(checkpoint))
  expect_identical(fit(checkpoint = checkpoint)$bytes, fit()$bytes)
})

test_that("a progress bar does not change what a time limit is", {
  expect_limit(suppressMessages(
    simulate(exact_denoiser(target_gmm(0)), 1e6, steps = 10000, progress = TRUE)
  ))
})
