// Level pilot: what a run needs to know beforehand, measured on draws of its own: means and a level law.
#include "level_pilot.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "round.h"

#define LEVELS_LEAST 6   // levels that every pilot has
#define DRAWS_SHARE 64   // draws of the coarsest level, as a part of the run's; half as many of each finer one,
#define FINE_SHARE 8     // but not fewer than an eighth of the first
#define DRAWS_LEAST 1024 // within these bounds
#define DRAWS_MOST 65536
#define COST_SHARE 0.5       // evaluations of a pilot for each draw of its run, where it goes beyond LEVELS_LEAST
#define RATIO_SETTLED 0.3333 // neighbouring differences whose ratio is below have begun to fall as 4^-e
#define RATIO_LEAST 0.2      // no difference is believed to be smaller, over the one before
#define UNSTABLE 0.5         // a difference above this share of the variance at the last of LEVELS_LEAST: too coarse
#define FIRST_STEP 5         // by how many levels a pilot that is too coarse moves on,
#define FIRST_MOST 20        // to begin at most here
#define BETA_LEAST 1.1       // below 1 no law of levels has finite variance and finite cost
#define BETA_MOST 2          // what Euler's method reaches here: its noise is additive
#define BASE_MOST (LEVELS_LEAST - 2)
// What the mean of a difference counts for: all of its square, where the levels of draws are independent; where they
// are stratified only as far as their numbers in a batch are rounded.
#define STRATIFIED_BIAS 0.05

// Seeds of pilots: a function of the run's seed that the run itself does not use.
static uint64_t pilot_seed(uint64_t seed)
{
    const uint64_t counter = 0;
    uint32_t word[4];
    fol_rng_bits_at(seed, FOL_STREAM_PILOT, 0, 1, &counter, word);
    return (uint64_t) word[0] << 32 | word[1];
}

static double draws_of(double draws, int e)
{
    const double first = fmin(DRAWS_MOST, fmax(DRAWS_LEAST, floor(draws / DRAWS_SHARE)));
    return fmax(floor(first / exp2(e)), floor(first / FINE_SHARE));
}

static double cost_of(double n, int e)
{
    return n * exp2(e) * (e == 0 ? 1 : 1.5);
}

// Sums of one level in sums (4, 2 q): differences, then values.
static fol_status run_level(fol_round *round, int first, int k, double n, uint64_t seed, double *sums, double *cost)
{
    static const double difference[] = {1, -1}, value[] = {1, 0};
    const fol_level_shape shape = {
        .steps = UINT64_C(1) << (first + k), .n_paths = k == 0 ? 1 : 2, .weight = difference, .level = k};
    const fol_round_plan plan = {.shapes = &shape, .n_shapes = 1, .second = value, .mean_cost = cost_of(1, first + k)};
    const size_t n_columns = 2 * round->g->n_out;
    const uint64_t draw = (uint64_t) (first + k) * DRAWS_MOST;
    double count = 0;
    fol_status status = FOL_OK;
    memset(sums, 0, 4 * n_columns * sizeof *sums);
    for (double done = 0; done < n && status == FOL_OK; done = count) {
        const size_t some = n - done < (double) round->most ? (size_t) (n - done) : round->most;
        const fol_round_range range = {seed, draw + (uint64_t) done, some, UINT64_MAX};
        status =
            fol_round_run(round, &plan, &range,
                          &(fol_round_sums){.n_columns = n_columns, .count = &count, .cost = cost, .moments = sums});
    }
    return status;
}

static double variance_of(const double *sums, size_t n_columns, size_t j, double n)
{
    const double mean = sums[j] / n;
    return fmax(0, (sums[n_columns + j] / n - mean * mean) * n / (n - 1));
}

