// Euler paths: estimators by paths of a fixed number of steps, whose bias is estimated by half as many (MATH 7.5).
#include "euler_paths.h"

#include <math.h>

#include "../base/hash.h"
#include "run_estimate.h"

static uint64_t steps_of(const fol_estimation *e)
{
    return (uint64_t) e->options->method.value[0];
}

fol_status fol_euler_check(fol_context *ctx, const fol_instance *instance)
{
    const double steps = instance->value[0];
    if (fmod(steps, 2) == 0)
        return FOL_OK;
    return fol_fail_about(ctx, "steps", "must be even, as the bias is estimated by half as many, not %.0f.", steps);
}

fol_status fol_euler_bias(fol_context *ctx, const fol_tally *tally, size_t j, double *bias, double *se)
{
    (void) ctx;
    const fol_run_estimate halving = fol_run_estimate_of(tally, tally->q + j);
    *bias = -halving.mean;
    *se = sqrt(halving.se2);
    return FOL_OK;
}

void fol_euler_ask(fol_estimation *e)
{
    e->question.means = true;
    e->question.first = 63 - __builtin_clzll(steps_of(e));
}

void fol_euler_prepare(fol_estimation *e, bool mirrored)
{
    static const double fine[] = {1, 0}, difference[] = {1, -1};
    static const double both_fine[] = {0.5, 0.5, 0, 0}, both_difference[] = {0.5, 0.5, -0.5, -0.5};
    const uint64_t steps = steps_of(e);
    e->shapes.shape[0] =
        (fol_level_shape){.steps = steps, .n_paths = 2, .mirrored = mirrored, .weight = mirrored ? both_fine : fine};
    e->plan = (fol_round_plan){.shapes = e->shapes.shape,
                               .n_shapes = 1,
                               .second = mirrored ? both_difference : difference,
                               .mean_cost = (mirrored ? 3 : 1.5) * (double) steps};
}

uint64_t fol_euler_fingerprint(const fol_estimation *e, uint64_t state)
{
    const int64_t steps = (int64_t) steps_of(e);
    return fol_hash(state, &steps, sizeof steps);
}
