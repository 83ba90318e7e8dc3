// Stochastic differential equations: dX = b(X, t) dt + sigma dW on [0, horizon], X_0 one of some starts (MATH 7).
#include "sde.h"

#include <stdlib.h>

fol_status fol_sde_check(fol_context *ctx, const fol_sde *sde)
{
    (void) ctx;
    (void) sde;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}
