// Fields: functions of rows, so that a network, a formula, a compiled function and one of R serve in the same places.
#ifndef FOL_FIELD_H
#define FOL_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/rows.h"
#include "../process/process.h"

typedef struct fol_field fol_field;

// A denoiser, drift, control or functional, or a target's log density: out (n, n_out) = f(x (n, n_in), moment), both
// row-major. The moments are at[i * stride]; stride is 0 (all rows at one moment: fast) or 1. Of a drift's moment, tau
// is the time t; functions of x alone take NULL. A row's answer does not depend on the rows beside it.
struct fol_field {
    size_t n_in, n_out;
    bool serial; // on the calling thread alone, with as many rows at once as there are (functions of R)
    bool single; // in single precision, so that bits depend on the level of vector instructions (simd.h)
    // Bytes of workspace for n rows (aligned to FOL_ALIGN; SIZE_MAX on overflow); NULL: none.
    size_t (*work_size)(const fol_field *field, size_t n);
    // Thread-safe with one workspace per thread unless serial; allocates nothing unless serial; x and out may not
    // overlap. FOL_OK, or a status that stops the run.
    fol_status (*eval)(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                       double *out, void *work);
    // d_x (n, n_in) = (df/dx)^T d_out (n, n_out) at the same points, in the same workspace; d_out NULL: ones.
    // NULL: there is none.
    fol_status (*pullback)(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                           const double *d_out, double *d_x, void *work);
    void (*free)(fol_field *field); // NULL: one block of fol_alloc
};

// The workspace of a field for n rows in bytes, 0 where it needs none.
size_t fol_field_work_size(const fol_field *field, size_t n);

// Evaluates; the same as field->eval(field, ...).
static inline fol_status fol_field_eval(const fol_field *field, size_t n, const double *x, const fol_instant *at,
                                        size_t stride, double *out, void *work)
{
    return field->eval(field, n, x, at, stride, out, work);
}

// Evaluates n rows by blocks on the threads of ctx. What the field returns; FOL_E_MEMORY, FOL_E_INTERRUPT.
fol_status fol_field_map(fol_context *ctx, const char *task, const fol_field *field, size_t n, const double *x,
                         const fol_instant *at, size_t stride, double *out);

// Frees any field; NULL is allowed.
void fol_field_free(fol_field *field);

#endif
