// Estimates of one run: mean, standard error and variance of a column of its tally.
#include "run_estimate.h"

#include <math.h>

double fol_tally_draws(const fol_tally *tally)
{
    double n = 0;
    for (size_t i = 0; i < tally->n_rows; i++)
        n += tally->count[i];
    return n;
}

double fol_tally_cost(const fol_tally *tally)
{
    double cost = 0;
    for (size_t i = 0; i < tally->n_rows; i++)
        cost += tally->cost[i];
    return cost;
}

// The variance of the sample variance s2 (n - 1) of n values with fourth central moment m4.
static double variance_of_variance(double n, double s2, double m4)
{
    return fmax(m4 - s2 * s2 * (n - 3) / (n - 1), 0) / n;
}

static fol_run_estimate from_draws(const fol_tally *tally, size_t column)
{
    const fol_moments all = fol_tally_moments(tally, 0, tally->n_rows, column);
    const double s2 = all.m2 * all.n / (all.n - 1);
    return (fol_run_estimate){.mean = all.mean,
                              .se2 = s2 / all.n,
                              .df = all.n - 1,
                              .variance = s2,
                              .variance_se = sqrt(variance_of_variance(all.n, s2, all.m4))};
}

// A batch of n_b draws has a mean of variance V / n_b: V from the m weighted squares n_b (mean_b - mean)^2.
static fol_run_estimate from_batches(const fol_tally *tally, size_t column)
{
    const fol_moments all = fol_tally_moments(tally, 0, tally->n_rows, column);
    const double m = (double) tally->n_rows;
    double square = 0, fourth = 0;
    for (size_t i = 0; i < tally->n_rows && all.m2 > 0; i++) {
        const fol_moments batch = fol_tally_moments(tally, i, 1, column);
        const double y = batch.n * (batch.mean - all.mean) * (batch.mean - all.mean);
        square += y;
        fourth += y * y;
    }
    const double variance = square / (m - 1);
    return (fol_run_estimate){.mean = all.mean,
                              .se2 = variance / all.n,
                              .df = m - 1,
                              .variance = variance,
                              .variance_se = sqrt(variance_of_variance(m, variance, fourth / m))};
}

// The sum of the means of all levels; their variances add up (G08).
static fol_run_estimate from_levels(const fol_tally *tally, size_t column)
{
    fol_run_estimate all = {0};
    double n = 0, error = 0, over_df = 0;
    for (size_t l = 0; l < tally->n_rows; l++) {
        const fol_moments level = fol_tally_moments(tally, l, 1, column);
        const double s2 = level.m2 * level.n / (level.n - 1), se2 = s2 / level.n;
        n += level.n;
        all.mean += level.mean;
        all.se2 += se2;
        error += variance_of_variance(level.n, s2, level.m4) / (level.n * level.n);
        over_df += se2 * se2 / (level.n - 1);
    }
    all.df = over_df > 0 ? all.se2 * all.se2 / over_df : n - (double) tally->n_rows;
    all.variance = n * all.se2;
    all.variance_se = n * sqrt(error);
    return all;
}

fol_run_estimate fol_run_estimate_of(const fol_tally *tally, size_t column)
{
    if (fol_tally_kind(tally)->levels)
        return from_levels(tally, column);
    return tally->independent ? from_draws(tally, column) : from_batches(tally, column);
}
