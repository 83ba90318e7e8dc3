// Level paths: Euler paths of several step sizes on one Brownian path (MATH 7.3, 7.4).
#ifndef FOL_LEVEL_PATHS_H
#define FOL_LEVEL_PATHS_H

#include "paths.h"

// A draw's paths: path j takes a step every 2^j steps of path 0. More than one path needs `steps` even, more than two a
// multiple of 2^(n_paths - 1). mirrored: each path is followed by the one with the opposite noise.
typedef struct {
    uint64_t steps; // of path 0
    int n_paths;
    bool mirrored;
    const double *weight; // (ends): of g - centre at the end of each
    int32_t level;        // what counts as the draw's number of layers
} fol_level_shape;

// How many ends a draw has.
static inline int fol_level_ends(const fol_level_shape *shape)
{
    return shape->mirrored ? 2 * shape->n_paths : shape->n_paths;
}

// Bytes of workspace for chunks of up to n draws of up to so many ends.
size_t fol_level_work_size(const fol_path_run *run, size_t n, int n_ends);

// n draws of one shape, by number, ascending. *ends (ends, n, d), in the workspace, are where the paths end.
// FOL_E_INTERRUPT when the run is stopped; what the drift returns.
fol_status fol_level_paths(const fol_path_run *run, const fol_level_shape *shape, const uint64_t *draw, size_t n,
                           void *work, fol_run *blocks, double **ends);

#endif
