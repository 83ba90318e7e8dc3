// Drifts: b(x, t) of dX = b(X, t) dt + sigma dW (MATH 7), from a formula, a function, or a denoiser.
#include "drift.h"

#include "../base/memory.h"

void fol_drift_free(fol_drift *drift)
{
    fol_free(drift);
}
