// Tallies: what a run of an unbiased estimator adds up, kept so that parts of a run join to the same bits.
#include "tally.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define CHUNK 1024      // values offered to a tail at once
#define MOST_TAIL 10000 // values that a tail keeps

fol_status fol_tally_new(fol_context *ctx, size_t q, size_t n_columns, size_t n_rows, size_t n_tail, fol_tally **tally)
{
    const size_t size = sizeof(double);
    size_t total = 0, wide, row_moments;
    *tally = NULL;
    if (__builtin_mul_overflow(4 * size, n_columns, &row_moments) || __builtin_mul_overflow(q, size, &wide))
        return fol_fail_memory(ctx, "a tally");
    fol_layout_add(&total, 1, sizeof **tally);
    const size_t centre = fol_layout_add(&total, n_columns, size);
    const size_t place = fol_layout_add(&total, n_rows, sizeof(uint64_t));
    const size_t count = fol_layout_add(&total, n_rows, size);
    const size_t cost = fol_layout_add(&total, n_rows, size);
    const size_t moments = fol_layout_add(&total, n_rows, row_moments);
    const size_t tail = fol_layout_add(&total, n_tail, wide);
    char *block = fol_alloc_zero(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "a tally");
    *tally = (fol_tally *) block;
    **tally = (fol_tally){.q = q,
                          .n_columns = n_columns,
                          .centre = (double *) (block + centre),
                          .n_rows = n_rows,
                          .place = (uint64_t *) (block + place),
                          .count = (double *) (block + count),
                          .cost = (double *) (block + cost),
                          .moments = (double *) (block + moments),
                          .n_tail = n_tail,
                          .tail = (double *) (block + tail),
                          .base_level = NAN,
                          .decay = NAN};
    for (size_t i = 0; i < q * n_tail; i++)
        (*tally)->tail[i] = NAN;
    return FOL_OK;
}

void fol_tally_free(fol_tally *tally)
{
    fol_free(tally);
}

double fol_tally_centre(const fol_tally *tally, size_t row, size_t column)
{
    return tally->method == FOL_MLMC && row > 0 && column < tally->q ? 0 : tally->centre[column];
}

size_t fol_tally_tail_size(double n)
{
    return (size_t) fmin(fmin(n / 5, 3 * sqrt(n)), MOST_TAIL);
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x < y) - (x > y);
}

// How many entries of a list are there: those before the first NAN.
static size_t tail_length(const double *tail, size_t size)
{
    size_t low = 0, high = size;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (isnan(tail[middle]))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

// Merges n descending values into a descending list of `length` entries with room for `size`; what falls behind is
// dropped. From the end, so that no entry is overwritten before it has moved.
static void merge(double *tail, size_t size, size_t length, size_t n, const double *value)
{
    while (n > 0) {
        const size_t place = length + n - 1;
        const double last = length > 0 && tail[length - 1] < value[n - 1] ? tail[--length] : value[--n];
        if (place < size)
            tail[place] = last;
    }
}

void fol_tail_offer(double *tail, size_t size, size_t n, const double *value)
{
    double chosen[CHUNK];
    for (size_t i = 0; i < n && size > 0;) {
        const double least = tail[size - 1]; // NAN: there is room
        size_t n_chosen = 0;
        for (; i < n && n_chosen < CHUNK; i++)
            if (!(value[i] <= least) && !isnan(value[i]))
                chosen[n_chosen++] = value[i];
        if (n_chosen == 0)
            continue;
        qsort(chosen, n_chosen, sizeof *chosen, descending);
        merge(tail, size, tail_length(tail, size), n_chosen, chosen);
    }
}

fol_moments fol_tally_moments(const fol_tally *tally, size_t first_row, size_t n_rows, size_t column)
{
    double n = 0, a[4] = {0}; // a: moments about the centre
    for (size_t i = first_row; i < first_row + n_rows; i++) {
        n += tally->count[i];
        for (size_t p = 0; p < 4; p++)
            a[p] += tally->moments[(4 * i + p) * tally->n_columns + column];
    }
    for (size_t p = 0; p < 4; p++)
        a[p] /= n;
    const double d = a[0], m2 = a[1] - d * d;
    const fol_moments constant = {.n = n, .mean = fol_tally_centre(tally, first_row, column) + d};
    if (m2 <= 64 * DBL_EPSILON * a[1])
        return constant;
    return (fol_moments){.n = n,
                         .mean = constant.mean,
                         .m2 = m2,
                         .m3 = a[2] - 3 * d * a[1] + 2 * d * d * d,
                         .m4 = fmax(a[3] - 4 * d * a[2] + 6 * d * d * a[1] - 3 * d * d * d * d, m2 * m2)};
}
