// Euler paths: estimators by paths of a fixed number of steps, whose bias is estimated by half as many (MATH 7.5).
#ifndef FOL_EULER_PATHS_H
#define FOL_EULER_PATHS_H

#include "estimation.h"

// The key that their kinds have, first.
#define FOL_EULER_KEYS                                                                                                 \
    {                                                                                                                  \
        FOL_KIND_KEY("steps", FOL_OPTION_INT, "64", "[2,1e7]", "steps, an even number"),                               \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }

// FOL_E_INPUT unless the steps are even.
fol_status fol_euler_check(fol_context *ctx, const fol_instance *instance);

// With weak order 1, E g_h = truth + c h, so that E (g_h - g_2h) = -c h is minus the bias of g_h.
fol_status fol_euler_bias(fol_context *ctx, const fol_tally *tally, size_t j, double *bias, double *se);

// What is asked, taken in and hashed for a draw of one path, or with `mirrored` of the mean of two with opposite noise.
void fol_euler_ask(fol_estimation *e);
void fol_euler_prepare(fol_estimation *e, bool mirrored);
uint64_t fol_euler_fingerprint(const fol_estimation *e, uint64_t state);

#endif