// Adds level e to the pilot: over the variance of g, averaged over the functions that are not constant.
static void take_level(fol_level_pilot *pilot, int e, size_t q, double n, const double *sums, const double *unit)
{
    double functions = 0, variance = 0, difference = 0, bias2 = 0;
    for (size_t j = 0; j < q; j++) {
        if (!(unit[j] > 0))
            continue;
        functions++;
        variance += variance_of(sums, 2 * q, q + j, n) / unit[j];
        difference += variance_of(sums, 2 * q, j, n) / unit[j];
        bias2 += sums[j] * sums[j] / (n * n * unit[j]);
    }
    functions = fmax(functions, 1);
    pilot->variance[e] = variance / functions;
    if (e == 0)
        return;
    pilot->difference[e] = fmax(difference / functions, e > 1 ? RATIO_LEAST * pilot->difference[e - 1] : 0);
    pilot->bias2[e] = bias2 / functions;
}

// The rate of the last two steps between levels.
static double rate(const fol_level_pilot *pilot)
{
    const double *last = pilot->difference + pilot->n_levels - 1, slope = log2(last[-2] / last[0]) / 2;
    return isnan(slope) || slope > BETA_MOST ? BETA_MOST : slope < BETA_LEAST ? BETA_LEAST : slope;
}

static bool goes_on(const fol_level_pilot *pilot, const fol_level_question *question)
{
    const int k = pilot->n_levels;
    if (question->means || k < LEVELS_LEAST || k == FOL_PILOT_LEVELS)
        return question->means ? k == 0 : k < LEVELS_LEAST;
    const bool settled = !(pilot->difference[k - 1] > RATIO_SETTLED * pilot->difference[k - 2]);
    const double next = cost_of(draws_of(question->draws, k), k);
    return !settled && pilot->first + k < FOL_LEVEL_FINEST &&
           pilot->cost / exp2(pilot->first) + next <= COST_SHARE * question->draws;
}

// The means of the levels, and of the finest steps: their own mean, or that of level 0 with the differences added,
// whichever varies less.
static void set_means(fol_level_pilot *pilot, size_t q, double draws, const double *sums)
{
    const size_t last = (size_t) pilot->n_levels - 1, size = 8 * q;
    const double n_last = draws_of(draws, (int) last);
    double added = pilot->variance[0] / draws_of(draws, 0);
    for (int k = 1; k < pilot->n_levels; k++)
        added += pilot->difference[k] / draws_of(draws, k);
    for (size_t j = 0; j < q; j++) {
        double sum = 0;
        for (int k = 0; k < pilot->n_levels; k++) {
            sum += sums[(size_t) k * size + j] / draws_of(draws, k);
            pilot->level_mean[(size_t) k * q + j] = sum;
        }
        pilot->mean[j] = added < pilot->variance[last] / n_last ? sum : sums[last * size + q + j] / n_last;
    }
}

// The levels from pilot->first on.
static fol_status run_levels(fol_round *round, const fol_level_question *question, uint64_t seed, double *sums,
                             fol_level_pilot *pilot)
{
    const size_t q = round->g->n_out, size = 8 * q; // numbers of a level
    const double draws = question->draws;
    const int unit_level = question->means ? 0 : LEVELS_LEAST - 1; // what the others are measured by
    double *unit = sums + FOL_PILOT_LEVELS * size;
    fol_status status = FOL_OK;
    pilot->n_levels = 0;
    while (status == FOL_OK && goes_on(pilot, question)) {
        const int k = pilot->n_levels++;
        status = run_level(round, pilot->first, k, draws_of(draws, k), seed, sums + (size_t) k * size, &pilot->cost);
        for (size_t j = 0; k == unit_level && j < q; j++)
            unit[j] = variance_of(sums + (size_t) k * size, 2 * q, q + j, draws_of(draws, k));
        for (int l = k == unit_level ? 0 : k; l <= k && k >= unit_level; l++)
            take_level(pilot, l, q, draws_of(draws, l), sums + (size_t) l * size, unit);
    }
    return status;
}

