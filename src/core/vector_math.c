// Vector mathematics: elementary functions of arrays of doubles.
#include "vector_math.h"

#include <math.h>

void fol_vector_exp(size_t n, const double *x, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = exp(x[i]);
}

void fol_vector_log(size_t n, const double *x, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = log(x[i]);
}

void fol_vector_sin(size_t n, const double *x, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = sin(x[i]);
}

void fol_vector_cos(size_t n, const double *x, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = cos(x[i]);
}

void fol_vector_tanh(size_t n, const double *x, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = tanh(x[i]);
}
