// Level pilot: what a run needs to know beforehand, measured on draws of its own: a centre and a level law.
#include "level_pilot.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "round.h"

#define DRAWS 2048      // of the coarsest level, half as many of each finer one,
#define DRAWS_LEAST 128 // but not fewer
#define BETA_LEAST 1.1  // below 1 no law of levels has finite variance and finite cost
#define BETA_MOST 2     // what Euler's method reaches here: its noise is additive
#define BASE_MOST (FOL_PILOT_LEVELS - 2)

// Seeds of pilots: a function of the run's seed that the run itself does not use.
static uint64_t pilot_seed(uint64_t seed)
{
    const uint64_t counter = 0;
    uint32_t word[4];
    fol_rng_bits_at(seed, FOL_STREAM_PILOT, 0, 1, &counter, word);
    return (uint64_t) word[0] << 32 | word[1];
}

// Sums of one level in sums (4, 2 q): differences, then values.
static fol_status run_level(fol_round *round, int e, size_t n, uint64_t seed, double *sums, double *cost)
{
    static const double difference[] = {1, -1}, value[] = {1, 0};
    const fol_level_shape shape = {UINT64_C(1) << e, e == 0 ? 1 : 2, difference, e};
    const fol_round_plan plan = {.shapes = &shape, .n_shapes = 1, .second = value};
    const fol_round_range range = {seed, (uint64_t) e * DRAWS, n, UINT64_MAX};
    double count = 0;
    const size_t n_columns = 2 * round->g->q;
    memset(sums, 0, 4 * n_columns * sizeof *sums);
    return fol_round_run(round, &plan, &range, &(fol_round_sums){0, n_columns, &count, cost, sums});
}

static double variance_of(const double *sums, size_t n_columns, size_t j, double n)
{
    const double mean = sums[j] / n;
    return fmax(0, (sums[n_columns + j] / n - mean * mean) * n / (n - 1));
}

// Slope of -log2 of the differences over the levels that have some.
static double rate(const double *difference)
{
    double n = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
    for (int e = 2; e < FOL_PILOT_LEVELS; e++) {
        if (!(difference[e] > 0))
            continue;
        const double y = -log2(difference[e]);
        n++;
        sum_x += e;
        sum_y += y;
        sum_xx += e * e;
        sum_xy += e * y;
    }
    const double slope = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x);
    return n < 2 || slope > BETA_MOST ? BETA_MOST : slope < BETA_LEAST ? BETA_LEAST : slope;
}

fol_status fol_level_pilot_run(fol_context *ctx, const fol_sde *sde, const fol_functional *g, uint64_t seed,
                               fol_level_pilot *pilot, double *centre)
{
    const size_t q = g->q, finest = FOL_PILOT_LEVELS - 1;
    *pilot = (fol_level_pilot){0};
    memset(centre, 0, q * sizeof *centre);
    double *sums = fol_alloc(FOL_PILOT_LEVELS * 4 * 2 * q, sizeof *sums), n[FOL_PILOT_LEVELS];
    if (!sums)
        return fol_fail_memory(ctx, "a pilot");
    fol_round round;
    fol_status status = fol_round_new(ctx, &round, sde, g, centre, 2);
    for (int e = 0; e < FOL_PILOT_LEVELS && status == FOL_OK; e++) {
        const size_t draws = DRAWS >> e > DRAWS_LEAST ? DRAWS >> e : DRAWS_LEAST;
        n[e] = (double) draws;
        status = run_level(&round, e, draws, pilot_seed(seed), sums + (size_t) e * 8 * q, &pilot->cost);
    }
    fol_round_clear(&round);
    double functions = 0;
    for (size_t j = 0; j < q && status == FOL_OK; j++) {
        const double *fine = sums + finest * 8 * q;
        const double unit = variance_of(fine, 2 * q, q + j, n[finest]);
        centre[j] = fine[q + j] / n[finest];
        if (!(unit > 0))
            continue; // a constant needs no levels
        functions++;
        for (int e = 0; e < FOL_PILOT_LEVELS; e++) {
            const double *level = sums + (size_t) e * 8 * q;
            pilot->variance[e] += variance_of(level, 2 * q, q + j, n[e]) / unit;
            pilot->difference[e] += variance_of(level, 2 * q, j, n[e]) / unit;
        }
    }
    for (int e = 0; e < FOL_PILOT_LEVELS && functions > 0; e++) {
        pilot->variance[e] /= functions;
        pilot->difference[e] /= functions;
    }
    pilot->difference[0] = NAN;
    pilot->beta = rate(pilot->difference);
    fol_free(sums);
    return status;
}

// Variances of the levels above `base`; returns how many are known.
static int level_variances(const fol_level_pilot *pilot, int base, double *variance)
{
    variance[0] = pilot->variance[base];
    int n = 1;
    for (; base + n < FOL_PILOT_LEVELS; n++)
        variance[n] = pilot->difference[base + n];
    return n;
}

// Variance times cost of a law (MATH 7.3), for sums without the covariances of neighbouring levels.
static double work_of(const fol_level_pilot *pilot, const fol_level_law *law, bool sum)
{
    double known[FOL_PILOT_LEVELS], variance = 0, cost = 0, level_variance = 0;
    const int n = level_variances(pilot, law->base, known);
    for (int l = 0; law->base + l <= FOL_LEVEL_FINEST; l++) {
        const double share = sum ? law->survival[l] : law->survival[l] - law->survival[l + 1];
        level_variance = l < n ? known[l] : level_variance * exp2(-pilot->beta);
        variance += level_variance / share;
        cost += share * exp2(law->base + l) * (l == 0 || sum ? 1 : 1.5);
    }
    return variance * cost;
}

static fol_level_law law_of(const fol_level_pilot *pilot, int base, double decay, bool sum)
{
    double variance[FOL_PILOT_LEVELS];
    if (!isnan(decay))
        return fol_level_law_geometric(base, decay);
    const int n = level_variances(pilot, base < BASE_MOST ? base : BASE_MOST, variance);
    return fol_level_law_best(base, n, variance, pilot->beta, sum);
}

fol_level_law fol_level_pilot_law(const fol_level_pilot *pilot, int base, double decay, bool sum)
{
    if (!(pilot->variance[FOL_PILOT_LEVELS - 1] > 0)) // constants
        return fol_level_law_geometric(base < 0 ? 0 : base, isnan(decay) ? 1.5 : decay);
    if (base >= 0)
        return law_of(pilot, base, decay, sum);
    fol_level_law best = law_of(pilot, 0, decay, sum);
    for (int b = 1; b <= BASE_MOST; b++) {
        const fol_level_law law = law_of(pilot, b, decay, sum);
        if (work_of(pilot, &law, sum) < work_of(pilot, &best, sum))
            best = law;
    }
    return best;
}
