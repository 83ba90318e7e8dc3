# Problems: what an expectation is of, as keys that must be equal where
# estimates are pooled. They are those of the command's files
# (src/cli/command_expect.c), with a hash in place of what is large.

problem_of <- function(object, g, threshold) {
  g <- if (is.function(g)) {
    list(g = function_key(g))
  } else {
    functional_keys(g, threshold)
  }
  keys <- c(drift_keys(object$drift, object), g)
  keys[!vapply(keys, function(key) is.null(key) || is.na(key), NA)]
}

# The keys of an equation, by what its drift is.
drift_keys <- function(drift, equation) {
  UseMethod("drift_keys")
}

drift_keys.follmer_denoiser <- function(drift, equation) {
  list(model = denoiser_key(drift), snr_max = equation$snr_max, sigma = equation$sigma)
}

drift_keys.follmer_drift <- function(drift, equation) {
  c(start_keys(equation), unclass(drift))
}

drift_keys.follmer_native_drift <- function(drift, equation) {
  c(start_keys(equation), list(drift = "compiled", data = .Call(ffi_hash, drift$data)))
}

drift_keys.function <- function(drift, equation) {
  c(start_keys(equation), list(drift = function_key(drift)))
}

start_keys <- function(equation) {
  x0 <- equation$x0
  start <- if (nrow(x0) == 1L && all(x0 == x0[1L])) {
    list(dim = as.double(ncol(x0)), start = x0[[1L]])
  } else {
    list(x0 = .Call(ffi_hash, as.double(t(x0))))
  }
  c(start, equation["horizon"], equation["sigma"])
}

# Refuses problems that are not all the first one, and says where that cannot
# be known: a drift or g that is a function here and has a name there, or a
# drift that is compiled.
check_problems <- function(problems) {
  unknown <- NULL
  before <- problems[[1L]]
  for (now in problems[-1L]) {
    secret <- secret_keys(now, before)
    unknown <- unknown %||% if (length(secret) > 0L) key_words(secret[1L], now, before)
    for (key in setdiff(union(names(before), names(now)), skipped_keys(secret, now, before))) {
      if (!identical(common_start(now, before)[[key]], common_start(before, now)[[key]])) {
        abort(
          "Only expectations of one problem are pooled: ", key_words(key, now, before), ".",
          fields = list(
            argument = key, wanted = value_words(before[[key]]), given = value_words(now[[key]])
          )
        )
      }
    }
  }
  if (!is.null(unknown)) {
    message("Whether these are expectations of one problem cannot be checked: ", unknown, ".")
  }
}

# Which of drift and g cannot be compared.
secret_keys <- function(now, before) {
  kind <- function(value) {
    if (is.null(value)) "none" else if (is_function_key(value)) "function" else value
  }
  named <- function(kind) !kind %in% c("none", "function", "compiled")
  Filter(function(key) {
    kinds <- c(kind(now[[key]]), kind(before[[key]]))
    !"none" %in% kinds && ("compiled" %in% kinds || sum(named(kinds)) == 1L)
  }, c("drift", "g"))
}

skipped_keys <- function(secret, now, before) {
  keys <- list(
    drift = c("drift", unlist(kinds_of("drift")), "data"),
    g = c("g", unlist(kinds_of("functional")))
  )
  differ <- vapply(secret, function(key) !identical(now[[key]], before[[key]]), NA)
  unlist(keys[secret[differ]])
}

# A start of equal columns by its hash, if that is how the other has it.
common_start <- function(problem, other) {
  if (is.null(other[["x0"]]) || is.null(problem[["start"]])) {
    return(problem)
  }
  x0 <- .Call(ffi_hash, rep(problem$start, problem$dim))
  c(problem[setdiff(names(problem), c("dim", "start"))], list(x0 = x0))
}

key_words <- function(key, now, before) {
  paste0(
    "`", key, "` is ", value_words(now[[key]]), ", and ", value_words(before[[key]]), " before"
  )
}

value_words <- function(value) {
  if (is.null(value)) {
    "not given"
  } else if (is_function_key(value)) {
    sub("function (.*)", "a function of R (\\1)", value)
  } else if (identical(value, "compiled")) {
    "a compiled function"
  } else {
    describe(value)
  }
}

is_function_key <- function(value) {
  is.character(value) && startsWith(value, "function ")
}
