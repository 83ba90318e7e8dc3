// Moments of values, from sums of their powers.
#include "moments.h"

#include <float.h>
#include <math.h>

fol_moments fol_moments_of_sums(double n, const double sums[4], double centre)
{
    const double a[4] = {sums[0] / n, sums[1] / n, sums[2] / n, sums[3] / n}; // moments about the centre
    const double d = a[0], m2 = a[1] - d * d;
    const fol_moments constant = {.n = n, .mean = centre + d};
    if (m2 <= 64 * DBL_EPSILON * a[1])
        return constant;
    return (fol_moments){.n = n,
                         .mean = constant.mean,
                         .m2 = m2,
                         .m3 = a[2] - 3 * d * a[1] + 2 * d * d * d,
                         .m4 = fmax(a[3] - 4 * d * a[2] + 6 * d * d * a[1] - 3 * d * d * d * d, m2 * m2)};
}
