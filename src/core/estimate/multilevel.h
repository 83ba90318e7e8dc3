// Multilevel Monte Carlo: Giles's driver to a root mean square error (G08; MATH 7.4).
#ifndef FOL_MULTILEVEL_H
#define FOL_MULTILEVEL_H

#include "../base/blocks.h"
#include "../field/field.h"
#include "expect_options.h"
#include "sde.h"

// Adds levels and paths until the error of every function, statistical and remaining bias, is below options->target_se.
// The tally has a row for each level; the centre is the mean of g over a few paths of the base level, the pilot.
//
// options->n paths of all levels are never exceeded, and no round of paths begins after options->seconds but for two
// paths of a level. Five levels of 1024 paths come first, of fewer paths where these would take more than half of the
// budget, and fewer levels where it has no two paths for each. When what is wanted does not fit into what is left while
// bias remains, half of it goes to the paths, and a level is added as long as its bias is worth it: more than a third
// of the variance reached.
//
// A variance of 0 at the base level is taken for that of a constant once 16384 paths show nothing else. *share, read by
// the polls of `whole`, is how far the run is: a number that grows from 0 to at most 1. FOL_E_NUMERIC also when squares
// of g overflow, or when the bias does not fall with the steps.
fol_status fol_multilevel(fol_context *ctx, const fol_sde *sde, const fol_field *g, const fol_expect_options *options,
                          fol_block_whole whole, double *share, fol_tally **tally);

#endif
