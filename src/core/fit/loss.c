// Loss: the eps-MSE per dimension of a denoiser, with its Bayes floor where the truth is known (MATH 2).
#include "loss.h"

#include <math.h>
#include <stdint.h>

#include "../base/blocks.h"
#include "../base/memory.h"
#include "../random/rng.h"

#define NOISE_SLICE 1024 // normals drawn at once; a multiple of 4 (rng.h)

// What is averaged, each with its sum and its sum of squares.
enum { LOSS, FLOOR, EXCESS, N_MEANS };
typedef struct {
    double n, sum[N_MEANS], square[N_MEANS];
} tally;

// A thread's arrays.
typedef struct {
    double *x, *denoised, *exact; // (FOL_BLOCK_ROWS, d) each; exact is empty without the exact denoiser
    double *row_sum;              // (FOL_BLOCK_ROWS, N_MEANS): over repeats
    fol_instant *when;            // (FOL_BLOCK_ROWS)
    void *work, *exact_work;
} workspace;

typedef struct {
    const fol_denoiser *den, *exact;
    fol_rows x;
    const fol_loss_options *options;
    uint64_t seed;
    uint64_t shift; // of all noising times, as a fraction of 2^64
    double end;
    tally *parts; // (n_blocks, 1 + n_bins): over rows, then over the evaluations of each bin
} run;

static fol_status loss_block(void *job, size_t block, void *memory, fol_run *blocks);

static fol_status check_input(fol_context *ctx, const fol_denoiser *den, const fol_denoiser *exact, fol_rows x,
                              const fol_loss_options *options)
{
    if (x.d != den->field.n_in || (exact && exact->field.n_in != den->field.n_in))
        return fol_fail_about(ctx, "x", "must have %zu columns, as the denoiser has, not %zu.", den->field.n_in,
                              x.d != den->field.n_in ? x.d : exact->field.n_in);
    if (x.n < 1)
        return fol_fail_about(ctx, "x", "must have at least one row.");
    if (options->repeats < 1 || options->repeats > UINT32_MAX)
        return fol_fail_about(ctx, "repeats", "must be a whole number from 1 to %lu, not %zu.",
                              (unsigned long) UINT32_MAX, options->repeats);
    return fol_rows_check_finite(ctx, "x", x);
}

// Lays a thread's arrays out from `base` on; returns their bytes.
static size_t layout(const run *run, char *base, workspace *work)
{
    const size_t rows = FOL_BLOCK_ROWS, size = rows * sizeof(double), d = run->den->field.n_in;
    const fol_denoiser *den = run->den, *exact = run->exact;
    size_t total = 0;
    const size_t x = fol_layout_add(&total, d, size);
    const size_t denoised = fol_layout_add(&total, d, size);
    const size_t exact_denoised = fol_layout_add(&total, exact ? d : 0, size);
    const size_t row_sum = fol_layout_add(&total, N_MEANS, size);
    const size_t when = fol_layout_add(&total, rows, sizeof *work->when);
    const size_t den_work = fol_layout_add(&total, fol_field_work_size(&den->field, rows), 1);
    const size_t exact_work = fol_layout_add(&total, exact ? fol_field_work_size(&exact->field, rows) : 0, 1);
    if (base)
        *work = (workspace){.x = (double *) (base + x),
                            .denoised = (double *) (base + denoised),
                            .exact = (double *) (base + exact_denoised),
                            .row_sum = (double *) (base + row_sum),
                            .when = (fol_instant *) (base + when),
                            .work = base + den_work,
                            .exact_work = base + exact_work};
    return total;
}

static fol_mean mean_of(const tally *sums, int which)
{
    const double n = sums->n, mean = sums->sum[which] / n;
    const double variance = (sums->square[which] - n * mean * mean) / (n - 1);
    return (fol_mean){.mean = mean, .se = n > 1 ? sqrt((variance > 0 ? variance : 0) / n) : NAN};
}

