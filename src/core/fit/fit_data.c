// Data of a fit: standardised rows, parted into those to learn from and those held out, and the axes of the first.
#include "fit_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/blocks.h"
#include "../base/memory.h"
#include "../network/gemm.h"
#include "../random/rng.h"
#include "../stats/covariance.h"
#include "../stats/eigen.h"

#define MAX_ROWS 0xffffffffu // a row is drawn with 32 random bits
#define HELD_OUT_MOST 2048   // rows, in a part without folds
#define VARIANCE_LEAST 1e-8  // along an axis, of the mean over all

static fol_status check_data(fol_context *ctx, fol_rows x)
{
    if (x.d < 1)
        return fol_fail_about(ctx, "x", "must have at least 1 column, not 0.");
    if (x.n < 2 || x.n > MAX_ROWS)
        return fol_fail_about(ctx, "x", "must have at least 2 rows and fewer than 2^32, not %zu.", x.n);
    return fol_rows_check_finite(ctx, "x", x);
}

// ---- which rows ----

typedef struct {
    double u;
    size_t row;
} ticket;

static int by_ticket(const void *a, const void *b)
{
    const ticket *s = a, *t = b;
    return s->u != t->u ? (s->u > t->u) - (s->u < t->u) : (s->row > t->row) - (s->row < t->row);
}

// The fold of each row: folds 0 .. n_folds - 1 in turns along a random order, or fold 0 for the first n_held_out and 1
// for all others.
static fol_status find_folds(fol_context *ctx, size_t n, size_t n_folds, size_t n_held_out, uint64_t seed,
                             uint8_t *fold)
{
    ticket *tickets = fol_alloc(n, sizeof *tickets);
    double *u = fol_alloc(n, sizeof *u);
    if (tickets && u) {
        fol_rng_uniforms(seed, FOL_STREAM_SPLIT, 0, 0, n, u);
        for (size_t i = 0; i < n; i++)
            tickets[i] = (ticket){u[i], i};
        qsort(tickets, n, sizeof *tickets, by_ticket);
        for (size_t rank = 0; rank < n; rank++)
            fold[tickets[rank].row] = (uint8_t) (n_folds > 0 ? rank % n_folds : rank >= n_held_out);
    }
    const bool done = tickets && u;
    fol_free(u);
    fol_free(tickets);
    return done ? FOL_OK : fol_fail_memory(ctx, "the split of the rows");
}

static double standard_entry(const fol_fit_data *data, fol_rows x, size_t i, size_t j)
{
    return fol_columns_standard(&data->columns, j, x.data[i * x.row_stride + j * x.col_stride]);
}

// The part without the rows of a fold, which it holds out; FOL_FOLDS: with all rows.
static fol_status fill_part(fol_context *ctx, const fol_fit_data *data, fol_rows x, const uint8_t *fold, size_t without,
                            fol_score_part *part)
{
    const size_t d = x.d;
    size_t n_held_out = 0;
    for (size_t i = 0; i < x.n; i++)
        n_held_out += fold[i] == without;
    part->n = x.n - n_held_out;
    part->n_held_out = n_held_out < HELD_OUT_MOST ? n_held_out : HELD_OUT_MOST;
    float *rows = fol_alloc(part->n, d * sizeof *rows);
    double *held_out = fol_alloc(part->n_held_out, d * sizeof *held_out);
    part->x = rows;
    part->held_out = held_out;
    if (!rows || !held_out)
        return fol_fail_memory(ctx, "the data");
    for (size_t i = 0, n = 0, m = 0; i < x.n; i++)
        if (fold[i] != without) {
            for (size_t j = 0; j < d; j++)
                rows[n * d + j] = (float) (standard_entry(data, x, i, j) - data->mean[j]);
            n++;
        } else if (m < part->n_held_out) {
            for (size_t j = 0; j < d; j++)
                held_out[m * d + j] = standard_entry(data, x, i, j);
            m++;
        }
    return FOL_OK;
}

// ---- axes ----

// Deviations along the axes from their variances; those without any have that of the data.
static void deviations(size_t d, double data_sd, double *sd)
{
    double mean = 0;
    for (size_t k = 0; k < d; k++)
        mean += sd[k] / (double) d;
    for (size_t k = 0; k < d; k++)
        sd[k] = mean > 0 ? sqrt(fmax(sd[k], VARIANCE_LEAST * mean)) : data_sd;
}

// Rows that go over to axes.
typedef struct {
    float *x;      // (n, d)
    float *packed; // the axes' transpose, as fol_gemm_packed reads it
    size_t n, d;
} rotation;

static fol_status rotate_block(void *data, size_t block, void *work, fol_run *run)
{
    const rotation *r = data;
    const size_t rows = fol_block_rows(r->n, block), d = r->d;
    float *x = r->x + block * FOL_BLOCK_ROWS * d;
    (void) run;
    fol_gemm_packed(rows, d, d, x, d, r->packed, work, d);
    memcpy(x, work, rows * d * sizeof *x);
    return FOL_OK;
}

