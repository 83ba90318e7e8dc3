// Drift tanh: amplitude tanh(frequency x). Where both are a it is the Follmer drift of N(a, 1) and N(-a, 1) in equal
// parts, in each column.
#include "../base/vector_math.h"
#include "drift_scaled.h"

static void eval(const fol_instance *drift, size_t n, const double *x, double *out)
{
    fol_drift_scaled(drift, fol_vector_tanh, n, x, out);
}

static const fol_option keys[] = {FOL_DRIFT_SCALED_KEYS, {0}};

const fol_drift_kind fol_drift_tanh = {.base = {"tanh", "amplitude tanh(frequency x)", keys}, .eval = eval};
