// Checkpoints of a fit: all that its next step depends on, in one file.
#ifndef FOL_CHECKPOINT_H
#define FOL_CHECKPOINT_H

#include "steps.h"
#include "training.h"

// How far a fit has come.
typedef struct {
    fol_train_state state;
    fol_history *history; // (n_history), a block of its own
    size_t n_history;
    double loss_sum, loss_n;     // losses of the steps since the last entry of the history
    float *best;                 // (n_weights): the averaged weights of the least held-out loss
    double best_step, best_loss; // best_loss is INFINITY before the first look, and where nothing is held out
} fol_train_progress;

// Writes a checkpoint, replacing the file at once. `job` is a JSON object as text that says which fit it belongs to.
// FOL_E_FILE, FOL_E_MEMORY.
fol_status fol_checkpoint_write(fol_context *ctx, const char *path, const char *job,
                                const fol_train_progress *progress);

// Reads it into progress, whose arrays have their sizes already; history is replaced. FOL_E_INPUT when it belongs to
// another job, with a key that differs; FOL_E_FORMAT when it is damaged or no checkpoint.
fol_status fol_checkpoint_read(fol_context *ctx, const char *path, const char *job, fol_train_progress *progress);

#endif
