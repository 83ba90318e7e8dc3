// Functionals: the family of all kinds, and the field that one of them is.
#include "functional.h"

#include <stdio.h>

#define ADDRESS(name) &fol_functional_##name.base,
const fol_kind *const fol_functionals[] = {FOL_FUNCTIONAL_LIST(ADDRESS) NULL};
#undef ADDRESS

const fol_option fol_functional_option_table[] = {
    {"g", FOL_OPTION_KIND, 0, "mean", NULL, "function whose expectation is wanted", NULL, fol_functionals}, {0}};

static fol_status eval(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                       double *out, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const fol_instance *g = &((const fol_functional *) field)->formula;
    fol_functional_kind_of(g)->eval(g, n, field->n_in, x, out);
    return FOL_OK;
}

fol_functional fol_functional_of(const fol_instance *g, size_t d)
{
    return (fol_functional){.field = {.n_in = d, .n_out = fol_functional_n_out(g, d), .eval = eval}, .formula = *g};
}

const char *fol_functional_name(const fol_functional *g, size_t j, char *buffer)
{
    const fol_functional_kind *kind = fol_functional_kind_of(&g->formula);
    if (kind->each)
        snprintf(buffer, FOL_TEXT_SIZE, "%s %zu", kind->base.name, j + 1);
    else
        snprintf(buffer, FOL_TEXT_SIZE, "%s", kind->base.name);
    return buffer;
}
