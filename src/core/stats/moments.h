// Moments of values, from sums of their powers.
#ifndef FOL_MOMENTS_H
#define FOL_MOMENTS_H

// Number and mean of values, and their central moments m2, m3, m4 (divided by n).
typedef struct {
    double n, mean, m2, m3, m4;
} fol_moments;

// From sums[p] = sum of (value - centre)^(p + 1) over n values. A variance that is all rounding is 0, as of a constant.
// NAN where n is 0.
fol_moments fol_moments_of_sums(double n, const double sums[4], double centre);

#endif
