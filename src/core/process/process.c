// Processes: variance preserving, pinned Brownian motion and localization in one clock (MATH 1).
#include "process.h"

#include <math.h>

// The total noise of a process stays within these, so that nothing that is computed from it overflows.
#define LEAST_NOISE 1e-100
#define MOST_NOISE 1e100
#define MOST_NOISE_VP 500.0 // a^2 = exp(-500) is still a normal number

const fol_option fol_process_options[] = {FOL_PROCESS_KEYS(0), {0}};

static double slope(const fol_process *process)
{
    return (process->beta_max - process->beta_min) / process->horizon;
}

// The integral of beta over [0, tau]: B of vp, alpha of pbm.
static double noise_until(const fol_process *process, double tau)
{
    return tau * (process->beta_min + 0.5 * slope(process) * tau);
}

// The integral of beta over [tau, horizon], without cancellation near the horizon.
static double noise_from(const fol_process *process, double tau)
{
    return 0.5 * (process->horizon - tau) * (fol_process_beta(process, tau) + process->beta_max);
}

// The inverse of noise_until: the root of a quadratic in the form that does not cancel for either sign of the slope.
static double time_of_noise(const fol_process *process, double noise)
{
    const double low = process->beta_min;
    const double square = low * low + 2 * slope(process) * noise;
    const double tau = 2 * noise / (low + sqrt(square > 0 ? square : 0));
    return tau < process->horizon ? tau : process->horizon;
}

static fol_instant vp_instant(double tau, double noise)
{
    const double s2 = -expm1(-noise);
    return (fol_instant){.tau = tau,
                         .a = exp(-0.5 * noise),
                         .s = sqrt(s2),
                         .snr = noise > 0 ? 1 / expm1(noise) : INFINITY,
                         .scale = 2 * sinh(0.5 * noise)};
}

// u and left = A - u are given apart, so that neither end cancels.
static fol_instant pbm_instant(double tau, double u, double left)
{
    const double end = u + left;
    return (fol_instant){.tau = tau,
                         .a = u / end,
                         .s = sqrt(u * (left / end)),
                         .snr = left > 0 ? u / (end * left) : INFINITY,
                         .scale = left};
}

static fol_instant localization_instant(double tau, double snr)
{
    return (fol_instant){.tau = tau, .a = snr, .s = sqrt(snr), .snr = snr, .scale = 1};
}

static fol_status check_positive(fol_context *ctx, const char *name, double value)
{
    if (value > 0 && isfinite(value))
        return FOL_OK;
    return fol_fail(ctx, FOL_E_INPUT, "`%s` must be a positive finite number, not %g.", name, value);
}

static fol_status check_rates(fol_context *ctx, const fol_process *process)
{
    fol_status status = check_positive(ctx, "beta_min", process->beta_min);
    if (status == FOL_OK)
        status = check_positive(ctx, "beta_max", process->beta_max);
    if (status == FOL_OK)
        status = check_positive(ctx, "horizon", process->horizon);
    if (status != FOL_OK)
        return status;
    const double total = noise_until(process, process->horizon);
    const double most = process->kind == FOL_PROCESS_VP ? MOST_NOISE_VP : MOST_NOISE;
    if (total >= LEAST_NOISE && total <= most)
        return FOL_OK;
    return fol_fail(ctx, FOL_E_INPUT,
                    "The total noise `horizon` * (`beta_min` + `beta_max`) / 2 must lie between %g and %g, not be %g.",
                    LEAST_NOISE, most, total);
}

fol_status fol_process_check(fol_context *ctx, fol_process *process)
{
    switch (process->kind) {
    case FOL_PROCESS_VP:
    case FOL_PROCESS_PBM: {
        const bool vp = process->kind == FOL_PROCESS_VP;
        if (isnan(process->beta_min))
            process->beta_min = vp ? 0.1 : 1;
        if (isnan(process->beta_max))
            process->beta_max = vp ? 20 : 1;
        if (isnan(process->horizon))
            process->horizon = 1;
        return check_rates(ctx, process);
    }
    case FOL_PROCESS_LOCALIZATION:
        if (isnan(process->snr_end))
            process->snr_end = 1000;
        if (process->snr_end >= LEAST_NOISE && process->snr_end <= MOST_NOISE)
            return FOL_OK;
        return fol_fail(ctx, FOL_E_INPUT, "`snr_end` must lie between %g and %g, not be %g.", LEAST_NOISE, MOST_NOISE,
                        process->snr_end);
    }
    return fol_fail(ctx, FOL_E_INPUT, "`process` must be one of %s, not number %d.", FOL_PROCESS_CHOICES,
                    process->kind);
}

double fol_process_end(const fol_process *process)
{
    return process->kind == FOL_PROCESS_LOCALIZATION ? process->snr_end : process->horizon;
}

fol_instant fol_process_at(const fol_process *process, double tau)
{
    switch (process->kind) {
    case FOL_PROCESS_VP:
        return vp_instant(tau, noise_until(process, tau));
    case FOL_PROCESS_PBM:
        return pbm_instant(tau, noise_from(process, tau), noise_until(process, tau));
    default:
        return localization_instant(tau, process->snr_end - tau);
    }
}

// The inverses below go from the SNR straight to the moment: unbiased estimation asks for one a row.
static fol_instant vp_at_snr(const fol_process *process, double snr)
{
    const double noise = log1p(1 / snr), s2 = 1 / (1 + snr), a = sqrt(snr * s2); // a^2 / s^2 = 1 / (e^B - 1)
    if (noise >= noise_until(process, process->horizon))
        return fol_process_at(process, process->horizon);
    if (noise == 0)
        return fol_process_at(process, 0);
    return (fol_instant){.tau = time_of_noise(process, noise), .a = a, .s = sqrt(s2), .snr = snr, .scale = s2 / a};
}

static fol_instant pbm_at_snr(const fol_process *process, double snr)
{
    const double all = noise_until(process, process->horizon);
    const double left = all / (1 + all * snr); // u / (A (A - u)) solved for A - u
    if (snr <= 0)
        return fol_process_at(process, process->horizon);
    if (left == 0)
        return fol_process_at(process, 0);
    return pbm_instant(time_of_noise(process, left), all * snr * left, left);
}

fol_instant fol_process_at_snr(const fol_process *process, double snr)
{
    if (process->kind == FOL_PROCESS_VP)
        return vp_at_snr(process, snr);
    if (process->kind == FOL_PROCESS_PBM)
        return pbm_at_snr(process, snr);
    const double within = snr > process->snr_end ? process->snr_end : snr > 0 ? snr : 0;
    return localization_instant(process->snr_end - within, within);
}

double fol_process_beta(const fol_process *process, double tau)
{
    if (process->kind == FOL_PROCESS_LOCALIZATION)
        return 1;
    return process->beta_min + slope(process) * tau;
}