// The loss of part `part` (0: all rows, b + 1: bin b), added over blocks in order.
static double summarise(const run *run, size_t n_blocks, size_t part, fol_loss *loss)
{
    const size_t n_parts = 1 + run->options->n_bins;
    tally all = {0};
    for (size_t b = 0; b < n_blocks; b++) {
        const tally *one = run->parts + b * n_parts + part;
        all.n += one->n;
        for (int m = 0; m < N_MEANS; m++) {
            all.sum[m] += one->sum[m];
            all.square[m] += one->square[m];
        }
    }
    const fol_mean none = {NAN, NAN};
    loss->loss = all.n > 0 ? mean_of(&all, LOSS) : none;
    loss->floor = all.n > 0 && run->exact ? mean_of(&all, FLOOR) : none;
    loss->excess = all.n > 0 && run->exact ? mean_of(&all, EXCESS) : none;
    return all.n;
}

// The times are a Weyl sequence with one random shift, so every one of them is uniform (the loss is unbiased) and
// together they fill [0, end] evenly, within each block too. The standard error is that of independent rows, which
// counts the variance between times that this evenness removes: it is slightly too large, never too small.
fol_status fol_denoising_loss(fol_context *ctx, const fol_denoiser *den, const fol_denoiser *exact, fol_rows x,
                              const fol_loss_options *options, fol_loss *loss, fol_loss_bin *bins)
{
    fol_status status = check_input(ctx, den, exact, x, options);
    if (status != FOL_OK)
        return status;
    const size_t n_blocks = fol_block_count(x.n), n_parts = 1 + options->n_bins;
    run run = {.den = den,
               .exact = exact,
               .x = x,
               .options = options,
               .seed = options->seed,
               .end = fol_process_end(&den->process)};
    uint32_t words[2];
    fol_rng_bits(options->seed, FOL_STREAM_TIME, 0, 0, 2, words);
    run.shift = (uint64_t) words[0] << 32 | words[1];
    size_t n_tallies;
    run.parts =
        __builtin_mul_overflow(n_blocks, n_parts, &n_tallies) ? NULL : fol_alloc_zero(n_tallies, sizeof *run.parts);
    if (!run.parts) {
        status = fol_fail_memory(ctx, "the loss");
        goto cleanup;
    }
    status = fol_run_blocks(ctx, &(fol_block_plan){.task = "loss",
                                                   .n_blocks = n_blocks,
                                                   .work_bytes = layout(&run, NULL, NULL),
                                                   .block = loss_block,
                                                   .job = &run,
                                                   .whole = options->whole});
    if (status != FOL_OK)
        goto cleanup;
    summarise(&run, n_blocks, 0, loss);
    if (!isfinite(loss->loss.mean))
        status = fol_fail(ctx, FOL_E_NUMERIC,
                          "The loss is not finite: the denoiser may be badly fitted, or `x` lies "
                          "far from the data that it was fitted to.");
    for (size_t b = 0; b < options->n_bins; b++) {
        bins[b].tau_low = run.end * (double) b / (double) options->n_bins;
        bins[b].tau_high = run.end * (double) (b + 1) / (double) options->n_bins;
        bins[b].n = summarise(&run, n_blocks, b + 1, &bins[b].loss);
    }
cleanup:
    fol_free(run.parts);
    return status;
}

// ---- one block ----

// Evaluation e's noising time as a fraction in (0, 1): multiples of the golden ratio mod 1, from the shift on.
static double time_fraction(const run *run, uint64_t e)
{
    const uint64_t position = run->shift + e * 0x9E3779B97F4A7C15u;
    return ((double) (position >> 12) + 0.5) * 0x1p-52;
}

