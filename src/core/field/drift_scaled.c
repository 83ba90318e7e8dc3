// Scaled drifts: amplitude f(frequency x) of a function f; of sin and tanh.
#include "drift_scaled.h"

#include "../base/vectorize.h"

enum { AMPLITUDE, FREQUENCY };

FOL_VECTORIZED(void, scale, (size_t n, double factor, const double *x, double *out), (n, factor, x, out))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = factor * x[i];
}

void fol_drift_scaled(const fol_instance *drift, void (*f)(size_t n, const double *x, double *out), size_t n,
                      const double *x, double *out)
{
    scale(n, drift->value[FREQUENCY], x, out);
    f(n, out, out);
    scale(n, drift->value[AMPLITUDE], out, out);
}
