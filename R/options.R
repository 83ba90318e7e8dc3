# Options: lists of keys against the core's tables, so that R and the command
# have the same keys, defaults, ranges and sentences.

# Every field of the table "process", "fit" or "sample", with `values` set.
# NULL stands for the default.
resolve_options <- function(table, values = list()) {
  values <- option_values(values)
  option_answer(.Call(ffi_options, table, values), values)
}

# The answer of an entry point that was given values, or its failure in the
# words of R: `NA` is NaN to the core, and an argument a key.
option_answer <- function(x, values) {
  if (inherits(x, "follmer_failure")) {
    x$message <- sub("^There is no key ", "There is no argument ", x$message)
    parts <- regmatches(x$message, regexec("^`([^`]+)` must be (.*), not ", x$message))[[1L]]
    value <- if (length(parts) > 0L) values[[parts[2L]]]
    if (is.numeric(value) || is.logical(value)) {
      wanted(parts[2L], sub("^true or false$", "TRUE or FALSE", parts[3L]), value)
    }
    x$message <- sub("must be true or false, not ", "must be TRUE or FALSE, not ", x$message)
  }
  answer(x)
}

# Values as the core takes them: doubles, one flag, or one text.
option_values <- function(values) {
  values <- values[!vapply(values, is.null, NA)]
  nameless <- which(names(values) == "")
  if (length(nameless) > 0L) {
    abort("There is an argument too many: ", describe(values[[nameless[1L]]]), ".")
  }
  for (key in names(values)) {
    values[[key]] <- option_value(values[[key]], key)
  }
  values
}

option_value <- function(value, key) {
  one <- is.atomic(value) && length(value) == 1L
  if (is_numbers(value) || one && is.na(value)) {
    as.double(value)
  } else if (one && is.character(value)) {
    enc2utf8(as.character(value))
  } else if (one && is.logical(value)) {
    value
  } else {
    wanted(key, "one number, flag or text", value)
  }
}

is_numbers <- function(x) {
  is.numeric(x) && !is.object(x)
}
