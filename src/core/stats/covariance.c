// Covariance: mean and covariance of the rows of a sample, plain or shrunk.
#include "covariance.h"

#include <math.h>
#include <string.h>

#include "../base/blocks.h"
#include "../base/memory.h"
#include "../base/vectorize.h"

#define TASK "covariance"
#define MOST_BLOCKS 64
#define PANEL 64 // rows that are centred, then multiplied, together
#define TILE 32  // columns of a product that are summed in registers
#define LANES 8  // partial sums of a row's squares

// A sample and the sums of its blocks. Rows of products are `stride` doubles apart, a multiple of TILE.
typedef struct {
    const float *x; // (n, d)
    fol_block_whole whole;
    size_t n, d, stride, block_rows, n_blocks;
    double *mean;    // (d)
    double *sum;     // (n_blocks, d)
    double *product; // (n_blocks, d, stride): of y y', y = x - mean, from the diagonal's tile on
    double *fourth;  // (n_blocks): of |y|^4
} sample;

static fol_status sum_block(void *job, size_t block, void *work, fol_run *run);
static fol_status product_block(void *job, size_t block, void *work, fol_run *run);

// Blocks are so long that there are at most MOST_BLOCKS, and that their products take no more than their rows.
static char *layout(sample *s, const float *x, size_t n, size_t d)
{
    const size_t size = sizeof(double), least = n / MOST_BLOCKS > 2 * d ? n / MOST_BLOCKS : 2 * d;
    *s = (sample){.x = x, .n = n, .d = d, .stride = (d + TILE - 1) / TILE * TILE};
    s->block_rows = (least / FOL_BLOCK_ROWS + 1) * FOL_BLOCK_ROWS;
    s->n_blocks = n / s->block_rows + (n % s->block_rows != 0);
    size_t total = 0, row = 0;
    fol_layout_add(&row, s->stride, size);
    const size_t sum = fol_layout_add(&total, s->n_blocks, d * size);
    const size_t fourth = fol_layout_add(&total, s->n_blocks, size);
    size_t matrix = 0;
    fol_layout_add(&matrix, d, row);
    const size_t product = fol_layout_add(&total, s->n_blocks, matrix);
    char *block = fol_alloc_zero(total, 1);
    if (!block)
        return NULL;
    s->sum = (double *) (block + sum);
    s->fourth = (double *) (block + fourth);
    s->product = (double *) (block + product);
    return block;
}

static fol_status find_mean(fol_context *ctx, sample *s)
{
    const fol_status status = fol_run_blocks(
        ctx, &(fol_block_plan){.task = TASK, .n_blocks = s->n_blocks, .block = sum_block, .job = s, .whole = s->whole});
    if (status != FOL_OK)
        return status;
    for (size_t j = 0; j < s->d; j++) {
        double sum = 0;
        for (size_t b = 0; b < s->n_blocks; b++)
            sum += s->sum[b * s->d + j];
        s->mean[j] = sum / (double) s->n;
        if (!isfinite(s->mean[j]))
            return fol_fail(ctx, FOL_E_NUMERIC, "A sample whose covariance is wanted is not finite in column %zu.",
                            j + 1);
    }
    return FOL_OK;
}

// Mean and covariance, and the sum of |x_k - mean|^4.
static fol_status find_moments(fol_context *ctx, fol_block_whole whole, const float *x, size_t n, size_t d,
                               double *mean, double *covariance, double *fourth)
{
    sample s;
    char *block = layout(&s, x, n, d);
    if (!block)
        return fol_fail_memory(ctx, "a covariance");
    s.mean = mean;
    s.whole = whole;
    size_t work_bytes = 0;
    fol_layout_add(&work_bytes, PANEL * s.stride, sizeof(double));
    fol_status status = find_mean(ctx, &s);
    if (status != FOL_OK)
        goto cleanup;
    status = fol_run_blocks(ctx, &(fol_block_plan){.task = TASK,
                                                   .n_blocks = s.n_blocks,
                                                   .work_bytes = work_bytes,
                                                   .block = product_block,
                                                   .job = &s,
                                                   .whole = whole});
    if (status != FOL_OK)
        goto cleanup;
    for (size_t i = 0; i < d; i++)
        for (size_t j = i; j < d; j++) {
            double sum = 0;
            for (size_t b = 0; b < s.n_blocks; b++)
                sum += s.product[(b * d + i) * s.stride + j];
            covariance[i * d + j] = covariance[j * d + i] = sum / (double) n;
        }
    *fourth = fol_sum_ordered(s.fourth, s.n_blocks);
cleanup:
    fol_free(block);
    return status;
}

