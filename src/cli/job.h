// Jobs: the fields of a command, filled from defaults, a job file and the command line, in this order.
#ifndef FOL_CLI_JOB_H
#define FOL_CLI_JOB_H

#include <stdbool.h>

#include "command.h"

// A command line, taken apart; its words belong to argv.
typedef struct {
    bool help;         // --help was among the words
    size_t n_files;    // words that are no keys
    const char **file; // (n_files): the job file, or the files that the command takes
    size_t n;          // assignments, in order
    const char **key;  // (n)
    const char **word; // (n)
} cli_line;

// A command with its filled fields.
typedef struct {
    const cli_command *command;
    void *fields; // of fol_job_new
} cli_job;

// The jobs of one call.
typedef struct {
    cli_job *jobs;
    size_t n;
} cli_job_list;

// Takes the words after the command's name apart (argv[0] is that name). A command that runs job files takes the
// keys of all commands. FOL_E_INPUT names what is wrong.
fol_status cli_line_parse(fol_context *ctx, const cli_command *command, int argc, char **argv, cli_line *line);
void cli_line_clear(cli_line *line);

// Fills one job, or as many as the file holds if the command runs job files. FOL_E_INPUT or FOL_E_FILE names file,
// line, column or key. On failure *list is empty.
fol_status cli_jobs_fill(fol_context *ctx, const cli_command *command, const cli_line *line, cli_job_list *list);
void cli_jobs_clear(cli_job_list *list);

// Lines that stand above a table, a key of the job each, with its value in JSON: version, job, seed and threads that
// made it. Free it with free(); NULL when memory runs out. Without blanks, and without commas but those of arrays, so
// that programs that find out where a table begins do not take the lines for rows.
char *cli_job_comment(const fol_context *ctx, const cli_command *command, const void *fields);

#endif
