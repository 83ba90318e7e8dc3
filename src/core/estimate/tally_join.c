// Tallies: joining the parts of a run and pooling runs.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "tally.h"

#define TALLIES "tallies" // the argument that is refused
#define ROUNDING 1e-3     // by which what a pilot has found may differ between CPUs, relative

static fol_status join_parts(fol_context *ctx, size_t n, const fol_tally *const *parts, fol_tally **joined);

fol_status fol_tally_check_pool(fol_context *ctx, size_t n, const fol_tally *const *tallies)
{
    if (n < 1)
        return fol_fail_argument(ctx, TALLIES, "one or more", "none");
    for (size_t r = 1; r < n; r++) {
        const fol_estimator_kind *kind = fol_tally_kind(tallies[0]), *other = fol_tally_kind(tallies[r]);
        if (tallies[r]->q != tallies[0]->q)
            return fol_fail_about(ctx, TALLIES, "must have the same number of functions, not %zu and %zu.",
                                  tallies[0]->q, tallies[r]->q);
        if (kind != other && (kind->bias || other->bias))
            return fol_fail_about(ctx, TALLIES, "of method %s, which has a bias, are pooled with their own kind alone.",
                                  kind->bias ? kind->base.name : other->base.name);
    }
    return FOL_OK;
}

static uint64_t first_place(const fol_tally *tally)
{
    return tally->n_rows > 0 ? tally->place[0] : UINT64_MAX;
}

// By seed, fingerprint and first batch.
static int compare(const void *a, const void *b)
{
    const fol_tally *x = *(const fol_tally *const *) a, *y = *(const fol_tally *const *) b;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    if (x->fingerprint != y->fingerprint)
        return x->fingerprint < y->fingerprint ? -1 : 1;
    return (first_place(x) > first_place(y)) - (first_place(x) < first_place(y));
}

fol_status fol_tally_join(fol_context *ctx, size_t n, const fol_tally *const *tallies, size_t *n_joined,
                          fol_tally ***joined)
{
    *n_joined = 0;
    *joined = NULL;
    fol_status status = fol_tally_check_pool(ctx, n, tallies);
    if (status != FOL_OK)
        return status;
    const fol_tally **sorted = fol_alloc(n, sizeof *sorted);
    fol_tally **out = fol_alloc_zero(n, sizeof *out);
    size_t n_out = 0;
    if (!sorted || !out) {
        status = fol_fail_memory(ctx, "the joined results");
        goto cleanup;
    }
    memcpy(sorted, tallies, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare);
    for (size_t first = 0, last; first < n; first = last) {
        for (last = first + 1; last < n && sorted[last]->seed == sorted[first]->seed; last++)
            if (sorted[last]->fingerprint != sorted[first]->fingerprint) {
                status = fol_fail_about(ctx, TALLIES,
                                        "have two different runs of seed %" PRIu64
                                        ", whose random numbers overlap; runs that are pooled must have different "
                                        "seeds.",
                                        sorted[first]->seed);
                goto cleanup;
            }
        status = join_parts(ctx, last - first, sorted + first, &out[n_out]);
        if (status != FOL_OK)
            goto cleanup;
        n_out++;
    }
    *n_joined = n_out;
    *joined = out;
cleanup:
    for (size_t i = 0; i < n_out && status != FOL_OK; i++)
        fol_tally_free(out[i]);
    if (status != FOL_OK)
        fol_free(out);
    fol_free(sorted);
    return status;
}

// Both NAN, or the same but for rounding.
static bool alike(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= ROUNDING * fabs(a);
}

// Whether a single member is the same in two parts, as far as its rule wants it.
static bool agrees(const fol_member *m, const fol_tally *a, const fol_tally *b)
{
    static const size_t size[] = {
        [FOL_MEMBER_REAL] = sizeof(double),  [FOL_MEMBER_FLAG] = sizeof(bool),     [FOL_MEMBER_CHOICE] = sizeof(int),
        [FOL_MEMBER_SET] = sizeof(unsigned), [FOL_MEMBER_WORD] = sizeof(uint64_t), [FOL_MEMBER_HASH] = sizeof(uint64_t),
        [FOL_MEMBER_SIZE] = sizeof(size_t)};
    const void *x = (const char *) a + m->offset, *y = (const char *) b + m->offset;
    if (m->join == FOL_JOIN_ALIKE)
        return alike(*(const double *) x, *(const double *) y);
    return m->join != FOL_JOIN_SAME || memcmp(x, y, size[m->kind]) == 0;
}

static fol_status check_parts(fol_context *ctx, size_t n, const fol_tally *const *parts)
{
    const fol_tally *a = parts[0];
    for (size_t i = 1; i < n; i++) {
        const fol_tally *b = parts[i];
        for (const fol_member *m = fol_tally_members.list; m->key; m++)
            if (!agrees(m, a, b))
                return fol_fail_about(ctx, TALLIES,
                                      "must have the same `%s` in all parts of the run of seed %" PRIu64 ".", m->key,
                                      a->seed);
        for (size_t j = 0; j < a->n_columns; j++)
            if (!alike(a->centre[j], b->centre[j]))
                return fol_fail_about(ctx, TALLIES,
                                      "must be of the same equation and functions in all parts of the run of seed "
                                      "%" PRIu64 ", but their pilots found means of %g and %g.",
                                      a->seed, a->centre[j], b->centre[j]);
    }
    return FOL_OK;
}

