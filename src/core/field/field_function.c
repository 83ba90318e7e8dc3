// Field: a function of the caller's, compiled or interpreted.
#include "field_function.h"

#include "../base/memory.h"

typedef struct {
    fol_field base; // first
    fol_field_function function;
} caller;

// Room for the times.
static size_t work_size(const fol_field *field, size_t n)
{
    (void) field;
    size_t total = 0;
    fol_layout_add(&total, n, sizeof(double));
    return total;
}

static fol_status eval(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                       double *out, void *work)
{
    const fol_field_function *f = &((const caller *) field)->function;
    double *times = at ? work : NULL;
    for (size_t i = 0; at && i < n; i++)
        times[i] = at[i * stride].tau;
    const int answer = f->function(n, field->n_in, x, times, out, f->data);
    return answer == 0 ? FOL_OK : answer == FOL_E_INTERRUPT ? FOL_E_INTERRUPT : FOL_E_CALLBACK;
}

fol_status fol_field_function_new(fol_context *ctx, const fol_field_function *function, fol_field **field)
{
    caller *made = fol_alloc(1, sizeof *made);
    if (!made)
        return fol_fail_memory(ctx, "a function");
    *made = (caller){.base = {.n_in = function->n_in,
                              .n_out = function->n_out,
                              .serial = function->serial,
                              .work_size = work_size,
                              .eval = eval},
                     .function = *function};
    *field = &made->base;
    return FOL_OK;
}
