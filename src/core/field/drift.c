// Drifts: the family of all kinds, and the field that a formula is.
#include "drift.h"

#include "../base/memory.h"

#define ADDRESS(name) &fol_drift_##name.base,
const fol_kind *const fol_drifts[] = {FOL_DRIFT_LIST(ADDRESS) NULL};
#undef ADDRESS

const fol_option fol_drift_option_table[] = {
    {"drift", FOL_OPTION_KIND, 0, "ou", NULL, "drift b(x), of each column by itself", NULL, fol_drifts}, {0}};

typedef struct {
    fol_field base; // first
    fol_instance formula;
} formula_drift;

static fol_status eval(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                       double *out, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const fol_instance *formula = &((const formula_drift *) field)->formula;
    ((const fol_drift_kind *) formula->kind)->eval(formula, n * field->n_in, x, out);
    return FOL_OK;
}

fol_status fol_drift_new(fol_context *ctx, const fol_instance *formula, size_t dim, fol_field **drift)
{
    const fol_status status = fol_options_check(ctx, fol_drift_option_table, formula);
    if (status != FOL_OK)
        return status;
    if (dim == 0)
        return fol_fail_argument(ctx, "dim", "at least 1", "0");
    formula_drift *made = fol_alloc(1, sizeof *made);
    if (!made)
        return fol_fail_memory(ctx, "a drift");
    *made = (formula_drift){.base = {.n_in = dim, .n_out = dim, .eval = eval}, .formula = *formula};
    *drift = &made->base;
    return FOL_OK;
}
