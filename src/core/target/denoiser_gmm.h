// Denoiser: exact posterior mean for a Gaussian mixture (MATH 2, Bayes floor).
#ifndef FOL_DENOISER_GMM_H
#define FOL_DENOISER_GMM_H

#include "target.h"

// For a target of fol_target_gmm_new, which must outlive the denoiser, and a checked process. FOL_E_MEMORY.
fol_status fol_denoiser_gmm_new(fol_context *ctx, const fol_target *gmm, const fol_process *process,
                                fol_denoiser **den);

#endif
