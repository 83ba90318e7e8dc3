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

// Whether the variance looks infinite, k >= 1/2. The standard error of k is (1 + k) / sqrt(M) for M values. The tail of
// random levels comes in lumps, one a level, and has k = 1/3 at their best law: for `levels` k must be above 1/2 by two
// standard errors. In any case the kurtosis must be above n / 100, as it is where the fourth moment is infinite: a
// spike of bounded values is no tail.
bool fol_tail_is_heavy(fol_tail_index index, double n, double kurtosis, bool levels);

#endif
