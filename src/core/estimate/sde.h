// Stochastic differential equations: dX = b(X, t) dt + sigma dW on [0, horizon], X_0 one of some starts (MATH 7).
#ifndef FOL_SDE_H
#define FOL_SDE_H

#include "../base/rows.h"
#include "../field/field.h"

typedef struct {
    const fol_field *drift;
    fol_rows x0; // (m, d), m >= 1: a draw starts from one of the rows, chosen at random
    double horizon, sigma;
    const double *center, *scale; // (d) each or NULL: functionals and users see center + scale * x
} fol_sde;

// FOL_E_INPUT names `x0`, `horizon` or `sigma`: what is wanted, what was given and where.
fol_status fol_sde_check(fol_context *ctx, const fol_sde *sde);

// x (n, d) = center + scale * x, where the equation has them: from its own coordinates to those of the user.
void fol_sde_rescale(const fol_sde *sde, size_t n, double *x);

#endif
