// Quantiles of Student's t and the normal distribution.
#include "quantile.h"

#include <float.h>
#include <math.h>

#define TERMS 10000

// The continued fraction of the incomplete beta function by Lentz's method.
static double beta_fraction(double a, double b, double x)
{
    const double tiny = DBL_MIN / DBL_EPSILON;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m < TERMS; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (int half = 0; half < 2; half++) {
            const double term = half ? odd : even;
            d = 1 + term * d;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = 1 + term / c;
            c = fabs(c) < tiny ? tiny : c;
            value *= c * d;
        }
        if (fabs(c * d - 1) < 4 * DBL_EPSILON)
            break;
    }
    return value;
}

// P(T > t), t >= 0: half the regularised incomplete beta function I_x(df/2, 1/2) at x = df / (df + t^2).
static double upper_tail(double t, double df)
{
    if (isinf(df))
        return 0.5 * erfc(t * M_SQRT1_2);
    const double a = 0.5 * df, b = 0.5, r = t * t / df, x = 1 / (1 + r), y = r / (1 + r);
    if (y == 0)
        return 0.5;
    const double scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) - a * log1p(r) + b * log(y));
    if (x < (a + 1) / (a + b + 2))
        return 0.5 * scale * beta_fraction(a, b, x) / a;
    return 0.5 * (1 - scale * beta_fraction(b, a, y) / b);
}

double fol_t_quantile(double p, double df)
{
    if (!(p > 0 && p < 1 && df > 0))
        return NAN;
    if (p == 0.5)
        return 0;
    const double tail = p < 0.5 ? p : 1 - p;
    double low = 0, high = 1;
    while (upper_tail(high, df) > tail && high < DBL_MAX / 2) {
        low = high;
        high *= 2;
    }
    for (;;) { // bisection to neighbouring numbers
        const double middle = low + 0.5 * (high - low);
        if (middle <= low || middle >= high)
            break;
        if (upper_tail(middle, df) > tail)
            low = middle;
        else
            high = middle;
    }
    return p < 0.5 ? -high : high;
}