// Copies a row; its sums are carried over to the new centre, which is the same unless the pilots differ in rounding.
static void copy_row(const fol_tally *from, size_t i, fol_tally *to, size_t k)
{
    const size_t q = from->n_columns;
    const double n = from->count[i];
    const double *s = from->moments + 4 * q * i;
    double *t = to->moments + 4 * q * k;
    for (const fol_member *m = fol_tally_members.list; m->key; m++)
        if (m->shape[0].from == 1 + offsetof(fol_tally, n_rows)) {
            const size_t size = fol_member_length(m, from) / from->n_rows * sizeof(double);
            memcpy((char *) fol_member_array(m, to) + k * size, (char *) fol_member_array(m, from) + i * size, size);
        }
    for (size_t j = 0; j < q; j++) {
        const double e = fol_tally_centre(from, i, j) - fol_tally_centre(to, k, j);
        const double s1 = s[j], s2 = s[q + j], s3 = s[2 * q + j];
        if (e == 0)
            continue;
        t[j] += n * e;
        t[q + j] += 2 * e * s1 + n * e * e;
        t[2 * q + j] += 3 * e * s2 + 3 * e * e * s1 + n * e * e * e;
        t[3 * q + j] += 4 * e * s3 + 6 * e * e * s2 + 4 * e * e * e * s1 + n * e * e * e * e;
    }
}

// The part whose next row (cursor) comes first; NULL when all rows are taken.
static const fol_tally *next_part(size_t n, const fol_tally *const *parts, size_t *cursor, size_t *row)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++)
        if (cursor[i] < parts[i]->n_rows &&
            (best == n || parts[i]->place[cursor[i]] < parts[best]->place[cursor[best]]))
            best = i;
    if (best == n)
        return NULL;
    *row = cursor[best]++;
    return parts[best];
}

static fol_status join_rows(fol_context *ctx, size_t n, const fol_tally *const *parts, fol_tally *to)
{
    size_t *cursor = fol_alloc_zero(n, sizeof *cursor), row = 0;
    fol_status status = cursor ? FOL_OK : fol_fail_memory(ctx, "the joined results");
    for (size_t k = 0; k < to->n_rows && status == FOL_OK; k++) {
        const fol_tally *from = next_part(n, parts, cursor, &row);
        copy_row(from, row, to, k);
        if (k > 0 && to->place[k] <= to->place[k - 1])
            status = fol_fail_about(ctx, TALLIES,
                                    "have %s %" PRIu64 " of the run of seed %" PRIu64
                                    " twice: the same draws are not counted twice.",
                                    fol_tally_kind(to)->levels ? "level" : "batch", to->place[k], to->seed);
    }
    fol_free(cursor);
    return status;
}

// Adds what parts add up to; single members of the first part are there already.
static void add_part(const fol_tally *part, bool first, fol_tally *to)
{
    for (const fol_member *m = fol_tally_members.list; m->key; m++) {
        const void *term = (const char *) part + m->offset;
        void *sum = (char *) to + m->offset;
        if (fol_member_is_array(m)) {
            for (size_t k = 0; m->join == FOL_JOIN_SUM && k < fol_member_length(m, to); k++)
                ((double *) fol_member_array(m, to))[k] += ((const double *) fol_member_array(m, part))[k];
        } else if (first) {
            continue;
        } else if (m->join == FOL_JOIN_SUM) {
            *(double *) sum += *(const double *) term;
        } else if (m->join == FOL_JOIN_MOST) {
            *(double *) sum = fmax(*(double *) sum, *(const double *) term);
        } else if (m->join == FOL_JOIN_UNION) {
            *(unsigned *) sum |= *(const unsigned *) term;
        }
    }
    for (size_t j = 0; j < to->q; j++)
        fol_tail_offer(to->tail + j * to->n_tail, to->n_tail, to->n_tail, part->tail + j * to->n_tail);
}

static fol_status join_parts(fol_context *ctx, size_t n, const fol_tally *const *parts, fol_tally **joined)
{
    fol_tally like = *parts[0];
    like.n_rows = 0;
    for (size_t i = 0; i < n; i++)
        like.n_rows += parts[i]->n_rows;
    fol_status status = check_parts(ctx, n, parts);
    if (status == FOL_OK)
        status = fol_members_new(ctx, &fol_tally_members, &like, joined);
    if (status != FOL_OK)
        return status;
    fol_tally *to = *joined;
    memcpy(to->centre, like.centre, like.n_columns * sizeof *to->centre);
    for (size_t i = 0; i < n; i++)
        add_part(parts[i], i == 0, to);
    for (size_t i = 0; i < n; i++)
        if (parts[i]->simd == 0 && to->simd != 0)
            to->simd |= FOL_TALLY_UNKNOWN;
    status = join_rows(ctx, n, parts, to);
    if (status != FOL_OK) {
        fol_tally_free(to);
        *joined = NULL;
    }
    return status;
}
