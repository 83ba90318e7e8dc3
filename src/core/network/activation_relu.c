// Activation relu: the positive part of z.
#ifdef FOL_LEVEL

static inline void FOL_NAME(activation_at)(vf z, vf *h, vf *slope)
{
    const vi positive = z > 0;
    *h = (vf) ((vi) z & positive);
    *slope = FOL_NAME(v_select)(positive, v_all(1.0f), (vf){0});
}

#else

#define FOL_ACTIVATION_FILE "activation_relu.c"
#include "activation_levels.h"

const fol_activation_kind fol_activation_relu = {
    .base = {"relu", "max(z, 0)", fol_no_keys},
    .gain = 2,
    .activate = FOL_ACTIVATE_LEVELS,
};

#endif
