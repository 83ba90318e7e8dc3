// Renewal paths: draws that refresh their drift at random times (TR19 eq. 4.2; MATH 7.1).
#ifndef FOL_RENEWAL_PATHS_H
#define FOL_RENEWAL_PATHS_H

#include "gap_law.h"
#include "paths.h"

// Where the layers of the draws go, if they are wanted: draw i's layer k is number at[i] + k. NULL: not wanted.
typedef struct {
    const size_t *at; // (n): of the run's draws
    double *time;     // in the horizon's own time
    double *state;    // (.., d)
    double *noise;    // (.., d)
} fol_renewal_trace;

// Bytes of workspace for chunks of up to n draws.
size_t fol_renewal_work_size(const fol_path_run *run, size_t n);

// Draws draw_0 .. draw_0 + n - 1 of the run: each gives two points, X_(N+1) with the weight of g - centre, and X_N
// with the opposite weight (weight 0 and the same point where N = 0), and its number of layers N. FOL_E_INTERRUPT when
// the run is stopped; what the drift returns.
fol_status fol_renewal_paths(const fol_path_run *run, const fol_gap_law *law, const fol_renewal_trace *trace,
                             size_t draw_0, size_t n, void *work, fol_run *blocks);

#endif
