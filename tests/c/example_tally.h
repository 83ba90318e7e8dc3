// Example tallies: made from given draws, for tests of tallies and summaries.
#ifndef FOL_TESTS_EXAMPLE_TALLY_H
#define FOL_TESTS_EXAMPLE_TALLY_H

#include "estimate/tally.h"
#include "random/rng.h"
#include "testing.h"

// n draws of q functions in batches of `batch`; the last may be smaller.
typedef struct {
    size_t n, q, batch;
    const double *draws, *centre; // (n, q), (q)
    uint64_t seed;
    bool independent;
} example_run;

static inline size_t example_batches(const example_run *run)
{
    return (run->n + run->batch - 1) / run->batch;
}

static inline void example_add(fol_tally *tally, size_t row, size_t column, double value)
{
    const double y = value - fol_tally_centre(tally, row, column);
    double *moments = tally->moments + 4 * row * tally->n_columns + column;
    for (size_t p = 0; p < 4; p++)
        moments[p * tally->n_columns] += pow(y, (double) p + 1);
}

// The tally of the batches in `place` (ascending). A draw i costs 1 + i % 3 and has that many layers.
static inline fol_tally *example_part(const example_run *run, size_t n_rows, const size_t *place)
{
    fol_context ctx;
    fol_tally *tally;
    fol_context_init(&ctx);
    assert_int_equal(fol_tally_new(&ctx, run->q, run->q, n_rows, fol_tally_tail_size((double) run->n), &tally), FOL_OK);
    tally->method = FOL_ESTIMATOR_rhee_glynn;
    tally->independent = run->independent;
    tally->seed = run->seed;
    tally->fingerprint = 0xfedcba9876543210;
    tally->n_total = (double) run->n;
    tally->base_level = 2;
    tally->decay = 1.5;
    tally->pilot_cost = 100;
    tally->seconds = 0.25;
    memcpy(tally->centre, run->centre, run->q * sizeof *tally->centre);
    for (size_t row = 0; row < n_rows; row++) {
        const size_t first = place[row] * run->batch;
        tally->place[row] = place[row];
        for (size_t i = first; i < first + run->batch && i < run->n; i++) {
            tally->count[row] += 1;
            tally->cost[row] += (double) (1 + i % 3);
            tally->layers[i % 3] += 1;
            for (size_t j = 0; j < run->q; j++) {
                const double value = run->draws[i * run->q + j], distance = fabs(value - tally->centre[j]);
                example_add(tally, row, j, value);
                fol_tail_offer(tally->tail + j * tally->n_tail, tally->n_tail, 1, &distance);
            }
        }
    }
    return tally;
}

static inline fol_tally *example_tally(const example_run *run)
{
    const size_t n_rows = example_batches(run);
    size_t *place = fol_alloc(n_rows, sizeof *place);
    for (size_t i = 0; i < n_rows; i++)
        place[i] = i;
    fol_tally *tally = example_part(run, n_rows, place);
    fol_free(place);
    return tally;
}

// The tally of one function with two columns: rows of n pairs of draws each.
static inline fol_tally *example_pairs(int method, size_t n_rows, size_t n, const double *pairs)
{
    fol_context ctx;
    fol_tally *tally;
    fol_context_init(&ctx);
    assert_int_equal(fol_tally_new(&ctx, 1, 2, n_rows, 0, &tally), FOL_OK);
    tally->method = method;
    tally->independent = true;
    tally->centre[0] = 0.5;
    for (size_t row = 0; row < n_rows; row++) {
        tally->place[row] = row;
        tally->count[row] = (double) n;
        tally->cost[row] = (double) n * (row == 0 ? 1 : 1.5 * exp2((double) row));
        for (size_t i = 0; i < n; i++)
            for (size_t column = 0; column < 2; column++)
                example_add(tally, row, column, pairs[2 * (row * n + i) + column]);
    }
    return tally;
}

// n uniforms of a stream that no estimator uses; free them.
static inline double *example_uniforms(uint32_t step, size_t n)
{
    double *u = fol_alloc(n, sizeof *u);
    fol_rng_uniforms(1, FOL_STREAM_COMPONENT, step, 0, n, u);
    return u;
}

// n standard normals; free them.
static inline double *example_normals(uint32_t step, size_t n)
{
    float *z = fol_alloc(n, sizeof *z);
    double *x = fol_alloc(n, sizeof *x);
    fol_rng_normals(1, FOL_STREAM_TARGET, step, 0, n, z);
    for (size_t i = 0; i < n; i++)
        x[i] = z[i];
    fol_free(z);
    return x;
}

#endif
