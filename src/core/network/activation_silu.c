// Activation silu: z sigmoid(z), also called swish.
#ifdef FOL_LEVEL

static inline void FOL_NAME(activation_at)(vf z, vf *h, vf *slope)
{
    const vf e = FOL_NAME(v_exp)(-z), sigmoid = 1.0f / (1.0f + e);
    *h = z * sigmoid;
    *slope = v_fma(*h, e * sigmoid, sigmoid); // e * sigmoid is 1 - sigmoid without its cancellation
}

#else

#define FOL_ACTIVATION_FILE "activation_silu.c"
#include "activation_levels.h"

const fol_activation_kind fol_activation_silu = {
    .base = {"silu", "z sigmoid(z)", fol_no_keys},
    .gain = 2,
    .activate = FOL_ACTIVATE_LEVELS,
};

#endif
