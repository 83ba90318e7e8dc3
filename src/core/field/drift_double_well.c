// Drift double_well: a (x - x^3), towards -1 and 1.
#include "../base/vectorize.h"
#include "drift.h"

enum { A };

FOL_VECTORIZED(void, fall, (size_t n, double a, const double *x, double *out), (n, a, x, out))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = a * (x[i] * (1 - x[i] * x[i]));
}

static void eval(const fol_instance *drift, size_t n, const double *x, double *out)
{
    fall(n, drift->value[A], x, out);
}

static const fol_option keys[] = {
    FOL_KIND_KEY("a", FOL_OPTION_REAL, "1", "(0,inf)", "depth of the wells at -1 and 1"),
    {0},
};

const fol_drift_kind fol_drift_double_well = {.base = {"double_well", "a (x - x^3)", keys}, .eval = eval};
