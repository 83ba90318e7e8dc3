#' Read draws of the command
#'
#' Reads the draws that `follmer sample` wrote.
#'
#' The lines after `#` record the job, a key each with its value in JSON. Other
#' programs pass over them when they are told to:
#' `read.csv(file, comment.char = "#")` in R and `read_csv(file, comment="#")` in
#' pandas. `data.table::fread(file)` finds the table by itself if it has two
#' columns or more; with one, name it (`skip = "x1"`).
#'
#' @param file Name of the file. Draws are in CSV, or in NumPy's format if the
#'   name ends in `.npy`.
#' @param header Whether the first line of a CSV holds the names of the columns:
#'   `"yes"`, `"no"` or `"auto"`, by what stands there. A line of numbers that
#'   could be either is compared with those below, and a message says what it was
#'   taken for. Lines after `#`, where `numpy.savetxt` puts names, never do.
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
read_draws <- function(file, header = "auto") {
  file <- check_file(file)
  headers <- c("auto", "yes", "no")
  header <- match(check_choice(header, "header", headers), headers) - 1L
  if (file == "-") {
    file <- "./-" # a file; to the core "-" is standard input
  }
  table <- answer(.Call(ffi_table_read, file, header, run_settings()))
  if (!is.null(table$guess)) {
    message(file, ": ", table$guess, ".")
  }
  x <- table$data
  colnames(x) <- column_names(x)
  job <- job_of(table$comment)
  new_draws(x, seed = job$seed, method = job$method, steps = job$steps)
}

# What the lines in front of draws say of the job.
job_of <- function(comment) {
  lines <- unlist(strsplit(comment %||% "", "\n", fixed = TRUE))
  if (any(startsWith(lines, "follmer="))) {
    keys <- grep("^[a-z][a-z0-9_]*=", lines, value = TRUE)
    members <- sub("^([^=]*)=(.*)$", "\"\\1\":\\2", keys[!startsWith(keys, "follmer=")])
    return(.Call(ffi_job_parse, enc2utf8(paste0("{", paste(members, collapse = ","), "}"))))
  }
  # as it was written first: the job in one line
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
