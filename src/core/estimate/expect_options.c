// Expect options: which estimator of an expectation, with what budget (MATH 7).
#include "expect_options.h"

#include <math.h>

const fol_option fol_expect_option_table[] = {
    FOL_EXPECT_KEYS(0), FOL_GAP_KEYS(offsetof(fol_expect_options, gap), "method=renewal"), {0}};

static fol_status check_target(fol_context *ctx, const fol_expect_options *o)
{
    const bool open = !isnan(o->target_se) || !isnan(o->seconds);
    if (o->part > o->parts)
        return fol_fail(ctx, FOL_E_INPUT, "`part` must be at most `parts` (%lld), not %lld.", (long long) o->parts,
                        (long long) o->part);
    if (open && o->parts > 1)
        return fol_fail(ctx, FOL_E_INPUT,
                        "`parts` cannot be used with `target_se` or `seconds`: parts need a fixed `n`.");
    if (o->method == FOL_MLMC && isnan(o->target_se))
        return fol_fail(ctx, FOL_E_INPUT,
                        "`target_se` must be given for method \"mlmc\": the root mean square error to reach.");
    if (o->method == FOL_EULER && o->steps % 2 != 0)
        return fol_fail(ctx, FOL_E_INPUT, "`steps` must be even, as the bias is estimated by half as many, not %lld.",
                        (long long) o->steps);
    return FOL_OK;
}

fol_status fol_expect_check(fol_context *ctx, const fol_expect_options *options)
{
    const fol_status status = check_target(ctx, options);
    return status == FOL_OK && options->method == FOL_RENEWAL ? fol_gap_law_check(ctx, &options->gap) : status;
}
