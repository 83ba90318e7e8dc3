// Drift zero: Brownian motion.
#include <string.h>

#include "drift.h"

static void eval(const fol_instance *drift, size_t n, const double *x, double *out)
{
    (void) drift;
    (void) x;
    memset(out, 0, n * sizeof *out);
}

const fol_drift_kind fol_drift_zero = {.base = {"zero", "0, Brownian motion", fol_no_keys}, .eval = eval};
