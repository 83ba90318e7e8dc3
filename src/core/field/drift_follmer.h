// Drift: the Follmer drift that a denoiser of any process makes (MATH 1, 5.2).
#ifndef FOL_DRIFT_FOLLMER_H
#define FOL_DRIFT_FOLLMER_H

#include "denoiser.h"

// b(x, t) = (D - x) / (1 - t), where D = E[X | (t X + sigma sqrt(t (1 - t)) eps) = x]: dX = b dt + sigma dW from
// X_0 = 0 has the law of the denoiser's data at t = 1, in the denoiser's (standardised) coordinates. The denoiser may
// be of any process: it is asked at the moment of the same signal-to-noise ratio t / (sigma^2 (1 - t)), x rescaled.
//
// From the time at which that ratio is snr_max on, b is frozen in time: b(x, t) = b(x, t_max). A learned denoiser's
// error grows as (1 - t)^(-1/2) in b; NAN takes 100 / data_var for it. INFINITY is for exact denoisers: b is frozen
// where the denoiser's process ends (localization), and at 1 - t = 2^-25, where D - x has lost its digits.
//
// Below the least ratio that the denoiser's process reaches (vp) its answer to the same Y = x / (sigma^2 (1 - t)) is
// taken, shifted so that b = E X at t = 0, x = 0: an error of order 3/2 in that ratio along the process.
//
// The denoiser must outlive the drift. FOL_E_INPUT names `sigma` or `snr_max`; FOL_E_MEMORY.
fol_status fol_drift_follmer_new(fol_context *ctx, const fol_denoiser *den, double sigma, double snr_max,
                                 fol_field **drift);

#endif
