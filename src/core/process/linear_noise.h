// Linear noise: a rate beta that runs linearly from the data to the noise, and its integrals; of vp and pbm.
#ifndef FOL_LINEAR_NOISE_H
#define FOL_LINEAR_NOISE_H

#include "process.h"

// The total noise of a process stays within these, so that nothing that is computed from it overflows.
#define FOL_LEAST_NOISE 1e-100
#define FOL_MOST_NOISE 1e100

// The first keys of a kind with linear noise, in this order.
enum { FOL_BETA_MIN, FOL_BETA_MAX, FOL_HORIZON };

// The same with defaults for the rates.
#define FOL_LINEAR_NOISE_KEYS(low, high)                                                                               \
    FOL_KIND_KEY("beta_min", FOL_OPTION_REAL, low, "(0,inf)", "noise rate at the data end"),                           \
        FOL_KIND_KEY("beta_max", FOL_OPTION_REAL, high, "(0,inf)", "noise rate at the noise end"),                     \
        FOL_KIND_KEY("horizon", FOL_OPTION_REAL, "1", "(0,inf)", "length of noising time")

// FOL_E_INPUT unless the total noise lies between FOL_LEAST_NOISE and `most`.
fol_status fol_linear_noise_check(fol_context *ctx, const fol_process *process, double most);

double fol_linear_noise_end(const fol_process *process);
double fol_linear_noise_beta(const fol_process *process, double tau);

// The integral of beta over [0, tau]: B of vp, alpha of pbm; and over [tau, horizon], without cancellation near it.
double fol_linear_noise_until(const fol_process *process, double tau);
double fol_linear_noise_from(const fol_process *process, double tau);

// The time at which the integral of beta from 0 on is `noise`.
double fol_linear_noise_time(const fol_process *process, double noise);

#endif
