# Checks of arguments: each says what is wanted and what was given.

describe <- function(x) {
  if (is.null(x)) {
    "NULL"
  } else if (is.data.frame(x)) {
    "a data frame"
  } else if (is.factor(x)) {
    "a factor"
  } else if (is.numeric(x) && !is_plain(x)) {
    paste("an object of class", class(x)[1L])
  } else if (!is.null(dim(x))) {
    describe_array(x)
  } else if (is.atomic(x)) {
    describe_vector(x)
  } else if (is.function(x)) {
    "a function"
  } else if (is.object(x)) {
    paste("an object of class", class(x)[1L])
  } else {
    paste("a", typeof(x))
  }
}

describe_array <- function(x) {
  if (is.matrix(x)) {
    sprintf("a %d x %d %s matrix", nrow(x), ncol(x), mode(x))
  } else if (is.array(x)) {
    sprintf("an array of %d dimensions", length(dim(x)))
  } else {
    paste("an object of class", class(x)[1L])
  }
}

describe_vector <- function(x) {
  if (length(x) != 1L) {
    sprintf("a %s vector of length %d", mode(x), length(x))
  } else if (is.character(x) && !is.na(x)) {
    paste0("'", x, "'")
  } else {
    format(x, digits = 15L)
  }
}

wanted <- function(arg, what, given, words = describe(given)) {
  given <- words
  abort(
    "`", arg, "` must be ", what, ", not ", given, ".",
    fields = list(argument = arg, wanted = what, given = given)
  )
}

check_whole <- function(x, arg, min = 1, max = .Machine$integer.max) {
  ok <- is_number(x) && x == floor(x)
  if (!ok || x < min || x > max) {
    low <- !ok || x < min
    wanted(arg, paste0(
      "a whole number of ",
      if (low) paste("at least", format(min)) else paste("at most", format(max, digits = 16L))
    ), x)
  }
  as.double(x)
}

# A number strictly between `above` and `below`.
check_real <- function(x, arg, above = -Inf, below = Inf) {
  if (!is_number(x) || x <= above || x >= below) {
    bounds <- c(if (above > -Inf) paste("above", above), if (below < Inf) paste("below", below))
    what <- if (below < Inf) "a number" else "a finite number"
    wanted(arg, paste(c(what, paste(bounds, collapse = " and ")), collapse = " "), x)
  }
  as.double(x)
}

is_number <- function(x) {
  is_numbers(x) && length(x) == 1L && !is.na(x)
}

check_flag <- function(x, arg) {
  if (!is.logical(x) || length(x) != 1L || is.na(x)) {
    wanted(arg, "TRUE or FALSE", x)
  }
  x
}

check_choice <- function(x, arg, choices) {
  if (!is.character(x) || length(x) != 1L || !x %in% choices) {
    wanted(arg, paste("one of", any_of(choices)), x)
  }
  x
}

check_file <- function(x, arg = "file") {
  if (!is.character(x) || length(x) != 1L || is.na(x) || x == "") {
    wanted(arg, "the name of a file", x)
  }
  enc2native(path.expand(x))
}

# A file that will be written: what can be known before the work is done.
check_writable <- function(file, arg) {
  said <- if (dir.exists(file)) {
    "must be a file, not a folder."
  } else if (file.access(dirname(file), 2L) != 0L) {
    "cannot be written."
  }
  if (!is.null(said)) {
    fields <- list(argument = arg, wanted = said, source = file)
    abort(file, ": `", arg, "` ", said, kind = "file", fields = fields)
  }
}

check_class <- function(x, arg, class, made_by) {
  if (!inherits(x, class)) {
    wanted(arg, made_by, x)
  }
  x
}

check_target <- function(x, arg = "target") {
  made_by <- any_of(paste0("target_", names(kinds_of("target")), "()"))
  check_class(x, arg, "follmer_target", paste("a target, as of", made_by))
}

check_process <- function(x) {
  made_by <- any_of(paste0(names(kinds_of("process")), "()"))
  check_class(x, "process", "follmer_process", paste("a process:", made_by))
}

check_denoiser <- function(x) {
  check_class(x, "object", "follmer_denoiser", "a model of fit_denoiser() or exact_denoiser()")
}

check_gap <- function(x, arg = "gap") {
  made_by <- any_of(paste0("gap_", c(names(kinds_of("gap")), "count"), "()"))
  check_class(x, arg, "follmer_gap", paste("a gap law:", made_by))
}