// x = a X + s eps of the block's rows, the noise of repeat `repeat`.
static void add_noise(const run *run, size_t first, size_t rows, size_t repeat, const workspace *work)
{
    const size_t d = run->den->field.n_in;
    float eps[NOISE_SLICE];
    for (size_t e = 0, i = 0, j = 0; e < rows * d; e++) {
        if (e % NOISE_SLICE == 0) {
            const size_t left = rows * d - e;
            fol_rng_normals(run->seed, FOL_STREAM_EPS, (uint32_t) repeat, (uint64_t) first * d + e,
                            left < NOISE_SLICE ? left : NOISE_SLICE, eps);
        }
        const double clean = run->x.data[(first + i) * run->x.row_stride + j * run->x.col_stride];
        work->x[e] = work->when[i].a * clean + work->when[i].s * (double) eps[e % NOISE_SLICE];
        if (++j == d) {
            j = 0;
            i++;
        }
    }
}

static void add_to(tally *sums, double weight, const double *value)
{
    sums->n += 1;
    for (int m = 0; m < N_MEANS; m++) {
        sums->sum[m] += weight * value[m];
        sums->square[m] += weight * value[m] * weight * value[m];
    }
}

// eps^ - eps = (a / s) (X - D), so |eps^ - eps|^2 = SNR |X - D|^2: no quotient that could lose digits.
static void score_row(const run *run, size_t row, size_t i, const workspace *work, double *value)
{
    const size_t d = run->den->field.n_in;
    const double *denoised = work->denoised + i * d, *exact = work->exact + i * d;
    double loss = 0, floor = 0, excess = 0;
    for (size_t j = 0; j < d; j++) {
        const double clean = run->x.data[row * run->x.row_stride + j * run->x.col_stride];
        loss += (clean - denoised[j]) * (clean - denoised[j]);
        if (run->exact) {
            floor += (clean - exact[j]) * (clean - exact[j]);
            excess += (denoised[j] - exact[j]) * (denoised[j] - exact[j]);
        }
    }
    const double scale = work->when[i].snr / (double) d;
    value[LOSS] = scale * loss;
    value[FLOOR] = scale * floor;
    value[EXCESS] = scale * excess;
}

static fol_status loss_block(void *job, size_t block, void *memory, fol_run *blocks)
{
    const run *run = job;
    const fol_denoiser *den = run->den, *exact = run->exact;
    const size_t first = block * FOL_BLOCK_ROWS, repeats = run->options->repeats, n_bins = run->options->n_bins;
    const size_t rows = fol_block_rows(run->x.n, block);
    tally *parts = run->parts + block * (1 + n_bins);
    workspace work;
    layout(run, memory, &work);
    for (size_t i = 0; i < rows * N_MEANS; i++)
        work.row_sum[i] = 0;
    for (size_t repeat = 0; repeat < repeats; repeat++) {
        if (fol_run_stopped(blocks))
            return FOL_E_INTERRUPT;
        for (size_t i = 0; i < rows; i++)
            work.when[i] = fol_process_at(&den->process, run->end * time_fraction(run, (first + i) * repeats + repeat));
        add_noise(run, first, rows, repeat, &work);
        fol_status status = fol_field_eval(&den->field, rows, work.x, work.when, 1, work.denoised, work.work);
        if (status == FOL_OK && exact)
            status = fol_field_eval(&exact->field, rows, work.x, work.when, 1, work.exact, work.exact_work);
        if (status != FOL_OK)
            return status;
        for (size_t i = 0; i < rows; i++) {
            double value[N_MEANS];
            score_row(run, first + i, i, &work, value);
            for (int m = 0; m < N_MEANS; m++)
                work.row_sum[i * N_MEANS + m] += value[m];
            if (n_bins > 0) {
                const size_t bin = (size_t) (work.when[i].tau / run->end * (double) n_bins);
                add_to(parts + 1 + (bin < n_bins ? bin : n_bins - 1), 1, value);
            }
        }
    }
    for (size_t i = 0; i < rows; i++)
        add_to(parts, 1 / (double) repeats, work.row_sum + i * N_MEANS);
    return FOL_OK;
}
