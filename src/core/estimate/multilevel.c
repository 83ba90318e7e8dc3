// Multilevel Monte Carlo: Giles's driver to a root mean square error (G08; MATH 7.4).
#include "multilevel.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "level_law.h"
#include "level_table.h"
#include "round.h"
#include "run_estimate.h"

#define LEVELS_FIRST 5    // levels that the driver begins with,
#define PATHS_FIRST 1024  // and paths of each of them;
#define PATHS_LEAST 64    // of a further level, which has as many as are wanted
#define PATHS_CENTRE 64   // that the centre is the mean of
#define PATHS_SURE 16384  // of the base level without variance before g is taken for a constant
#define PATHS_FEW 16      // of a first round of a run to a time
#define PATHS_ROUND 65536 // of a round at most
#define PATHS_MOST 0x1p40 // of a run without n, so that the draws of a level have numbers
#define BIAS_SHARE 0.25   // of the mean square error that the remaining bias may have
#define PATHS_SHARE 0.5   // of what is left that goes to paths while further levels may be needed
#define ROUND_SHARE 0.1   // of `seconds` that a round takes at most
#define BIASED_MOST 0.9   // of the way, as long as bias remains
#define CLOSE_ENOUGH 0.01 // paths still wanted, as a share of those there are, that a round is not made for
#define LEVEL_PLACE 40    // draw numbers of level l begin at l 2^40

typedef struct {
    fol_context *ctx;
    const fol_expect_options *options;
    size_t q;
    int base, n_levels;
    double start, end;                                       // on the clock; no round begins after `end`
    double seconds[FOL_LEVELS_MOST], timed[FOL_LEVELS_MOST]; // that so many paths of each level have taken
    double *share;
    double share_most, goal; // *share when the run's cost is `goal`, and what is wanted so far is done
    fol_round round;
    fol_tally *tally; // a row for each level that there can be
} driver;

// Mean and variance of fine minus coarse of function j at level l.
static double mean_of(const driver *d, int l, size_t j)
{
    return fol_tally_moments(d->tally, (size_t) l, 1, j).mean;
}

static double variance_of(const driver *d, int l, size_t j)
{
    return fol_tally_moments(d->tally, (size_t) l, 1, j).m2;
}

static double cost_of(int base, int l)
{
    return exp2(base + l) * (l == 0 ? 1 : 1.5);
}

// At which rate y falls with the level, at least 0.5.
static double falls(const driver *d, size_t j, double (*y)(const driver *, int, size_t))
{
    double value[FOL_LEVELS_MOST];
    for (int l = 0; l < d->n_levels; l++)
        value[l] = y(d, l, j);
    const double rate = -fol_level_slope((size_t) d->n_levels, value);
    return rate > 0.5 ? rate : 0.5;
}

// ---- what is left ----

static double left_paths(const driver *d)
{
    return (d->options->n >= 0 ? (double) d->options->n : PATHS_MOST) - fol_tally_draws(d->tally);
}

static double left_seconds(const driver *d)
{
    return isnan(d->options->seconds) ? INFINITY : d->options->seconds - (fol_seconds() - d->start);
}

// Lets rounds begin in a share of the time that is left.
static void allow_time(driver *d, double share)
{
    d->end = fol_seconds() + share * left_seconds(d);
}

static bool spent(const driver *d)
{
    return left_paths(d) <= 0 || left_seconds(d) <= 0;
}

// Seconds of a path of level l, as those of the finest level up to it have taken them.
static double path_seconds(const driver *d, int l)
{
    int known = l;
    while (known > 0 && d->timed[known] == 0)
        known--;
    return d->timed[known] > 0 ? exp2(l - known) * d->seconds[known] / d->timed[known] : INFINITY;
}

// The share of what is left, of paths and of time, that so many paths take.
static double share_of_left(const driver *d, double paths, double seconds)
{
    return fmax(paths / left_paths(d), isnan(d->options->seconds) ? 0 : seconds / left_seconds(d));
}

