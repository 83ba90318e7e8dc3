// Functionals: the functions g whose expectations are wanted, several at once.
#ifndef FOL_FUNCTIONAL_H
#define FOL_FUNCTIONAL_H

#include "../io/options.h"
#include "field.h"

// The kinds. To add one: a file with its fol_functional_kind, and its name here.
#define FOL_FUNCTIONAL_LIST(X)                                                                                         \
    X(mean)                                                                                                            \
    X(second_moment)                                                                                                   \
    X(exceedance)                                                                                                      \
    X(excess)                                                                                                          \
    X(squared_norm)                                                                                                    \
    X(cosine)

// The kind of a functional.
typedef struct {
    fol_kind base; // first
    bool each;     // a value for each column, named after it: "mean 1"; else one value with the name of the kind
    // out (n, n_out) = g(x (n, d)), both row-major. What is not a number stays so.
    void (*eval)(const fol_instance *g, size_t n, size_t d, const double *x, double *out);
} fol_functional_kind;

#define FOL_FUNCTIONAL_DECLARE(name) extern const fol_functional_kind fol_functional_##name;
FOL_FUNCTIONAL_LIST(FOL_FUNCTIONAL_DECLARE)
#undef FOL_FUNCTIONAL_DECLARE

// The family, ended by NULL.
extern const fol_kind *const fol_functionals[];

// The key of the kinds that look at what is above a number, the first of theirs.
#define FOL_THRESHOLD_KEY FOL_KIND_KEY("threshold", FOL_OPTION_REAL, "0", "(-inf,inf)", "where g begins to be above 0")

// The keys as a table for a fol_instance alone.
extern const fol_option fol_functional_option_table[];

typedef struct {
    fol_field field; // first: n_in columns of x, n_out values
    fol_instance formula;
} fol_functional;

static inline const fol_functional_kind *fol_functional_kind_of(const fol_instance *g)
{
    return (const fol_functional_kind *) g->kind;
}

// Values of g of d columns.
static inline size_t fol_functional_n_out(const fol_instance *g, size_t d)
{
    return fol_functional_kind_of(g)->each ? d : 1;
}

// g of d columns.
fol_functional fol_functional_of(const fol_instance *g, size_t d);

// Writes the name of value j, "mean 1", "cosine", to a buffer of FOL_TEXT_SIZE bytes, which is returned.
const char *fol_functional_name(const fol_functional *g, size_t j, char *buffer);

#endif
