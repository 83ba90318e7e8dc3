// Multilevel Monte Carlo: Giles's driver to a root mean square error (G08; MATH 7.4).
#include "multilevel.h"

#include <math.h>
#include <string.h>

#include "level_law.h"
#include "memory.h"
#include "round.h"

#define LEVELS_FIRST 5    // levels that the driver begins with,
#define PATHS_FIRST 1024  // and paths of each of them;
#define PATHS_LEAST 64    // of a further level, which has as many as are wanted
#define BIAS_SHARE 0.25   // of the mean square error that the remaining bias may have
#define CLOSE_ENOUGH 0.01 // paths still wanted, as a share of those there are, that a round is not made for
#define LEVEL_PLACE 40    // draw numbers of level l begin at l 2^40

typedef struct {
    fol_context *ctx;
    const fol_sde *sde;
    const fol_functional *g;
    const fol_expect_options *options;
    size_t q;
    int base, n_levels;
    double start; // on the clock
    fol_round round;
    fol_tally *tally; // a row for each level that there can be
} driver;

// Mean and variance of fine minus coarse of function j at level l.
static double mean_of(const driver *d, int l, size_t j)
{
    return d->tally->moments[(size_t) l * 8 * d->q + j] / d->tally->count[l];
}

static double variance_of(const driver *d, int l, size_t j)
{
    const double mean = mean_of(d, l, j), square = d->tally->moments[(size_t) l * 8 * d->q + 2 * d->q + j];
    return fmax(0, square / d->tally->count[l] - mean * mean);
}

static double cost_of(int base, int l)
{
    return exp2(base + l) * (l == 0 ? 1 : 1.5);
}

// Slope of -log2 y over levels 1 .. n_levels - 1, at least 0.5.
static double slope(const driver *d, size_t j, double (*y)(const driver *, int, size_t))
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int l = 1; l < d->n_levels; l++) {
        const double value = fabs(y(d, l, j));
        if (!(value > 0))
            continue;
        n++;
        sx += l;
        sy -= log2(value);
        sxx += l * l;
        sxy -= l * log2(value);
    }
    const double rate = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    return rate > 0.5 ? rate : 0.5;
}

// `more` further paths of level l.
static fol_status add_paths(driver *d, int l, double more)
{
    static const double difference[] = {1, -1}, value[] = {1, 0};
    const fol_level_shape shape = {UINT64_C(1) << (d->base + l), l == 0 ? 1 : 2, difference, l};
    const fol_round_plan plan = {.shapes = &shape, .n_shapes = 1, .second = value};
    const size_t n_columns = 2 * d->q;
    const fol_round_sums sums = {(uint64_t) l, n_columns, d->tally->count + l, d->tally->cost + l,
                                 d->tally->moments + (size_t) l * 4 * n_columns};
    fol_status status = FOL_OK;
    while (status == FOL_OK && more > 0) {
        const size_t n = more < (double) d->round.most ? (size_t) more : d->round.most;
        const fol_round_range range = {d->ctx->seed, ((uint64_t) l << LEVEL_PLACE) + (uint64_t) d->tally->count[l], n,
                                       UINT64_C(1) << LEVEL_PLACE};
        status = fol_round_run(&d->round, &plan, &range, &sums);
        more -= (double) n;
    }
    return status;
}

// How many more paths each level needs for the statistical error (G08 eq. 12): more (n_levels).
static void wanted_paths(const driver *d, double *more)
{
    const double target = (1 - BIAS_SHARE) * d->options->target_se * d->options->target_se;
    memset(more, 0, FOL_LEVELS_MOST * sizeof *more);
    for (size_t j = 0; j < d->q; j++) {
        const double beta = slope(d, j, variance_of);
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
    }
}

// The largest remaining bias over the functions, by the means of the last levels (G08 section 5).
static double remaining_bias(const driver *d)
{
    double largest = 0;
    for (size_t j = 0; j < d->q; j++) {
        const double alpha = slope(d, j, mean_of);
        for (int back = 0; back < 3 && d->n_levels - 1 - back >= 1; back++)
            largest =
                fmax(largest, fabs(mean_of(d, d->n_levels - 1 - back, j)) * exp2(-alpha * back) / (exp2(alpha) - 1));
    }
    return largest;
}

// Whether a budget of paths or of time is spent.
static bool spent(const driver *d)
{
    double paths = 0;
    for (int l = 0; l < d->n_levels; l++)
        paths += d->tally->count[l];
    return (d->options->n >= 0 && paths >= (double) d->options->n) ||
           (!isnan(d->options->seconds) && fol_seconds() - d->start >= d->options->seconds);
}

static fol_status drive(driver *d)
{
    fol_status status = FOL_OK;
    for (int l = 0; l < d->n_levels && status == FOL_OK; l++)
        status = add_paths(d, l, PATHS_FIRST);
    while (status == FOL_OK && !spent(d)) {
        double more[FOL_LEVELS_MOST];
        bool enough = true;
        wanted_paths(d, more);
        for (int l = 0; l < d->n_levels; l++)
            enough = enough && more[l] <= CLOSE_ENOUGH * d->tally->count[l];
        for (int l = 0; l < d->n_levels && status == FOL_OK; l++)
            status = add_paths(d, l, more[l]);
        if (status != FOL_OK || !enough)
            continue;
        if (remaining_bias(d) <= sqrt(BIAS_SHARE) * d->options->target_se)
            break;
        if (d->base + d->n_levels > FOL_LEVEL_FINEST)
            return fol_fail(d->ctx, FOL_E_NUMERIC,
                            "The bias does not fall below `target_se` (%g) with 2^%d steps: g of the path has no limit "
                            "as the steps get finer.",
                            d->options->target_se, FOL_LEVEL_FINEST);
        d->n_levels++;
        wanted_paths(d, more);
        status = add_paths(d, d->n_levels - 1, fmax(more[d->n_levels - 1], PATHS_LEAST));
    }
    return status;
}

fol_status fol_multilevel(fol_context *ctx, const fol_sde *sde, const fol_functional *g,
                          const fol_expect_options *options, fol_tally **tally)
{
    driver d = {.ctx = ctx, .sde = sde, .g = g, .options = options, .q = g->q, .n_levels = LEVELS_FIRST};
    d.base = options->base_level < 0 ? 0 : (int) options->base_level;
    d.start = fol_seconds();
    double *centre = fol_alloc_zero(g->q, sizeof *centre); // none: differences have none, and each row stands alone
    if (!centre)
        return fol_fail_memory(ctx, "an expectation");
    fol_status status = fol_round_new(ctx, &d.round, sde, g, centre, 2);
    if (status == FOL_OK)
        status = fol_tally_new(ctx, g->q, 2 * g->q, FOL_LEVELS_MOST, 0, &d.tally);
    if (status == FOL_OK)
        status = drive(&d);
    fol_round_clear(&d.round);
    fol_free(centre);
    if (status != FOL_OK) {
        fol_tally_free(d.tally);
        return status;
    }
    d.tally->n_rows = (size_t) d.n_levels;
    for (size_t l = 0; l < d.tally->n_rows; l++) {
        d.tally->place[l] = l;
        d.tally->layers[l] = d.tally->count[l];
    }
    d.tally->method = FOL_MLMC;
    d.tally->independent = true;
    d.tally->base_level = d.base;
    d.tally->decay = NAN;
    *tally = d.tally;
    return FOL_OK;
}