// Scales the paths wanted down to a share of what is left; whether they have fitted. *paths is their number.
static bool fit(const driver *d, double share, double *more, double *paths)
{
    double seconds = 0, wanted = 0;
    for (int l = 0; l < d->n_levels; l++) {
        wanted += more[l];
        seconds += more[l] * path_seconds(d, l);
    }
    *paths = wanted;
    const double scale = share / share_of_left(d, wanted, seconds);
    if (scale >= 1)
        return true;
    *paths = 0;
    for (int l = 0; l < d->n_levels; l++)
        *paths += more[l] = floor(more[l] * scale);
    return false;
}

// Whether a further level can have its least paths of what is left when its share has gone to paths.
static bool can_refine(const driver *d)
{
    return d->base + d->n_levels <= FOL_LEVEL_FINEST &&
           share_of_left(d, PATHS_LEAST, PATHS_LEAST * path_seconds(d, d->n_levels)) <= 1 - PATHS_SHARE;
}

// ---- paths ----

// Paths of the next round of level l; those of a run to a time end soon enough to look at the clock.
static size_t round_size(const driver *d, int l, double more)
{
    const double most = fmin(fmin(more, PATHS_ROUND), (double) d->round.most);
    if (isnan(d->options->seconds))
        return (size_t) most;
    const double time = fmin(d->end - fol_seconds(), ROUND_SHARE * d->options->seconds);
    return (size_t) fmin(most, fmax(PATHS_FEW, time / path_seconds(d, l)));
}

static fol_status check_finite(const driver *d, int l)
{
    const double *moments = d->tally->moments + (size_t) l * 8 * d->q;
    for (size_t i = 0; i < 4 * d->q; i++)
        if (!isfinite(moments[i]))
            return fol_fail(d->ctx, FOL_E_NUMERIC,
                            "Value %zu of `g` is so large that its square is not finite: it has no standard error.",
                            i % d->q + 1);
    return FOL_OK;
}

// `more` further paths of level l, or those that there is time for, but two at least.
static fol_status add_paths(driver *d, int l, double more)
{
    static const double difference[] = {1, -1}, value[] = {1, 0};
    const fol_level_shape shape = {
        .steps = UINT64_C(1) << (d->base + l), .n_paths = l == 0 ? 1 : 2, .weight = difference, .level = l};
    const fol_round_plan plan = {.shapes = &shape, .n_shapes = 1, .second = value, .mean_cost = cost_of(d->base, l)};
    const size_t n_columns = 2 * d->q;
    double *count = d->tally->count + l;
    const fol_round_sums sums = {.first_batch = (uint64_t) l,
                                 .n_columns = n_columns,
                                 .count = count,
                                 .cost = d->tally->cost + l,
                                 .moments = d->tally->moments + (size_t) l * 4 * n_columns};
    fol_status status = FOL_OK;
    while (status == FOL_OK && more > 0 && (*count < 2 || fol_seconds() < d->end)) {
        const size_t n = round_size(d, l, more);
        const double start = fol_seconds();
        const fol_round_range range = {d->ctx->seed, ((uint64_t) l << LEVEL_PLACE) + (uint64_t) *count, n,
                                       UINT64_C(1) << LEVEL_PLACE};
        status = fol_round_run(&d->round, &plan, &range, &sums);
        more -= (double) n;
        d->timed[l] += (double) n;
        d->seconds[l] += fol_seconds() - start;
        *d->share = fmax(*d->share, d->share_most * fmin(1, fol_tally_cost(d->tally) / d->goal));
    }
    return status == FOL_OK ? check_finite(d, l) : status;
}

// The mean of g over a few paths, which are made again: the centre changes nothing but rounding.
static fol_status find_centre(driver *d)
{
    fol_tally *tally = d->tally;
    const fol_status status = add_paths(d, 0, PATHS_CENTRE);
    for (size_t column = 0; column < 2 * d->q; column++)
        tally->centre[column] = tally->moments[column] / tally->count[0];
    tally->pilot_cost = tally->cost[0];
    tally->count[0] = tally->cost[0] = 0;
    memset(tally->moments, 0, 8 * d->q * sizeof *tally->moments);
    return status;
}

