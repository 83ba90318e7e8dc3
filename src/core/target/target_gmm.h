// Target: mixture of k Gaussians with diagonal covariances.
#ifndef FOL_TARGET_GMM_H
#define FOL_TARGET_GMM_H

#include "target.h"

// Makes one from mean (k, d), sd (k, d) positive, weight (k) positive, normalised here: fol_target_new of kind "gmm".
fol_status fol_target_gmm_new(fol_context *ctx, size_t k, size_t d, const double *mean, const double *sd,
                              const double *weight, fol_target **target);

#endif
