// Bootstrap-t intervals of tallies: their batches as groups.
#ifndef FOL_TALLY_BOOTSTRAP_H
#define FOL_TALLY_BOOTSTRAP_H

#include "tally.h"

#define FOL_TALLY_GROUPS 1024 // of neighbouring batches that a run is made into beyond

// The interval of stats/bootstrap.h of the means of the first q columns, seeded by the first run's seed. FOL_E_MEMORY.
fol_status fol_tally_bootstrap_t(fol_context *ctx, size_t n, const fol_tally *const *tallies, double level,
                                 size_t resamples, double *lower, double *upper);

#endif