static fol_status add_first_levels(driver *d)
{
    double more[FOL_LEVELS_MOST] = {0}, paths;
    d->n_levels = (int) fmax(1, fmin(LEVELS_FIRST, floor(left_paths(d) / 2)));
    for (int l = 0; l < d->n_levels; l++)
        more[l] = PATHS_FIRST;
    fit(d, PATHS_SHARE, more, &paths);
    fol_status status = FOL_OK;
    for (int l = 0; l < d->n_levels && status == FOL_OK; l++)
        if (l == 0 || left_seconds(d) > 0)
            status = add_paths(d, l, fmax(more[l], 2));
        else
            d->n_levels = l;
    return status;
}

// ---- what is wanted ----

// How many more paths each level needs for the statistical error (G08 eq. 12): more (n_levels). Whether they are worth
// a round.
static bool wanted_paths(const driver *d, double *more)
{
    const double target = (1 - BIAS_SHARE) * d->options->target_se * d->options->target_se;
    memset(more, 0, FOL_LEVELS_MOST * sizeof *more);
    for (size_t j = 0; j < d->q; j++) {
        const double beta = falls(d, j, variance_of);
        double variance[FOL_LEVELS_MOST], sum = 0;
        for (int l = 0; l < d->n_levels; l++) {
            variance[l] = d->tally->count[l] > 0 ? variance_of(d, l, j) : variance[l - 1] * exp2(-beta);
            if (l > 2) // few paths may see too little of it
                variance[l] = fmax(variance[l], 0.5 * variance[l - 1] * exp2(-beta));
            sum += sqrt(variance[l] * cost_of(d->base, l));
        }
        for (int l = 0; l < d->n_levels; l++) {
            const double paths = ceil(sqrt(variance[l] / cost_of(d->base, l)) * sum / target) - d->tally->count[l];
            more[l] = fmax(more[l], paths);
        }
        if (variance[0] == 0)
            more[0] = fmax(more[0], PATHS_SURE - d->tally->count[0]);
    }
    bool worth = false;
    for (int l = 0; l < d->n_levels; l++) {
        if (l < LEVELS_FIRST)
            more[l] = fmax(more[l], PATHS_FIRST - d->tally->count[l]);
        worth = worth || more[l] > CLOSE_ENOUGH * d->tally->count[l];
    }
    return worth;
}

// The largest remaining bias over the functions, by the means of the last levels (G08 section 5).
static double remaining_bias(const driver *d)
{
    double largest = 0;
    for (size_t j = 0; j < d->q; j++) {
        const double alpha = falls(d, j, mean_of);
        for (int back = 0; back < 3 && d->n_levels - 1 - back >= 1; back++)
            largest =
                fmax(largest, fabs(mean_of(d, d->n_levels - 1 - back, j)) * exp2(-alpha * back) / (exp2(alpha) - 1));
    }
    return largest;
}

// The largest standard error over the functions.
static double standard_error(const driver *d)
{
    double largest = 0;
    for (size_t j = 0; j < d->q; j++) {
        double square = 0;
        for (int l = 0; l < d->n_levels; l++)
            square += variance_of(d, l, j) / d->tally->count[l];
        largest = fmax(largest, sqrt(square));
    }
    return largest;
}

// ---- the driver ----

// Runs the paths wanted as far as `share` of what is left allows. *fitted: all of them; *none: not one. The finest
// level comes first, so that a run out of time lacks the cheapest paths.
static fol_status add_wanted(driver *d, double share, double *more, bool *fitted, bool *none)
{
    double paths, cost = 0;
    fol_status status = FOL_OK;
    *fitted = fit(d, share, more, &paths);
    *none = paths <= 0;
    for (int l = 0; l < d->n_levels; l++)
        cost += more[l] * cost_of(d->base, l);
    d->goal = fol_tally_cost(d->tally) + cost;
    allow_time(d, share);
    for (int l = d->n_levels - 1; l >= 0 && status == FOL_OK; l--)
        status = add_paths(d, l, more[l]);
    *fitted = *fitted && fol_seconds() < d->end;
    allow_time(d, 1);
    return status;
}

