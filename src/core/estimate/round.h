// Rounds: draws of an estimator by the ten thousands, from their paths to the sums of their batches.
#ifndef FOL_ROUND_H
#define FOL_ROUND_H

#include "round_block.h"

// centre must outlive it.
void fol_round_init(fol_context *ctx, fol_round *round, const fol_sde *sde, const fol_field *g, const double *centre,
                    fol_block_whole whole);
void fol_round_clear(fol_round *round);

// Runs one round of at most round->most draws, and adds it to *sums. FOL_E_MEMORY, FOL_E_INTERRUPT, FOL_E_NUMERIC, what
// the drift or g return.
fol_status fol_round_run(fol_round *round, const fol_round_plan *plan, const fol_round_range *range,
                         const fol_round_sums *sums);

#endif
