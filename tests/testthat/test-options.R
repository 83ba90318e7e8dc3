# Defaults that stand in R's signatures are those of the core's tables.
expect_defaults <- function(call, table, keys) {
  values <- lapply(formals(call)[keys], eval, envir = asNamespace("follmer"))
  defaults <- resolve_options(table)[keys]
  for (key in keys) {
    given <- values[[key]]
    if (is.null(given)) {
      own <- defaults[[key]]
      expect_true(length(own) == 0L || is.na(own) || own == "", info = key)
    } else {
      expect_equal(given, defaults[[key]], info = key)
    }
  }
}

test_that("defaults of R are those of the core", {
  own <- setdiff(
    names(formals(fit_denoiser)), c("x", "process", "network", "seed", "threads", "progress")
  )
  expect_defaults(fit_denoiser, "fit", own)
  expect_defaults(mlp, "fit", names(formals(mlp)))
  expect_defaults(simulate.follmer_denoiser, "sample", names(resolve_options("sample")))
  for (process in list(vp(), pbm(), localization())) {
    expect_equal(resolve_options("process", unclass(process)["process"]), unclass(process))
  }
  expect_equal(resolve_options("process"), unclass(vp()))
})

test_that("defaults of equations and expectations are those of the core", {
  keys <- names(resolve_options("expect"))
  laws <- grepl("^gap", keys)
  expect_defaults(expectation.follmer_sde, "expect", keys[!laws])
  expect_defaults(expectation.follmer_sde, "functional", names(resolve_options("functional")))
  defaults <- resolve_options("expect")
  law <- eval(formals(expectation.follmer_sde)$gap)
  expect_equal(unclass(law), defaults[names(law)], ignore_attr = TRUE)
  for (kind in names(kinds_of("drift"))) {
    drift <- get(paste0("drift_", kind), asNamespace("follmer"))()
    expect_equal(unclass(drift), resolve_options("drift", list(drift = kind)))
  }
})

test_that("every key of a fit is an argument", {
  keys <- names(resolve_options("fit"))
  arguments <- names(c(
    formals(fit_denoiser), formals(mlp), formals(vp), formals(localization)
  ))
  expect_equal(setdiff(keys, arguments), character())
})
