// Chains: x' = keep x + pull f(x) + noise xi, step after step, forwards with log weights and backwards.
#include "chain.h"

#include <string.h>

#include "../base/memory.h"
#include "../base/vectorize.h"

#define NOISE_SLICE 1024 // normals drawn at once, so that they stay in the first-level cache; a multiple of 4
#define CHECK_EVERY 16   // steps between looks for non-finite states

// A thread's arrays: (rows, d) each, and the field's workspace.
typedef struct {
    double *f;
    double *second;   // Heun's guess, or f as it is extrapolated; backwards, the derivative to f
    double *f_second; // f of Heun's guess, or of the step before
    void *field;
} workspace;

static size_t layout(const fol_chain *chain, size_t rows, char *base, workspace *work)
{
    const size_t size = chain->f->n_in * sizeof(double);
    size_t total = 0;
    const size_t f = fol_layout_add(&total, rows, size), second = fol_layout_add(&total, rows, size);
    const size_t f_second = fol_layout_add(&total, rows, size);
    const size_t field = fol_layout_add(&total, fol_field_work_size(chain->f, rows), 1);
    if (base)
        *work = (workspace){.f = (double *) (base + f),
                            .second = (double *) (base + second),
                            .f_second = (double *) (base + f_second),
                            .field = base + field};
    return total;
}

size_t fol_chain_work_size(const fol_chain *chain, size_t rows)
{
    return layout(chain, rows, NULL, NULL);
}

// ---- one step ----

FOL_VECTORIZED(void, combine, (size_t n, const fol_chain_step *step, const double *f, const float *noise, double *x),
               (n, step, f, noise, x))
{
    const double keep = step->keep, pull = step->pull, scale = step->noise;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = keep * x[i] + pull * f[i] + scale * (double) noise[i];
}

FOL_VECTORIZED(void, guess, (size_t n, const fol_chain_step *step, const double *f, const double *x, double *to),
               (n, step, f, x, to))
{
    const double keep = step->keep, pull = step->pull;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        to[i] = keep * x[i] + pull * f[i];
}

FOL_VECTORIZED(void, combine_heun, (size_t n, const double *c, const workspace *work, double *x), (n, c, work, x))
{
    const double c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3], *f = work->f, *second = work->second,
                 *f_second = work->f_second;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = c0 * x[i] + c1 * f[i] + c2 * second[i] + c3 * f_second[i];
}

FOL_VECTORIZED(void, extrapolate, (size_t n, double c, const double *f, const double *before, double *to),
               (n, c, f, before, to))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        to[i] = f[i] + c * (f[i] - before[i]);
}

// The same as combine, with coefficients of each column; e is the place of the first element in a row.
static void combine_columns(size_t n, size_t d, size_t e, const double *columns, const double *f, const float *noise,
                            double *x)
{
    for (size_t i = 0; i < n; i++, e = e + 1 == d ? 0 : e + 1)
        x[i] = columns[e] * x[i] + columns[d + e] * f[i] + columns[2 * d + e] * (double) noise[i];
}

// What f is multiplied by, and the noise, in column j.
static double pull_of(const fol_chain_step *step, size_t d, size_t j)
{
    return step->columns ? step->columns[d + j] : step->pull;
}

static double noise_of(const fol_chain_step *step, size_t d, size_t j)
{
    return step->columns ? step->columns[2 * d + j] : step->noise;
}

// log w -= u . xi + |u|^2 / 2 for elements e .. e + n - 1 of a block.
static void weigh(size_t n, size_t d, size_t e, const fol_chain_step *step, const double *f, const float *noise,
                  double *log_weight)
{
    for (size_t i = 0, row = e / d, j = e % d; i < n; i++) {
        const double scale = noise_of(step, d, j), u = scale > 0 ? pull_of(step, d, j) / scale * f[i] : 0;
        log_weight[row] -= u * ((double) noise[i] + 0.5 * u);
        if (++j == d) {
            j = 0;
            row++;
        }
    }
}

static void add_noise(const fol_chain *chain, const fol_chain_block *block, size_t k, const double *f, double *x)
{
    const size_t d = chain->f->n_in, n = block->rows * d;
    const fol_chain_step *step = chain->steps + k;
    float noise[NOISE_SLICE];
    for (size_t i = 0; i < n; i += NOISE_SLICE) {
        const size_t slice = n - i < NOISE_SLICE ? n - i : NOISE_SLICE;
        fol_rng_normals(chain->seed, FOL_STREAM_STEP, (uint32_t) k, block->first * d + i, slice, noise);
        if (block->log_weight)
            weigh(slice, d, i, step, f + i, noise, block->log_weight);
        if (step->columns)
            combine_columns(slice, d, i % d, step->columns, f + i, noise, x + i);
        else
            combine(slice, step, f + i, noise, x + i);
    }
}

// x' of a step that is not Heun's.
static void step_to(const fol_chain *chain, const fol_chain_block *block, size_t k, const double *f, double *x)
{
    const fol_chain_step *step = chain->steps + k;
    const size_t n = block->rows * chain->f->n_in;
    if (!step->columns && step->keep == 0 && step->pull == 1 && step->noise == 0)
        memcpy(x, f, n * sizeof *x);
    else if (!step->columns && step->noise == 0)
        guess(n, step, f, x, x);
    else
        add_noise(chain, block, k, f, x);
}

