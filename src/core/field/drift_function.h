// Drift: a function of the caller's, compiled or interpreted.
#ifndef FOL_DRIFT_FUNCTION_H
#define FOL_DRIFT_FUNCTION_H

#include "drift.h"

// Writes out (n, d) = b(x (n, d) row-major, t (n)); returns 0, anything else stops the run with FOL_E_INPUT. Unless
// serial it is called from several threads at once and must not touch shared state, R's interface included.
typedef int (*fol_drift_fn)(size_t n, size_t d, const double *x, const double *t, double *out, const void *data);

// `data` is handed to the function and must outlive the drift. FOL_E_MEMORY.
fol_status fol_drift_function_new(fol_context *ctx, fol_drift_fn function, const void *data, size_t dim, bool serial,
                                  fol_drift **drift);

#endif
