// Tail index: the generalized Pareto distribution fitted to the largest values of a sample.
#ifndef FOL_TAIL_INDEX_H
#define FOL_TAIL_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#define FOL_TAIL_LEAST 25 // exceedances that a fit needs

// The index k and the number of exceedances that it comes from. Moments of order 1 / k and above are infinite; k < 0 is
// a tail that ends. NAN with fewer than FOL_TAIL_LEAST exceedances.
typedef struct {
    double k;
    size_t n;
} fol_tail_index;

// Fits n descending values, none of them NAN, that are the largest of a sample: the last is the threshold, values equal
// to it (an atom, as of an indicator) are no exceedances, and the rest is given to the estimator of Zhang and Stephens
// (Technometrics 51, 2009), the posterior mean under a vague prior. `excess` has space for n. Thread-safe.
fol_tail_index fol_tail_index_fit(size_t n, const double *value, double *excess);

// Whether the variance looks infinite, k >= 1/2, of one of q values that are looked at together. The standard error of
// k is (1 + k) / sqrt(M) for M values; k must be above 1/2 by half of one, or, for random levels (`levels`), whose tail
// comes in lumps, one a level, and has k = 1/3 at their best law, by 2.5 of them; for q > 1 by as much more as the
// normal quantile of 1 - 0.05 / q is above that of 0.95 (Bonferroni). In any case the kurtosis must be above n / 20, as
// it is where the variance is infinite: a spike of bounded values is no tail. Of runs with k up to 0.4 at most 5 % then
// look infinite, of those with k nearer to 1/2 more do; a tail of k = 0.7 is seen in nine of ten runs of 10,000 draws.
bool fol_tail_is_heavy(fol_tail_index index, size_t q, double n, double kurtosis, bool levels);

#endif
