// Expect options: which estimator of an expectation, with what budget (MATH 7).
#include "expect_options.h"

#include <math.h>

const fol_option fol_expect_option_table[] = {
    FOL_EXPECT_KEYS(0), FOL_GAP_KEYS(offsetof(fol_expect_options, gap), "method=renewal"), {0}};

static fol_status check_target(fol_context *ctx, const fol_expect_options *o)
{
    const bool open = !isnan(o->target_se) || !isnan(o->seconds);
    if (o->part > o->parts)
        return fol_fail_about(ctx, "part", "must be at most `parts` (%lld), not %lld.", (long long) o->parts,
                              (long long) o->part);
    if (open && o->parts > 1)
        return fol_fail_about(ctx, "parts", "cannot be used with `target_se` or `seconds`: parts need a fixed `n`.");
    return FOL_OK;
}

fol_status fol_expect_check(fol_context *ctx, const fol_expect_options *options)
{
    const fol_estimator_kind *kind = (const fol_estimator_kind *) options->method.kind;
    fol_status status = check_target(ctx, options);
    if (status == FOL_OK)
        status = fol_instance_check(ctx, &options->method);
    return status == FOL_OK && kind->check ? kind->check(ctx, options) : status;
}
