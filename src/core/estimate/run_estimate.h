// Estimates of one run: mean, standard error and variance of a column of its tally.
#ifndef FOL_RUN_ESTIMATE_H
#define FOL_RUN_ESTIMATE_H

#include "tally.h"

// Draws of a run (mlmc: paths of all levels), and their drift evaluations.
double fol_tally_draws(const fol_tally *tally);
double fol_tally_cost(const fol_tally *tally);

typedef struct {
    double mean, se2, df;
    double variance, variance_se; // n se^2, and its standard error
} fol_run_estimate;

// From the draws where they are independent, else from the batches; for mlmc the sum over levels. The run has at least
// two of them (mlmc: two paths of each level). Thread-safe.
fol_run_estimate fol_run_estimate_of(const fol_tally *tally, size_t column);

#endif
