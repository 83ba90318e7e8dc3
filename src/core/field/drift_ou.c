// Drift ou: rate (mean - x), the Ornstein-Uhlenbeck process.
#include "../base/vectorize.h"
#include "drift.h"

enum { RATE, MEAN };

FOL_VECTORIZED(void, revert, (size_t n, double rate, double mean, const double *x, double *out),
               (n, rate, mean, x, out))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = rate * (mean - x[i]);
}

static void eval(const fol_instance *drift, size_t n, const double *x, double *out)
{
    revert(n, drift->value[RATE], drift->value[MEAN], x, out);
}

static const fol_option keys[] = {
    FOL_KIND_KEY("rate", FOL_OPTION_REAL, "1", "(-inf,inf)", "how fast x returns"),
    FOL_KIND_KEY("mean", FOL_OPTION_REAL, "0", "(-inf,inf)", "where x returns to"),
    {0},
};

const fol_drift_kind fol_drift_ou = {.base = {"ou", "rate (mean - x)", keys}, .eval = eval};
