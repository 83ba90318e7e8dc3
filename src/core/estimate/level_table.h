// Level table: what multilevel Monte Carlo found at each level.
#ifndef FOL_LEVEL_TABLE_H
#define FOL_LEVEL_TABLE_H

#include "tally.h"

// The table of an mlmc tally as people know it from Giles's papers: for level l = 0 .. n - 1 of function j.
typedef struct {
    size_t n;
    double *count, *cost;              // (n): paths, steps of one path (fine and coarse)
    double *mean, *variance;           // (n): of fine minus coarse
    double *fine_mean, *fine_variance; // (n): of the fine path
    double *kurtosis;                  // (n): of fine minus coarse; NAN at the base level
    double *check;             // (n): |E fine_(l-1) + E (fine - coarse)_l - E fine_l| / (3 sums of their standard
                               // errors): above 1 says that fine and coarse paths are not consistent; NAN at the base
    double alpha, beta, gamma; // rates of |mean|, variance and cost: 2^(-alpha l), 2^(-beta l), 2^(gamma l), by least
                               // squares of log2 over levels >= 1; NAN with fewer than two of them
} fol_level_table;

// Its members, from which it is made and turned into JSON and R lists.
extern const fol_members fol_level_table_members;

// One block, freed by fol_level_table_free. FOL_E_INPUT unless the tally is of mlmc and has a function j; FOL_E_MEMORY.
fol_status fol_level_table_new(fol_context *ctx, const fol_tally *tally, size_t j, fol_level_table **table);
void fol_level_table_free(fol_level_table *table);

// Slope of log2 |value| against the level by least squares over levels 1 .. n - 1; levels where the value is 0 say
// nothing. NAN with fewer than two that do.
double fol_level_slope(size_t n, const double *value);

#endif
