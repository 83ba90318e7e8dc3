// Denoisers: D(x, tau) = E[X | x_tau = x] of a process, from a network or exactly (MATH 1).
#ifndef FOL_DENOISER_H
#define FOL_DENOISER_H

#include "field.h"

// At snr = 0 the answer is the data's mean, at snr = INFINITY it is x / a.
typedef struct {
    fol_field field; // first: n_in = n_out = d
    fol_process process;
    double data_var; // mean variance of the data per column: the scale of SNR grids
} fol_denoiser;

// Frees any denoiser; NULL is allowed.
void fol_denoiser_free(fol_denoiser *den);

#endif
