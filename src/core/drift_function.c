// Drift: a function of the caller's, compiled or interpreted.
#include "drift_function.h"

#include <stdlib.h>

fol_status fol_drift_function_new(fol_context *ctx, fol_drift_fn function, const void *data, size_t dim, bool serial,
                                  fol_drift **drift)
{
    (void) ctx;
    (void) function;
    (void) data;
    (void) dim;
    (void) serial;
    (void) drift;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}
