// Gaussian mixture: its parameters, as its target and its exact denoiser have them.
#ifndef FOL_GMM_H
#define FOL_GMM_H

#include "target.h"

// k components in d columns; the arrays stay valid as long as the target.
typedef struct {
    fol_target base; // first: a fol_gmm is a fol_target
    size_t k;
    double *mean;       // (k, d)
    double *sd;         // (k, d)
    double *log_weight; // (k), normalised
    double *cumulative; // (k): weight of the components up to and with i
} fol_gmm;

#endif
