# Problems: what an expectation is of, as keys that must be equal where
# estimates are pooled. They are those of the command's files
# (src/cli/command_expect.c), with a hash in place of what is large.

problem_of <- function(object, g, threshold) {
  g <- if (is.function(g)) {
    list(g = function_key(g))
  } else {
    list(g = g, threshold = if (g %in% threshold_functions) as.double(threshold))
  }
  keys <- c(equation_keys(object), g)
  keys[!vapply(keys, function(key) is.null(key) || is.na(key), NA)]
}

equation_keys <- function(object) {
  drift <- object$drift
  if (inherits(drift, "follmer_denoiser")) {
    return(list(model = denoiser_key(drift), snr_max = object$snr_max, sigma = object$sigma))
  }
  drift <- if (is.function(drift)) {
    list(drift = function_key(drift))
  } else if (drift$drift == "native") {
    list(drift = "compiled", data = .Call(ffi_hash, drift$data))
  } else {
    unclass(drift)
  }
  c(start_keys(object$x0), list(horizon = object$horizon, sigma = object$sigma), drift)
}

start_keys <- function(x0) {
  if (nrow(x0) == 1L && all(x0 == x0[1L])) {
    return(list(dim = as.double(ncol(x0)), start = x0[[1L]]))
  }
  list(x0 = .Call(ffi_hash, as.double(t(x0))))
}

# A model by its file; an exact denoiser by its numbers.
denoiser_key <- function(denoiser) {
  if (inherits(denoiser, "follmer_model")) {
    return(.Call(ffi_hash, model_bytes(denoiser)))
  }
  target <- denoiser$target
  numbers <- lapply(core_target(target), as.double)
  text_key(list(dim(target$mean), numbers, unclass(denoiser$process)))
}

# A function of R by its text, without comments.
function_key <- function(f) {
  paste("function", text_key(f))
}

text_key <- function(x) {
  text <- deparse(x, width.cutoff = 500L, control = c("keepNA", "keepInteger", "digits17"))
  .Call(ffi_hash, charToRaw(enc2utf8(paste(text, collapse = "\n"))))
}

# Refuses problems that are not all the first one, and says where that cannot
# be known: a drift or g that is a function here and has a name there, or a
# drift that is compiled.
check_problems <- function(problems) {
  unknown <- NULL
  before <- problems[[1L]]
  for (came in problems[-1L]) {
    secret <- secret_keys(came, before)
    unknown <- unknown %||% if (length(secret) > 0L) key_words(secret[1L], came, before)
    for (key in setdiff(union(names(before), names(came)), skipped_keys(secret, came, before))) {
      if (!identical(common_start(came, before)[[key]], common_start(before, came)[[key]])) {
        abort("Only expectations of one problem are pooled: ", key_words(key, came, before), ".")
      }
    }
  }
  if (!is.null(unknown)) {
    message("Whether these are expectations of one problem cannot be checked: ", unknown, ".")
  }
}

# Which of drift and g cannot be compared.
secret_keys <- function(came, before) {
  kind <- function(value) {
    if (is.null(value)) "none" else if (is_function_key(value)) "function" else value
  }
  named <- function(kind) !kind %in% c("none", "function", "compiled")
  Filter(function(key) {
    kinds <- c(kind(came[[key]]), kind(before[[key]]))
    !"none" %in% kinds && ("compiled" %in% kinds || sum(named(kinds)) == 1L)
  }, c("drift", "g"))
}

skipped_keys <- function(secret, came, before) {
  keys <- list(
    drift = c("drift", "rate", "mean", "amplitude", "frequency", "data"), g = c("g", "threshold")
  )
  differ <- vapply(secret, function(key) !identical(came[[key]], before[[key]]), NA)
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

key_words <- function(key, came, before) {
  words <- function(value) {
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
  paste0("`", key, "` is ", words(came[[key]]), ", and ", words(before[[key]]), " before")
}

is_function_key <- function(value) {
  is.character(value) && startsWith(value, "function ")
}
