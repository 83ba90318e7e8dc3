// Sampling: trajectories of a denoiser's reverse process (MATH 3).
#include "sample.h"

#include <math.h>
#include <string.h>

#include "../base/blocks.h"
#include "../base/vectorize.h"
#include "../base/memory.h"
#include "../random/rng.h"

#define MAX_STEPS 10000000
#define NOISE_SLICE 1024 // normals drawn at once, so that they stay in the first-level cache; a multiple of 4
#define CHECK_EVERY 16   // steps between looks for non-finite states

const fol_option fol_sample_option_table[] = {FOL_SAMPLE_KEYS(0), {0}};

// What a step does to the state x of a row, with D = D(x). The last step of every method is x' = D.
// ancestral, euler: x' = keep * x + pull * D + noise * N
// ode: guess = keep * x + pull * D; x' = heun[0] * x + heun[1] * D + heun[2] * guess + heun[3] * D(guess)
typedef struct {
    double keep, pull, noise;
    double heun[4];
} step;

// A thread's arrays: (FOL_BLOCK_ROWS, d) each, and the denoiser's workspace. The last two are the ode's alone.
typedef struct {
    double *x, *denoised;
    void *work;
    double *guess, *denoised_guess;
} workspace;

typedef struct {
    const fol_denoiser *den;
    const fol_sample_options *options;
    const fol_sample_job *job;
    uint64_t seed;
    const fol_instant *grid; // (steps + 1)
    const step *steps;       // (steps)
} run;

static fol_status sample_block(void *job, size_t block, void *memory, fol_run *blocks);

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

fol_status fol_sample_grid(fol_context *ctx, const fol_denoiser *den, const fol_sample_options *options,
                           fol_instant *grid)
{
    const fol_status status = fol_sample_check(ctx, options);
    return status == FOL_OK ? fol_grid_fill(ctx, &den->process, den->data_var,
                                            &(fol_grid_options){.kind = options->grid,
                                                                .steps = options->steps,
                                                                .snr_min = options->snr_min,
                                                                .snr_max = options->snr_max,
                                                                .positive_start = options->method == FOL_METHOD_ODE},
                                            grid)
                            : status;
}

// ---- coefficients ----

// An exact Gaussian step of Y = x / scale with D frozen: Y' = Y + delta D + sqrt(delta) N, delta = snr' - snr.
static step ancestral_step(const fol_instant *from, const fol_instant *to)
{
    const double rest = 1 - from->snr / to->snr;
    return (step){.keep = to->scale / from->scale, .pull = to->a * rest, .noise = to->s * sqrt(rest)};
}

// Euler-Maruyama on the process's own reverse equation. For localization that is the ancestral step.
static step euler_step(const fol_process *process, const fol_instant *from, const fol_instant *to)
{
    if (process->kind == FOL_PROCESS_LOCALIZATION)
        return ancestral_step(from, to);
    if (process->kind == FOL_PROCESS_PBM) { // dx = (D - x) / (A - u) du + dB, and scale is A - u
        const double du = from->scale - to->scale;
        return (step){.keep = to->scale / from->scale, .pull = du / from->scale, .noise = sqrt(du)};
    }
    // dx = (beta / 2) x + beta (a D - x) / s^2 backwards in tau, plus sqrt(beta) dB
    const double variance = fol_process_beta(process, from->tau) * (from->tau - to->tau);
    const double s2 = from->s * from->s;
    return (step){.keep = 1 + variance * (0.5 - 1 / s2), .pull = variance * from->a / s2, .noise = sqrt(variance)};
}

// Heun's method for dz / dsigma = (z - D) / sigma, z = x / a, sigma = 1 / sqrt(snr), written for x.
static step ode_step(const fol_instant *from, const fol_instant *to)
{
    const double ratio = sqrt(from->snr / to->snr), a = to->a / from->a; // sigma' / sigma and a' / a
    const double half = 0.5 * (1 / ratio - 1);
    return (step){.keep = a * ratio,
                  .pull = to->a * (1 - ratio),
                  .heun = {0.5 * a * (1 + ratio), 0.5 * to->a * (1 - ratio), -half, half * to->a}};
}

static void set_steps(const run *run, step *steps)
{
    for (int64_t k = 0; k < run->options->steps; k++) {
        const fol_instant *from = run->grid + k, *to = from + 1;
        switch (run->options->method) {
        case FOL_METHOD_ANCESTRAL:
            steps[k] = ancestral_step(from, to);
            break;
        case FOL_METHOD_EULER:
            steps[k] = euler_step(&run->den->process, from, to);
            break;
        default:
            steps[k] = ode_step(from, to);
        }
    }
}

// ---- the run ----

