// Sampling: trajectories of a denoiser's reverse process (MATH 3).
#ifndef FOL_SAMPLE_H
#define FOL_SAMPLE_H

#include "../base/blocks.h"
#include "../base/rows.h"
#include "../field/denoiser.h"
#include "../process/grid.h"
#include "../stats/columns.h"

#define FOL_METHOD_CHOICES "multistep|ancestral|euler|ode"
typedef enum { FOL_METHOD_MULTISTEP, FOL_METHOD_ANCESTRAL, FOL_METHOD_EULER, FOL_METHOD_ODE } fol_method;

typedef struct {
    int64_t steps;  // denoiser evaluations per trajectory (ode: Heun steps, two evaluations each)
    int method;     // fol_method
    int grid;       // fol_grid
    double snr_min; // of grid.h; the ode starts there if the process starts at 0
    double snr_max; // of grid.h
} fol_sample_options;

// The keys, for a struct that holds a fol_sample_options `base` bytes from its start.
#define FOL_SAMPLE_KEYS(base)                                                                                          \
    {                                                                                                                  \
        "steps", FOL_OPTION_INT, (base) + offsetof(fol_sample_options, steps),                                         \
        "200",   "[1,1e7]",      "steps of a trajectory"},                                                             \
        {"method",                                                                                                     \
         FOL_OPTION_CHOICE,                                                                                            \
         (base) + offsetof(fol_sample_options, method),                                                                \
         "multistep",                                                                                                  \
         FOL_METHOD_CHOICES,                                                                                           \
         "ancestral of second order, ancestral, Euler-Maruyama, or probability-flow ODE"},                             \
        {"grid",    FOL_OPTION_CHOICE, (base) + offsetof(fol_sample_options, grid),                                    \
         "log_snr", FOL_GRID_CHOICES,  "steps uniform in log SNR, which follows the scale of the data, or in time"},   \
        {"snr_min",                                                                                                    \
         FOL_OPTION_REAL,                                                                                              \
         (base) + offsetof(fol_sample_options, snr_min),                                                               \
         "",                                                                                                           \
         "(0,inf)",                                                                                                    \
         "first SNR above 0 (log_snr, ode; 1e-3 / variance)",                                                          \
         .below = "snr_max"},                                                                                          \
    {                                                                                                                  \
        "snr_max", FOL_OPTION_REAL, (base) + offsetof(fol_sample_options, snr_max), "", "(0,inf)",                     \
            "last finite SNR (log_snr; 1e6 / variance)"                                                                \
    }

// The same as a table for fol_sample_options alone.
extern const fol_option fol_sample_option_table[];

// Refuses options out of range with a sentence.
fol_status fol_sample_check(fol_context *ctx, const fol_sample_options *options);

// The moments of a grid (grid.h) for a denoiser. FOL_E_INPUT, too, when there are 20 steps or more and neither snr_min
// nor snr_max, and N(0, data_var I) would be drawn on them with a standard deviation 1.5 times too large or small.
fol_status fol_sample_grid(fol_context *ctx, const fol_denoiser *den, const fol_sample_options *options,
                           fol_instant *grid /* (steps + 1) */);

// Paths: entry (trajectory i, grid point k, column j) is data[i * row_stride + k * step_stride + j * col_stride].
typedef struct {
    double *data; // NULL: not wanted
    size_t row_stride, step_stride, col_stride;
} fol_paths_out;

// What to draw: trajectories first .. first + out.n - 1 of the stream of ctx->seed. Each is the same whatever
// out.n, the threads and `first` are; first is a multiple of FOL_BLOCK_ROWS.
typedef struct {
    uint64_t first;
    const fol_columns *columns; // what draws are of, or NULL: they stay in the process's own coordinates
    fol_rows_out out;           // (n, d)
    fol_paths_out paths;        // in the process's own coordinates; the last point is x = D of the last step
    fol_block_whole whole;      // what it is a part of, for polls
} fol_sample_job;

// Draws. Every method's last step returns the denoised value, so that it is defined for every process (MATH 3).
// FOL_E_INPUT, FOL_E_MEMORY, FOL_E_INTERRUPT, FOL_E_NUMERIC (with the step). Workspace: a few hundred KiB per thread.
fol_status fol_sample(fol_context *ctx, const fol_denoiser *den, const fol_sample_options *options,
                      const fol_sample_job *job);

#endif