static fol_status add_level(driver *d)
{
    double more[FOL_LEVELS_MOST], paths;
    d->n_levels++;
    wanted_paths(d, more);
    fit(d, PATHS_SHARE, more, &paths);
    return add_paths(d, d->n_levels - 1, fmax(more[d->n_levels - 1], PATHS_LEAST));
}

static fol_status drive(driver *d)
{
    const double bias_most = sqrt(BIAS_SHARE) * d->options->target_se;
    fol_status status = add_first_levels(d);
    while (status == FOL_OK && !spent(d)) {
        double more[FOL_LEVELS_MOST];
        const bool biased = remaining_bias(d) > bias_most, finer = biased && can_refine(d);
        bool fitted = true, none = false;
        d->share_most = biased ? BIASED_MOST : 1;
        if (wanted_paths(d, more)) {
            status = add_wanted(d, finer ? PATHS_SHARE : 1, more, &fitted, &none);
            if (none)
                break;
            // Where the target is out of reach, the bias need be no smaller than the standard error allows.
            const double allowed = sqrt(BIAS_SHARE / (1 - BIAS_SHARE)) * standard_error(d);
            if (status != FOL_OK || fitted || !finer || remaining_bias(d) <= fmax(bias_most, allowed) || spent(d))
                continue;
        } else if (!biased) {
            break;
        } else if (d->base + d->n_levels > FOL_LEVEL_FINEST) {
            return fol_fail(d->ctx, FOL_E_NUMERIC,
                            "The bias does not fall below `target_se` (%g) with 2^%d steps: g of the path has no limit "
                            "as the steps get finer.",
                            d->options->target_se, FOL_LEVEL_FINEST);
        } else if (!finer) {
            break;
        }
        status = add_level(d);
    }
    return status;
}

// After an interrupt: the levels that have paths.
static fol_status end_early(driver *d)
{
    int l = 0;
    while (l < d->n_levels && d->tally->count[l] >= 2)
        l++;
    d->n_levels = l;
    d->tally->ended = FOL_TALLY_INTERRUPTED;
    return l > 0 ? FOL_OK : FOL_E_INTERRUPT;
}

fol_status fol_multilevel(fol_context *ctx, const fol_sde *sde, const fol_field *g, const fol_expect_options *options,
                          fol_block_whole whole, double *share, fol_tally **tally)
{
    driver d = {
        .ctx = ctx, .options = options, .q = g->n_out, .start = fol_seconds(), .share = share, .goal = INFINITY};
    d.base = options->base_level < 0 ? 0 : (int) options->base_level;
    allow_time(&d, 1);
    fol_status status = fol_tally_new(ctx, g->n_out, 2 * g->n_out, FOL_LEVELS_MOST, 0, &d.tally);
    if (status != FOL_OK)
        return status;
    d.tally->method = FOL_ESTIMATOR_mlmc;
    d.tally->independent = true;
    d.tally->base_level = d.base;
    fol_round_init(ctx, &d.round, sde, g, d.tally->centre, whole);
    status = find_centre(&d);
    if (status == FOL_OK) {
        status = drive(&d);
        if (status == FOL_E_INTERRUPT && options->keep_interrupted)
            status = end_early(&d);
    }
    fol_round_clear(&d.round);
    if (status != FOL_OK) {
        fol_tally_free(d.tally);
        return status;
    }
    d.tally->n_rows = (size_t) d.n_levels;
    for (size_t l = 0; l < d.tally->n_rows; l++) {
        d.tally->place[l] = l;
        d.tally->layers[l] = d.tally->count[l];
    }
    *tally = d.tally;
    return FOL_OK;
}
