// Level pilot: what a run needs to know beforehand, measured on draws of its own: means and a level law.
#ifndef FOL_LEVEL_PILOT_H
#define FOL_LEVEL_PILOT_H

#include "../base/blocks.h"
#include "../field/field.h"
#include "expect_options.h"
#include "level_law.h"
#include "sde.h"

#define FOL_PILOT_LEVELS 11 // step sizes measured at most, each half of the one before

typedef struct {
    int first;    // level k has 2^(first + k) steps
    int n_levels; // levels measured
    // For each level, over the variance of g and averaged over the functions: the variance of g; of its difference from
    // g with half the steps; the square of that difference's mean (the last two 0 at level 0).
    double variance[FOL_PILOT_LEVELS], difference[FOL_PILOT_LEVELS], bias2[FOL_PILOT_LEVELS];
    double beta;        // the last differences fall as 2^(-beta k); within [1.1, 2]
    double cost;        // drift evaluations
    double *mean;       // (q): of g with the finest steps
    double *level_mean; // (FOL_PILOT_LEVELS, q): of g with those of each level measured
} fol_level_pilot;

// What a pilot is for.
typedef struct {
    double draws;          // of the run
    int first;             // level 0 has 2^first steps; -1: as many as the equation needs to be stable
    bool means;            // the means of level 0 are all that is wanted
    fol_block_whole whole; // what the pilot is a part of, for polls
} fol_level_question;

// Runs a pilot with random numbers that no draw of ctx->seed uses: it goes on to finer steps until the differences fall
// as they do in the end, within a share of the run's cost. fol_level_pilot_clear frees what it holds, also after a
// failure. FOL_E_NUMERIC when no steps up to 2^20 are fine enough for g to be finite.
fol_status fol_level_pilot_run(fol_context *ctx, const fol_sde *sde, const fol_field *g,
                               const fol_level_question *question, fol_level_pilot *pilot);
void fol_level_pilot_clear(fol_level_pilot *pilot);

// The law of least variance times cost for a form of levels (fol_levels); base -1 and decay NAN are chosen. A base that
// is given was the pilot's first.
fol_level_law fol_level_pilot_law(const fol_level_pilot *pilot, int base, double decay, int form);

#endif
