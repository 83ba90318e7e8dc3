// Jobs: what a command is told, in sections of keys; the same tables for the command, for job files and for R.
#ifndef FOL_JOB_H
#define FOL_JOB_H

#include "../io/options.h"

// What a job begins with, unless it takes files.
typedef struct {
    int64_t seed;    // -1: drawn from the system's entropy before the job starts
    int64_t threads; // -1: all
    int progress;    // fol_progress_mode
} fol_job_common;

#define FOL_PROGRESS_CHOICES "auto|true|false"
typedef enum { FOL_PROGRESS_AUTO, FOL_PROGRESS_TRUE, FOL_PROGRESS_FALSE } fol_progress_mode;

// The keys of a fol_job_common, for sections.
extern const fol_option fol_job_common_table[];  // all of them
extern const fol_option fol_job_threads_table[]; // `threads` alone

// Names of files, as many as there are.
typedef struct {
    size_t n;
    char **path; // (n), a block each
} fol_job_files;

// A group of keys: what it is called in --help, its table, and where in the job struct the fields stand.
typedef struct {
    const char *title;
    const fol_option *table; // NULL ends the list
    size_t offset;
    const char *beside; // a rule for all keys of the table (options.h), or NULL
} fol_job_section;

#define FOL_JOB_SECTIONS 16 // at most

typedef struct {
    const char *name;
    const fol_job_section *sections;
    const char *const *required; // text keys that must be given, ended by NULL
    size_t size;                 // of its struct
    bool takes_files;            // the struct begins with a fol_job_files, key `files`, in place of a fol_job_common
} fol_job_kind;

// To add one: a file with its struct and its fol_job_kind, and its name here.
#define FOL_JOB_LIST(X)                                                                                                \
    X(fit)                                                                                                             \
    X(sample)                                                                                                          \
    X(expect)                                                                                                          \
    X(combine)                                                                                                         \
    X(info)

#define FOL_JOB_DECLARE(name) extern const fol_job_kind fol_job_##name;
FOL_JOB_LIST(FOL_JOB_DECLARE)
#undef FOL_JOB_DECLARE

// All of them, ended by NULL.
extern const fol_job_kind *const fol_jobs[];

// The kind of that name, or NULL.
const fol_job_kind *fol_job_find(const char *name);

// The option of that key with the section it stands in, or NULL.
const fol_option *fol_job_option(const fol_job_kind *kind, const char *key, const fol_job_section **section);

// Fields with their defaults: a block for fol_job_free; NULL when memory runs out.
void *fol_job_new(const fol_job_kind *kind);
void fol_job_free(const fol_job_kind *kind, void *fields); // fields may be NULL

// Whether a key is that of a kind: these are set first (options.h).
bool fol_job_is_kind(const fol_job_kind *kind, const char *key);

// Sets one key from a JSON value (json_t as a void pointer) or a typed word. FOL_E_INPUT; an unknown key names the
// nearest of the job.
fol_status fol_job_set_json(fol_context *ctx, const fol_job_kind *kind, void *fields, const char *key,
                            const void *value);
fol_status fol_job_set_word(fol_context *ctx, const fol_job_kind *kind, void *fields, const char *key,
                            const char *word);

// Adds a file of a job that takes files.
fol_status fol_job_add_file(fol_context *ctx, void *fields, const char *path);

// Refuses, of n keys that were given, those that do not count, and values that do not go together.
fol_status fol_job_check(fol_context *ctx, const fol_job_kind *kind, const void *fields, size_t n,
                         const char *const *given);

// All fields that are given and count as a JSON object (a json_t that belongs to the caller) with the kind's name first
// as `command`; setting them again gives the same fields. NULL when memory runs out.
void *fol_job_to_json(const fol_job_kind *kind, const void *fields);

#endif
