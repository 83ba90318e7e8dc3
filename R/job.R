#' Job files of the command
#'
#' The command `follmer` takes its settings from a job file, whose keys are
#' spelled as the arguments in R. `write_job()` writes one; `follmer run FILE`
#' runs it.
#'
#' @param file Name of the file.
#' @param command `"fit"`, `"sample"`, `"expect"`, `"combine"` or `"info"`.
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
  check_choice(command, "command", .Call(ffi_job_names))
  values <- list(...)
  if (length(values) > 0L && (is.null(names(values)) || any(names(values) == ""))) {
    abort("Keys of a job must be given by name, as in `steps = 100`.")
  }
  values <- unlist(unname(Map(job_values, values, names(values))), recursive = FALSE)
  own <- names(values) == "files" # the one list of texts
  check_files(values[own])
  values <- c(values[own], option_values(values[!own]))
  option_answer(.Call(ffi_job_write, file, command, values), values, noun = "key")
  invisible(values)
}

# An argument as keys: objects stand for several.
job_values <- function(value, key) {
  objects <- c("follmer_process", "follmer_network", "follmer_drift", "follmer_gap")
  if (!inherits(value, objects)) {
    return(stats::setNames(list(if (is.character(value)) enc2utf8(value) else value), key))
  }
  keys <- unclass(value)
  if (identical(keys$drift, "native") || inherits(value, "follmer_gap_count")) {
    abort_about(key, "must be one that has keys in a job file, not ", value[[1L]], ".")
  }
  attributes(keys) <- attributes(keys)["names"]
  keys
}

check_files <- function(values) {
  for (files in values) {
    if (!is.character(files) || length(files) == 0L || anyNA(files)) {
      wanted("files", "names of one or more files", files)
    }
  }
}
