// Expectation: unbiased and biased estimators of E g(X_T) under a stochastic differential equation (MATH 7).
#ifndef FOL_EXPECTATION_H
#define FOL_EXPECTATION_H

#include "../field/field.h"
#include "expect_options.h"
#include "sde.h"
#include "tally.h"

// Estimates. The same seed gives the same bits on any number of threads. On success *tally belongs to the caller; a
// poll that stops the run ends it with FOL_E_INTERRUPT, or with options->keep_interrupted with a tally of the draws
// that there are, whose `ended` says so, if they are two batches or more (mlmc: paths of a level). FOL_E_INPUT,
// FOL_E_MEMORY, FOL_E_NUMERIC (a drift or g that is not finite, with where).
fol_status fol_expect(fol_context *ctx, const fol_sde *sde, const fol_field *g, const fol_expect_options *options,
                      fol_expect_draws *draws, fol_tally **tally);

#endif
