// Process ve: variance exploding, a = 1, s = tau, dx = sqrt(2 tau) dB (MATH 1).
#include <math.h>

#include "process.h"

enum { SIGMA_MAX };

static double end(const fol_process *process)
{
    return process->value[SIGMA_MAX];
}

static fol_instant at(const fol_process *process, double tau)
{
    (void) process;
    return (fol_instant){.tau = tau, .a = 1, .s = tau, .snr = 1 / (tau * tau), .scale = tau * tau};
}

static fol_instant at_snr(const fol_process *process, double snr)
{
    const double tau = 1 / sqrt(snr);
    if (!(tau < end(process)))
        return at(process, end(process));
    return (fol_instant){.tau = tau, .a = 1, .s = tau, .snr = snr, .scale = 1 / snr};
}

static double beta(const fol_process *process, double tau)
{
    (void) process;
    return 2 * tau;
}

// dx = beta (D - x) / s^2 backwards in tau, plus sqrt(beta) dB.
static fol_step reverse(const fol_process *process, const fol_instant *at)
{
    (void) process;
    const double pull = at->tau > 0 ? 2 / at->tau : NAN;
    return (fol_step){.keep = -pull, .pull = pull, .noise = sqrt(2 * at->tau)};
}

static fol_step euler(const fol_process *process, const fol_instant *from, const fol_instant *to)
{
    const double step = from->tau - to->tau;
    const fol_step rate = reverse(process, from);
    return (fol_step){.keep = 1 + step * rate.keep, .pull = step * rate.pull, .noise = sqrt(step) * rate.noise};
}

// The data are little beside the noise at its end.
static double start_sd(const fol_process *process)
{
    return process->value[SIGMA_MAX];
}

static const fol_option keys[] = {
    FOL_KIND_KEY("sigma_max", FOL_OPTION_REAL, "50", "[1e-50,1e50]", "noise at the noise end"),
    {0},
};

const fol_process_kind fol_process_ve = {
    .base = {"ve", "variance exploding", keys},
    .end = end,
    .at = at,
    .at_snr = at_snr,
    .beta = beta,
    .reverse = reverse,
    .euler = euler,
    .start_sd = start_sd,
    .time_point = fol_process_time_point,
};