static fol_status check_job(fol_context *ctx, const fol_denoiser *den, const fol_sample_job *job)
{
    uint64_t last;
    if (job->out.d != den->field.n_in)
        return fol_fail(ctx, FOL_E_INPUT, "The draws must have %zu columns, as the denoiser has, not %zu.",
                        den->field.n_in, job->out.d);
    if (job->first % FOL_BLOCK_ROWS != 0)
        return fol_fail(ctx, FOL_E_INPUT, "`first` must be a multiple of %d, not %llu.", FOL_BLOCK_ROWS,
                        (unsigned long long) job->first);
    if (__builtin_add_overflow(job->first, job->out.n, &last) || __builtin_mul_overflow(last, den->field.n_in, &last))
        return fol_fail(ctx, FOL_E_INPUT, "`first` plus the number of draws, times the columns, must be below 2^64.");
    return FOL_OK;
}

// Lays a thread's arrays out from `base` on; returns their bytes.
static size_t layout(const run *run, char *base, workspace *work)
{
    const size_t size = FOL_BLOCK_ROWS * sizeof(double);
    const bool ode = run->options->method == FOL_METHOD_ODE;
    size_t total = 0;
    const size_t x = fol_layout_add(&total, run->den->field.n_in, size);
    const size_t denoised = fol_layout_add(&total, run->den->field.n_in, size);
    const size_t den_work = fol_layout_add(&total, fol_field_work_size(&run->den->field, FOL_BLOCK_ROWS), 1);
    const size_t guess = fol_layout_add(&total, ode ? run->den->field.n_in : 0, size);
    const size_t denoised_guess = fol_layout_add(&total, ode ? run->den->field.n_in : 0, size);
    if (base)
        *work = (workspace){.x = (double *) (base + x),
                            .denoised = (double *) (base + denoised),
                            .work = base + den_work,
                            .guess = (double *) (base + guess),
                            .denoised_guess = (double *) (base + denoised_guess)};
    return total;
}

static fol_status fail_numeric(fol_context *ctx, const run *run, size_t step)
{
    const char *hint = run->options->method == FOL_METHOD_ANCESTRAL
                           ? "The denoiser may be badly fitted: look at its loss."
                           : "Use more steps, grid \"log_snr\" or method \"ancestral\".";
    return fol_fail(ctx, FOL_E_NUMERIC, "A trajectory became non-finite at or shortly before step %zu of %lld. %s",
                    step, (long long) run->options->steps, hint);
}

fol_status fol_sample(fol_context *ctx, const fol_denoiser *den, const fol_sample_options *options,
                      const fol_sample_job *job)
{
    fol_status status = fol_sample_check(ctx, options);
    if (status == FOL_OK)
        status = check_job(ctx, den, job);
    if (status != FOL_OK)
        return status;
    const size_t n_steps = (size_t) options->steps;
    run run = {.den = den, .options = options, .job = job, .seed = ctx->seed};
    fol_block_failure failure;
    fol_instant *grid = fol_alloc(n_steps + 1, sizeof *grid);
    step *steps = fol_alloc(n_steps, sizeof *steps);
    run.grid = grid;
    run.steps = steps;
    if (!grid || !steps) {
        status = fol_fail_memory(ctx, "sampling");
        goto cleanup;
    }
    status = fol_sample_grid(ctx, den, options, grid);
    if (status != FOL_OK)
        goto cleanup;
    set_steps(&run, steps);
    status = fol_run_blocks(ctx, &(fol_block_plan){.task = "sample",
                                                   .n_blocks = fol_block_count(job->out.n),
                                                   .work_bytes = layout(&run, NULL, NULL),
                                                   .block = sample_block,
                                                   .job = &run,
                                                   .failure = &failure});
    if (status == FOL_E_NUMERIC)
        fail_numeric(ctx, &run, failure.detail);
cleanup:
    fol_free(steps);
    fol_free(grid);
    return status;
}

// ---- one block ----

// Noise of elements at .. at + n - 1 of the flat array of all trajectories.
typedef struct {
    uint64_t seed;
    fol_stream stream;
    uint32_t step;
    uint64_t at;
} noise_source;

FOL_VECTORIZED(void, combine, (size_t n, const step *step, const double *denoised, const float *noise, double *x),
               (n, step, denoised, noise, x))
{
    const double keep = step->keep, pull = step->pull, scale = step->noise;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = keep * x[i] + pull * denoised[i] + scale * (double) noise[i];
}

FOL_VECTORIZED(void, combine_guess,
               (size_t n, const step *step, const double *x, const double *denoised, double *guess),
               (n, step, x, denoised, guess))
{
    const double keep = step->keep, pull = step->pull;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        guess[i] = keep * x[i] + pull * denoised[i];
}

FOL_VECTORIZED(void, combine_heun, (size_t n, const step *step, const workspace *work), (n, step, work))
{
    const double c0 = step->heun[0], c1 = step->heun[1], c2 = step->heun[2], c3 = step->heun[3];
    const double *denoised = work->denoised, *guess = work->guess, *denoised_guess = work->denoised_guess;
    double *x = work->x;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = c0 * x[i] + c1 * denoised[i] + c2 * guess[i] + c3 * denoised_guess[i];
}

