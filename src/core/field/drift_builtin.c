// Drift: a formula that acts on each column by itself.
#include "drift_builtin.h"

#include <math.h>
#include <string.h>

#include "../base/vectorize.h"
#include "../base/memory.h"
#include "../base/vector_math.h"

const fol_option fol_drift_option_table[] = {FOL_DRIFT_KEYS(0), {NULL, 0, 0, NULL, NULL, NULL}};

typedef struct {
    fol_field base; // first
    fol_drift_options options;
} builtin;

static fol_status eval(const fol_field *drift, size_t n, const double *x, const fol_instant *at, size_t stride,
                       double *out, void *work);

static fol_status check_finite(fol_context *ctx, const char *name, double value)
{
    if (isfinite(value))
        return FOL_OK;
    return fol_fail(ctx, FOL_E_INPUT, "`%s` must be finite, not %g.", name, value);
}

static fol_status check(fol_context *ctx, const fol_drift_options *options, size_t dim)
{
    if (options->kind < FOL_DRIFT_OU || options->kind > FOL_DRIFT_ZERO)
        return fol_fail(ctx, FOL_E_INPUT, "`drift` must be one of %s, not number %d.", FOL_DRIFT_CHOICES,
                        options->kind);
    if (dim == 0)
        return fol_fail(ctx, FOL_E_INPUT, "The dimension of a drift must be at least 1, not 0.");
    const struct {
        const char *name;
        double value;
    } parameters[] = {{"rate", options->rate},
                      {"mean", options->mean},
                      {"amplitude", options->amplitude},
                      {"frequency", options->frequency}};
    fol_status status = FOL_OK;
    for (size_t i = 0; i < 4 && status == FOL_OK; i++)
        status = check_finite(ctx, parameters[i].name, parameters[i].value);
    return status;
}

fol_status fol_drift_builtin_new(fol_context *ctx, const fol_drift_options *options, size_t dim, fol_field **drift)
{
    const fol_status status = check(ctx, options, dim);
    if (status != FOL_OK)
        return status;
    builtin *made = fol_alloc(1, sizeof *made);
    if (!made)
        return fol_fail_memory(ctx, "a drift");
    *made = (builtin){.base = {.n_in = dim, .n_out = dim, .eval = eval}, .options = *options};
    *drift = &made->base;
    return FOL_OK;
}

FOL_VECTORIZED(void, revert, (size_t n, double rate, double mean, const double *x, double *out),
               (n, rate, mean, x, out))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = rate * (mean - x[i]);
}

FOL_VECTORIZED(void, scale, (size_t n, double factor, const double *x, double *out), (n, factor, x, out))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = factor * x[i];
}

static fol_status eval(const fol_field *drift, size_t n, const double *x, const fol_instant *at, size_t stride,
                       double *out, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const fol_drift_options *o = &((const builtin *) drift)->options;
    const size_t size = n * drift->n_in;
    switch (o->kind) {
    case FOL_DRIFT_OU:
        revert(size, o->rate, o->mean, x, out);
        break;
    case FOL_DRIFT_SIN:
    case FOL_DRIFT_TANH:
        scale(size, o->frequency, x, out);
        (o->kind == FOL_DRIFT_SIN ? fol_vector_sin : fol_vector_tanh)(size, out, out);
        scale(size, o->amplitude, out, out);
        break;
    default: // FOL_DRIFT_ZERO
        memset(out, 0, size * sizeof *out);
    }
    return FOL_OK;
}
