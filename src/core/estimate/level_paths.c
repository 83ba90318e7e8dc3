// Level paths: Euler paths of several step sizes on one Brownian path (MATH 7.3, 7.4).
#include "level_paths.h"

#include <math.h>
#include <string.h>

#include "../base/vectorize.h"
#include "../base/memory.h"

#define STEPS_UNASKED 16 // of quick drifts, between two looks for an interrupt

typedef struct {
    double *x, *b; // (n_paths, n, d): states and drifts
    double *sum;   // (n_paths, n, d): of the normals since the path's last step
    float *noise;  // (S, n, d)
    void *noise_work, *drift_work;
} level_work;

static size_t layout(const fol_path_run *run, size_t n, int n_ends, char *base, level_work *work)
{
    const fol_field *drift = run->sde->drift;
    const size_t row = drift->n_in * sizeof(double), paths = (size_t) n_ends;
    size_t total = 0;
    const size_t x = fol_layout_add(&total, n * paths, row), b = fol_layout_add(&total, n * paths, row);
    const size_t sum = fol_layout_add(&total, n * paths, row);
    const size_t noise = fol_layout_add(&total, n, 4 * run->noise.counters * sizeof(float));
    const size_t noise_work = fol_layout_add(&total, fol_path_noise_work_size(&run->noise, n), 1);
    const size_t drift_work = fol_layout_add(&total, fol_field_work_size(drift, n * paths), 1);
    if (base)
        *work = (level_work){.x = (double *) (base + x),
                             .b = (double *) (base + b),
                             .sum = (double *) (base + sum),
                             .noise = (float *) (base + noise),
                             .noise_work = base + noise_work,
                             .drift_work = base + drift_work};
    return total;
}

size_t fol_level_work_size(const fol_path_run *run, size_t n, int n_ends)
{
    return layout(run, n, n_ends, NULL, NULL);
}

// sum += the normals of one step.
FOL_VECTORIZED(void, gather, (size_t n, const float *noise, double *sum), (n, noise, sum))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sum[i] += (double) noise[i];
}

// x += pull b + spread sum.
FOL_VECTORIZED(void, step, (size_t n, double pull, double spread, const double *b, const double *sum, double *x),
               (n, pull, spread, b, sum, x))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] += pull * b[i] + spread * sum[i];
}

FOL_VECTORIZED(void, take_over, (size_t n, const double *sum, double *next), (n, sum, next))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        next[i] += sum[i];
}

// How many paths begin a step at step k of path 0.
static int paths_at(const fol_level_shape *shape, uint64_t k)
{
    const int all = k == 0 ? shape->n_paths : 1 + __builtin_ctzll(k);
    return all < shape->n_paths ? all : shape->n_paths;
}

fol_status fol_level_paths(const fol_path_run *run, const fol_level_shape *shape, const uint64_t *draw, size_t n,
                           void *memory, fol_run *blocks, double **ends)
{
    const fol_sde *sde = run->sde;
    const size_t nd = n * sde->drift->n_in, mirrors = shape->mirrored ? 2 : 1;
    const double fraction = 1 / (double) shape->steps, spread = fol_path_scale(sde) * sqrt(fraction);
    level_work work;
    layout(run, n, fol_level_ends(shape), memory, &work);
    fol_path_starts(run, n, draw, work.x);
    for (int j = 1; j < fol_level_ends(shape); j++)
        memcpy(work.x + (size_t) j * nd, work.x, nd * sizeof *work.x);
    memset(work.sum, 0, (size_t) shape->n_paths * nd * sizeof *work.sum);
    const bool is_short = fol_path_noise_is_short(&run->noise, shape->steps);
    if (is_short)
        fol_path_noise_fill_short(&run->noise, run->seed, (size_t) shape->steps, n, draw, work.noise, work.noise_work);
    for (uint64_t k = 0; k < shape->steps; k++) {
        if ((k % STEPS_UNASKED == 0 || sde->drift->serial) && fol_run_stopped(blocks))
            return FOL_E_INTERRUPT;
        const size_t slice = k % run->noise.steps;
        if (slice == 0 && !is_short)
            fol_path_noise_fill(&run->noise, run->seed, (uint32_t) k, n, draw, work.noise, work.noise_work);
        const fol_instant time = {.tau = sde->horizon * ((double) k * fraction)};
        const size_t beginning = (size_t) paths_at(shape, k) * mirrors * n;
        const fol_status status =
            k == 0 ? fol_path_start_drift(run, beginning, work.x, work.b, work.drift_work)
                   : fol_field_eval(sde->drift, beginning, work.x, &time, 0, work.b, work.drift_work);
        if (status != FOL_OK)
            return status;
        gather(nd, work.noise + slice * nd, work.sum);
        const int n_ending = k + 1 == shape->steps ? shape->n_paths : paths_at(shape, k + 1);
        for (int j = 0; j < n_ending; j++) {
            double *sum = work.sum + (size_t) j * nd;
            if (j + 1 < shape->n_paths)
                take_over(nd, sum, sum + nd);
            for (size_t m = 0; m < mirrors; m++) {
                const size_t at = ((size_t) j * mirrors + m) * nd;
                step(nd, sde->horizon * fraction * exp2(j), m == 0 ? spread : -spread, work.b + at, sum, work.x + at);
            }
            memset(sum, 0, nd * sizeof *sum);
        }
    }
    *ends = work.x;
    return FOL_OK;
}
