// Estimator: renewal draws, layers at random times (TR19 eq. 4.2; MATH 7.1).
#include <math.h>
#include <string.h>

#include "../base/hash.h"
#include "estimation.h"

static fol_status check(fol_context *ctx, const fol_expect_options *options)
{
    return fol_gap_law_check(ctx, &options->gap);
}

// A draw begins with one step.
static void ask(fol_estimation *e)
{
    e->question.first = 0;
}

static fol_status prepare(fol_estimation *e)
{
    const fol_gap_law *gap = &e->options->gap;
    double layers;
    const fol_status status = fol_gap_mean_layers(e->ctx, gap, &layers);
    if (status != FOL_OK)
        return status;
    e->plan = (fol_round_plan){.gap = gap, .mean_cost = 1 + layers};
    e->first_share = exp(fol_gap_log_survival(gap, 0, 1));
    return FOL_OK;
}

static uint64_t fingerprint(const fol_estimation *e, uint64_t state)
{
    const fol_gap_law *gap = &e->options->gap;
    state = fol_hash(state, gap->base.kind->name, strlen(gap->base.kind->name));
    state = fol_hash(state, gap->base.value, sizeof gap->base.value);
    state = fol_hash(state, &gap->tail, sizeof gap->tail);
    return fol_hash(state, gap->counts, (size_t) gap->n_counts * sizeof(double));
}

const fol_estimator_kind fol_estimator_renewal = {
    .base = {"renewal", "unbiased, layers at random times", fol_no_keys, NULL},
    .base_draws = "have no layer",
    .base_advice = "longer gaps, or more draws",
    .check = check,
    .ask = ask,
    .prepare = prepare,
    .fingerprint = fingerprint,
};
