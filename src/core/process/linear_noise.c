// Linear noise: a rate beta that runs linearly from the data to the noise, and its integrals; of vp and pbm.
#include "linear_noise.h"

#include <math.h>

static double slope(const fol_process *process)
{
    return (process->value[FOL_BETA_MAX] - process->value[FOL_BETA_MIN]) / process->value[FOL_HORIZON];
}

fol_status fol_linear_noise_check(fol_context *ctx, const fol_process *process, double most)
{
    const double total = fol_linear_noise_until(process, process->value[FOL_HORIZON]);
    if (total >= FOL_LEAST_NOISE && total <= most)
        return FOL_OK;
    return fol_fail_about(ctx, "horizon",
                          "* (`beta_min` + `beta_max`) / 2, the total noise, must lie between %g and %g, not be %g.",
                          FOL_LEAST_NOISE, most, total);
}

double fol_linear_noise_end(const fol_process *process)
{
    return process->value[FOL_HORIZON];
}

double fol_linear_noise_beta(const fol_process *process, double tau)
{
    return process->value[FOL_BETA_MIN] + slope(process) * tau;
}

double fol_linear_noise_until(const fol_process *process, double tau)
{
    return tau * (process->value[FOL_BETA_MIN] + 0.5 * slope(process) * tau);
}

double fol_linear_noise_from(const fol_process *process, double tau)
{
    return 0.5 * (process->value[FOL_HORIZON] - tau) *
           (fol_linear_noise_beta(process, tau) + process->value[FOL_BETA_MAX]);
}

// The root of a quadratic in the form that does not cancel for either sign of the slope.
double fol_linear_noise_time(const fol_process *process, double noise)
{
    const double low = process->value[FOL_BETA_MIN], horizon = process->value[FOL_HORIZON];
    const double square = low * low + 2 * slope(process) * noise;
    const double tau = 2 * noise / (low + sqrt(square > 0 ? square : 0));
    return tau < horizon ? tau : horizon;
}
