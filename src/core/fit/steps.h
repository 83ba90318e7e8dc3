// Steps: an optimiser's steps on an objective, the hot path of every fit.
#ifndef FOL_STEPS_H
#define FOL_STEPS_H

#include "../network/adam.h"
#include "objective.h"

// The optimiser's state after `step` steps: everything that the next step depends on.
typedef struct {
    int64_t step;
    size_t n_weights;
    float *weights, *moment1, *moment2, *average; // (n_weights) each
} fol_train_state;

typedef struct fol_stepper fol_stepper;

// A stepper on the threads of ctx, for a run of n_steps in all (the schedule needs to know). The objective must outlive
// it. FOL_E_MEMORY.
fol_status fol_stepper_new(fol_context *ctx, const fol_objective *objective, const fol_adam_options *adam,
                           int64_t n_steps, fol_stepper **stepper);
void fol_stepper_free(fol_stepper *stepper);

// The most steps of one call of fol_stepper_run.
#define FOL_STEPS_MOST 64

// Takes n <= FOL_STEPS_MOST steps; loss[k] is that of step k. The same bits on any number of threads. A loss that is
// not finite is for the caller to see. When a slice fails, the status of the first that did, without a message;
// state->step is then the number of steps before, and so it is when stop(data), which is asked between slices on the
// calling thread in steps that take long, is true: FOL_E_INTERRUPT. stop may be NULL.
fol_status fol_stepper_run(fol_stepper *stepper, fol_train_state *state, size_t n, bool (*stop)(const void *data),
                           const void *data, double *loss);

#endif
