// Expectation: unbiased and biased estimators of E g(X_T) under a stochastic differential equation (MATH 7).
#include "expectation.h"

#include <stdlib.h>

fol_status fol_expect_check(fol_context *ctx, const fol_expect_options *options)
{
    (void) ctx;
    (void) options;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}

fol_status fol_expect(fol_context *ctx, const fol_sde *sde, const fol_functional *g, const fol_expect_options *options,
                      fol_expect_draws *draws, fol_tally **tally)
{
    (void) ctx;
    (void) sde;
    (void) g;
    (void) options;
    (void) draws;
    (void) tally;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}

const fol_option fol_expect_option_table[] = {{NULL, 0, 0, NULL, NULL, NULL}};