static fol_status rotate(fol_context *ctx, fol_block_whole whole, const float *axis, rotation *r)
{
    const size_t size = fol_gemm_packed_size(r->d, r->d);
    r->packed = fol_alloc_zero(size, sizeof *r->packed);
    if (!r->packed)
        return fol_fail_memory(ctx, "the axes of the data");
    fol_gemm_pack(r->d, r->d, 0, r->d, 0, r->d, axis, 1, r->d, r->packed);
    size_t work_bytes = 0;
    fol_layout_add(&work_bytes, FOL_BLOCK_ROWS, r->d * sizeof *r->x);
    const fol_block_plan plan = {.task = "fit",
                                 .n_blocks = fol_block_count(r->n),
                                 .work_bytes = work_bytes,
                                 .block = rotate_block,
                                 .job = r,
                                 .whole = whole};
    const fol_status status = fol_run_blocks(ctx, &plan);
    fol_free(r->packed);
    return status;
}

// A part's rows go over to its axes, the principal axes of a shrunk covariance (MATH 2.1).
static fol_status find_axes(fol_context *ctx, fol_block_whole whole, const fol_fit_data *data, fol_score_part *part)
{
    const size_t d = data->d;
    double *covariance = fol_alloc(2 * d * d + d, sizeof *covariance), shrinkage;
    double *sd = part->axes.sd = fol_alloc(d, sizeof *sd);
    float *axis = part->axes.axis = fol_alloc(d * d, sizeof *axis);
    if (!covariance || !sd || !axis) {
        fol_free(covariance);
        return fol_fail_memory(ctx, "the axes of the data");
    }
    double *vector = covariance + d * d, *mean = vector + d * d;
    rotation r = {.x = (float *) part->x, .n = part->n, .d = d};
    fol_status status = fol_covariance_shrunk(ctx, whole, r.x, r.n, d, mean, covariance, &shrinkage);
    if (status == FOL_OK)
        status = fol_eigen(ctx, d, covariance, sd, vector);
    if (status == FOL_OK) {
        deviations(d, data->sd, sd);
        for (size_t i = 0; i < d * d; i++)
            axis[i] = (float) vector[i];
        status = rotate(ctx, whole, axis, &r);
    }
    fol_free(covariance);
    return status;
}

// ---- all ----

static size_t count_folds(size_t n, double validation)
{
    if (validation == 0 || n >= FOL_CROSS_ROWS)
        return 0;
    return n < 4 ? 2 : n < 2 * FOL_FOLDS ? n / 2 : FOL_FOLDS;
}

static size_t count_held_out(size_t n, double validation)
{
    const double wanted = validation > 0 ? fmax(1, floor(validation * (double) n + 0.5)) : 0;
    return wanted < (double) n ? (size_t) wanted : n - 1;
}

fol_status fol_fit_data_new(fol_context *ctx, fol_rows x, const char *const *names, const fol_fit_preparation *how,
                            fol_fit_data *data)
{
    *data = (fol_fit_data){.n = x.n, .d = x.d};
    fol_status status = check_data(ctx, x);
    if (status != FOL_OK)
        return status;
    data->mean = fol_alloc(x.d, sizeof *data->mean);
    uint8_t *fold = fol_alloc(x.n, sizeof *fold);
    if (!data->mean || !fold) {
        status = fol_fail_memory(ctx, "the data");
        goto cleanup;
    }
    const size_t n_folds = count_folds(x.n, how->validation);
    status = fol_columns_fit(ctx, x, names, &how->columns, &data->columns, data->mean, &data->sd);
    if (status == FOL_OK)
        status = find_folds(ctx, x.n, n_folds, count_held_out(x.n, how->validation), how->seed, fold);
    for (data->n_parts = 0; data->n_parts < n_folds + 1 && status == FOL_OK; data->n_parts++) {
        fol_score_part *part = &data->part[data->n_parts];
        status =
            fill_part(ctx, data, x, fold, n_folds > 0 && data->n_parts == n_folds ? FOL_FOLDS : data->n_parts, part);
        if (status == FOL_OK && how->axes)
            status = find_axes(ctx, how->columns.whole, data, part);
    }
cleanup:
    fol_free(fold);
    return status;
}

void fol_fit_data_clear(fol_fit_data *data)
{
    for (size_t k = 0; k < FOL_MAX_NETWORKS; k++) {
        fol_free((void *) data->part[k].x);
        fol_free((void *) data->part[k].held_out);
        fol_free(data->part[k].axes.sd);
        fol_free(data->part[k].axes.axis);
    }
    fol_columns_clear(&data->columns);
    fol_free(data->mean);
    *data = (fol_fit_data){0};
}
