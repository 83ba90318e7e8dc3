// Functionals exceedance and excess: whether, and by how much, a column is above a threshold.
#include <math.h>

#include "functional.h"

enum { THRESHOLD };

static void eval_exceedance(const fol_instance *g, size_t n, size_t d, const double *x, double *out)
{
    const double threshold = g->value[THRESHOLD];
    for (size_t i = 0; i < n * d; i++)
        out[i] = x[i] > threshold ? 1 : x[i] <= threshold ? 0 : NAN;
}

static void eval_excess(const fol_instance *g, size_t n, size_t d, const double *x, double *out)
{
    const double threshold = g->value[THRESHOLD];
    for (size_t i = 0; i < n * d; i++)
        out[i] = x[i] <= threshold ? 0 : x[i] - threshold;
}

static const fol_option keys[] = {FOL_THRESHOLD_KEY, {0}};

const fol_functional_kind fol_functional_exceedance = {
    .base = {"exceedance", "1 where a column is above threshold, else 0", keys},
    .each = true,
    .eval = eval_exceedance,
};

const fol_functional_kind fol_functional_excess = {
    .base = {"excess", "by how much a column is above threshold, else 0", keys},
    .each = true,
    .eval = eval_excess,
};