check_seed <- function(seed) {
  if (!is.null(seed)) {
    seed <- check_whole(seed, "seed", min = 0, max = 2^53 - 1)
  }
  seed
}

# Called when every other argument is checked, so that a refused call leaves
# R's generator alone.
draw_seed <- function(seed) {
  if (is.null(seed)) {
    seed <- as.double(sample.int(.Machine$integer.max, 1L))
  }
  seed
}

check_threads <- function(threads, arg = "threads") {
  if (is.null(threads)) 0L else as.integer(check_whole(threads, arg, max = 1024))
}

# What the core's context is made of (src/r/condition.c).
run_settings <- function(seed = 0, threads = 0L, tick = NULL) {
  list(seed, threads, tick)
}

# A matrix, data frame or vector (a column) of numbers or flags as a matrix of
# doubles without missing or infinite entries; `names` are the columns it should
# have.
check_rows <- function(x, arg, names = NULL) {
  if (is.data.frame(x)) {
    plain <- vapply(x, is_plain, NA)
    if (!all(plain)) {
      bad <- which(!plain)[1L]
      abort_about(
        arg, "must have numeric columns only; column ", bad, " (", names(x)[bad],
        ") is ", class(x[[bad]])[1L], "."
      )
    }
    x <- as.matrix(x)
  } else if (!is_plain(x) || length(dim(x)) > 2L) {
    wanted(arg, "a numeric matrix, data frame or vector", x)
  }
  shape <- if (length(dim(x)) == 2L) dim(x) else c(length(x), 1L)
  x <- matrix(as.double(x), shape[1L], shape[2L], dimnames = if (is.matrix(x)) dimnames(x))
  if (nrow(x) == 0L || ncol(x) == 0L) {
    abort_about(arg, "must have rows and columns, but is ", nrow(x), " x ", ncol(x), ".")
  }
  x <- match_columns(x, arg, names)
  check_finite(x, arg)
  x
}

# Numbers or flags whose class, if they have one, says nothing of their values:
# not those of bit64, whose bits are no doubles, or codes with labels.
is_plain <- function(x) {
  known <- c(
    "AsIs", "ts", "mts", "matrix", "array", "table", "scaled", "zoo", "xts", "mcmc",
    "follmer_draws", "draws_matrix", "draws"
  )
  (is.numeric(x) || is.logical(x)) && all(oldClass(x) %in% known)
}

# Columns are matched by name where both sides have names, by place elsewhere:
# a name that stands twice, or that was made up for want of one, says nothing.
match_columns <- function(x, arg, names) {
  if (is.null(names)) {
    return(x)
  }
  if (!anyDuplicated(names) && all(names %in% colnames(x))) {
    return(x[, names, drop = FALSE])
  }
  if (ncol(x) != length(names)) {
    abort_about(arg, "must have ", length(names), " columns, not ", ncol(x), ".")
  }
  missing <- setdiff(names, colnames(x))
  telling <- !anyDuplicated(names) && !identical(names, default_names(length(names)))
  if (telling && !is.null(colnames(x)) && !anyDuplicated(colnames(x))) {
    abort_about(
      arg, "must have the columns of the model; there is no ", missing[1L],
      " among ", paste(colnames(x), collapse = ", "), "."
    )
  }
  x
}

check_finite <- function(x, arg) {
  bad <- which(!is.finite(x))
  if (length(bad) > 0L) {
    at <- arrayInd(bad[1L], dim(x))
    name <- colnames(x)[at[2L]]
    abort(
      "`", arg, "` must be finite, but row ", at[1L], ", column ", at[2L],
      if (!is.null(name)) paste0(" (", name, ")"), " is ", x[bad[1L]], ".",
      fields = list(
        argument = arg, wanted = "finite", given = format(x[bad[1L]]), row = at[1L], column = at[2L]
      )
    )
  }
}

# The names of the columns of a matrix, or of what a target, denoiser or
# equation has.
column_names <- function(x) {
  UseMethod("column_names")
}

column_names.default <- function(x) {
  if (is.null(colnames(x))) default_names(ncol(x)) else colnames(x)
}

default_names <- function(d) {
  paste0("x", seq_len(d))
}

`%||%` <- function(x, y) if (is.null(x)) y else x
