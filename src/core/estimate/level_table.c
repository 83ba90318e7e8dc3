// Level table: what multilevel Monte Carlo found at each level.
#include "level_table.h"

#include <math.h>

#include "../base/memory.h"

#define ROUNDING 1e-12 // of means, as of a constant, which has no standard error

#define AT(member) .key = #member, .offset = offsetof(fol_level_table, member)
#define COLUMN .kind = FOL_MEMBER_REALS, .shape = {{.from = 1 + offsetof(fol_level_table, n)}}
static const fol_member list[] = {
    {AT(n), .kind = FOL_MEMBER_SIZE, .rule = FOL_FROM_ARRAYS},
    {AT(alpha), .kind = FOL_MEMBER_REAL},
    {AT(beta), .kind = FOL_MEMBER_REAL},
    {AT(gamma), .kind = FOL_MEMBER_REAL},
    {AT(count), COLUMN},
    {AT(cost), COLUMN},
    {AT(mean), COLUMN},
    {AT(variance), COLUMN},
    {AT(fine_mean), COLUMN},
    {AT(fine_variance), COLUMN},
    {AT(kurtosis), COLUMN},
    {AT(check), COLUMN},
    {.key = NULL},
};
const fol_members fol_level_table_members = {
    .what = "the table of levels", .size = sizeof(fol_level_table), .list = list};

fol_status fol_level_table_new(fol_context *ctx, const fol_tally *tally, size_t j, fol_level_table **table)
{
    *table = NULL;
    if (!fol_tally_kind(tally)->levels)
        return fol_fail_argument(ctx, "tally", "of method mlmc, which has a table of levels", "of method %s",
                                 fol_tally_kind(tally)->base.name);
    if (j >= tally->q)
        return fol_fail_about(ctx, "j", "must be below %zu, the number of functions, not %zu.", tally->q, j);
    const fol_level_table like = {.n = tally->n_rows};
    const fol_status status = fol_members_new(ctx, &fol_level_table_members, &like, table);
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
