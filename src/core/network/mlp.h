// Network: a multilayer perceptron in single precision; its shape, its forward pass.
#ifndef FOL_MLP_H
#define FOL_MLP_H

#include <stdbool.h>

#include "../io/options.h"

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
#define FOL_MLP_KEYS(base)                                                                                             \
    {"hidden",      FOL_OPTION_INTS, (base) + offsetof(fol_mlp_options, hidden),                                       \
     "128,128,128", "[1,65536]",     "widths of the hidden layers"},                                                   \
        {"activation", FOL_OPTION_CHOICE,      (base) + offsetof(fol_mlp_options, activation),                         \
         "silu",       FOL_ACTIVATION_CHOICES, "activation of the hidden layers"},                                     \
        {"time_features", FOL_OPTION_CHOICE, (base) + offsetof(fol_mlp_options, time_features),                        \
         "sinusoidal",    FOL_TIME_CHOICES,  "how the network is told the time"},                                      \
    {                                                                                                                  \
        "frequencies", FOL_OPTION_INT, (base) + offsetof(fol_mlp_options, frequencies), "8", "[1,256]",                \
            "frequencies of sinusoidal time features"                                                                  \
    }

#define FOL_MOST_FREQUENCIES 256 // as in the range of `frequencies`

// A network's shape. Weights are one array of floats: for each layer W (n_in, n_out) row-major, then b (n_out).
typedef struct {
    int n_layers;                    // hidden layers + 1
    size_t width[FOL_MAX_INTS + 2];  // width[l] inputs and width[l + 1] outputs of layer l
    size_t n_state, n_time;          // width[0] = n_state + n_time
    size_t weight[FOL_MAX_INTS + 1]; // offset of layer l's W in the weights
    size_t bias[FOL_MAX_INTS + 1];   // offset of its b
    size_t n_weights;
    // Offsets in the prepared weights: each W, and each transpose of one, as the passes read them.
    size_t forward[FOL_MAX_INTS + 1], backward[FOL_MAX_INTS + 1];
    size_t n_forward, n_prepared;           // a forward pass alone needs the first n_forward floats of n_prepared
    double frequency[FOL_MOST_FREQUENCIES]; // of sinusoidal time features
    fol_mlp_options options;
} fol_mlp;

// The shape for n_state inputs and n_out outputs. FOL_E_INPUT names `hidden` when it is empty or too large, and
// `frequencies` when it is out of range.
fol_status fol_mlp_init(fol_context *ctx, fol_mlp *mlp, const fol_mlp_options *options, size_t n_state, size_t n_out);

// Random first weights: normal with variance 2 / n_in (tanh: 1 / n_in), biases and the last layer 0.
void fol_mlp_init_weights(const fol_mlp *mlp, uint64_t seed, float *weights /* (n_weights) */);

// The time features of n times, which should be of order 1: those of t[i] are the n_time floats from
// features[i * stride] on.
void fol_mlp_time_features(const fol_mlp *mlp, size_t n, const double *t, float *features, size_t stride);

// What a forward and a backward pass of n rows work in; belongs to the caller, one per thread.
typedef struct {
    float *h[FOL_MAX_INTS + 2];     // h[l] (n, width[l]): h[0] the input, h[n_layers] the output
    float *slope[FOL_MAX_INTS + 1]; // slope[l] (n, width[l + 1]): f' of hidden layer l; NULL without gradients
    float *g[2];                    // (n, largest width): gradients on their way back; NULL without gradients
} fol_mlp_work;

// Bytes for n rows, and the division of a block of that many bytes. Without gradients hidden layers share two arrays.
size_t fol_mlp_work_size(const fol_mlp *mlp, size_t n, bool gradients);
void fol_mlp_work_init(const fol_mlp *mlp, size_t n, bool gradients, void *block, fol_mlp_work *work);

// Prepares rows row_0 .. row_1 - 1 of layer l's W: copies them to where the forward pass reads them and, if backward,
// their transpose to where the backward pass does. `prepared` has mlp->n_prepared floats (n_forward without
// backward), all 0 before the first call.
void fol_mlp_prepare(const fol_mlp *mlp, int l, size_t row_0, size_t row_1, const float *weights, bool backward,
                     float *prepared);

// The same for all layers.
void fol_mlp_prepare_all(const fol_mlp *mlp, const float *weights, bool backward, float *prepared);

// Forward pass of n rows from work->h[0] to work->h[n_layers]. With first_bias (fol_mlp_time_bias) the input is
// (n, n_state), all rows at one time.
void fol_mlp_forward(const fol_mlp *mlp, const float *weights, const float *prepared, size_t n, const float *first_bias,
                     const fol_mlp_work *work);

// The first layer's bias with the contribution of the time features added: for rows that share their time.
void fol_mlp_time_bias(const fol_mlp *mlp, const float *weights, const float *features, float *bias /* (width[1]) */);

#endif
