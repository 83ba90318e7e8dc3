// Bootstrap-t intervals over the batches of one run or of several.
#ifndef FOL_BOOTSTRAP_H
#define FOL_BOOTSTRAP_H

#include "tally.h"

#define FOL_BOOTSTRAP_LEAST 10  // batches of a run that the interval needs
#define FOL_BOOTSTRAP_MOST 1024 // groups of neighbouring batches that a run is made into beyond

// The bootstrap-t interval (Efron 1982; Hall 1992) of the means of the first q columns, pooled in proportion to draws.
// A resample takes the batches of each run with replacement; its t is (estimate* - estimate) / se*, se* by its own
// batch means, and the interval is estimate - t(1 - a/2) se, estimate - t(a/2) se with the order statistics of t.
// Resample i takes elements of stream FOL_STREAM_BOOTSTRAP, step i, of the first run's seed: the same bits each time.
// lower, upper (q): NAN when a run has fewer than FOL_BOOTSTRAP_LEAST batches. FOL_E_MEMORY.
fol_status fol_bootstrap_t(fol_context *ctx, size_t n, const fol_tally *const *tallies, double level, size_t resamples,
                           double *lower, double *upper);

#endif
