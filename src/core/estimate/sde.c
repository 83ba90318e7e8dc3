// Stochastic differential equations: dX = b(X, t) dt + sigma dW on [0, horizon], X_0 one of some starts (MATH 7).
#include "sde.h"

#include <math.h>

static fol_status check_positive(fol_context *ctx, const char *name, double value)
{
    if (value > 0 && isfinite(value))
        return FOL_OK;
    return fol_fail_argument(ctx, name, value > 0 ? "finite" : "positive", "%g", value);
}

static fol_status check_starts(fol_context *ctx, fol_rows x0, size_t dim)
{
    if (x0.n == 0)
        return fol_fail_about(ctx, "x0", "must have at least one row, not 0.");
    if (x0.d != dim)
        return fol_fail_about(ctx, "x0", "must have as many columns as the drift has dimensions: %zu, not %zu.", dim,
                              x0.d);
    return fol_rows_check_finite(ctx, "x0", x0);
}

fol_status fol_sde_check(fol_context *ctx, const fol_sde *sde)
{
    fol_status status = check_starts(ctx, sde->x0, sde->drift->n_in);
    if (status == FOL_OK)
        status = check_positive(ctx, "horizon", sde->horizon);
    if (status == FOL_OK)
        status = check_positive(ctx, "sigma", sde->sigma);
    return status;
}

void fol_sde_rescale(const fol_sde *sde, size_t n, double *x)
{
    const size_t d = sde->drift->n_in;
    for (size_t j = 0; sde->columns && j < d; j++)
        fol_columns_draw(sde->columns, j, n, d, x + j);
}
