// Score matching: the optimiser's steps on minibatches, the hot path of training (MATH 2).
#ifndef FOL_SCORE_MATCHING_H
#define FOL_SCORE_MATCHING_H

#include "../field/denoiser_network.h"
#include "../network/adam.h"

// What is learned from, and how. The pointers must outlive the trainer.
typedef struct {
    const float *x; // (n, d): standardised rows less their mean
    size_t n, d;
    fol_mlp mlp;
    fol_process process;
    int parametrization; // fol_parametrization
    double data_sd;
    fol_adam_options adam;
    int64_t steps; // of the whole run, for the schedule
    size_t batch;
    uint64_t seed;
} fol_score_problem;

// The optimiser's state after `step` steps: everything that the next step depends on.
typedef struct {
    int64_t step;
    size_t n_weights;
    float *weights, *moment1, *moment2, *average; // (n_weights) each
} fol_score_state;

typedef struct fol_score_trainer fol_score_trainer;

// A trainer on so many threads. FOL_E_MEMORY.
fol_status fol_score_trainer_new(fol_context *ctx, const fol_score_problem *problem, fol_score_trainer **trainer);
void fol_score_trainer_free(fol_score_trainer *trainer);

// The most steps of one call of fol_score_train.
#define FOL_SCORE_STEPS 64

// Takes n_steps <= FOL_SCORE_STEPS steps. loss[k] is the eps-MSE per dimension of the minibatch of step k. The same
// bits on any number of threads. Never fails: a loss that is not finite is for the caller to see.
void fol_score_train(fol_score_trainer *trainer, fol_score_state *state, size_t n_steps, double *loss);

#endif
