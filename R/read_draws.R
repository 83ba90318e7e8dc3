#' Read draws of the command
#'
#' Reads the draws that `follmer sample` wrote.
#'
#' @param file Name of the file. Draws are in CSV, or in NumPy's format if the
#'   name ends in `.npy`.
#' @return A matrix of class [follmer_draws], with the names of the file's
#'   columns (`x1`, `x2`, ... where it has none) and with attributes `seed`,
#'   `method` and `steps` if the file has them.
#' @section Errors: `follmer_error_file` names the file, the line and the column
#'   that is not as it should be.
#' @seealso [simulate.follmer_denoiser()]; [write_job()] for jobs of the command
#' @examples
#' file <- tempfile(fileext = ".csv")
#' writeLines(c("# seed: 1", "a,b", "0.5,-1", "0.25,3"), file)
#' read_draws(file)
#' @export
read_draws <- function(file) {
  file <- check_file(file)
  if (file == "-") {
    file <- "./-" # a file; to the core "-" is standard input
  }
  table <- answer(.Call(ffi_table_read, file, run_settings()))
  x <- table$data
  colnames(x) <- column_names(x)
  job <- job_of(table$comment)
  new_draws(x, seed = job$seed, method = job$method, steps = job$steps)
}

# What the lines in front of draws say of the job.
job_of <- function(comment) {
  lines <- unlist(strsplit(comment %||% "", "\n", fixed = TRUE))
  value <- function(key) {
    line <- lines[startsWith(lines, paste0(key, ": "))]
    if (length(line) > 0L) substring(line[1L], nchar(key) + 3L)
  }
  job <- value("job")
  job <- if (!is.null(job)) .Call(ffi_job_parse, enc2utf8(job))
  seed <- value("seed")
  if (!is.null(seed) && grepl("^[0-9]+$", seed)) {
    job$seed <- as.numeric(seed)
  }
  job
}
