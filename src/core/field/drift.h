// Drifts: b(x, t) of dX = b(X, t) dt + sigma dW (MATH 7), from a formula, a function, or a denoiser.
#ifndef FOL_DRIFT_H
#define FOL_DRIFT_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/context.h"

typedef struct fol_drift fol_drift;

struct fol_drift {
    size_t dim;
    bool serial; // eval runs on the calling thread alone, with as many rows at once as there are (R functions)
    // Bytes of workspace that eval needs for n rows (aligned to FOL_ALIGN; SIZE_MAX on overflow); NULL: none.
    size_t (*work_size)(const fol_drift *drift, size_t n);
    // out (n, d) = b(x (n, d), t[i * t_stride]); t_stride is 0 (all rows at one time: fast) or 1. A row's answer does
    // not depend on the rows beside it. Thread-safe with one workspace per thread unless serial; allocates nothing
    // unless serial; x and out may not overlap. FOL_OK, or a status that stops the run.
    fol_status (*eval)(const fol_drift *drift, size_t n, const double *x, const double *t, size_t t_stride, double *out,
                       void *work);
};

// Frees any drift (one block); NULL is allowed.
void fol_drift_free(fol_drift *drift);

#endif
