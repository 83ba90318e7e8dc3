// Drifts: formulas b(x) of any kind that act on each column by itself.
#ifndef FOL_DRIFT_H
#define FOL_DRIFT_H

#include "../io/options.h"
#include "field.h"

// The kinds. To add one: a file with its fol_drift_kind, and its name here.
#define FOL_DRIFT_LIST(X)                                                                                              \
    X(ou)                                                                                                              \
    X(sin)                                                                                                             \
    X(tanh)                                                                                                            \
    X(zero)                                                                                                            \
    X(double_well)

// The kind of a drift.
typedef struct {
    fol_kind base; // first
    // out[i] = b(x[i]) for n entries; the same bits at every level of vector instructions and with any n.
    void (*eval)(const fol_instance *drift, size_t n, const double *x, double *out);
} fol_drift_kind;

#define FOL_DRIFT_DECLARE(name) extern const fol_drift_kind fol_drift_##name;
FOL_DRIFT_LIST(FOL_DRIFT_DECLARE)
#undef FOL_DRIFT_DECLARE

// The family, ended by NULL.
extern const fol_kind *const fol_drifts[];

// The keys as a table for a fol_instance alone.
extern const fol_option fol_drift_option_table[];

// FOL_E_INPUT for bad values, or when dim is 0; FOL_E_MEMORY.
fol_status fol_drift_new(fol_context *ctx, const fol_instance *formula, size_t dim, fol_field **drift);

#endif
