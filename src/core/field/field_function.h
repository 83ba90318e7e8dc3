// Field: a function of the caller's, compiled or interpreted.
#ifndef FOL_FIELD_FUNCTION_H
#define FOL_FIELD_FUNCTION_H

#include "field.h"

// Writes out (n, n_out) = f(x (n, d) row-major, t (n)), t NULL for functions of x alone; returns 0; FOL_E_INTERRUPT
// stops the run with that status, anything else with FOL_E_CALLBACK. Unless serial it is called from several threads at
// once and must not touch shared state, R's interface included.
typedef int (*fol_field_fn)(size_t n, size_t d, const double *x, const double *t, double *out, const void *data);

typedef struct {
    fol_field_fn function;
    const void *data; // handed to the function; must outlive the field
    size_t n_in, n_out;
    bool serial;
} fol_field_function;

// FOL_E_MEMORY.
fol_status fol_field_function_new(fol_context *ctx, const fol_field_function *function, fol_field **field);

#endif
