# Progress: a bar with the time left while the core works.

# Calls run(tick), where tick is what the core calls now and then, or NULL.
with_progress <- function(show, task, run) {
  if (!show) {
    return(run(NULL))
  }
  bar <- NULL
  note <- ""
  here <- environment()
  tick <- function(done, total, loss) {
    tryCatch(
      {
        if (is.null(bar)) {
          bar <<- cli::cli_progress_bar(
            format = paste0(task, " {cli::pb_bar} {cli::pb_percent}{note}, {cli::pb_eta_str}"),
            total = total, .auto_close = FALSE, .envir = here
          )
        }
        if (!is.na(loss)) {
          note <<- sprintf(", loss %.4f", loss)
        }
        cli::cli_progress_update(set = done, id = bar, .envir = here)
        FALSE
      },
      interrupt = function(e) TRUE
    )
  }
  # after an error in the midst of a bar, which must be seen, cli may find its bar half made
  end <- function() try(cli::cli_progress_done(id = bar, .envir = here), silent = TRUE)
  on.exit(if (!is.null(bar)) end())
  run(tick)
}
