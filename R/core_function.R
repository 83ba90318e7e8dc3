# Functions of the user's that the core calls (src/r/function.c). The core
# takes answers of the right shape with finite doubles as they are; any other
# goes through a check here, which makes doubles of it or raises an error in
# the name of the function of this package that the user called.

# `f` takes x and, unless g, t; its answers are q doubles for each row.
core_function <- function(f, name, x0, q = ncol(x0)) {
  caller <- user_call()
  frame <- new.env(parent = baseenv())
  assign(name, f, frame)
  assign("check", function(value, x, t = NULL) {
    check_shape(value, name, nrow(x), q, caller)
    check_values(value, name, x, t, caller)
  }, frame)
  columns <- if (!is.null(colnames(x0))) list(NULL, colnames(x0))
  call <- as.call(lapply(c(name, "x", if (name == "drift") "t"), as.name))
  check <- as.call(lapply(c("check", "value", "x", if (name == "drift") "t"), as.name))
  list(frame = frame, call = call, check = check, columns = columns, q = as.double(q))
}

# n numbers for each of q columns: a matrix, or a vector where that says all.
check_shape <- function(value, arg, n, q, call) {
  if (!is_answer(value, arg) || !has_shape(value, n, q)) {
    what <- if (q == 1) {
      sprintf("%d number%s, one for each row of `x`", n, if (n > 1L) "s" else "")
    } else {
      sprintf("a numeric %d x %d matrix, a row for each row of `x`", n, q)
    }
    abort_about(arg, "must return ", what, ", not ", describe(value), ".", call = call)
  }
}

is_answer <- function(value, arg) {
  (is.numeric(value) || arg == "g" && is.logical(value)) && !is.object(value)
}

has_shape <- function(value, n, q) {
  shape <- dim(value)
  if (length(shape) == 2L) {
    all(shape == c(n, q))
  } else {
    length(shape) < 2L && length(value) == n * q && (n == 1L || q == 1)
  }
}

# As doubles, which must be finite.
check_values <- function(value, arg, x, t, call) {
  storage.mode(value) <- "double"
  if (!all(is.finite(value))) {
    bad <- which(!is.finite(value))[1L]
    row <- (bad - 1L) %% nrow(x) + 1L
    abort_about(
      arg, "must return finite numbers, but row ", row, " is ", value[bad], " where x is ",
      describe_state(x[row, ]), if (!is.null(t)) paste(" and t is", format(t[row], digits = 6L)),
      ".", kind = "numeric", call = call
    )
  }
  value
}

describe_state <- function(x) {
  some <- x[seq_len(min(length(x), 6L))]
  numbers <- toString(c(vapply(some, format, "", digits = 6L), if (length(x) > 6L) "..."))
  if (length(x) > 1L) paste0("(", numbers, ")") else numbers
}

# The number of values of g and their names, from a call on two starts.
probe_functional <- function(g, x) {
  x <- x[rep_len(seq_len(nrow(x)), 2L), , drop = FALSE]
  value <- g(x)
  q <- length(value) / 2
  if (!is_answer(value, "g") || q < 1 || !has_shape(value, 2L, q)) {
    abort_about(
      "g", "must return a number for each row of `x`, or a matrix with as many rows; for 2 rows ",
      "it returned ", describe(value), ".", call = user_call()
    )
  }
  list(q = q, names = colnames(value) %||% if (q == 1) "g" else paste0("g", seq_len(q)))
}
