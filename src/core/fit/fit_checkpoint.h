// Checkpoints of a fit: all that its next step depends on, in one file.
#ifndef FOL_FIT_CHECKPOINT_H
#define FOL_FIT_CHECKPOINT_H

#include "model.h"
#include "score_matching.h"

// How far a fit has come.
typedef struct {
    fol_score_state state;
    fol_history *history; // (n_history), a block of its own
    size_t n_history;
    double loss_sum, loss_n; // minibatch losses since the last entry of the history
} fol_fit_progress;

// Writes a checkpoint, replacing the file at once. `job` is JSON text that says which fit it belongs to.
// FOL_E_FILE, FOL_E_MEMORY.
fol_status fol_fit_checkpoint_write(fol_context *ctx, const char *path, const char *job,
                                    const fol_fit_progress *progress);

// Reads it into progress, whose arrays have their sizes already; history is replaced. FOL_E_INPUT when it belongs to
// another job, with the first key that differs; FOL_E_FORMAT when it is damaged.
fol_status fol_fit_checkpoint_read(fol_context *ctx, const char *path, const char *job, fol_fit_progress *progress);

#endif
