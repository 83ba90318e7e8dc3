// Denoisers: D(x, tau) = E[X | x_tau = x] of a process, from a network or exactly (MATH 1).
#ifndef FOL_DENOISER_H
#define FOL_DENOISER_H

#include <stddef.h>

#include "../process/process.h"

typedef struct fol_denoiser fol_denoiser;

struct fol_denoiser {
    size_t dim;
    fol_process process;
    double data_var; // mean variance of the data per column: the scale of SNR grids
    // Bytes of workspace that eval needs for n rows (aligned to FOL_ALIGN; SIZE_MAX on overflow).
    size_t (*work_size)(const fol_denoiser *den, size_t n);
    // denoised (n, d) = D(x (n, d), when[i * when_stride]); when_stride is 0 (all rows at one moment: fast) or 1.
    // Thread-safe with one workspace per thread; allocates nothing; x and denoised may not overlap. At snr = 0
    // the answer is the data's mean, at snr = INFINITY it is x / a.
    void (*eval)(const fol_denoiser *den, size_t n, const double *x, const fol_instant *when, size_t when_stride,
                 double *denoised, void *work);
};

// Frees any denoiser (one block); NULL is allowed.
void fol_denoiser_free(fol_denoiser *den);

#endif
