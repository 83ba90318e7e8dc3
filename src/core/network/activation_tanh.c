// Activation tanh: the hyperbolic tangent.
#ifdef FOL_LEVEL

static inline void FOL_NAME(activation_at)(vf z, vf *h, vf *slope)
{
    // Near 0 the quotient loses digits, so an odd polynomial serves there.
    const vf e = FOL_NAME(v_exp)(2.0f * z), y = z * z;
    const vf tail = v_fma(y, v_fma(y, v_all(0.0218694885f), v_all(-0.0539682540f)), v_all(0.133333333f));
    const vf near = v_fma(z * y, v_fma(y, tail, v_all(-0.333333333f)), z);
    *h = FOL_NAME(v_select)(y < 0.04f, near, 1.0f - 2.0f / (e + 1.0f));
    *slope = v_fma(-*h, *h, v_all(1.0f));
}

#else

#define FOL_ACTIVATION_FILE "activation_tanh.c"
#include "activation_levels.h"

const fol_activation_kind fol_activation_tanh = {
    .base = {"tanh", "hyperbolic tangent", fol_no_keys},
    .gain = 1,
    .activate = FOL_ACTIVATE_LEVELS,
};

#endif
