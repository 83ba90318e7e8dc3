// Estimator: random levels of Euler paths (RG15; MATH 7.3).
#include <math.h>

#include "../base/hash.h"
#include "../random/rng.h"
#include "estimation.h"

static double uniform(const uint32_t word[4])
{
    return ((double) (((uint64_t) word[0] << 32 | word[1]) >> 11) + 0.5) * 0x1p-53;
}

// The draws of a batch share one uniform u: draw i has the level of (i + u) / (draws of the batch).
static void draw_stratified_levels(const void *data, uint64_t first, size_t n, uint8_t *level)
{
    const fol_estimation *e = data;
    for (size_t i = 0; i < n;) {
        const uint64_t batch = (first + i) / e->batch, begin = batch * e->batch, left = e->n - begin;
        const uint64_t size = left < e->batch ? left : e->batch;
        uint32_t word[4];
        fol_rng_bits_at(e->ctx->seed, FOL_STREAM_LEVEL, 0, 1, &batch, word);
        const double u = uniform(word);
        for (; i < n && first + i < begin + size; i++) {
            const double v = ((double) (first + i - begin) + u) / (double) size;
            level[i] = (uint8_t) fol_level_law_level(&e->law, v);
        }
    }
}

static void draw_levels(const void *data, uint64_t first, size_t n, uint8_t *level)
{
    const fol_estimation *e = data;
    uint64_t draw[FOL_BLOCK_ROWS];
    uint32_t word[FOL_BLOCK_ROWS][4];
    for (size_t at = 0; at < n; at += FOL_BLOCK_ROWS) {
        const size_t some = n - at < FOL_BLOCK_ROWS ? n - at : FOL_BLOCK_ROWS;
        for (size_t i = 0; i < some; i++)
            draw[i] = first + at + i;
        fol_rng_bits_at(e->ctx->seed, FOL_STREAM_LEVEL, 0, some, draw, word[0]);
        for (size_t i = 0; i < some; i++)
            level[at + i] = (uint8_t) fol_level_law_level(&e->law, uniform(word[i]));
    }
}

// Drift evaluations of a draw by a law of levels.
static double mean_cost(const fol_level_law *law, bool sum)
{
    double cost = 0;
    for (int l = 0; law->base + l <= FOL_LEVEL_FINEST; l++)
        cost += exp2(law->base + l) * (sum ? law->survival[l] : 1.5 * (law->survival[l] - law->survival[l + 1]));
    return cost;
}

static fol_status prepare(fol_estimation *e)
{
    const fol_expect_options *o = e->options;
    const bool sum = o->levels == FOL_LEVELS_SUM, stratified = o->levels == FOL_LEVELS_STRATIFIED;
    e->law = fol_level_pilot_law(&e->pilot, (int) o->base_level, o->decay, o->levels);
    fol_level_shapes_init(&e->shapes, &e->law, sum);
    e->plan = (fol_round_plan){.shapes = e->shapes.shape,
                               .n_shapes = e->shapes.n,
                               .draw_shapes = stratified ? draw_stratified_levels : draw_levels,
                               .data = e,
                               .mean_cost = mean_cost(&e->law, sum)};
    e->independent = !stratified;
    e->first_share = o->levels == FOL_LEVELS_SINGLE ? 1 - e->law.survival[1] : 0;
    e->first_level = e->law.base - e->pilot.first;
    return FOL_OK;
}

static uint64_t fingerprint(const fol_estimation *e, uint64_t state)
{
    const fol_expect_options *o = e->options;
    const double levels[] = {o->levels, (double) o->base_level, isnan(o->decay) ? 0 : o->decay};
    return fol_hash(state, levels, sizeof levels);
}

const fol_estimator_kind fol_estimator_rhee_glynn = {
    .base = {"rhee_glynn", "unbiased, paths of random levels", fol_no_keys, NULL},
    .random_levels = true,
    .base_draws = "are of the base level",
    .base_advice = "a finer base level, or more draws",
    .prepare = prepare,
    .fingerprint = fingerprint,
};
