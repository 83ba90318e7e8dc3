// Compiles the activation of one file for every level. The file has its formula once, as
//     static inline void FOL_NAME(activation_at)(vf z, vf *h, vf *slope)
// beside #ifdef FOL_LEVEL; elsewhere it defines FOL_ACTIVATION_FILE, its own name, includes this header and defines its
// kind with .activate = FOL_ACTIVATE_LEVELS. It is compiled with itself included for each level.
#include <string.h>

#include "activation.h"

#define FOL_LEVEL_FILE "../network/activation_kernel.h"
#include "../base/simd_levels.h"

#if FOL_HAVE_LEVELS
#define FOL_ACTIVATE_LEVELS                                                                                            \
    {                                                                                                                  \
        [FOL_SIMD_BASELINE] = activate_1, [FOL_SIMD_V3] = activate_3, [FOL_SIMD_V4] = activate_4                       \
    }
#else
#define FOL_ACTIVATE_LEVELS                                                                                            \
    {                                                                                                                  \
        [FOL_SIMD_BASELINE] = activate_1                                                                               \
    }
#endif
