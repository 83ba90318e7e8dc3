# Options: lists of keys against the core's tables, so that R and the command
# have the same keys, defaults, ranges and sentences.

# Every field of the table "process", "fit" or "sample", with `values` set.
# NULL stands for the default.
resolve_options <- function(table, values = list()) {
  answer(.Call(ffi_options, table, option_values(values)))
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
    wanted(key, "a number, a flag or a text", value)
  }
}

is_numbers <- function(x) {
  is.numeric(x) && !is.object(x)
}
