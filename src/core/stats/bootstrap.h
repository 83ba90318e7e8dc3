// Bootstrap-t intervals of means, over groups of values of one run or of several.
#ifndef FOL_BOOTSTRAP_H
#define FOL_BOOTSTRAP_H

#include "../base/context.h"

#define FOL_BOOTSTRAP_LEAST 10 // groups of a run that the interval needs

// Groups of values of q columns, those of one run after those of another; n is the number of all groups.
typedef struct {
    size_t q, n_runs;
    const size_t *n_groups;  // (n_runs)
    const double *run_count; // (n_runs): values
    const double *run_mean;  // (n_runs, q): of all values of a run
    const double *count;     // (n): values
    const double *mean;      // (n, q)
} fol_groups;

// The bootstrap-t interval (Efron 1982; Hall 1992) of the means of all columns, pooled in proportion to values. A
// resample takes the groups of each run with replacement; its t is (estimate* - estimate) / se*, se* by its own group
// means, and the interval is estimate - t(1 - a/2) se, estimate - t(a/2) se with the order statistics of t. Resample i
// takes elements of stream FOL_STREAM_BOOTSTRAP, step i, of the seed: the same bits each time.
// lower, upper (q): NAN when a run has fewer than FOL_BOOTSTRAP_LEAST groups. FOL_E_MEMORY.
fol_status fol_bootstrap_t(fol_context *ctx, const fol_groups *groups, uint64_t seed, double level, size_t resamples,
                           double *lower, double *upper);

#endif
