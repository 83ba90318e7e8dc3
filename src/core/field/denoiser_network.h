// Denoiser: a network in one of three parametrisations (MATH 2).
#ifndef FOL_DENOISER_NETWORK_H
#define FOL_DENOISER_NETWORK_H

#include "../network/network.h"
#include "axes.h"
#include "denoiser.h"

#define FOL_PARAMETRIZATION_CHOICES "edm|epsilon|denoised"
typedef enum { FOL_EDM, FOL_EPSILON, FOL_DENOISED } fol_parametrization;

// How a network F makes a denoiser at one moment: D = mean + skip y + out F(in y, t), y = x - a mean, for each column
// or along each axis.
typedef struct {
    double in, skip, out;
} fol_wrapping;

// The wrapping of a parametrization (fol_parametrization) for data of standard deviation sd. snr must be positive.
fol_wrapping fol_wrapping_at(int parametrization, double sd, const fol_instant *when);

// What the network is told of the time: log(1 / (sd sqrt(snr))) / 4, kept within +-4.
double fol_network_time(double sd, const fol_instant *when);

// What a network denoiser is made of; the pointers must outlive it.
typedef struct {
    const fol_network *network; // from (n, d) and a time to (n, d)
    const float *weights;       // (network->n_weights)
    const double *mean;         // (d) of the data
    fol_process process;
    int parametrization; // fol_parametrization
    double data_sd;
    fol_axes axes; // of "edm" alone
} fol_network_parts;

// Whether data of d columns should have axes: not where they would cost more than the network.
bool fol_axes_serve(size_t d);

// Takes the weights as they are now. FOL_E_MEMORY.
fol_status fol_denoiser_network_new(fol_context *ctx, const fol_network_parts *parts, fol_denoiser **den);

#endif
