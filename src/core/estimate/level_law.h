// Level laws: the random level of a Rhee-Glynn draw (MATH 7.3).
#ifndef FOL_LEVEL_LAW_H
#define FOL_LEVEL_LAW_H

#include <stdbool.h>

#include "level_paths.h"

#define FOL_LEVELS_MOST 32  // levels that there can be
#define FOL_LEVEL_FINEST 30 // no path has more than 2^30 steps; what lies beyond is below rounding

typedef struct {
    int base;                             // the base level has 2^base steps
    double decay;                         // the survival falls as 2^(-decay l) in the end
    double survival[FOL_LEVELS_MOST + 1]; // P(M >= l); 1 at 0, 0 beyond the finest level
} fol_level_law;

// P(M >= l) = 2^(-decay l).
fol_level_law fol_level_law_geometric(int base, double decay);

// P(M = l), or with `survival` P(M >= l), in proportion to sqrt(variance[l] / cost of the level), which is best for
// stratified and single levels, or for sums. variance has FOL_LEVELS_MOST entries; those of the last levels fall as
// 2^(-beta l).
fol_level_law fol_level_law_best(int base, const double *variance, double beta, bool survival);

// The level of a uniform v in (0, 1): the largest l with v < P(M >= l).
int fol_level_law_level(const fol_level_law *law, double v);

// The paths of each level 0 .. FOL_LEVEL_FINEST - base, with what g is multiplied by at their ends: of a single term,
// (g(fine) - g(coarse)) / P(M = l), or with `sum` of the sum of g(level l) - g(level l - 1) over P(M >= l).
typedef struct {
    size_t n;
    fol_level_shape shape[FOL_LEVELS_MOST];
    double weight[FOL_LEVELS_MOST][FOL_LEVELS_MOST];
} fol_level_shapes;
void fol_level_shapes_init(fol_level_shapes *shapes, const fol_level_law *law, bool sum);

#endif
