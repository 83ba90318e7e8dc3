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
// (Technometrics 51, 2009), the posterior mean under a vague prior. `excess` has room for n. Thread-safe.
fol_tail_index fol_tail_index_fit(size_t n, const double *value, double *excess);

// Whether the variance looks infinite, k >= 1/2. The standard error of k is (1 + k) / sqrt(n), so the answer is yes for
// k > 1/2, and for a smaller k that is within 1.5 / sqrt(n) of 1/2 and at least 3 / sqrt(n): a normal tail (k < 0) is
// taken for heavy in at most two of a thousand samples, whatever their size; a tail of k = 0.7 is missed in two of a
// thousand samples of 10000 draws, one of k = 0.5 in one of six. The tail of random levels comes in lumps, one a level,
// and has k = 1/3 at their best law: for `levels` the answer is yes where k is above 1/2 by two standard errors.
bool fol_tail_is_heavy(fol_tail_index index, bool levels);

#endif
