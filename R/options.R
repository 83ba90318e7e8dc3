# Options: lists of keys against the core's tables, so that R and the command
# have the same keys, defaults, ranges, rules and sentences.

# Every field of the table "process", "fit" or "sample", with `values` set.
# NULL stands for the default.
resolve_options <- function(table, values = list()) {
  values <- option_values(values)
  option_answer(.Call(ffi_options, table, values), values)
}

# The answer of an entry point that was given values, or its failure in the
# words of R. `names` are what R calls arguments that have other keys.
option_answer <- function(x, values, names = NULL, noun = "argument") {
  if (inherits(x, "follmer_failure") && !is.null(x$fields)) {
    x$fields <- fields_of_r(x$fields, values, names)
    x$message <- failure_sentence(x$fields, noun) %||% x$message
  }
  answer(x)
}

# The fields of a failure about an argument in the words of R. What was given
# is described as R has it: `NA` is NaN to the core.
fields_of_r <- function(fields, values, names) {
  value <- values[[fields$argument]]
  whole <- fields$entry == 0 && fields$row == 0
  if (fields$type == "value" && whole && (is.numeric(value) || is.logical(value))) {
    fields$given <- describe(value)
  }
  if (fields$flag) {
    fields$wanted <- "TRUE or FALSE"
  }
  if (fields$argument %in% names(names)) {
    fields$argument <- names[[fields$argument]]
  }
  fields
}

# NULL where the sentence of the core needs no other words.
failure_sentence <- function(fields, noun) {
  if (fields$source != "" || fields$row > 0) {
    return(NULL)
  }
  name <- paste0("`", fields$argument, "`")
  switch(fields$type,
    value = paste0(
      if (fields$entry > 0) paste("Entry", fields$entry, "of "), name, " must be ", fields$wanted,
      ", not ", fields$given, "."
    ),
    about = paste(name, fields$wanted),
    unknown = paste0(
      "There is no ", noun, " ", name,
      if (fields$other != "") paste0("; did you mean `", fields$other, "`?") else "."
    ),
    beside = paste0(
      name, " goes with `", fields$other, "`",
      if (fields$wanted == "") ", which is not given." else paste0(
        " ", fields$wanted, ", not with ", fields$given, "."
      )
    ),
    against = paste0(
      name, " does not go with `", fields$other, "`",
      if (fields$given == "") ": give one of them." else paste0(" ", fields$given, ".")
    )
  )
}

# The kinds of a family of the core, such as "process" or "drift": their keys,
# by name.
kinds_of <- function(family) {
  .Call(ffi_kinds, family)
}

# "a, b or c"
any_of <- function(words) {
  last <- length(words)
  paste(c(if (last > 1L) toString(words[-last]), words[last]), collapse = " or ")
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

# Plain numbers: those of a class, as of bit64, may be other than they look.
is_numbers <- function(x) {
  is.numeric(x) && !is.object(x)
}
