// Grids: the moments at which a trajectory stops, from noise to data (MATH 3).
#ifndef FOL_GRID_H
#define FOL_GRID_H

#include <stdbool.h>

#include "process.h"

#define FOL_GRID_CHOICES "log_snr|time"
typedef enum { FOL_GRID_LOG_SNR, FOL_GRID_TIME } fol_grid;

typedef struct {
    int kind;            // fol_grid
    int64_t steps;       // at least 1
    double snr_min;      // where log_snr grids leave 0; NAN: 1e-3 / data_var
    double snr_max;      // last finite SNR of log_snr grids; NAN: 1e6 / data_var
    bool positive_start; // begin at snr_min where the process begins at an SNR of 0
} fol_grid_options;

// The moments of a grid, steps + 1 of them from noise (index 0) to data (index steps, snr = INFINITY for vp and pbm
// and, as the limit in which the denoiser is returned, for localization too). data_var is the mean variance of the
// data per column, by which grids in log SNR follow their scale. FOL_E_INPUT when snr_min, snr_max and the process
// leave no space for a grid.
fol_status fol_grid_fill(fol_context *ctx, const fol_process *process, double data_var, const fol_grid_options *options,
                         fol_instant *grid /* (steps + 1) */);

#endif
