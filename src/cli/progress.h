// Progress: a bar or lines on standard error, and the signals that interrupt a job.
#ifndef FOL_CLI_PROGRESS_H
#define FOL_CLI_PROGRESS_H

#include "io/table_file.h"
#include "job/job.h"

typedef struct {
    enum { CLI_SHOW_NOTHING, CLI_SHOW_BAR, CLI_SHOW_LINES } show;
    double start, last;             // seconds, 0 before the first poll
    double first_done;              // units that were done at the first poll (a resumed job)
    size_t before, total;           // see cli_progress_part; total 0: none
    int width;                      // characters of the bar on the screen now
    const fol_table_writer *out[2]; // see cli_progress_watch
} cli_progress;

// Makes *progress the poll of ctx and lets SIGINT and SIGTERM interrupt it; a second signal ends the process.
void cli_progress_begin(fol_context *ctx, cli_progress *progress, fol_progress_mode mode);

// Says that the core's next task is a part of a larger one: its units come after `before` of `total`.
void cli_progress_part(fol_context *ctx, size_t before, size_t total);

// Says whose reader must be there: the job ends when one of two writers (NULL: none) has lost it.
void cli_progress_watch(fol_context *ctx, const fol_table_writer *one, const fol_table_writer *other);

// Wipes the bar and gives the signals their former meaning.
void cli_progress_end(fol_context *ctx);

#endif
