test_that("a function is known by the values that it uses", {
  mk <- function(a) function(x, t) a * sin(x)
  expect_identical(function_key(mk(1)), function_key(mk(1)))
  expect_false(function_key(mk(1)) == function_key(mk(2)))
  expect_false(function_key(mk(1)) == function_key(mk(1L)))
  expect_identical(function_key(mk(1:3)), function_key(mk(c(1L, 2L, 3L))))
  expect_false(function_key(mk(c(a = 1))) == function_key(mk(c(b = 1))))
  expect_false(function_key(mk(list(1, "a"))) == function_key(mk(list(1, "b"))))
  expect_false(function_key(mk(quote(x + 1))) == function_key(mk(quote(x + 2))))
  # of other functions, too
  inner <- function(f) function(x) f(x)
  expect_false(function_key(inner(mk(1))) == function_key(inner(mk(2))))
  expect_identical(function_key(inner(mk(1))), function_key(inner(mk(1))))
  expect_false(function_key(inner(sin)) == function_key(inner(cos)))
  # what is not used does not count
  idle <- function(a, big) function(x) a * x
  expect_identical(function_key(idle(1, 2)), function_key(idle(1, stop("never asked for"))))
})

test_that("a name that the function binds itself is none of its surroundings", {
  surroundings <- function(i) {
    list(
      function(x) sapply(1:2, function(i) i * x[i]), function(x) {
        for (i in 1:2) x <- x + i
        x
      }, function(x) {
        i <- 3
        x$i + i(x)
      }
    )
  }
  one <- surroundings(1)
  two <- surroundings(2)
  for (k in seq_along(one)) {
    expect_identical(function_key(one[[k]]), function_key(two[[k]]))
  }
  c <- 5 # the function c() is meant
  with_c <- function_key(function(x) c(x, 1))
  c <- 6
  expect_identical(function_key(function(x) c(x, 1)), with_c)
})

test_that("functions that use themselves, missing arguments and environments have a key", {
  factorial_of <- function(n) if (n < 2) 1 else n * factorial_of(n - 1)
  expect_match(function_key(factorial_of), "^function [0-9a-f]{16}$")
  absent <- function(a) function(x) a * x
  expect_identical(function_key(absent()), function_key(absent()))
  held <- function(env) function(x) env$a * x
  expect_identical(
    function_key(held(list2env(list(a = 1)))), function_key(held(list2env(list(a = 2))))
  )
  expect_match(function_key(held(y ~ x)), "^function")
})

test_that("estimates of closures with other values are refused", {
  mk <- function(a, seed) {
    expectation(sde(function(x, t) a * sin(x), x0 = 0), "cosine", n = 1000, seed = seed)
  }
  expect_error(c(mk(1, 1), mk(2, 2)), "`drift` is a function of R", class = "follmer_error_input")
  expect_silent(c(mk(1, 1), mk(1, 2)))
  assign("follmer_test_a", 1, globalenv())
  on.exit(rm("follmer_test_a", envir = globalenv()))
  named <- function(x) follmer_test_a * x[, 1]
  environment(named) <- globalenv()
  walk <- sde(drift_sin(), x0 = 0)
  one <- expectation(walk, named, n = 1000, seed = 1)
  assign("follmer_test_a", 2, globalenv())
  expect_error(c(one, expectation(walk, named, n = 1000, seed = 2)), "`g` is a function of R")
})
