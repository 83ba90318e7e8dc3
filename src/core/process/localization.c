// Process localization: Y_t = t X + W_t, whose time t is the SNR; tau = snr_end - t (MATH 1).
#include <math.h>

#include "linear_noise.h"

enum { SNR_END };

static fol_status check(fol_context *ctx, const fol_process *process)
{
    const double end = process->value[SNR_END];
    if (end >= FOL_LEAST_NOISE && end <= FOL_MOST_NOISE)
        return FOL_OK;
    return fol_fail_about(ctx, "snr_end", "must lie between %g and %g, not be %g.", FOL_LEAST_NOISE, FOL_MOST_NOISE,
                          end);
}

static double end(const fol_process *process)
{
    return process->value[SNR_END];
}

static fol_instant instant(double tau, double snr)
{
    return (fol_instant){.tau = tau, .a = snr, .s = sqrt(snr), .snr = snr, .scale = 1};
}

static fol_instant at(const fol_process *process, double tau)
{
    return instant(tau, process->value[SNR_END] - tau);
}

static fol_instant at_snr(const fol_process *process, double snr)
{
    const double end = process->value[SNR_END], within = snr > end ? end : snr > 0 ? snr : 0;
    return instant(end - within, within);
}

static double beta(const fol_process *process, double tau)
{
    (void) process;
    (void) tau;
    return 1;
}

// dY = D dt + dW.
static fol_step reverse(const fol_process *process, const fol_instant *at)
{
    (void) process;
    (void) at;
    return (fol_step){.keep = 0, .pull = 1, .noise = 1};
}

static fol_step euler(const fol_process *process, const fol_instant *from, const fol_instant *to)
{
    (void) process;
    return fol_step_ancestral(from, to);
}

static double start_sd(const fol_process *process)
{
    (void) process;
    return 0;
}

// The last finite point is the end of its time.
static fol_instant time_point(const fol_process *process, const fol_instant *start, double k, double n)
{
    const double share = k / (n - 1);
    return at_snr(process, start->snr + (process->value[SNR_END] - start->snr) * share);
}

static const fol_option keys[] = {
    FOL_KIND_KEY("snr_end", FOL_OPTION_REAL, "1000", "(0,inf)", "largest signal-to-noise ratio"),
    {0},
};

const fol_process_kind fol_process_localization = {
    .base = {"localization", "its time is the signal-to-noise ratio", keys, check},
    .end = end,
    .at = at,
    .at_snr = at_snr,
    .beta = beta,
    .reverse = reverse,
    .euler = euler,
    .start_sd = start_sd,
    .time_point = time_point,
};
