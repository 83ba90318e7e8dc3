// Paths: a chunk of draws from their starts to the points at which a functional is asked.
#ifndef FOL_PATHS_H
#define FOL_PATHS_H

#include "../base/blocks.h"
#include "../random/path_noise.h"
#include "sde.h"

// What all chunks of a run share.
typedef struct {
    const fol_sde *sde;
    uint64_t seed;
    fol_path_noise noise;
} fol_path_run;

// The starts of n draws: x (n, d).
void fol_path_starts(const fol_path_run *run, size_t n, const uint64_t *draw, double *x);

// The drift of n draws at their starts x (n, d) and time 0: b (n, d). One row is asked where all start at it. What the
// drift returns.
fol_status fol_path_start_drift(const fol_path_run *run, size_t n, const double *x, double *b, void *work);

// sqrt(horizon) * sigma: what a normal is multiplied by over the square root of a fraction of the horizon.
double fol_path_scale(const fol_sde *sde);

#endif
