# Functions of the user's that the core calls (src/r/function.c): each call is
# checked, and errors are raised in the name of the function of this package
# that the user called.

# `f` takes x and, unless g, t; its answers are q doubles for each row.
core_function <- function(f, x0, q = ncol(x0), call = quote(drift(x, t))) {
  frame <- new.env(parent = baseenv())
  assign(as.character(call[[1L]]), f, frame)
  columns <- if (!is.null(colnames(x0))) list(NULL, colnames(x0))
  list(frame = frame, call = call, columns = columns, q = as.double(q))
}

checked_drift <- function(drift, d) {
  call <- user_call()
  function(x, t) {
    value <- drift(x, t)
    check_shape(value, "drift", nrow(x), d, call)
    check_values(value, "drift", x, t, call)
  }
}

checked_functional <- function(g, q) {
  call <- user_call()
  function(x) {
    value <- g(x)
    check_shape(value, "g", nrow(x), q, call)
    check_values(value, "g", x, NULL, call)
  }
}

# n numbers for each of q columns: a matrix, or a vector where that says all.
check_shape <- function(value, arg, n, q, call) {
  numbers <- is.numeric(value) || arg == "g" && is.logical(value)
  shape <- if (is.array(value)) {
    identical(dim(value), c(n, as.integer(q))) || length(dim(value)) == 1L && q == 1 && length(value) == n
  } else {
    (q == 1 || n == 1L) && length(value) == n * q
  }
  if (!numbers || is.object(value) || !shape) {
    what <- if (q == 1) {
      sprintf("%d number%s, one for each row of `x`", n, if (n > 1L) "s" else "")
    } else {
      sprintf("a numeric %d x %d matrix, a row for each row of `x`", n, q)
    }
    came <- if (is.factor(value)) "a factor" else describe(value)
    abort("`", arg, "` must return ", what, ", not ", came, ".", call = call)
  }
}

check_values <- function(value, arg, x, t, call) {
  storage.mode(value) <- "double"
  if (!all(is.finite(value))) {
    bad <- which(!is.finite(value))[1L]
    row <- (bad - 1L) %% nrow(x) + 1L
    at <- toString(c(format(x[row, seq_len(min(ncol(x), 6L))], digits = 6L, trim = TRUE), if (ncol(x) > 6L) "..."))
    abort(
      "`", arg, "` must return finite numbers, but row ", row, " is ", value[bad], " where x is ",
      if (ncol(x) > 1L) paste0("(", at, ")") else at,
      if (!is.null(t)) paste0(" and t is ", format(t[row], digits = 6L)), ".",
      kind = "numeric", call = call
    )
  }
  value
}

# The number of values of g and their names, from a call on two starts.
probe_functional <- function(g, x) {
  call <- user_call()
  x <- x[rep_len(seq_len(nrow(x)), 2L), , drop = FALSE]
  value <- g(x)
  numbers <- (is.numeric(value) || is.logical(value)) && !is.object(value)
  if (!numbers || NROW(value) != 2L || length(dim(value)) > 2L || length(value) == 0L) {
    came <- if (is.factor(value)) "a factor" else describe(value)
    abort(
      "`g` must return a number for each row of `x`, or a matrix with as many rows; for 2 rows ",
      "it returned ", came, ".", call = call
    )
  }
  q <- NCOL(value)
  list(q = q, names = colnames(value) %||% if (q == 1L) "g" else paste0("g", seq_len(q)))
}
