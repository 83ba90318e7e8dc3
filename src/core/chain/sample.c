// Sampling: trajectories of a denoiser's reverse process (MATH 3).
#include "sample.h"

#include <math.h>

#include "../base/blocks.h"
#include "../base/memory.h"
#include "chain.h"

#define MANY_STEPS 20  // from which on the scale of the data is expected of draws
#define MOST_RATIO 1.5 // of a Gaussian's standard deviation and the right one

const fol_option fol_sample_option_table[] = {FOL_SAMPLE_KEYS(0), {0}};

fol_status fol_sample_check(fol_context *ctx, const fol_sample_options *options)
{
    return fol_options_check(ctx, fol_sample_option_table, options);
}

static fol_status check_scale(fol_context *ctx, const fol_denoiser *den, const fol_sample_options *options,
                              const fol_instant *grid);

fol_status fol_sample_grid(fol_context *ctx, const fol_denoiser *den, const fol_sample_options *options,
                           fol_instant *grid)
{
    fol_status status = fol_sample_check(ctx, options);
    if (status == FOL_OK)
        status = fol_grid_fill(ctx, &den->process, den->data_var,
                               &(fol_grid_options){.kind = options->grid,
                                                   .steps = options->steps,
                                                   .snr_min = options->snr_min,
                                                   .snr_max = options->snr_max,
                                                   .positive_start = options->method == FOL_METHOD_ODE},
                               grid);
    return status == FOL_OK ? check_scale(ctx, den, options, grid) : status;
}

// ---- coefficients ----

static fol_chain_step chain_step(const fol_instant *from, fol_step step)
{
    return (fol_chain_step){.at = *from, .keep = step.keep, .pull = step.pull, .noise = step.noise};
}

// Heun's method for dz / dsigma = (z - D) / sigma, z = x / a, sigma = 1 / sqrt(snr), written for x.
static fol_chain_step ode_step(const fol_instant *from, const fol_instant *to)
{
    const double ratio = sqrt(from->snr / to->snr), a = to->a / from->a; // sigma' / sigma and a' / a
    const double half = 0.5 * (1 / ratio - 1);
    return (fol_chain_step){.at = *from,
                            .keep = a * ratio,
                            .pull = to->a * (1 - ratio),
                            .is_heun = true,
                            .heun = {0.5 * a * (1 + ratio), 0.5 * to->a * (1 - ratio), -half, half * to->a}};
}

// Multistep: the ancestral step with D as it is on average over the step if it goes on as over the step before,
// linearly in the log SNR, D + c (D - D before): the variance that a frozen D leaves out of a step comes with the next
// (DPM-Solver++(2M) of Lu et al. 2022 in its stochastic form).
static double multistep(const fol_instant *before, const fol_instant *from, const fol_instant *to)
{
    return before->snr > 0 ? 0.5 * log(to->snr / from->snr) / log(from->snr / before->snr) : 0;
}

// The last step of multistep, with r = snr / snr before. What D leaves out of N(m, v) there is the variance of X given
// x, C = v / (1 + v snr); in the step before it fell by C before - C, and D moved by as much. So c makes up for it
// where (1 + c)^2 = 1 + C / (C before - C) = (1 + 1 / (v snr)) r / (r - 1), with v = 10 / snr: the sd of any larger v
// is off by at most 0.2 %, that of v = 5 / snr by 0.7 %, and where C = 0 nothing moves.
static double multistep_last(const fol_instant *before, const fol_instant *from)
{
    return before->snr > 0 ? sqrt(1.1 * from->snr / (from->snr - before->snr)) - 1 : 0;
}

// Step k. The last step of every method is x' = D, of multistep as extrapolated.
static fol_chain_step step_at(const fol_denoiser *den, const fol_sample_options *options, const fol_instant *grid,
                              int64_t k)
{
    const fol_instant *from = grid + k, *to = from + 1;
    const bool is_multistep = options->method == FOL_METHOD_MULTISTEP;
    fol_chain_step step;
    if (k == options->steps - 1) {
        step = (fol_chain_step){.at = *from, .pull = 1};
        step.extrapolate = is_multistep && k > 0 ? multistep_last(from - 1, from) : 0;
        return step;
    }
    switch (options->method) {
    case FOL_METHOD_MULTISTEP:
    case FOL_METHOD_ANCESTRAL:
        step = chain_step(from, fol_step_ancestral(from, to));
        step.extrapolate = is_multistep && k > 0 ? multistep(from - 1, from, to) : 0;
        return step;
    case FOL_METHOD_EULER:
        return chain_step(from, fol_process_kind_of(&den->process)->euler(&den->process, from, to));
    default:
        return ode_step(from, to);
    }
}