// x = keep x + pull D + noise N for n elements.
static void add_noise(size_t n, const step *step, noise_source source, const double *denoised, double *x)
{
    float noise[NOISE_SLICE];
    for (size_t i = 0; i < n; i += NOISE_SLICE) {
        const size_t slice = n - i < NOISE_SLICE ? n - i : NOISE_SLICE;
        fol_rng_normals(source.seed, source.stream, source.step, source.at + i, slice, noise);
        combine(slice, step, denoised + i, noise, x + i);
    }
}

// vp starts from its stationary law, N(0, I); the ode from z ~ N(0, 1 / snr), x = a z; the others from 0.
static void start_block(const run *run, size_t n, uint64_t at, const workspace *work)
{
    const fol_instant *start = run->grid;
    const bool ode = run->options->method == FOL_METHOD_ODE;
    memset(work->x, 0, n * sizeof *work->x);
    memset(work->denoised, 0, n * sizeof *work->denoised);
    if (ode || run->den->process.kind == FOL_PROCESS_VP)
        add_noise(n, &(step){.noise = ode ? start->s : 1}, (noise_source){run->seed, FOL_STREAM_START, 0, at},
                  work->denoised, work->x);
}

// Step k of `rows` rows, before the last step.
static fol_status advance(const run *run, size_t k, size_t rows, uint64_t at, const workspace *work)
{
    const fol_field *den = &run->den->field;
    const step *step = run->steps + k;
    const size_t n = rows * den->n_in;
    fol_status status = fol_field_eval(den, rows, work->x, run->grid + k, 0, work->denoised, work->work);
    if (status != FOL_OK)
        return status;
    if (run->options->method != FOL_METHOD_ODE) {
        add_noise(n, step, (noise_source){run->seed, FOL_STREAM_STEP, (uint32_t) k, at}, work->denoised, work->x);
        return FOL_OK;
    }
    combine_guess(n, step, work->x, work->denoised, work->guess);
    status = fol_field_eval(den, rows, work->guess, run->grid + k + 1, 0, work->denoised_guess, work->work);
    if (status == FOL_OK)
        combine_heun(n, step, work);
    return status;
}

static bool all_finite(size_t n, const double *x)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += 0 * x[i];
    return sum == 0;
}

// Copies (rows, d) to row `row` on of a strided array, along its contiguous direction.
static void write_rows(size_t rows, size_t d, const double *x, const fol_sample_job *job, bool on_data_scale,
                       double *to, size_t row_stride, size_t col_stride)
{
    const double *center = on_data_scale ? job->center : NULL, *scale = on_data_scale ? job->scale : NULL;
    const size_t n_outer = row_stride < col_stride ? d : rows, n_inner = row_stride < col_stride ? rows : d;
    for (size_t outer = 0; outer < n_outer; outer++)
        for (size_t inner = 0; inner < n_inner; inner++) {
            const size_t i = row_stride < col_stride ? inner : outer, j = row_stride < col_stride ? outer : inner;
            to[i * row_stride + j * col_stride] = (center ? center[j] : 0) + (scale ? scale[j] : 1) * x[i * d + j];
        }
}

static void write_path(const run *run, size_t k, size_t row, size_t rows, const double *x)
{
    const fol_paths_out *paths = &run->job->paths;
    if (paths->data)
        write_rows(rows, run->den->field.n_in, x, run->job, false,
                   paths->data + row * paths->row_stride + k * paths->step_stride, paths->row_stride,
                   paths->col_stride);
}

static fol_status sample_block(void *job, size_t block, void *memory, fol_run *blocks)
{
    const run *run = job;
    const fol_field *den = &run->den->field;
    const fol_rows_out *out = &run->job->out;
    fol_status status = FOL_OK;
    const size_t row = block * FOL_BLOCK_ROWS, d = den->n_in, n_steps = (size_t) run->options->steps;
    const size_t rows = fol_block_rows(out->n, block);
    const uint64_t at = (run->job->first + row) * d;
    workspace work;
    layout(run, memory, &work);
    start_block(run, rows * d, at, &work);
    write_path(run, 0, row, rows, work.x);
    for (size_t k = 0; k + 1 < n_steps; k++) {
        if (fol_run_stopped(blocks))
            return FOL_E_INTERRUPT;
        status = advance(run, k, rows, at, &work);
        if (status != FOL_OK)
            return status;
        if ((k + 1) % CHECK_EVERY == 0 && !all_finite(rows * d, work.x))
            return fol_run_fail(blocks, FOL_E_NUMERIC, k + 1);
        write_path(run, k + 1, row, rows, work.x);
    }
    if (fol_run_stopped(blocks))
        return FOL_E_INTERRUPT;
    status = fol_field_eval(den, rows, work.x, run->grid + n_steps - 1, 0, work.denoised, work.work);
    if (status != FOL_OK)
        return status;
    if (!all_finite(rows * d, work.denoised))
        return fol_run_fail(blocks, FOL_E_NUMERIC, n_steps);
    write_path(run, n_steps, row, rows, work.denoised);
    write_rows(rows, d, work.denoised, run->job, true, out->data + row * out->row_stride, out->row_stride,
               out->col_stride);
    return FOL_OK;
}
