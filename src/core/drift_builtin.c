// Drift: a formula that acts on each column by itself.
#include "drift_builtin.h"

#include <stdlib.h>

fol_status fol_drift_builtin_new(fol_context *ctx, const fol_drift_options *options, size_t dim, fol_drift **drift)
{
    (void) ctx;
    (void) options;
    (void) dim;
    (void) drift;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}

const fol_option fol_drift_option_table[] = {{NULL, 0, 0, NULL, NULL, NULL}};
