// Level pilot: what a run needs to know beforehand, measured on draws of its own: means and a level law.
#ifndef FOL_LEVEL_PILOT_H
#define FOL_LEVEL_PILOT_H

#include "expectation.h"
#include "level_law.h"

#define FOL_PILOT_LEVELS 11 // step sizes 1, 1/2, .., 1/1024 of the horizon, at most

typedef struct {
    int n_levels; // step sizes measured
    // For 2^e steps, over the variance of g and averaged over the functions: the variance of g; of its difference from
    // g with half the steps; the square of that difference's mean (the last two 0 at e = 0).
    double variance[FOL_PILOT_LEVELS], difference[FOL_PILOT_LEVELS], bias2[FOL_PILOT_LEVELS];
    double beta;  // the last differences fall as 2^(-beta e); within [1.1, 2]
    double cost;  // drift evaluations
    double *mean; // (FOL_PILOT_LEVELS, q): of g with 2^e steps, those that are not measured as the finest
} fol_level_pilot;

// Runs the pilot of a run of `draws` draws, with random numbers that no draw of ctx->seed uses: it goes on to finer
// steps until the differences fall as they do in the end, within a share of the run's cost. fol_level_pilot_clear frees
// what it holds, also after a failure.
fol_status fol_level_pilot_run(fol_context *ctx, const fol_sde *sde, const fol_functional *g, double draws,
                               fol_level_pilot *pilot);
void fol_level_pilot_clear(fol_level_pilot *pilot);

// The law of least variance times cost for a form of levels (fol_levels); base -1 and decay NAN are chosen.
fol_level_law fol_level_pilot_law(const fol_level_pilot *pilot, int base, double decay, int form);

#endif
