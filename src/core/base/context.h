// Context: what every long computation is given.
#ifndef FOL_CONTEXT_H
#define FOL_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "status.h"

// What a poll is told.
typedef struct {
    const char *task;   // "fit", "sample", ...
    size_t done, total; // units of the task
    double loss;        // the newest loss, NaN where there is none
} fol_progress;

// One caller's settings and its last failure. Belongs to one calling thread at a time.
typedef struct fol_context {
    int threads;                                           // 0: fol_threads()
    uint64_t seed;                                         // the whole randomness of the computation
    int (*poll)(const fol_progress *progress, void *data); // on the calling thread, at least every 0.1 s or so;
                                                           // a non-zero answer interrupts; may be NULL
    void *data;                                            // handed to poll
    char message[FOL_MESSAGE_SIZE];                        // a sentence, after a status other than FOL_OK
    fol_failure failure;                                   // the same in fields
} fol_context;

// Defaults: all threads, seed 0, no poll.
void fol_context_init(fol_context *ctx);

// Writes the message (printf format) and returns the status, so that a check is one line.
fol_status fol_fail(fol_context *ctx, fol_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

// `argument` must be `wanted`, not what the format says. Returns FOL_E_INPUT.
fol_status fol_fail_argument(fol_context *ctx, const char *argument, const char *wanted, const char *given_format, ...)
    __attribute__((format(printf, 4, 5)));

// The same of what stands at a place of `argument`. Returns FOL_E_INPUT.
fol_status fol_fail_place(fol_context *ctx, const char *argument, const fol_place *at, const char *wanted,
                          const char *given_format, ...) __attribute__((format(printf, 5, 6)));

// "`argument` " and what the format says of it, a whole sentence. Returns FOL_E_INPUT.
fol_status fol_fail_about(fol_context *ctx, const char *argument, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// The file `source` and what the format says of it, a whole sentence. Returns the status.
fol_status fol_fail_file(fol_context *ctx, fol_status status, const char *source, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// The file `source` cannot be read, with the system's reason for it. Returns FOL_E_FILE.
fol_status fol_fail_read(fol_context *ctx, const char *source, int reason);

// At a place of the file `source`, `wanted` is wanted, not what the format says ("": nothing). Returns FOL_E_INPUT.
fol_status fol_fail_content(fol_context *ctx, const char *source, const fol_place *at, const char *wanted,
                            const char *given_format, ...) __attribute__((format(printf, 5, 6)));

// Makes the last failure one of the file that the format names, which stands before what it names itself.
void fol_fail_within(fol_context *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same where the status is FOL_E_INPUT: what the file `source` says is refused. Returns FOL_E_FORMAT then, else the
// status.
fol_status fol_fail_format(fol_context *ctx, const char *source, fol_status status);

// A failure in fields, which makes the message. Returns FOL_E_INPUT.
fol_status fol_fail_fields(fol_context *ctx, const fol_failure *failure);

// Out of memory, with what it was for.
fol_status fol_fail_memory(fol_context *ctx, const char *purpose);

// Seconds of a clock that only goes forward, for polls and measurements.
double fol_seconds(void);

#endif
