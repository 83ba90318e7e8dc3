// Renewal paths: draws that refresh their drift at random times (TR19 eq. 4.2; MATH 7.1).
#ifndef FOL_RENEWAL_PATHS_H
#define FOL_RENEWAL_PATHS_H

#include "gap_law.h"
#include "paths.h"

// Where the layers of the draws go, if they are wanted: layer k of draw i of the call is number at[i] + k. NULL:
// not wanted.
typedef struct {
    const size_t *at; // (n)
    double *time;     // in the horizon's own time
    double *state;    // (.., d)
    double *noise;    // (.., d)
} fol_renewal_trace;

// Bytes of workspace for chunks of up to n draws.
size_t fol_renewal_work_size(const fol_path_run *run, size_t n);

// Where the paths of n draws end.
typedef struct {
    double *x;       // (2, n, d): X_(N+1), then X_N (where N = 0 the same point)
    double *weight;  // (n): of g(X_(N+1)) - centre; that of g(X_N) is the opposite, or 0 where N = 0
    int32_t *layers; // (n): N
} fol_renewal_ends;

// n draws, from number `first` on. FOL_E_INTERRUPT when the run is stopped; what the drift returns.
fol_status fol_renewal_paths(const fol_path_run *run, const fol_gap_law *law, const fol_renewal_trace *trace,
                             uint64_t first, size_t n, void *work, fol_run *blocks, const fol_renewal_ends *ends);

#endif
