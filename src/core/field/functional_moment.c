// Functionals mean and second_moment: x and x^2 of each column.
#include <string.h>

#include "functional.h"

static void eval_mean(const fol_instance *g, size_t n, size_t d, const double *x, double *out)
{
    (void) g;
    memcpy(out, x, n * d * sizeof *out);
}

static void eval_square(const fol_instance *g, size_t n, size_t d, const double *x, double *out)
{
    (void) g;
    for (size_t i = 0; i < n * d; i++)
        out[i] = x[i] * x[i];
}

const fol_functional_kind fol_functional_mean = {
    .base = {"mean", "x of each column", fol_no_keys}, .each = true, .eval = eval_mean};

const fol_functional_kind fol_functional_second_moment = {
    .base = {"second_moment", "x^2 of each column", fol_no_keys}, .each = true, .eval = eval_square};