// The process's own start, or for the ode z ~ N(0, 1 / snr), x = a z.
static double start_sd(const fol_denoiser *den, const fol_sample_options *options, const fol_instant *grid)
{
    return options->method == FOL_METHOD_ODE ? grid->s : fol_process_kind_of(&den->process)->start_sd(&den->process);
}

// ---- the scale of the data ----

// D = gain x of N(0, v I), at a moment before the data.
static double gain_at(const fol_instant *at, double v)
{
    return v / ((1 + v * at->snr) * at->scale);
}

// The variance of draws whose target is N(0, v I), where D = gain x: it follows from that of x, of D in the step before
// and from their covariance.
static double gaussian_variance(const fol_denoiser *den, const fol_sample_options *options, const fol_instant *grid,
                                double v)
{
    const double start = start_sd(den, options, grid);
    double xx = start * start, xd = 0, dd = 0;
    for (int64_t k = 0; k < options->steps; k++) {
        const fol_chain_step step = step_at(den, options, grid, k);
        const double gain = gain_at(grid + k, v), c = step.extrapolate, before = -step.pull * c;
        double now = step.keep + step.pull * (1 + c) * gain;
        if (step.is_heun)
            now = step.heun[0] + step.heun[1] * gain + (step.heun[2] + step.heun[3] * gain_at(grid + k + 1, v)) * now;
        const double next = now * now * xx + 2 * now * before * xd + before * before * dd + step.noise * step.noise;
        xd = gain * (now * xx + before * xd);
        dd = gain * gain * xx;
        xx = next;
    }
    return xx;
}

// Refuses steps that would be far off the scale of the data, as if they were Gaussian. With few steps or ends of one's
// own that is what is wanted.
static fol_status check_scale(fol_context *ctx, const fol_denoiser *den, const fol_sample_options *options,
                              const fol_instant *grid)
{
    const double v = den->data_var;
    if (options->steps < MANY_STEPS || !isnan(options->snr_min) || !isnan(options->snr_max))
        return FOL_OK;
    const double ratio = sqrt(gaussian_variance(den, options, grid, v) / v);
    if (ratio < MOST_RATIO && ratio > 1 / MOST_RATIO)
        return FOL_OK;
    if (options->grid == FOL_GRID_TIME)
        return fol_fail_about(ctx, "grid",
                              "is too coarse in time for data of variance %.3g: a Gaussian would have %.3g times its "
                              "standard deviation. Use grid \"log_snr\" or more steps.",
                              v, ratio);
    return fol_fail(ctx, FOL_E_INPUT,
                    "The process does not fit data of variance %.3g: a Gaussian would have %.3g times its standard "
                    "deviation. Standardise the data, or give the process less or more noise at its ends.",
                    v, ratio);
}

// ---- the run ----

static fol_status check_job(fol_context *ctx, const fol_denoiser *den, const fol_sample_job *job)
{
    uint64_t last;
    if (job->out.d != den->field.n_in)
        return fol_fail_about(ctx, "draws", "must have %zu columns, as the denoiser has, not %zu.", den->field.n_in,
                              job->out.d);
    if (job->first % FOL_BLOCK_ROWS != 0)
        return fol_fail_about(ctx, "first", "must be a multiple of %d, not %llu.", FOL_BLOCK_ROWS,
                              (unsigned long long) job->first);
    if (__builtin_add_overflow(job->first, job->out.n, &last) || __builtin_mul_overflow(last, den->field.n_in, &last))
        return fol_fail_about(ctx, "first", "plus the number of draws, times the columns, must be below 2^64.");
    return FOL_OK;
}

