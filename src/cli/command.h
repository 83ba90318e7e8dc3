// Commands: what a subcommand of follmer is, and the list of them.
#ifndef FOL_COMMAND_H
#define FOL_COMMAND_H

#include "job/job.h"
#include "progress.h"

// Gives ctx seed, threads and progress before the long part of a job: a seed of -1 is drawn and left in *common.
// cli_progress_end afterwards. FOL_E_FILE when the system has no entropy to give.
fol_status cli_common_begin(fol_context *ctx, fol_job_common *common, cli_progress *progress);

// What the core calls an argument, and the key of a command that is one.
typedef struct {
    const char *argument, *key;
} cli_word;

// A subcommand. To add one: a file with its cli_command, and its name in CLI_COMMAND_LIST.
typedef struct cli_command {
    const char *name;
    const char *summary;     // one line, for follmer --help
    const char *description; // a paragraph, for follmer NAME --help and the manual
    const fol_job_kind *job; // its keys; NULL: the job file says which command it is
    const cli_word *words;   // where the core has other names than the keys, ended by {0}; NULL: nowhere
    // Refuses keys that do not go together, before any job begins; may be NULL.
    fol_status (*check)(fol_context *ctx, const void *job);
    // Does the job and writes its result. NULL without a job of its own.
    fol_status (*run)(fol_context *ctx, const struct cli_command *command, void *job);
} cli_command;

#define CLI_COMMAND_LIST(X)                                                                                            \
    X(fit)                                                                                                             \
    X(sample)                                                                                                          \
    X(expect)                                                                                                          \
    X(combine)                                                                                                         \
    X(info)                                                                                                            \
    X(run)

#define CLI_COMMAND_DECLARE(name) extern const cli_command cli_##name;
CLI_COMMAND_LIST(CLI_COMMAND_DECLARE)
#undef CLI_COMMAND_DECLARE

// All of them, ended by NULL.
extern const cli_command *const cli_commands[];

// The command of that name, or NULL.
const cli_command *cli_command_find(const char *name);

// The nearest name to a mistyped one, or NULL if none is near.
const char *cli_command_nearest(const char *name);

// What a usage line says of a command's words: "[JOB.json]", "JOB.json" or "FILE...".
const char *cli_command_words(const cli_command *command);

#endif
