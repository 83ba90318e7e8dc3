// Stochastic differential equations: dX = b(X, t) dt + sigma dW on [0, horizon], X_0 one of some starts (MATH 7).
#ifndef FOL_SDE_H
#define FOL_SDE_H

#include "../base/rows.h"
#include "../field/field.h"
#include "../stats/columns.h"

typedef struct {
    const fol_field *drift;
    fol_rows x0; // (m, d), m >= 1: a draw starts from one of the rows, chosen at random
    double horizon, sigma;
    const fol_columns *columns; // what functionals and users see x as draws of, or NULL: as it is
} fol_sde;

// FOL_E_INPUT names `x0`, `horizon` or `sigma`: what is wanted, what was given and where.
fol_status fol_sde_check(fol_context *ctx, const fol_sde *sde);

// x (n, d) from the equation's own coordinates to what users see.
void fol_sde_rescale(const fol_sde *sde, size_t n, double *x);

#endif