fol_status fol_level_pilot_run(fol_context *ctx, const fol_sde *sde, const fol_field *g,
                               const fol_level_question *question, fol_level_pilot *pilot)
{
    const size_t q = g->n_out;
    *pilot = (fol_level_pilot){.mean = fol_alloc_zero((1 + FOL_PILOT_LEVELS) * q, sizeof *pilot->mean)};
    double *sums = fol_alloc_zero((FOL_PILOT_LEVELS * 8 + 2) * q, sizeof *sums);
    if (!sums || !pilot->mean) {
        fol_free(sums);
        return fol_fail_memory(ctx, "a pilot");
    }
    pilot->level_mean = pilot->mean + q;
    pilot->first = question->first < 0 ? 0 : question->first;
    fol_round round;
    fol_status status = FOL_OK;
    fol_round_init(ctx, &round, sde, g, sums + (FOL_PILOT_LEVELS * 8 + 1) * q, question->whole); // about 0
    for (bool coarse = true; coarse;) {
        status = run_levels(&round, question, pilot_seed(ctx->seed), sums, pilot);
        coarse = question->first < 0 && pilot->first < FIRST_MOST &&
                 (status == FOL_E_NUMERIC || (status == FOL_OK && pilot->difference[LEVELS_LEAST - 1] > UNSTABLE));
        pilot->first += coarse ? FIRST_STEP : 0;
    }
    fol_round_clear(&round);
    if (status == FOL_E_NUMERIC)
        fol_fail(
            ctx, status,
            "The paths of a pilot with 2^%d steps have values that are not finite: the drift or `g` grows too fast, "
            "or the steps are too coarse for it.",
            pilot->first + pilot->n_levels - 1);
    if (status == FOL_OK) {
        set_means(pilot, q, question->draws, sums);
        pilot->beta = question->means ? BETA_MOST : rate(pilot);
    }
    fol_free(sums);
    return status;
}

void fol_level_pilot_clear(fol_level_pilot *pilot)
{
    fol_free(pilot->mean);
    *pilot = (fol_level_pilot){0};
}

// What every level above `base` adds to the variance: (FOL_LEVELS_MOST).
static void level_variances(const fol_level_pilot *pilot, int base, int form, double *variance)
{
    const double weight = form == FOL_LEVELS_STRATIFIED ? STRATIFIED_BIAS : 1;
    const int last = pilot->n_levels - 1, from = base - pilot->first;
    variance[0] = pilot->variance[from];
    for (int l = 1; l < FOL_LEVELS_MOST; l++) {
        const int k = from + l < last ? from + l : last;
        variance[l] = (pilot->difference[k] + weight * pilot->bias2[k]) * exp2(-pilot->beta * (from + l - k));
    }
}

// Variance times cost of a law (MATH 7.3), for sums without the covariances of neighbouring levels.
static double work_of(const fol_level_pilot *pilot, const fol_level_law *law, int form)
{
    const bool sum = form == FOL_LEVELS_SUM;
    double level_variance[FOL_LEVELS_MOST], variance = 0, cost = 0;
    level_variances(pilot, law->base, form, level_variance);
    for (int l = 0; law->base + l <= FOL_LEVEL_FINEST; l++) {
        const double share = sum ? law->survival[l] : law->survival[l] - law->survival[l + 1];
        variance += level_variance[l] / share;
        cost += share * exp2(law->base + l) * (l == 0 || sum ? 1 : 1.5);
    }
    return variance * cost;
}

static fol_level_law law_of(const fol_level_pilot *pilot, int base, double decay, int form)
{
    double variance[FOL_LEVELS_MOST];
    if (!isnan(decay))
        return fol_level_law_geometric(base, decay);
    level_variances(pilot, base, form, variance);
    return fol_level_law_best(base, variance, pilot->beta, form == FOL_LEVELS_SUM);
}

fol_level_law fol_level_pilot_law(const fol_level_pilot *pilot, int base, double decay, int form)
{
    if (!(pilot->variance[LEVELS_LEAST - 1] > 0)) // constants
        return fol_level_law_geometric(pilot->first, isnan(decay) ? 1.5 : decay);
    if (base >= 0)
        return law_of(pilot, base, decay, form);
    fol_level_law best = law_of(pilot, pilot->first, decay, form);
    for (int b = pilot->first + 1; b <= pilot->first + BASE_MOST; b++) {
        const fol_level_law law = law_of(pilot, b, decay, form);
        if (work_of(pilot, &law, form) < work_of(pilot, &best, form))
            best = law;
    }
    return best;
}
