// Estimator: Euler paths in antithetic pairs, each path beside the one with the opposite noise; a draw is their mean.
#include "euler_paths.h"

static const fol_option keys[] = FOL_EULER_KEYS;

static fol_status prepare(fol_estimation *e)
{
    fol_euler_prepare(e, true);
    return FOL_OK;
}

const fol_estimator_kind fol_estimator_antithetic = {
    .base = {"antithetic", "Euler paths in pairs of opposite noise", keys, fol_euler_check},
    .twice = true,
    .bias = fol_euler_bias,
    .ask = fol_euler_ask,
    .prepare = prepare,
    .fingerprint = fol_euler_fingerprint,
};
