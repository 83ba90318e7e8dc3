// Denoiser: exact posterior mean for a Gaussian mixture (MATH 2, Bayes floor).
#ifndef FOL_DENOISER_MIXTURE_H
#define FOL_DENOISER_MIXTURE_H

#include "../target/target_gmm.h"
#include "denoiser.h"

// The target (made by fol_target_gmm_new) must outlive the denoiser. FOL_E_MEMORY, FOL_E_INPUT.
fol_status fol_denoiser_mixture_new(fol_context *ctx, const fol_target *gmm, const fol_process *process,
                                    fol_denoiser **den);

#endif
