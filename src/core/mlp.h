// Network: a multilayer perceptron in single precision; its shape, its forward pass.
#ifndef FOL_MLP_H
#define FOL_MLP_H

#include "options.h"

#define FOL_ACTIVATION_CHOICES "silu|relu|gelu|tanh"
typedef enum { FOL_SILU, FOL_RELU, FOL_GELU, FOL_TANH } fol_activation;

#define FOL_TIME_CHOICES "sinusoidal|raw"
typedef enum { FOL_TIME_SINUSOIDAL, FOL_TIME_RAW } fol_time_features;

// What the user chooses.
typedef struct {
    fol_ints hidden;     // widths of the hidden layers, at least one
    int activation;      // fol_activation
    int time_features;   // fol_time_features: raw is t; sinusoidal is t, sin(f t), cos(f t) for geometric f
    int64_t frequencies; // how many f
} fol_mlp_options;

// The keys, for a struct that holds a fol_mlp_options `base` bytes from its start.
#define FOL_MLP_KEYS(base)                                                                                        \
    {"hidden", FOL_OPTION_INTS, (base) + offsetof(fol_mlp_options, hidden), "128,128,128", "[1,65536]",           \
     "widths of the hidden layers"},                                                                              \
    {"activation", FOL_OPTION_CHOICE, (base) + offsetof(fol_mlp_options, activation), "silu",                     \
     FOL_ACTIVATION_CHOICES, "activation of the hidden layers"},                                                  \
    {"time_features", FOL_OPTION_CHOICE, (base) + offsetof(fol_mlp_options, time_features), "sinusoidal",         \
     FOL_TIME_CHOICES, "how the network is told the time"},                                                       \
    {"frequencies", FOL_OPTION_INT, (base) + offsetof(fol_mlp_options, frequencies), "8", "[1,256]",              \
     "frequencies of sinusoidal time features"}

// A network's shape. Weights are one array of floats: for each layer W (n_in, n_out) row-major, then b (n_out).
typedef struct {
    int n_layers;                      // hidden layers + 1
    size_t width[FOL_MAX_INTS + 2];    // width[l] inputs and width[l + 1] outputs of layer l
    size_t n_state, n_time;            // width[0] = n_state + n_time
    size_t weight[FOL_MAX_INTS + 1];   // offset of layer l's W in the weights
    size_t bias[FOL_MAX_INTS + 1];     // offset of its b
    size_t n_weights;
    fol_mlp_options options;
} fol_mlp;

// The shape for n_state inputs and n_out outputs. FOL_E_INPUT names `hidden` when it is empty or too large.
fol_status fol_mlp_init(fol_context *ctx, fol_mlp *mlp, const fol_mlp_options *options, size_t n_state, size_t n_out);

#endif
