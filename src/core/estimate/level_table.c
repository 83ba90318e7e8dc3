// Level table: what multilevel Monte Carlo found at each level.
#include "level_table.h"

#include <math.h>

#include "../base/memory.h"

#define ROUNDING 1e-12 // of means, as of a constant, which has no standard error

static fol_status table_new(fol_context *ctx, size_t n, fol_level_table **table);

fol_status fol_level_table_new(fol_context *ctx, const fol_tally *tally, size_t j, fol_level_table **table)
{
    *table = NULL;
    if (tally->method != FOL_MLMC)
        return fol_fail(ctx, FOL_E_INPUT, "Only a result of method mlmc has a table of levels.");
    if (j >= tally->q)
        return fol_fail(ctx, FOL_E_INPUT, "The table of function %zu is not there; there %s %zu.", j + 1,
                        tally->q == 1 ? "is" : "are", tally->q);
    const fol_status status = table_new(ctx, tally->n_rows, table);
    if (status != FOL_OK)
        return status;
    fol_level_table *to = *table;
    for (size_t l = 0; l < to->n; l++) {
        const fol_moments own = fol_tally_moments(tally, l, 1, j), fine = fol_tally_moments(tally, l, 1, tally->q + j);
        to->count[l] = own.n;
        to->cost[l] = tally->cost[l] / own.n;
        to->mean[l] = own.mean;
        to->variance[l] = own.m2 * own.n / (own.n - 1);
        to->fine_mean[l] = fine.mean;
        to->fine_variance[l] = fine.m2 * fine.n / (fine.n - 1);
        to->kurtosis[l] = l > 0 ? own.m4 / (own.m2 * own.m2) : NAN;
        to->check[l] = NAN;
        if (l > 0) {
            const double bound = sqrt(to->variance[l] / own.n) + sqrt(to->fine_variance[l] / own.n) +
                                 sqrt(to->fine_variance[l - 1] / to->count[l - 1]);
            const double gap = fabs(to->fine_mean[l - 1] + to->mean[l] - to->fine_mean[l]);
            to->check[l] = gap <= ROUNDING * fabs(to->fine_mean[l]) ? 0 : gap / (3 * bound);
        }
    }
    to->alpha = -fol_level_slope(to->n, to->mean);
    to->beta = -fol_level_slope(to->n, to->variance);
    to->gamma = fol_level_slope(to->n, to->cost);
    return FOL_OK;
}

void fol_level_table_free(fol_level_table *table)
{
    fol_free(table);
}

static fol_status table_new(fol_context *ctx, size_t n, fol_level_table **table)
{
    enum { N_ARRAYS = 8 };
    size_t total = 0, array[N_ARRAYS];
    fol_layout_add(&total, 1, sizeof **table);
    for (size_t a = 0; a < N_ARRAYS; a++)
        array[a] = fol_layout_add(&total, n, sizeof(double));
    char *block = fol_alloc_zero(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "the table of levels");
    *table = (fol_level_table *) block;
    (*table)->n = n;
    double **const field[N_ARRAYS] = {&(*table)->count,    &(*table)->cost,      &(*table)->mean,
                                      &(*table)->variance, &(*table)->fine_mean, &(*table)->fine_variance,
                                      &(*table)->kurtosis, &(*table)->check};
    for (size_t a = 0; a < N_ARRAYS; a++)
        *field[a] = (double *) (block + array[a]);
    return FOL_OK;
}

double fol_level_slope(size_t n, const double *value)
{
    double count = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t l = 1; l < n; l++) {
        if (!(fabs(value[l]) > 0))
            continue;
        const double level = (double) l, log_value = log2(fabs(value[l]));
        count += 1;
        x += level;
        y += log_value;
        xx += level * level;
        xy += level * log_value;
    }
    return count < 2 ? NAN : (count * xy - x * y) / (count * xx - x * x);
}
