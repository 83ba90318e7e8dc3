// Functional squared_norm: the sum of the squares of all columns.
#include "functional.h"

static void eval(const fol_instance *g, size_t n, size_t d, const double *x, double *out)
{
    (void) g;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < d; j++)
            sum += x[i * d + j] * x[i * d + j];
        out[i] = sum;
    }
}

const fol_functional_kind fol_functional_squared_norm = {
    .base = {"squared_norm", "sum of x^2 over columns", fol_no_keys}, .eval = eval};
