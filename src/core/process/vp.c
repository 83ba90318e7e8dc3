// Process vp: variance preserving, dx = -(beta / 2) x dtau + sqrt(beta) dB (MATH 1).
#include <math.h>

#include "linear_noise.h"

#define MOST_NOISE 500.0 // a^2 = exp(-500) is still a normal number

static fol_status check(fol_context *ctx, const fol_process *process)
{
    return fol_linear_noise_check(ctx, process, MOST_NOISE);
}

static fol_instant at(const fol_process *process, double tau)
{
    const double noise = fol_linear_noise_until(process, tau);
    const double s2 = -expm1(-noise);
    return (fol_instant){.tau = tau,
                         .a = exp(-0.5 * noise),
                         .s = sqrt(s2),
                         .snr = noise > 0 ? 1 / expm1(noise) : INFINITY,
                         .scale = 2 * sinh(0.5 * noise)};
}

// Straight from the SNR to the moment: unbiased estimation asks for one a row.
static fol_instant at_snr(const fol_process *process, double snr)
{
    const double noise = log1p(1 / snr), s2 = 1 / (1 + snr), a = sqrt(snr * s2); // a^2 / s^2 = 1 / (e^B - 1)
    const double horizon = process->value[FOL_HORIZON];
    if (noise >= fol_linear_noise_until(process, horizon))
        return at(process, horizon);
    if (noise == 0)
        return at(process, 0);
    return (fol_instant){
        .tau = fol_linear_noise_time(process, noise), .a = a, .s = sqrt(s2), .snr = snr, .scale = s2 / a};
}

// dx = (beta / 2) x + beta (a D - x) / s^2 backwards in tau, plus sqrt(beta) dB.
static fol_step reverse(const fol_process *process, const fol_instant *at)
{
    const double beta = fol_linear_noise_beta(process, at->tau), s2 = at->s * at->s;
    if (s2 == 0)
        return (fol_step){NAN, NAN, NAN};
    return (fol_step){.keep = beta * (0.5 - 1 / s2), .pull = beta * at->a / s2, .noise = sqrt(beta)};
}

static fol_step euler(const fol_process *process, const fol_instant *from, const fol_instant *to)
{
    const double variance = fol_linear_noise_beta(process, from->tau) * (from->tau - to->tau);
    const double s2 = from->s * from->s;
    return (fol_step){.keep = 1 + variance * (0.5 - 1 / s2), .pull = variance * from->a / s2, .noise = sqrt(variance)};
}

// Its stationary law.
static double start_sd(const fol_process *process)
{
    (void) process;
    return 1;
}

static const fol_option keys[] = {FOL_LINEAR_NOISE_KEYS("0.1", "20"), {0}};

const fol_process_kind fol_process_vp = {
    .base = {"vp", "variance preserving", keys, check},
    .end = fol_linear_noise_end,
    .at = at,
    .at_snr = at_snr,
    .beta = fol_linear_noise_beta,
    .reverse = reverse,
    .euler = euler,
    .start_sd = start_sd,
    .time_point = fol_process_time_point,
};