fol_status fol_covariance(fol_context *ctx, fol_block_whole whole, const float *x, size_t n, size_t d, double *mean,
                          double *covariance)
{
    double fourth;
    return find_moments(ctx, whole, x, n, d, mean, covariance, &fourth);
}

fol_status fol_covariance_shrunk(fol_context *ctx, fol_block_whole whole, const float *x, size_t n, size_t d,
                                 double *mean, double *covariance, double *shrinkage)
{
    double fourth, trace = 0, square = 0, delta2 = 0;
    const fol_status status = find_moments(ctx, whole, x, n, d, mean, covariance, &fourth);
    if (status != FOL_OK)
        return status;
    for (size_t i = 0; i < d; i++)
        trace += covariance[i * d + i];
    const double mu = trace / (double) d;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            const double entry = covariance[i * d + j], rest = entry - (i == j ? mu : 0);
            square += entry * entry;
            delta2 += rest * rest; // d delta^2
        }
    // d beta^2, as sum_k |y_k y_k' - S|^2 = sum_k |y_k|^4 - n |S|^2.
    const double beta2 = fmax(0, (fourth / (double) n - square) / (double) n);
    const double r = beta2 < delta2 ? beta2 / delta2 : 1;
    for (size_t i = 0; i < d * d; i++)
        covariance[i] = (1 - r) * covariance[i] + (i % (d + 1) == 0 ? r * mu : 0);
    *shrinkage = r;
    return FOL_OK;
}

static size_t rows_of(const sample *s, size_t block)
{
    const size_t left = s->n - block * s->block_rows;
    return left < s->block_rows ? left : s->block_rows;
}

// ---- a block ----

FOL_VECTORIZED(void, add_rows, (size_t n, size_t d, const float *x, double *sum), (n, d, x, sum))
{
    for (size_t r = 0; r < n; r++)
#pragma omp simd
        for (size_t j = 0; j < d; j++)
            sum[j] += (double) x[r * d + j];
}

static fol_status sum_block(void *job, size_t block, void *work, fol_run *run)
{
    const sample *s = job;
    const size_t n = rows_of(s, block), d = s->d;
    (void) work;
    for (size_t r = 0; r < n; r += FOL_BLOCK_ROWS) {
        if (fol_run_stopped(run))
            return FOL_E_INTERRUPT;
        add_rows(n - r < FOL_BLOCK_ROWS ? n - r : FOL_BLOCK_ROWS, d, s->x + (block * s->block_rows + r) * d,
                 s->sum + block * d);
    }
    return FOL_OK;
}

// y = x - mean of n rows, with zeros after its d columns; returns the sum of |y|^4.
FOL_VECTORIZED(double, center, (const sample *s, size_t n, const float *x, double *y), (s, n, x, y))
{
    const double *mean = s->mean;
    double fourth = 0;
    for (size_t r = 0; r < n; r++) {
        double *row = y + r * s->stride, lane[LANES] = {0}, square = 0;
#pragma omp simd
        for (size_t j = 0; j < s->d; j++)
            row[j] = (double) x[r * s->d + j] - mean[j];
        for (size_t j = s->d; j < s->stride; j++)
            row[j] = 0;
        for (size_t j = 0; j < s->stride; j += LANES)
#pragma omp simd
            for (size_t k = 0; k < LANES; k++)
                lane[k] += row[j + k] * row[j + k];
        for (size_t k = 0; k < LANES; k++)
            square += lane[k];
        fourth += square * square;
    }
    return fourth;
}

// product += y'y of n rows, in whole tiles from that of the diagonal on; every entry adds its rows in order.
FOL_VECTORIZED(void, multiply, (const sample *s, size_t n, const double *y, double *product), (s, n, y, product))
{
    const size_t stride = s->stride;
    for (size_t i = 0; i < s->d; i++)
        for (size_t t = i / TILE * TILE; t < stride; t += TILE) {
            double sum[TILE];
            memcpy(sum, product + i * stride + t, sizeof sum);
            for (size_t r = 0; r < n; r++) {
                const double *row = y + r * stride + t, along = y[r * stride + i];
#pragma omp simd
                for (size_t k = 0; k < TILE; k++)
                    sum[k] += along * row[k];
            }
            memcpy(product + i * stride + t, sum, sizeof sum);
        }
}

static fol_status product_block(void *job, size_t block, void *work, fol_run *run)
{
    const sample *s = job;
    const size_t n = rows_of(s, block), d = s->d;
    for (size_t r = 0; r < n; r += PANEL) {
        const size_t rows = n - r < PANEL ? n - r : PANEL;
        if (fol_run_stopped(run))
            return FOL_E_INTERRUPT;
        s->fourth[block] += center(s, rows, s->x + (block * s->block_rows + r) * d, work);
        multiply(s, rows, work, s->product + block * d * s->stride);
    }
    return FOL_OK;
}
