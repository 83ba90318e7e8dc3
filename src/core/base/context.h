// Context: what every long computation is given.
#ifndef FOL_CONTEXT_H
#define FOL_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define FOL_MESSAGE_SIZE 1024

// What a poll is told.
typedef struct {
    const char *task;   // "fit", "sample", ...
    size_t done, total; // units of the task
    double loss;        // the newest loss, NaN where there is none
} fol_progress;

// One caller's settings and the message of its last failure. Belongs to one calling thread at a time.
typedef struct fol_context {
    int threads;                                           // 0: fol_threads()
    uint64_t seed;                                         // the whole randomness of the computation
    int (*poll)(const fol_progress *progress, void *data); // on the calling thread, at least every 0.1 s or so;
                                                           // a non-zero answer interrupts; may be NULL
    void *data;                                            // handed to poll
    char message[FOL_MESSAGE_SIZE];                        // a sentence, after a status other than FOL_OK
} fol_context;

// Defaults: all threads, seed 0, no poll.
void fol_context_init(fol_context *ctx);

// Writes the message (printf format) and returns the status, so that a check is one line.
fol_status fol_fail(fol_context *ctx, fol_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

// Out of memory, with what it was for.
fol_status fol_fail_memory(fol_context *ctx, const char *purpose);

// Seconds of a clock that only goes forward, for polls and measurements.
double fol_seconds(void);

#endif
