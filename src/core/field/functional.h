// Functionals: the functions g whose expectations are wanted, several at once.
#ifndef FOL_FUNCTIONAL_H
#define FOL_FUNCTIONAL_H

#include "../io/options.h"
#include "field.h"

// mean: x_j; second_moment: x_j^2; exceedance: 1{x_j > threshold}; excess: max(x_j - threshold, 0), one value for each
// column. squared_norm: sum_j x_j^2; cosine: sum_j cos(x_j) / sqrt(d), one value.
#define FOL_FUNCTIONAL_CHOICES "mean|second_moment|exceedance|excess|squared_norm|cosine"
typedef enum {
    FOL_G_MEAN,
    FOL_G_SECOND_MOMENT,
    FOL_G_EXCEEDANCE,
    FOL_G_EXCESS,
    FOL_G_SQUARED_NORM,
    FOL_G_COSINE
} fol_functional_kind;

typedef struct {
    int kind; // fol_functional_kind
    double threshold;
} fol_functional_options;

// The keys, for a struct that holds a fol_functional_options `base` bytes from its start.
#define FOL_FUNCTIONAL_KEYS(base)                                                                                      \
    {"g",    FOL_OPTION_CHOICE,      (base) + offsetof(fol_functional_options, kind),                                  \
     "mean", FOL_FUNCTIONAL_CHOICES, "function whose expectation is wanted"},                                          \
    {                                                                                                                  \
        "threshold", FOL_OPTION_REAL, (base) + offsetof(fol_functional_options, threshold), "0", "(-inf,inf)",         \
            "of g exceedance and excess", "g=exceedance|excess"                                                        \
    }

extern const fol_option fol_functional_option_table[];

typedef struct {
    fol_field field; // first: n_in columns of x, n_out values
    int kind;        // fol_functional_kind
    double threshold;
} fol_functional;

// A built-in for d columns.
fol_functional fol_functional_builtin(const fol_functional_options *options, size_t d);

// The name of value j of a built-in: "mean 1", "cosine", ... The buffer has FOL_TEXT_SIZE bytes.
const char *fol_functional_name(const fol_functional *g, size_t j, char *buffer);

#endif
