// Objective: the contract of what a trainer minimises.
#ifndef FOL_OBJECTIVE_H
#define FOL_OBJECTIVE_H

#include "../base/blocks.h"
#include "../network/network_set.h"

// Part of a step: rows first .. first + rows - 1 of the `rows` of step `step`, which counts from 1.
typedef struct {
    int64_t step;
    size_t first, rows;
} fol_slice;

typedef struct fol_objective fol_objective;

// What a row is, the objective alone knows: a noised observation, a path, an image. All of its randomness is a function
// of its own seed, the step and the row's place, and slices are cut by the problem alone, so that results do not
// depend on threads.
struct fol_objective {
    size_t rows;              // of a step
    size_t slice_rows;        // of a slice, the work that a thread takes at once (the last may have fewer)
    double loss_terms;        // the loss of a step is the sum of its slices' over this
    size_t work_size;         // bytes of a thread's workspace, aligned to FOL_ALIGN
    bool serial;              // slices go one by one, on the calling thread
    fol_network_set networks; // what is learned, prepared for `networks.passes`
    const char *remedy;       // what else may keep the loss finite, such as "`standardize` = true", or NULL

    // Gradient of a step's loss through a slice (overwritten; of the set's n_weights) and the slice's sum of losses.
    // Thread-safe with one workspace per thread; no allocation. A loss that is not finite is seen by the trainer; any
    // status but FOL_OK stops it.
    fol_status (*slice)(const fol_objective *objective, const fol_slice *slice, fol_weights weights, float *gradient,
                        double *loss, void *work);

    // The loss of weights on what was held out; NULL when nothing was. On the calling thread, on as many threads as
    // the context has; it may poll as a part of `whole`. FOL_E_INTERRUPT interrupts the trainer, any other status but
    // FOL_OK stops it.
    fol_status (*validate)(const fol_objective *objective, fol_context *ctx, const float *values, fol_block_whole whole,
                           double *loss);
};

// Rows of a slice for steps of so many rows, where a row costs one pass through networks.
size_t fol_slice_rows(size_t rows);

#endif
