// Process pbm: pinned Brownian motion, in the clock u = A - alpha_tau (MATH 1).
#include <math.h>

#include "linear_noise.h"

static fol_status check(fol_context *ctx, const fol_process *process)
{
    return fol_linear_noise_check(ctx, process, FOL_MOST_NOISE);
}

// u and left = A - u are given apart, so that neither end cancels.
static fol_instant instant(double tau, double u, double left)
{
    const double end = u + left;
    return (fol_instant){.tau = tau,
                         .a = u / end,
                         .s = sqrt(u * (left / end)),
                         .snr = left > 0 ? u / (end * left) : INFINITY,
                         .scale = left};
}

static fol_instant at(const fol_process *process, double tau)
{
    return instant(tau, fol_linear_noise_from(process, tau), fol_linear_noise_until(process, tau));
}

static fol_instant at_snr(const fol_process *process, double snr)
{
    const double horizon = process->value[FOL_HORIZON], all = fol_linear_noise_until(process, horizon);
    const double left = all / (1 + all * snr); // u / (A (A - u)) solved for A - u
    if (snr <= 0)
        return at(process, horizon);
    if (left == 0)
        return at(process, 0);
    return instant(fol_linear_noise_time(process, left), all * snr * left, left);
}

// dx = (D - x) / (A - u) du + dB, and the scale is A - u.
static fol_step reverse(const fol_process *process, const fol_instant *at)
{
    const double beta = fol_linear_noise_beta(process, at->tau);
    if (at->scale == 0)
        return (fol_step){NAN, NAN, NAN};
    return (fol_step){.keep = -beta / at->scale, .pull = beta / at->scale, .noise = sqrt(beta)};
}

static fol_step euler(const fol_process *process, const fol_instant *from, const fol_instant *to)
{
    (void) process;
    const double du = from->scale - to->scale;
    return (fol_step){.keep = to->scale / from->scale, .pull = du / from->scale, .noise = sqrt(du)};
}

// It is pinned at 0.
static double start_sd(const fol_process *process)
{
    (void) process;
    return 0;
}

static const fol_option keys[] = {FOL_LINEAR_NOISE_KEYS("1", "1"), {0}};

const fol_process_kind fol_process_pbm = {
    .base = {"pbm", "pinned Brownian motion", keys, check},
    .end = fol_linear_noise_end,
    .at = at,
    .at_snr = at_snr,
    .beta = fol_linear_noise_beta,
    .reverse = reverse,
    .euler = euler,
    .start_sd = start_sd,
    .time_point = fol_process_time_point,
};
