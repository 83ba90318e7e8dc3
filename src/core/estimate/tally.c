// Tallies: what a run of an unbiased estimator adds up, kept so that parts of a run join to the same bits.
#include "tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/simd.h"

#define CHUNK 1024      // values offered to a tail at once
#define MOST_TAIL 10000 // values that a tail keeps

#define AT(member) .key = #member, .offset = offsetof(fol_tally, member)
#define BY(member)                                                                                                     \
    {                                                                                                                  \
        .from = 1 + offsetof(fol_tally, member)                                                                        \
    }
#define LEVELS                                                                                                         \
    {                                                                                                                  \
        AT(simd), .kind = FOL_MEMBER_SET, .rule = FOL_OPTIONAL, .choices = FOL_TALLY_LEVELS, .join = FOL_JOIN_UNION    \
    }
static const fol_member list[] = {
    {AT(method), .kind = FOL_MEMBER_CHOICE, .choices = FOL_ESTIMATOR_CHOICES, .join = FOL_JOIN_SAME},
    {AT(independent), .kind = FOL_MEMBER_FLAG, .join = FOL_JOIN_SAME},
    {AT(seed), .kind = FOL_MEMBER_WORD, .join = FOL_JOIN_SAME},
    {AT(fingerprint), .kind = FOL_MEMBER_HASH, .join = FOL_JOIN_SAME},
    LEVELS,
    {AT(ended), .kind = FOL_MEMBER_SET, .rule = FOL_OPTIONAL, .choices = FOL_TALLY_ENDS, .join = FOL_JOIN_UNION},
    {AT(n_total), .kind = FOL_MEMBER_REAL, .rule = FOL_NOT_NEGATIVE, .join = FOL_JOIN_MOST},
    {AT(base_level), .kind = FOL_MEMBER_REAL, .rule = FOL_NOT_NEGATIVE | FOL_OR_NAN, .join = FOL_JOIN_ALIKE},
    {AT(decay), .kind = FOL_MEMBER_REAL, .rule = FOL_NOT_NEGATIVE | FOL_OR_NAN, .join = FOL_JOIN_ALIKE},
    {AT(pilot_cost), .kind = FOL_MEMBER_REAL, .rule = FOL_NOT_NEGATIVE, .join = FOL_JOIN_MOST},
    {AT(seconds), .kind = FOL_MEMBER_REAL, .rule = FOL_NOT_NEGATIVE, .join = FOL_JOIN_SUM},
    {.key = "functions", .offset = offsetof(fol_tally, q), .kind = FOL_MEMBER_SIZE, .join = FOL_JOIN_SAME},
    {.key = "columns",
     .offset = offsetof(fol_tally, n_columns),
     .kind = FOL_MEMBER_SIZE,
     .rule = FOL_FROM_ARRAYS,
     .join = FOL_JOIN_SAME},
    {AT(centre), .kind = FOL_MEMBER_REALS, .shape = {BY(n_columns)}},
    {.key = "rows", .offset = offsetof(fol_tally, n_rows), .kind = FOL_MEMBER_SIZE, .rule = FOL_FROM_ARRAYS},
    {AT(place), .kind = FOL_MEMBER_PLACES, .shape = {BY(n_rows)}},
    {AT(count), .kind = FOL_MEMBER_REALS, .rule = FOL_AT_LEAST_1, .shape = {BY(n_rows)}},
    {AT(cost), .kind = FOL_MEMBER_REALS, .rule = FOL_NOT_NEGATIVE, .shape = {BY(n_rows)}},
    {AT(moments), .kind = FOL_MEMBER_REALS, .shape = {BY(n_rows), {.fixed = 4}, BY(n_columns)}},
    {AT(n_tail), .kind = FOL_MEMBER_SIZE, .join = FOL_JOIN_SAME},
    {AT(tail), .kind = FOL_MEMBER_REALS, .rule = FOL_NOT_NEGATIVE | FOL_DESCENDING, .shape = {BY(q), BY(n_tail)},
     .form = FOL_FORM_RAGGED},
    {AT(layers), .kind = FOL_MEMBER_INLINE, .rule = FOL_NOT_NEGATIVE, .shape = {{.fixed = FOL_TALLY_LAYERS}},
     .join = FOL_JOIN_SUM},
    {.key = NULL},
};

