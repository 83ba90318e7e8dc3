// Vector mathematics: elementary functions of arrays of doubles.
#ifndef FOL_VECTOR_MATH_H
#define FOL_VECTOR_MATH_H

#include <stddef.h>

// out[i] = f(x[i]) for n entries, within 4 units in the last place (sin, cos: of 1) wherever the result is finite and
// normal; sin and cos for |x| < 1e6, beyond which the C library computes. out may be x. The same bits on every CPU of
// one instruction set; infinities and NAN as the C library has them. Thread-safe.
void fol_vector_exp(size_t n, const double *x, double *out);
void fol_vector_log(size_t n, const double *x, double *out); // x >= 0
void fol_vector_sin(size_t n, const double *x, double *out);
void fol_vector_cos(size_t n, const double *x, double *out);
void fol_vector_tanh(size_t n, const double *x, double *out);

#endif
