// The gamma function and the gamma law, in logarithms.
//
// The regularised incomplete gamma functions: the lower one by its series, the upper one by the continued fraction
// (Lentz's method; Abramowitz and Stegun 6.5.29, 6.5.31), each where it converges fast.
#include "gamma.h"

#include <math.h>

double fol_log_gamma(double x)
{
    if (x < 20)
        return log(tgamma(x));
    const double y = 1 / (x * x);
    const double correction = (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y / 1680))) / x;
    return (x - 0.5) * log(x) - x + 0.5 * log(2 * M_PI) + correction;
}

// log of x^shape e^-x / Gamma(shape).
static double log_factor(double shape, double x)
{
    return shape * log(x) - x - fol_log_gamma(shape);
}

static double lower_series(double shape, double x)
{
    double term = 1 / shape, sum = term;
    for (double k = shape + 1; term > 1e-17 * sum; k++)
        sum += term *= x / k;
    return sum;
}

static double upper_fraction(double shape, double x)
{
    double b = x + 1 - shape, c = INFINITY, d = 1 / b, value = d, factor = 0;
    for (double k = 1; fabs(factor - 1) > 1e-15; k++) {
        const double a = -k * (k - shape);
        b += 2;
        d = 1 / (a * d + b);
        c = b + a / c;
        factor = c * d;
        value *= factor;
    }
    return value;
}

double fol_log_gamma_above(double shape, double x)
{
    if (x <= 0)
        return 0;
    if (x < shape + 1)
        return log1p(-exp(log_factor(shape, x)) * lower_series(shape, x));
    return log_factor(shape, x) + log(upper_fraction(shape, x));
}

double fol_log_gamma_below(double shape, double x)
{
    if (x <= 0)
        return -INFINITY;
    if (x < shape + 1)
        return log_factor(shape, x) + log(lower_series(shape, x));
    return log1p(-exp(log_factor(shape, x)) * upper_fraction(shape, x));
}
