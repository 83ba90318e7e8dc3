# Functions of R as keys of a problem: the text, without comments, and the
# values that it uses from elsewhere.

function_key <- function(f) {
  paste("function", function_hash(f, list()))
}

text_key <- function(x) {
  text <- deparse(x, width.cutoff = 500L, control = c("keepNA", "keepInteger", "digits17"))
  text_hash(text)
}

text_hash <- function(text) {
  .Call(ffi_hash, charToRaw(enc2utf8(paste(text, collapse = "\n"))))
}

# `within` are the functions that this one is found in, as it may use itself.
function_hash <- function(f, within) {
  if (is.primitive(f)) {
    return(text_key(f))
  }
  used <- used_values(f)
  text <- text_key(f)
  if (length(used) == 0L) {
    return(text)
  }
  hashes <- vapply(used, value_hash, "", within = c(within, f))
  text_hash(c(text, paste(names(used), hashes)))
}

# Environments and pointers, which change and may be anything, have their class
# alone.
value_hash <- function(x, within) {
  if (is.function(x)) {
    known <- any(vapply(within, identical, NA, x))
    return(if (known) "itself" else function_hash(x, within))
  }
  more <- attributes(x)
  parts <- c(
    typeof(x), if (is.list(x) || is.pairlist(x)) {
      vapply(unclass(as.list(x)), value_hash, "", within = within)
    } else if (is.atomic(x)) {
      atomic_hash(x)
    } else if (is.language(x)) {
      text_key(x)
    },
    if (is.list(more)) paste(names(more), vapply(more, value_hash, "", within = within))
  )
  text_hash(parts)
}

# Of its bytes as they are saved, after the head, which names the version of R.
atomic_hash <- function(x) {
  attributes(x) <- NULL
  .Call(ffi_hash, utils::tail(serialize(x, NULL, version = 2L), -14L))
}

# What a function uses of its enclosures and of the workspace, by name; what
# packages have is the same everywhere.
used_values <- function(f) {
  names <- free_names(c(formals(f), body(f)), bound_names(f))
  if (is.null(names)) {
    return(NULL)
  }
  names <- names[!duplicated(paste(names, names(names)))]
  names <- names[order(names, names(names), method = "radix")]
  values <- Map(found_value, names, names(names), MoreArgs = list(from = environment(f)))
  values <- stats::setNames(values, names)
  values[!vapply(values, is.null, NA)]
}

found_value <- function(name, mode, from) {
  while (!identical(from, emptyenv()) && !is_of_package(from)) {
    if (exists(name, from, mode = mode, inherits = FALSE)) {
      # an argument that was never given, or that fails, has no value
      return(tryCatch(get(name, from, mode = mode, inherits = FALSE), error = function(e) NULL))
    }
    from <- parent.env(from)
  }
  NULL
}

is_of_package <- function(env) {
  isNamespace(env) || identical(env, baseenv()) || startsWith(environmentName(env), "package:")
}

# Names in code that are not bound there, each with the mode it is looked up by.
free_names <- function(code, bound) {
  if (is.symbol(code)) {
    name <- as.character(code)
    return(if (!name %in% c(bound, "")) c(any = name))
  }
  if (!is.call(code)) {
    return(if (is.recursive(code)) free_names_of(as.list(code), bound))
  }
  parts <- as.list(code)
  head <- parts[[1L]]
  if (!is.symbol(head)) {
    return(free_names_of(parts, bound))
  }
  name <- as.character(head)
  if (name == "function") {
    inner <- c(names(parts[[2L]]), assigned_names(parts[[3L]]))
    return(free_names_of(parts[2:3], c(bound, inner)))
  }
  if (name %in% c("$", "@")) {
    parts <- parts[1:2]
  }
  c(if (!name %in% bound) c("function" = name), free_names_of(parts[-1L], bound))
}

free_names_of <- function(parts, bound) {
  unlist(lapply(unname(parts), free_names, bound = bound))
}

bound_names <- function(f) {
  c(names(formals(f)), assigned_names(body(f)))
}

# Names that code itself gives a value.
assigned_names <- function(code) {
  if (!is.call(code)) {
    return(NULL)
  }
  name <- if (is.symbol(code[[1L]])) as.character(code[[1L]]) else ""
  target <- if (name %in% c("<-", "=", "for") && length(code) > 2L) code[[2L]]
  inner <- if (name != "function") unlist(lapply(as.list(code)[-1L], assigned_names))
  c(if (is.symbol(target) || is.character(target)) as.character(target), inner)
}
