// Trainer: learns weights for any objective.
#ifndef FOL_TRAINER_H
#define FOL_TRAINER_H

#include "objective.h"
#include "training.h"

// What is to be trained, and how. All pointers must outlive the call.
typedef struct {
    const fol_objective *objective;
    const fol_training_options *options;
    const char *job; // JSON object as text: all that the result depends on, so that a checkpoint is known as its own
    uint64_t seed;   // of the first weights
    double gain;     // share of a held-out loss by which a later one must be less to be better
} fol_training;

// What was learned; the arrays are blocks of their own (fol_free).
typedef struct {
    float *weights; // (n_weights of the objective's networks): averaged over the steps up to `step`
    int64_t step;   // the last that had a better held-out loss, or the last where nothing is held out
    fol_history *history;
    size_t n_history;
} fol_trained;

// Trains from random first weights, or from the checkpoint file when there is one, and keeps the averaged weights of
// the best held-out loss (those of step 0 too); stops early after options->patience steps without a better one. Polls
// as "fit", in units of steps.
// With a checkpoint file: written at intervals, at an interrupt and at the end, atomically; a run that goes on from it
// ends with the bits of an uninterrupted one; FOL_E_INPUT if it belongs to another job. FOL_E_NUMERIC when the loss
// becomes non-finite, with the step and a hint; FOL_E_INTERRUPT, FOL_E_MEMORY, FOL_E_FILE, FOL_E_FORMAT, and what the
// objective returns. After a failure *trained is empty.
fol_status fol_train(fol_context *ctx, const fol_training *training, fol_trained *trained);

#endif