static fol_status advance(const fol_chain *chain, const fol_chain_block *block, size_t k, workspace *work)
{
    const fol_chain_step *step = chain->steps + k;
    const size_t rows = block->rows, n = rows * chain->f->n_in;
    double *x = block->x;
    fol_status status = fol_field_eval(chain->f, rows, x, &step->at, 0, work->f, work->field);
    if (status != FOL_OK)
        return status;
    if (step->is_heun) {
        guess(n, step, work->f, x, work->second);
        status = fol_field_eval(chain->f, rows, work->second, &step[1].at, 0, work->f_second, work->field);
        if (status == FOL_OK)
            combine_heun(n, step->heun, work, x);
        return status;
    }
    if (step->extrapolate != 0)
        extrapolate(n, step->extrapolate, work->f, work->f_second, work->second);
    step_to(chain, block, k, step->extrapolate != 0 ? work->second : work->f, x);
    double *before = work->f;
    work->f = work->f_second;
    work->f_second = before;
    return FOL_OK;
}

// ---- forwards ----

static void start(const fol_chain *chain, const fol_chain_block *block)
{
    const size_t d = chain->f->n_in, n = block->rows * d;
    float noise[NOISE_SLICE];
    memset(block->x, 0, n * sizeof *block->x);
    for (size_t i = 0; i < n && chain->start > 0; i += NOISE_SLICE) {
        const size_t slice = n - i < NOISE_SLICE ? n - i : NOISE_SLICE;
        fol_rng_normals(chain->seed, FOL_STREAM_START, 0, block->first * d + i, slice, noise);
        for (size_t l = 0; l < slice; l++)
            block->x[i + l] = chain->start * (double) noise[l];
    }
}

static bool all_finite(size_t n, const double *x)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += 0 * x[i];
    return sum == 0;
}

static void show(const fol_chain *chain, const fol_chain_block *block, size_t k)
{
    const size_t n = block->rows * chain->f->n_in;
    if (block->states)
        memcpy(block->states + k * n, block->x, n * sizeof *block->x);
    if (block->visit)
        block->visit(block->data, k, block->row, block->rows, block->x);
}

fol_status fol_chain_forward(const fol_chain *chain, const fol_chain_block *block, void *memory, fol_run *run)
{
    const size_t n = block->rows * chain->f->n_in;
    workspace work;
    layout(chain, block->rows, memory, &work);
    if (!block->started)
        start(chain, block);
    for (size_t i = 0; block->log_weight && i < block->rows; i++)
        block->log_weight[i] = 0;
    show(chain, block, 0);
    for (size_t k = 0; k < chain->n_steps; k++) {
        if (run && fol_run_stopped(run))
            return FOL_E_INTERRUPT;
        const fol_status status = advance(chain, block, k, &work);
        if (status != FOL_OK)
            return status;
        if (((k + 1) % CHECK_EVERY == 0 || k + 1 == chain->n_steps) && !all_finite(n, block->x))
            return run ? fol_run_fail(run, FOL_E_NUMERIC, k + 1) : FOL_E_NUMERIC;
        show(chain, block, k + 1);
    }
    return FOL_OK;
}

// ---- backwards ----

// The derivative to f at step k: pull lambda - weight (u_f xi + u_f u), u = u_f f.
static void to_field(const fol_chain *chain, const fol_chain_block *block, size_t k, const double *weight,
                     const double *gradient, const workspace *work)
{
    const size_t d = chain->f->n_in, n = block->rows * d;
    const fol_chain_step *step = chain->steps + k;
    float noise[NOISE_SLICE];
    for (size_t i = 0; i < n; i++) {
        const size_t j = i % d;
        const double pull = pull_of(step, d, j), scale = noise_of(step, d, j);
        if (weight && i % NOISE_SLICE == 0)
            fol_rng_normals(chain->seed, FOL_STREAM_STEP, (uint32_t) k, block->first * d + i,
                            n - i < NOISE_SLICE ? n - i : NOISE_SLICE, noise);
        work->second[i] = pull * gradient[i];
        if (weight && scale > 0)
            work->second[i] -=
                weight[i / d] * (pull / scale) * ((double) noise[i % NOISE_SLICE] + pull / scale * work->f[i]);
    }
}

fol_status fol_chain_adjoint(const fol_chain *chain, const fol_chain_block *block, const double *weight,
                             double *gradient, void *memory)
{
    const size_t rows = block->rows, d = chain->f->n_in, n = rows * d;
    workspace work;
    layout(chain, rows, memory, &work);
    if (!chain->f->pullback)
        return FOL_E_INPUT;
    for (size_t k = chain->n_steps; k-- > 0;) {
        const fol_chain_step *step = chain->steps + k;
        const double *x = block->states + k * n;
        if (step->is_heun || step->extrapolate != 0)
            return FOL_E_INPUT;
        fol_status status = weight ? fol_field_eval(chain->f, rows, x, &step->at, 0, work.f, work.field) : FOL_OK;
        if (status != FOL_OK)
            return status;
        to_field(chain, block, k, weight, gradient, &work);
        status = chain->f->pullback(chain->f, rows, x, &step->at, 0, work.second, work.f_second, work.field);
        if (status != FOL_OK)
            return status;
        for (size_t i = 0; i < n; i++)
            gradient[i] = (step->columns ? step->columns[i % d] : step->keep) * gradient[i] + work.f_second[i];
    }
    return FOL_OK;
}
