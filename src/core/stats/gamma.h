// The gamma function and the gamma law, in logarithms.
#ifndef FOL_GAMMA_H
#define FOL_GAMMA_H

// log Gamma(x), x > 0: the C library's lgamma writes to a global.
double fol_log_gamma(double x);

// The logarithms of P(G > x) and P(G <= x), where G has the gamma law of that shape and rate 1; x >= 0.
double fol_log_gamma_above(double shape, double x);
double fol_log_gamma_below(double shape, double x);

#endif
