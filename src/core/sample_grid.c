// Sampling: the moments at which a trajectory stops, from noise to data (MATH 3).
#include <math.h>

#include "sample.h"

#define MAX_STEPS 10000000

const fol_option fol_sample_option_table[] = {FOL_SAMPLE_KEYS(0), {0}};

// The first and the last SNR that a grid uses, with zero where the process starts.
typedef struct {
    fol_instant start;
    double low, high;
} ends;

fol_status fol_sample_check(fol_context *ctx, const fol_sample_options *options)
{
    if (options->steps < 1 || options->steps > MAX_STEPS)
        return fol_fail(ctx, FOL_E_INPUT, "`steps` must be a whole number from 1 to %d, not %lld.", MAX_STEPS,
                        (long long) options->steps);
    if (options->method < FOL_METHOD_ANCESTRAL || options->method > FOL_METHOD_ODE)
        return fol_fail(ctx, FOL_E_INPUT, "`method` must be one of %s, not number %d.", FOL_METHOD_CHOICES,
                        options->method);
    if (options->grid < FOL_GRID_AUTO || options->grid > FOL_GRID_LOG_SNR)
        return fol_fail(ctx, FOL_E_INPUT, "`grid` must be one of %s, not number %d.", FOL_GRID_CHOICES, options->grid);
    if (options->snr_min <= 0 || isinf(options->snr_min))
        return fol_fail(ctx, FOL_E_INPUT, "`snr_min` must be a positive finite number, not %g.", options->snr_min);
    if (options->snr_max <= 0 || isinf(options->snr_max))
        return fol_fail(ctx, FOL_E_INPUT, "`snr_max` must be a positive finite number, not %g.", options->snr_max);
    return FOL_OK;
}

// Which of these are used depends on the grid, the method and the process, and only what is used is checked.
static fol_status find_ends(fol_context *ctx, const fol_denoiser *den, const fol_sample_options *options, ends *ends)
{
    const fol_process *process = &den->process;
    const double snr_min = isnan(options->snr_min) ? 1e-3 / den->data_var : options->snr_min;
    const double snr_max = isnan(options->snr_max) ? 1e4 / den->data_var : options->snr_max;
    const double most = fol_process_at(process, 0).snr;
    ends->start = fol_process_at(process, fol_process_end(process));
    const bool from_zero = ends->start.snr == 0;
    ends->low = from_zero ? snr_min : ends->start.snr;
    ends->high = options->grid == FOL_GRID_TIME || snr_max > most ? most : snr_max;
    const bool uses_low = options->grid == FOL_GRID_LOG_SNR || options->method == FOL_METHOD_ODE;
    if (uses_low && ends->low >= ends->high && !from_zero)
        return fol_fail(ctx, FOL_E_INPUT,
                        "`snr_max` must be above the signal-to-noise ratio at which the process starts, %g, not %g.",
                        ends->low, ends->high);
    if (uses_low && ends->low >= ends->high)
        return fol_fail(ctx, FOL_E_INPUT, "`snr_min` must be below %s, %g, not %g.",
                        ends->high == most ? "the process's largest signal-to-noise ratio" : "`snr_max`", ends->high,
                        ends->low);
    if (options->method == FOL_METHOD_ODE && from_zero)
        ends->start = fol_process_at_snr(process, ends->low);
    return FOL_OK;
}

// Point k in 1 .. n - 1 of n steps uniform in process time, whose last goes to the data.
static fol_instant time_point(const fol_process *process, const ends *ends, double k, double n)
{
    if (process->kind != FOL_PROCESS_LOCALIZATION)
        return fol_process_at(process, ends->start.tau * ((n - k) / n));
    const double share = k / (n - 1); // its last finite point is the end of its time
    return fol_process_at_snr(process, ends->start.snr + (ends->high - ends->start.snr) * share);
}

// The same, geometric in the SNR. A single point between start and data goes to the middle.
static fol_instant log_snr_point(const fol_process *process, const ends *ends, double k, double n)
{
    const double share = n == 2 ? 0.5 : ends->start.snr > 0 ? k / (n - 1) : (k - 1) / (n - 2);
    return fol_process_at_snr(process, ends->low * pow(ends->high / ends->low, share));
}

fol_status fol_sample_grid(fol_context *ctx, const fol_denoiser *den, const fol_sample_options *options,
                           fol_instant *grid)
{
    ends ends;
    fol_sample_options chosen = *options;
    if (chosen.grid == FOL_GRID_AUTO)
        chosen.grid = den->process.kind == FOL_PROCESS_LOCALIZATION ? FOL_GRID_LOG_SNR : FOL_GRID_TIME;
    options = &chosen;
    fol_status status = fol_sample_check(ctx, options);
    if (status == FOL_OK)
        status = find_ends(ctx, den, options, &ends);
    if (status != FOL_OK)
        return status;
    const int64_t n = options->steps;
    grid[0] = ends.start;
    for (int64_t k = 1; k < n; k++)
        grid[k] = options->grid == FOL_GRID_TIME ? time_point(&den->process, &ends, (double) k, (double) n)
                                                 : log_snr_point(&den->process, &ends, (double) k, (double) n);
    grid[n] = (fol_instant){.tau = 0, .a = 1, .s = 0, .snr = INFINITY, .scale = 0};
    return FOL_OK;
}