// Copies (rows, d) to row `row` on of a strided array, along its contiguous direction.
static void write_rows(size_t rows, size_t d, const double *x, double *to, size_t row_stride, size_t col_stride)
{
    const size_t n_outer = row_stride < col_stride ? d : rows, n_inner = row_stride < col_stride ? rows : d;
    for (size_t outer = 0; outer < n_outer; outer++)
        for (size_t inner = 0; inner < n_inner; inner++) {
            const size_t i = row_stride < col_stride ? inner : outer, j = row_stride < col_stride ? outer : inner;
            to[i * row_stride + j * col_stride] = x[i * d + j];
        }
}

typedef struct {
    fol_chain chain;
    const fol_sample_job *job;
} sampling;

static void write_path(void *data, size_t k, size_t row, size_t rows, const double *x)
{
    const sampling *s = data;
    const fol_paths_out *paths = &s->job->paths;
    write_rows(rows, s->chain.f->n_in, x, paths->data + row * paths->row_stride + k * paths->step_stride,
               paths->row_stride, paths->col_stride);
}

static size_t layout(const sampling *s, size_t *at_x)
{
    size_t total = 0;
    fol_layout_add(&total, fol_chain_work_size(&s->chain, FOL_BLOCK_ROWS), 1);
    *at_x = fol_layout_add(&total, FOL_BLOCK_ROWS, s->chain.f->n_in * sizeof(double));
    return total;
}

static fol_status sample_block(void *data, size_t index, void *work, fol_run *run)
{
    sampling *s = data;
    const fol_rows_out *out = &s->job->out;
    const size_t row = index * FOL_BLOCK_ROWS;
    size_t at_x;
    layout(s, &at_x);
    const fol_chain_block block = {.first = s->job->first + row,
                                   .rows = fol_block_rows(out->n, index),
                                   .x = (double *) (void *) ((char *) work + at_x),
                                   .visit = s->job->paths.data ? write_path : NULL,
                                   .data = s,
                                   .row = row};
    const fol_status status = fol_chain_forward(&s->chain, &block, work, run);
    if (status != FOL_OK)
        return status;
    for (size_t j = 0; s->job->columns && j < out->d; j++)
        fol_columns_draw(s->job->columns, j, block.rows, out->d, block.x + j);
    write_rows(block.rows, out->d, block.x, out->data + row * out->row_stride, out->row_stride, out->col_stride);
    return FOL_OK;
}

static fol_status fail_numeric(fol_context *ctx, const fol_sample_options *options, size_t step)
{
    const char *hint = options->method == FOL_METHOD_MULTISTEP || options->method == FOL_METHOD_ANCESTRAL
                           ? "The denoiser may be badly fitted: look at its loss."
                           : "Use more steps, grid \"log_snr\" or method \"multistep\".";
    return fol_fail(ctx, FOL_E_NUMERIC, "A trajectory became non-finite at or shortly before step %zu of %lld. %s",
                    step, (long long) options->steps, hint);
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
    fol_instant *grid = fol_alloc(n_steps + 1, sizeof *grid);
    fol_chain_step *steps = fol_alloc(n_steps, sizeof *steps);
    sampling s = {{.f = &den->field, .n_steps = n_steps, .steps = steps, .seed = ctx->seed}, job};
    fol_block_failure failure;
    size_t at_x;
    if (!grid || !steps) {
        status = fol_fail_memory(ctx, "sampling");
        goto cleanup;
    }
    status = fol_sample_grid(ctx, den, options, grid);
    if (status != FOL_OK)
        goto cleanup;
    for (size_t k = 0; k < n_steps; k++)
        steps[k] = step_at(den, options, grid, (int64_t) k);
    s.chain.start = start_sd(den, options, grid);
    status = fol_run_blocks(ctx, &(fol_block_plan){.task = "sample",
                                                   .n_blocks = fol_block_count(job->out.n),
                                                   .work_bytes = layout(&s, &at_x),
                                                   .block = sample_block,
                                                   .job = &s,
                                                   .whole = job->whole,
                                                   .failure = &failure});
    if (status == FOL_E_NUMERIC)
        fail_numeric(ctx, options, failure.detail);
cleanup:
    fol_free(steps);
    fol_free(grid);
    return status;
}
