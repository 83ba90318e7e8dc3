// Drift sin: amplitude sin(frequency x).
#include "../base/vector_math.h"
#include "drift_scaled.h"

static void eval(const fol_instance *drift, size_t n, const double *x, double *out)
{
    fol_drift_scaled(drift, fol_vector_sin, n, x, out);
}

static const fol_option keys[] = {FOL_DRIFT_SCALED_KEYS, {0}};

const fol_drift_kind fol_drift_sin = {.base = {"sin", "amplitude sin(frequency x)", keys}, .eval = eval};