static fol_status check_sizes(fol_context *ctx, const void *object);
static fol_status check_levels(fol_context *ctx, const void *object);

const fol_members fol_tally_members = {.what = "a tally",
                                       .size = sizeof(fol_tally),
                                       .list = list,
                                       .each = "function",
                                       .check_sizes = check_sizes,
                                       .check = check_levels};

static fol_status check_sizes(fol_context *ctx, const void *object)
{
    const fol_tally *tally = object;
    const bool twice = fol_tally_kind(tally)->twice;
    if (tally->q < 1 || tally->q > tally->n_columns || tally->n_columns != (twice ? 2 : 1) * tally->q)
        return fol_members_wrong_lists(ctx, &fol_tally_members, "centre", twice ? "two numbers" : "a number");
    if (tally->n_tail > fol_tally_tail_size(INFINITY))
        return fol_members_wrong(ctx, "n_tail", "at most that of the largest run");
    return FOL_OK;
}

static fol_status check_levels(fol_context *ctx, const void *object)
{
    const fol_tally *tally = object;
    for (size_t i = 0; i < tally->n_rows && fol_tally_kind(tally)->levels; i++)
        if (tally->place[i] != i)
            return fol_members_wrong(ctx, "place", "0, 1, 2 and so on for the levels of mlmc");
    return FOL_OK;
}

fol_status fol_tally_new(fol_context *ctx, size_t q, size_t n_columns, size_t n_rows, size_t n_tail, fol_tally **tally)
{
    fol_tally like;
    fol_members_init(&fol_tally_members, &like);
    like.q = q;
    like.n_columns = n_columns;
    like.n_rows = n_rows;
    like.n_tail = n_tail;
    return fol_members_new(ctx, &fol_tally_members, &like, tally);
}

void fol_tally_free(fol_tally *tally)
{
    fol_free(tally);
}

fol_status fol_tally_grow(fol_context *ctx, size_t n_rows, fol_tally **tally)
{
    fol_tally like = **tally, *grown;
    like.n_rows = n_rows;
    const fol_status status = fol_members_new(ctx, &fol_tally_members, &like, &grown);
    if (status != FOL_OK)
        return status;
    for (const fol_member *m = list; m->key; m++)
        if (fol_member_is_array(m)) // rows come first in a shape, so that what there was is the beginning
            memcpy(fol_member_array(m, grown), fol_member_array(m, *tally),
                   fol_member_length(m, *tally) * sizeof(double));
    grown->n_rows = (*tally)->n_rows;
    fol_tally_free(*tally);
    *tally = grown;
    return FOL_OK;
}

unsigned fol_tally_level(void)
{
    const int place = fol_choice_place(FOL_TALLY_LEVELS, fol_simd_get()->name);
    return place < 0 ? FOL_TALLY_UNKNOWN : 1u << place;
}

const char *fol_tally_levels(const fol_tally *tally, char *buffer)
{
    const fol_member levels = LEVELS;
    return fol_member_text(&levels, tally, buffer);
}

double fol_tally_centre(const fol_tally *tally, size_t row, size_t column)
{
    return fol_tally_kind(tally)->levels && row > 0 && column < tally->q ? 0 : tally->centre[column];
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

// Merges n descending values into a descending list of `length` entries with space for `size`; what falls off is
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
        const double least = tail[size - 1]; // NAN: there is space
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
    double n = 0, a[4] = {0}; // a: sums about the centre
    for (size_t i = first_row; i < first_row + n_rows; i++) {
        n += tally->count[i];
        for (size_t p = 0; p < 4; p++)
            a[p] += tally->moments[(4 * i + p) * tally->n_columns + column];
    }
    return fol_moments_of_sums(n, a, fol_tally_centre(tally, first_row, column));
}

void *fol_tally_to_json(const fol_tally *tally)
{
    return fol_members_to_json(&fol_tally_members, tally, NULL);
}

fol_status fol_tally_from_json(fol_context *ctx, const void *object, fol_tally **tally)
{
    return fol_members_from_json(ctx, &fol_tally_members, object, tally);
}
