// Quantiles of Student's t and the normal distribution.
#ifndef FOL_QUANTILE_H
#define FOL_QUANTILE_H

// The p-quantile, 0 < p < 1, of Student's t with df > 0 degrees of freedom (any real; INFINITY: normal), to a relative
// error of 1e-8 for df <= 1e6 and |p - 1/2| > 1e-6. NAN for other p or df. Thread-safe.
double fol_t_quantile(double p, double df);

#endif
