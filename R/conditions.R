# Conditions: failures of the core and of the checks, raised in the name of
# the function that the user called, with the fields of what is wrong.

# `fields` say of what is wrong with an argument or a file what its sentence
# says (src/core/base/failure.h); those that say something stay.
abort <- function(..., kind = "input", call = user_call(), fields = list()) {
  says <- !vapply(fields, function(field) identical(field, "") || identical(field, 0), NA)
  told <- fields[setdiff(names(fields)[says], c("type", "flag"))]
  stop(structure(
    class = c(paste0("follmer_error_", kind), "follmer_error", "error", "condition"),
    c(list(message = paste0(...), call = call), told)
  ))
}

# "`arg` " and what is said of it.
abort_about <- function(arg, ..., kind = "input", call = user_call()) {
  said <- paste0(...)
  fields <- list(argument = arg, wanted = said)
  abort("`", arg, "` ", said, kind = kind, call = call, fields = fields)
}

# The name of a file and what is said of it.
abort_file <- function(file, ..., call = user_call()) {
  said <- paste0(...)
  fields <- list(wanted = said, source = file)
  abort(file, " ", said, kind = "file", call = call, fields = fields)
}

# The result of an entry point, or its failure as a condition.
answer <- function(x) {
  if (!inherits(x, "follmer_failure")) {
    return(x)
  }
  if (x$status != "interrupt") {
    abort(x$message, kind = x$status, fields = x$fields)
  }
  interrupt(x$message)
}

# Like Ctrl-C in R's own code: handlers of interrupts see it; without one, R
# goes back to its prompt, and a script ends.
interrupt <- function(message, call = user_call()) {
  condition <- structure(
    class = c("follmer_interrupt", "interrupt", "condition"),
    list(message = message, call = call)
  )
  signalCondition(condition)
  message(message)
  invokeRestart("abort")
}

# The call of the outermost function of this package above the check that
# failed, with a method's name shortened to its generic's.
user_call <- function() {
  parents <- sys.parents()
  frame <- sys.nframe()
  home <- environment(user_call)
  while (parents[frame] > 0L &&
         identical(environment(sys.function(parents[frame])), home)) {
    frame <- parents[frame]
  }
  call <- sys.call(frame)
  if (is.symbol(call[[1L]])) {
    call[[1L]] <- as.name(sub("[.](follmer_.*|default)$", "", as.character(call[[1L]])))
  }
  call
}
