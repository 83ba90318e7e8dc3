// Estimator: multilevel Monte Carlo to a root mean square error (G08; MATH 7.4).
#include <math.h>

#include "estimation.h"
#include "level_table.h"
#include "multilevel.h"

#define BIAS_LEVELS 3 // levels that the remaining bias is taken from
#define LEAST_ALPHA 0.5

// The level whose mean, carried on to the last level at rate alpha, says that most is left out.
static fol_status bias_left(fol_context *ctx, const fol_tally *tally, size_t j, double *bias, double *se)
{
    fol_level_table *table;
    const fol_status status = fol_level_table_new(ctx, tally, j, &table);
    if (status != FOL_OK)
        return status;
    const double alpha = isnan(table->alpha) ? 1 : fmax(table->alpha, LEAST_ALPHA);
    *bias = *se = NAN;
    for (size_t back = 0; back < BIAS_LEVELS && back + 1 < table->n; back++) {
        const size_t l = table->n - 1 - back;
        const double scale = exp2(-alpha * (double) back) / (exp2(alpha) - 1);
        if (!(scale * fabs(table->mean[l]) <= *bias)) {
            *bias = scale * fabs(table->mean[l]);
            *se = scale * sqrt(table->variance[l] / table->count[l]);
        }
    }
    fol_level_table_free(table);
    return FOL_OK;
}

static fol_status check(fol_context *ctx, const fol_expect_options *options)
{
    if (!isnan(options->target_se))
        return FOL_OK;
    return fol_fail_about(ctx, "target_se", "must be given for method \"mlmc\": the root mean square error to reach.");
}

// Its levels are their own pilot.
static fol_status run(fol_estimation *e)
{
    return fol_multilevel(e->ctx, e->sde, e->g, e->options, fol_estimation_whole(e), &e->share, &e->tally);
}

static uint64_t fingerprint(const fol_estimation *e, uint64_t state)
{
    (void) e;
    return state;
}

const fol_estimator_kind fol_estimator_mlmc = {
    .base = {"mlmc", "multilevel Monte Carlo", fol_no_keys, NULL},
    .levels = true,
    .twice = true,
    .bias = bias_left,
    .check = check,
    .run = run,
    .fingerprint = fingerprint,
};
