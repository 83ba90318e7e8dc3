// Estimator: Euler paths of a fixed number of steps, with the bias that step halving shows.
#include "euler_paths.h"

static const fol_option keys[] = FOL_EULER_KEYS;

static fol_status prepare(fol_estimation *e)
{
    fol_euler_prepare(e, false);
    return FOL_OK;
}

const fol_estimator_kind fol_estimator_euler = {
    .base = {"euler", "Euler paths of so many steps", keys, fol_euler_check},
    .twice = true,
    .bias = fol_euler_bias,
    .ask = fol_euler_ask,
    .prepare = prepare,
    .fingerprint = fol_euler_fingerprint,
};
