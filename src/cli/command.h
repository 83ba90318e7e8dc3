// Commands: what a subcommand of follmer is, and the list of them.
#ifndef FOL_COMMAND_H
#define FOL_COMMAND_H

#include "io/options.h"
#include "progress.h"
#include "rule.h"

// What a job begins with: the first member of a command's job struct.
typedef struct {
    int64_t seed;    // -1: drawn from the system's entropy before the job starts
    int64_t threads; // -1: all
    int progress;    // cli_progress_mode
} cli_common;

// The keys of a cli_common, for sections.
extern const fol_option cli_common_table[];  // all of them
extern const fol_option cli_threads_table[]; // `threads` alone

// Gives ctx seed, threads and progress before the long part of a job: a seed of -1 is drawn and left in *common.
// cli_progress_end afterwards. FOL_E_FILE when the system has no entropy to give.
fol_status cli_common_begin(fol_context *ctx, cli_common *common, cli_progress *progress);

// A group of keys: what it is called in --help, its table, and where in the job struct the fields stand.
typedef struct {
    const char *title;
    const fol_option *table; // NULL ends the list
    size_t offset;
} cli_section;

// Names of files, as many as there are.
typedef struct {
    size_t n;
    char **path; // (n), a block each
} cli_files;

// A subcommand. To add one: a file with its cli_command, and its name in CLI_COMMAND_LIST.
struct cli_command {
    const char *name;
    const char *summary;         // one line, for follmer --help
    const char *description;     // a paragraph, for follmer NAME --help and the manual
    const cli_section *sections; // its keys
    const cli_rule *rules;       // of keys that do not go together; may be NULL
    const char *const *required; // text keys that must be given, ended by NULL
    size_t job_size;             // of its job struct
    // Its words are not a job file but one or more files to read, `files` in jobs: the job struct begins with a
    // cli_files in place of a cli_common.
    bool takes_files;
    // Refuses keys that do not go together, before any job begins; may be NULL.
    fol_status (*check)(fol_context *ctx, const void *job);
    // Does the job and writes its result. NULL: the job file says which command it is.
    fol_status (*run)(fol_context *ctx, const struct cli_command *command, void *job);
};

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

// The option of that key with the section it stands in, or NULL.
const fol_option *cli_command_option(const cli_command *command, const char *key, const cli_section **section);

// What a usage line says of a command's words: "[JOB.json]", "JOB.json" or "FILE...".
const char *cli_command_words(const cli_command *command);

#endif
