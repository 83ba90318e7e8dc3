// Scaled drifts: amplitude f(frequency x) of a function f; of sin and tanh.
#ifndef FOL_DRIFT_SCALED_H
#define FOL_DRIFT_SCALED_H

#include "drift.h"

// The first keys of such a kind.
#define FOL_DRIFT_SCALED_KEYS                                                                                          \
    FOL_KIND_KEY("amplitude", FOL_OPTION_REAL, "1", "(-inf,inf)", "factor of the drift"),                              \
        FOL_KIND_KEY("frequency", FOL_OPTION_REAL, "1", "(-inf,inf)", "factor of x")

// Its eval with f as those of vector_math.h: f(n, x, out), x and out may be the same.
void fol_drift_scaled(const fol_instance *drift, void (*f)(size_t n, const double *x, double *out), size_t n,
                      const double *x, double *out);

#endif
