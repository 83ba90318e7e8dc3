// Score matching: the objective of a denoiser, its eps-MSE on noised rows (MATH 2).
#ifndef FOL_SCORE_MATCHING_H
#define FOL_SCORE_MATCHING_H

#include "../field/denoiser_network.h"
#include "objective.h"

// Rows that one network learns from, and those that it is judged by.
typedef struct {
    const float *x; // (n, d): standardised rows less their mean, along the axes where there are any
    size_t n;
    fol_axes axes;
    const double *held_out; // (n_held_out, d): standardised rows
    size_t n_held_out;      // may be 0
} fol_score_part;

// What is learned from, and how: a network for each part, all of the same kind, which are judged together. The pointers
// must outlive the objective.
typedef struct {
    size_t n_parts; // from 1 to FOL_MAX_NETWORKS
    fol_score_part part[FOL_MAX_NETWORKS];
    size_t d;
    const double *mean; // (d)
    double data_sd;
    const fol_network *network; // from (n, d) and a time to (n, d)
    fol_process process;
    int parametrization; // fol_parametrization
    size_t batch;        // rows of a step for each part
    uint64_t seed;
} fol_score_problem;

// The objective: a row is a row of a part's x drawn at random, noised at a random time. Losses are eps-MSE per
// dimension, the mean over the parts, and that of the held-out rows the mean over them all.
// FOL_E_MEMORY.
fol_status fol_score_objective_new(fol_context *ctx, const fol_score_problem *problem, fol_objective **objective);
void fol_score_objective_free(fol_objective *objective);

#endif
