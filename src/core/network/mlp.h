// Multilayer perceptron: a network of dense layers in single precision.
#ifndef FOL_MLP_H
#define FOL_MLP_H

#include "activation.h"
#include "network.h"
#include "time_features.h"

// What the user chooses.
typedef struct {
    fol_ints hidden; // widths of the hidden layers, at least one
    fol_activation activation;
    int time_features;   // fol_time_kind
    int64_t frequencies; // of sinusoidal time features
} fol_mlp_options;

// The keys, for a struct that holds a fol_mlp_options `base` bytes from its start.
#define FOL_MLP_KEYS(base)                                                                                             \
    {"hidden", FOL_OPTION_INTS, (base) + offsetof(fol_mlp_options, hidden),                                            \
     "",       "[1,65536]",     "widths of the hidden layers (by the number of rows)"},                                \
        {"activation",                                                                                                 \
         FOL_OPTION_KIND,                                                                                              \
         (base) + offsetof(fol_mlp_options, activation),                                                               \
         "silu",                                                                                                       \
         NULL,                                                                                                         \
         "activation of the hidden layers",                                                                            \
         NULL,                                                                                                         \
         fol_activations},                                                                                             \
        {"time_features", FOL_OPTION_CHOICE, (base) + offsetof(fol_mlp_options, time_features),                        \
         "sinusoidal",    FOL_TIME_CHOICES,  "how the network is told the time"},                                      \
    {                                                                                                                  \
        "frequencies", FOL_OPTION_INT, (base) + offsetof(fol_mlp_options, frequencies), "8", "[1,256]",                \
            "frequencies of sinusoidal time features"                                                                  \
    }
extern const fol_option fol_mlp_option_table[];

// A network of these options for n_in inputs and n_out outputs, whose arrays are layers.0.weight (n_in + n_features,
// width), layers.0.bias (width), layers.1.weight ... FOL_E_INPUT names `hidden` when it is empty or too large, and
// `frequencies` when it is out of range; FOL_E_MEMORY. Its first weights are normal with variance gain / inputs
// (activation.h), biases and the last layer 0.
fol_status fol_mlp_new(fol_context *ctx, const fol_mlp_options *options, size_t n_in, size_t n_out, fol_network **net);

#endif
