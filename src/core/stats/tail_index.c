// Tail index: the generalized Pareto distribution fitted to the largest values of a sample.
#include "tail_index.h"

#include <math.h>

#include "quantile.h"

#define KURTOSIS_SHARE 0.05 // of the draws, which the kurtosis is above where the variance is infinite
#define MARGIN 0.5          // standard errors by which one index must be above 1/2
#define LEVELS_MARGIN 2.5   // the same where the tail comes in lumps
#define FALSE_SHARE 0.05    // of runs that may warn although no variance is infinite

// n exceedances x, descending; theta = -k / sigma. MATH 7.5
static double mean_log(size_t n, const double *x, double theta)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += log1p(-theta * x[i]);
    return sum / (double) n;
}

// The profile log likelihood of theta, over n, with k maximised out: k = mean log(1 - theta x). At 0, where theta / k
// is 0 / 0, that of a number beside it.
static double profile(size_t n, const double *x, double theta)
{
    const double beside = theta == 0 ? 1e-12 : theta, k = mean_log(n, x, beside);
    return log(-beside / k) - k - 1;
}

// Zhang and Stephens: theta is the mean over a grid that follows the prior, weighted by the likelihood. Weights are
// taken against the largest so far, which keeps them within range.
static double fit(size_t n, const double *x)
{
    const size_t n_grid = 20 + (size_t) sqrt((double) n);
    const double quartile = x[n - (size_t) floor((double) n / 4 + 0.5)];
    double best = -INFINITY, total = 0, sum = 0;
    for (size_t j = 0; j < n_grid; j++) {
        const double theta = 1 / x[0] + (1 - sqrt((double) n_grid / ((double) j + 0.5))) / (3 * quartile);
        const double level = (double) n * profile(n, x, theta);
        if (level > best) {
            const double shrink = exp(best - level);
            total *= shrink;
            sum *= shrink;
            best = level;
        }
        const double weight = exp(level - best);
        total += weight;
        sum += weight * theta;
    }
    return mean_log(n, x, sum / total);
}

fol_tail_index fol_tail_index_fit(size_t n, const double *value, double *excess)
{
    size_t n_excess = 0;
    while (n_excess < n && value[n_excess] > value[n - 1])
        n_excess++;
    if (n_excess < FOL_TAIL_LEAST)
        return (fol_tail_index){.k = NAN, .n = n_excess};
    const double unit = value[0] - value[n - 1];
    for (size_t i = 0; i < n_excess; i++)
        excess[i] = (value[i] - value[n - 1]) / unit;
    return (fol_tail_index){.k = fit(n_excess, excess), .n = n_excess};
}

bool fol_tail_is_heavy(fol_tail_index index, size_t q, double n, double kurtosis, bool levels)
{
    const double several =
        fol_t_quantile(1 - FALSE_SHARE / (double) q, INFINITY) - fol_t_quantile(1 - FALSE_SHARE, INFINITY);
    const double margin = (levels ? LEVELS_MARGIN : MARGIN) + several;
    return !(kurtosis <= KURTOSIS_SHARE * n) && index.k - margin * (1 + index.k) / sqrt((double) index.n) > 0.5;
}
