// Activation gelu: z times the normal distribution function, in its tanh form.
#ifdef FOL_LEVEL

// The tanh form: z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))) = z sigmoid(2 ...).
static inline void FOL_NAME(activation_at)(vf z, vf *h, vf *slope)
{
    const vf y = z * z;
    const vf inner = z * v_fma(y, v_all(0.0713548163f), v_all(1.59576912f));
    const vf e = FOL_NAME(v_exp)(-inner), sigmoid = 1.0f / (1.0f + e);
    *h = z * sigmoid;
    *slope = v_fma(*h * (e * sigmoid), v_fma(y, v_all(0.214064449f), v_all(1.59576912f)), sigmoid);
}

#else

#define FOL_ACTIVATION_FILE "activation_gelu.c"
#include "activation_levels.h"

const fol_activation_kind fol_activation_gelu = {
    .base = {"gelu", "z times the normal distribution function", fol_no_keys},
    .gain = 2,
    .activate = FOL_ACTIVATE_LEVELS,
};

#endif
