// Drift: the Follmer drift that a denoiser of any process makes (MATH 1, 5.2).
#include "drift_follmer.h"

#include <stdlib.h>

fol_status fol_drift_follmer_new(fol_context *ctx, const fol_denoiser *den, double sigma, double snr_max,
                                 fol_drift **drift)
{
    (void) ctx;
    (void) den;
    (void) sigma;
    (void) snr_max;
    (void) drift;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}
