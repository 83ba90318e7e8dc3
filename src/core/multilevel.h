// Multilevel Monte Carlo: Giles's driver to a root mean square error (G08; MATH 7.4).
#ifndef FOL_MULTILEVEL_H
#define FOL_MULTILEVEL_H

#include "expectation.h"

// Adds levels and paths until the error of every function, statistical and remaining bias, is below
// options->target_se, or options->n paths or options->seconds are spent. The tally has a row for each level, about 0.
fol_status fol_multilevel(fol_context *ctx, const fol_sde *sde, const fol_functional *g,
                          const fol_expect_options *options, fol_tally **tally);

#endif
