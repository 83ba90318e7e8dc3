// Grids: the moments at which a trajectory stops, from noise to data (MATH 3).
#include "grid.h"

#include <math.h>

// The first and the last SNR that a grid uses, with zero where the process starts.
typedef struct {
    fol_instant start;
    double low, high;
} ends;

// Which of these are used depends on the grid, the method and the process; only what is used is checked beside it.
static fol_status find_ends(fol_context *ctx, const fol_process *process, double data_var,
                            const fol_grid_options *options, ends *ends)
{
    const double snr_min = isnan(options->snr_min) ? 1e-3 / data_var : options->snr_min;
    const double snr_max = isnan(options->snr_max) ? 1e6 / data_var : options->snr_max;
    const double most = fol_process_at(process, 0).snr;
    if (!(snr_min < snr_max))
        return isnan(options->snr_min)
                   ? fol_fail_about(ctx, "snr_max", "must be above `snr_min`, %g, not %g.", snr_min, snr_max)
                   : fol_fail_about(ctx, "snr_min", "must be below `snr_max`, %g, not %g.", snr_max, snr_min);
    ends->start = fol_process_at(process, fol_process_end(process));
    const bool from_zero = ends->start.snr == 0;
    ends->low = from_zero ? snr_min : ends->start.snr;
    ends->high = options->kind == FOL_GRID_TIME || snr_max > most ? most : snr_max;
    const bool uses_low = options->kind == FOL_GRID_LOG_SNR || options->positive_start;
    if (uses_low && ends->low >= ends->high && !from_zero)
        return fol_fail_about(ctx, "snr_max",
                              "must be above the signal-to-noise ratio at which the process starts, %g, not %g.",
                              ends->low, ends->high);
    if (uses_low && ends->low >= ends->high)
        return fol_fail_about(ctx, "snr_min", "must be below %s, %g, not %g.",
                              ends->high == most ? "the process's largest signal-to-noise ratio" : "`snr_max`",
                              ends->high, ends->low);
    if (options->positive_start && from_zero)
        ends->start = fol_process_at_snr(process, ends->low);
    return FOL_OK;
}

// Point k in 1 .. n - 1 of n steps geometric in the SNR, whose last goes to the data. A single point between start and
// data goes to the middle.
static fol_instant log_snr_point(const fol_process *process, const ends *ends, double k, double n)
{
    const double share = n == 2 ? 0.5 : ends->start.snr > 0 ? k / (n - 1) : (k - 1) / (n - 2);
    return fol_process_at_snr(process, ends->low * pow(ends->high / ends->low, share));
}

fol_status fol_grid_fill(fol_context *ctx, const fol_process *process, double data_var, const fol_grid_options *options,
                         fol_instant *grid)
{
    ends ends;
    const fol_status status = find_ends(ctx, process, data_var, options, &ends);
    if (status != FOL_OK)
        return status;
    const int64_t n = options->steps;
    grid[0] = ends.start;
    for (int64_t k = 1; k < n; k++)
        grid[k] = options->kind == FOL_GRID_TIME
                      ? fol_process_kind_of(process)->time_point(process, &ends.start, (double) k, (double) n)
                      : log_snr_point(process, &ends, (double) k, (double) n);
    grid[n] = (fol_instant){.tau = 0, .a = 1, .s = 0, .snr = INFINITY, .scale = 0};
    return FOL_OK;
}
