// Activation softplus: log(1 + e^z), a smooth max(z, 0).
#ifdef FOL_LEVEL

// max(z, 0) + log(1 + u) with u = e^-|z|: neither overflows nor cancels. The logarithm is 2 artanh(s), an odd
// polynomial to 8e-9 relative where s = u / (2 + u) is in [0, 1/3].
static inline void FOL_NAME(activation_at)(vf z, vf *h, vf *slope)
{
    const vf u = FOL_NAME(v_exp)(v_min(z, -z)), s = u / (2.0f + u), y = s * s;
    const vf sigmoid = 1.0f / (1.0f + u); // of |z|
    const vf high = v_fma(y, v_fma(y, v_all(0.281577796f), v_all(0.279651582f)), v_all(0.400245965f));
    const vf tail = v_fma(y, v_fma(y, high, v_all(0.666663229f)), v_all(2.0f));
    *h = v_fma(s, tail, v_max((vf){0}, z)); // in this order NaN stays NaN
    *slope = FOL_NAME(v_select)(z > 0, sigmoid, u * sigmoid);
}

#else

#define FOL_ACTIVATION_FILE "activation_softplus.c"
#include "activation_levels.h"

// The gain is that of max(z, 0), which it is at large scale. 1 would keep the size of layers (f^2 of standard normal z
// is 0.92 in the mean) but shrink gradients faster with depth (f'^2 is 0.29), and trains more slowly.
const fol_activation_kind fol_activation_softplus = {
    .base = {"softplus", "log(1 + e^z)", fol_no_keys},
    .gain = 2,
    .activate = FOL_ACTIVATE_LEVELS,
};

#endif
