#' Job files of the command
#'
#' The command `follmer` takes its settings from a job file, whose keys are
#' spelled as the arguments in R. `write_job()` writes one; `follmer run FILE`
#' runs it.
#'
#' @param file Name of the file.
#' @param command `"fit"`, `"sample"`, `"expect"` or `"combine"`.
#' @param ... The keys of the job by name, as `follmer fit --help` and so on
#'   list them. A `process`, a `network`, a `drift` and a `gap` law may be given
#'   as objects. The `files` that `"combine"` reads are a vector of names.
#' @return The keys, invisibly.
#' @section Errors: `follmer_error_input` names the key; `follmer_error_file`
#'   the file.
#' @seealso [fit_denoiser()], [simulate.follmer_denoiser()], [expectation()];
#'   [read_draws()] for the draws of `follmer sample`, [read_expectation()] for
#'   the results of `follmer expect`
#' @examples
#' job <- tempfile(fileext = ".json")
#' write_job(job, "fit",
#'   data = "faithful.csv", output = "faithful.safetensors",
#'   process = pbm(), network = mlp(c(64, 64)), steps = 2000, seed = 1
#' )
#' cat(readLines(job), sep = "\n")
#'
#' write_job(job, "expect",
#'   drift = drift_ou(rate = 2), start = 1, g = "second_moment",
#'   method = "renewal", gap = gap_exponential(1.5), n = 1e6, seed = 1
#' )
#' @name job
NULL

#' @rdname job
#' @export
write_job <- function(file, command, ...) {
  file <- check_file(file)
  check_choice(command, "command", names(job_keys))
  values <- list(...)
  if (length(values) > 0L && (is.null(names(values)) || any(names(values) == ""))) {
    abort("Keys of a job must be given by name, as in `steps = 100`.")
  }
  values <- unlist(unname(Map(job_values, values, names(values))), recursive = FALSE)
  own <- names(values) == "files" # the one list of texts
  values <- c(values[own], option_values(values[!own]))
  check_keys(values, command)
  answer(.Call(ffi_job_write, file, c(list(command = command), values)))
  invisible(values)
}

# Keys of the commands that are not in a table of the core.
job_keys <- list(
  fit = c("data", "output", "seed", "threads", "progress"),
  sample = c("model", "output", "paths", "n", "seed", "threads", "progress"),
  expect = c(
    "model", "x0", "dim", "start", "horizon", "sigma", "snr_max", "conf_level", "resamples",
    "output", "draws", "seed", "threads", "progress"
  ),
  combine = c("files", "conf_level", "resamples", "output")
)

# The tables of the core that have the others.
job_tables <- list(
  fit = "fit", sample = "sample", expect = c("expect", "drift", "functional"), combine = NULL
)

# An argument as keys: objects stand for several.
job_values <- function(value, key) {
  objects <- c("follmer_process", "follmer_network", "follmer_drift", "follmer_gap")
  if (!inherits(value, objects)) {
    return(stats::setNames(list(if (is.character(value)) enc2utf8(value) else value), key))
  }
  keys <- unclass(value)
  if (identical(keys$drift, "native") || identical(keys$gap, "count")) {
    abort("`", key, "` must be one that has keys in a job file, not ", value[[1L]], ".")
  }
  keys
}

# Refuses keys that the command does not have, and values that do not fit.
check_keys <- function(values, command) {
  tables <- stats::setNames(nm = job_tables[[command]])
  tables <- lapply(tables, function(table) names(resolve_options(table)))
  known <- c(job_keys[[command]], unlist(tables))
  for (key in setdiff(names(values), known)) {
    distance <- utils::adist(key, known)
    near <- if (min(distance) < nchar(key) %/% 4L + 2L) known[which.min(distance)]
    hint <- if (is.null(near)) "." else paste0("; did you mean `", near, "`?")
    abort("There is no key `", key, "`", hint)
  }
  for (table in names(tables)) {
    resolve_options(table, values[names(values) %in% setdiff(tables[[table]], job_keys[[command]])])
  }
  check_job_keys(values[names(values) %in% job_keys[[command]]])
}

check_files <- function(files) {
  if (!is.character(files) || length(files) == 0L || anyNA(files)) {
    wanted("files", "names of one or more files", files)
  }
}

check_job_keys <- function(values) {
  for (key in names(values)) {
    value <- values[[key]]
    switch(key,
      files = check_files(value),
      n = check_whole(value, key, max = 1e12),
      dim = check_whole(value, key, max = 1e6),
      resamples = check_whole(value, key, min = 0, max = 1e6),
      start = check_real(value, key),
      horizon = , sigma = check_real(value, key, above = 0),
      snr_max = if (!identical(value, Inf)) check_real(value, key, above = 0),
      conf_level = check_real(value, key, above = 0, below = 1),
      seed = check_seed(value),
      threads = check_threads(value),
      progress = if (!is.logical(value)) check_choice(value, key, c("auto", "true", "false")),
      check_file(value, key)
    )
  }
}
