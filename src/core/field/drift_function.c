// Drift: a function of the caller's, compiled or interpreted.
#include "drift_function.h"

#include "../base/memory.h"

typedef struct {
    fol_drift base; // first
    fol_drift_fn function;
    const void *data;
} caller;

static size_t work_size(const fol_drift *drift, size_t n);
static fol_status eval(const fol_drift *drift, size_t n, const double *x, const double *t, size_t t_stride, double *out,
                       void *work);

fol_status fol_drift_function_new(fol_context *ctx, fol_drift_fn function, const void *data, size_t dim, bool serial,
                                  fol_drift **drift)
{
    caller *made = fol_alloc(1, sizeof *made);
    if (!made)
        return fol_fail_memory(ctx, "a drift");
    *made = (caller){.base = {.dim = dim, .serial = serial, .work_size = work_size, .eval = eval},
                     .function = function,
                     .data = data};
    *drift = &made->base;
    return FOL_OK;
}

// Room for the times of rows that share one.
static size_t work_size(const fol_drift *drift, size_t n)
{
    (void) drift;
    size_t total = 0;
    fol_layout_add(&total, n, sizeof(double));
    return total;
}

static fol_status eval(const fol_drift *drift, size_t n, const double *x, const double *t, size_t t_stride, double *out,
                       void *work)
{
    const caller *c = (const caller *) drift;
    const double *times = t;
    if (t_stride == 0) {
        double *repeated = work;
        for (size_t i = 0; i < n; i++)
            repeated[i] = *t;
        times = repeated;
    }
    return c->function(n, drift->dim, x, times, out, c->data) == 0 ? FOL_OK : FOL_E_INPUT;
}
