// Drift: a formula that acts on each column by itself.
#ifndef FOL_DRIFT_BUILTIN_H
#define FOL_DRIFT_BUILTIN_H

#include "../io/options.h"
#include "field.h"

// ou: rate * (mean - x); sin, tanh: amplitude * f(frequency * x); zero: Brownian motion.
// tanh with amplitude a and frequency a is the Follmer drift of the product of (1/2) N(a, 1) + (1/2) N(-a, 1).
#define FOL_DRIFT_CHOICES "ou|sin|tanh|zero"
typedef enum { FOL_DRIFT_OU, FOL_DRIFT_SIN, FOL_DRIFT_TANH, FOL_DRIFT_ZERO } fol_drift_kind;

typedef struct {
    int kind;                    // fol_drift_kind
    double rate, mean;           // ou
    double amplitude, frequency; // sin, tanh
} fol_drift_options;

// The keys, for a struct that holds a fol_drift_options `base` bytes from its start.
#define FOL_DRIFT_KEYS(base)                                                                                           \
    {"drift", FOL_OPTION_CHOICE, (base) + offsetof(fol_drift_options, kind),                                           \
     "ou",    FOL_DRIFT_CHOICES, "drift: rate (mean - x), amplitude sin(frequency x), the same of tanh, or 0"},        \
        {"rate",        FOL_OPTION_REAL, (base) + offsetof(fol_drift_options, rate), "1", "(-inf,inf)",                \
         "of drift ou", "drift=ou"},                                                                                   \
        {"mean",        FOL_OPTION_REAL, (base) + offsetof(fol_drift_options, mean), "0", "(-inf,inf)",                \
         "of drift ou", "drift=ou"},                                                                                   \
        {"amplitude",                                                                                                  \
         FOL_OPTION_REAL,                                                                                              \
         (base) + offsetof(fol_drift_options, amplitude),                                                              \
         "1",                                                                                                          \
         "(-inf,inf)",                                                                                                 \
         "of drifts sin and tanh",                                                                                     \
         "drift=sin|tanh"},                                                                                            \
    {                                                                                                                  \
        "frequency", FOL_OPTION_REAL, (base) + offsetof(fol_drift_options, frequency), "1", "(-inf,inf)",              \
            "of drifts sin and tanh", "drift=sin|tanh"                                                                 \
    }

// The same as a table for a fol_drift_options alone.
extern const fol_option fol_drift_option_table[];

// FOL_E_INPUT when a parameter is not finite or dim is 0; FOL_E_MEMORY.
fol_status fol_drift_builtin_new(fol_context *ctx, const fol_drift_options *options, size_t dim, fol_field **drift);

#endif
