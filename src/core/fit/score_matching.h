// Score matching: the objective of a denoiser, its eps-MSE on noised rows (MATH 2).
#ifndef FOL_SCORE_MATCHING_H
#define FOL_SCORE_MATCHING_H

#include "../field/denoiser_network.h"
#include "objective.h"

// What is learned from, and how. The pointers must outlive the objective.
typedef struct {
    const float *x; // (n, d): standardised rows less their mean
    size_t n, d;
    const double *held_out; // (n_held_out, d): standardised rows for validation
    size_t n_held_out;      // may be 0
    const double *mean;     // (d)
    double data_sd;
    const fol_network *network; // from (n, d) and a time to (n, d)
    fol_process process;
    int parametrization; // fol_parametrization
    size_t batch;        // rows of a step
    uint64_t seed;
} fol_score_problem;

// The objective: a row is a row of x drawn at random, noised at a random time. Losses are eps-MSE per dimension.
// FOL_E_MEMORY.
fol_status fol_score_objective_new(fol_context *ctx, const fol_score_problem *problem, fol_objective **objective);
void fol_score_objective_free(fol_objective *objective);

#endif
