// Network: the contract of a function with weights: its outputs from inputs and a time, and its gradients.
#ifndef FOL_NETWORK_H
#define FOL_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "../io/tensor_file.h"

// One array of a network's weights, which stand in one vector of floats, an array after the other.
typedef struct {
    char name[FOL_TENSOR_NAME / 2]; // unique within the network, such as "layers.0.weight"
    int n_dims;                     // from 1 to FOL_TENSOR_RANK
    size_t shape[FOL_TENSOR_RANK];
    size_t offset;         // of its first entry in the network's weights
    size_t rows, row_size; // its entries as rows, which can be prepared apart; an array of rank 1 is one row
} fol_weight_array;

// What weights are prepared for and what a workspace has space for; each includes those before it.
typedef enum { FOL_FORWARD, FOL_GRADIENT, FOL_INPUT_GRADIENT, FOL_N_PASSES } fol_passes;

// Weights as the passes read them: as they are, and prepared.
typedef struct {
    const float *values;   // (n_weights)
    const float *prepared; // (n_prepared[passes])
} fol_weights;

// Where a caller puts inputs and finds outputs: places in a workspace.
typedef struct {
    float *in;           // (n, n_in + n_features), or (n, n_in) for rows that share their features
    float *out;          // (n, n_out), after forward; without gradients it may stand where `in` stood
    float *out_gradient; // (n, n_out), before backward, which overwrites it; NULL without gradients
    void *own;           // what the network keeps from forward to backward
} fol_network_work;

typedef struct fol_network fol_network;

// A network is constant after it was made; all functions are thread-safe, allocate nothing and never fail.
struct fol_network {
    size_t n_in, n_out; // columns of the inputs and outputs
    size_t n_features;  // numbers by which it is told a time, beside its inputs
    size_t n_weights, n_arrays;
    const fol_weight_array *arrays;  // (n_arrays), in the order of their offsets
    size_t n_prepared[FOL_N_PASSES]; // floats that prepared weights take
    size_t pass_rows;                // rows of a forward pass that stay in cache
    bool rows_matter;                // the last bits of a row's output may depend on how many rows there are beside it

    // Random first weights; networks that are trained together differ by `index`.
    void (*init)(const fol_network *net, uint64_t seed, uint32_t index, float *values);

    // The features of n times, which should be of order 1: those of t[i] are the n_features floats from
    // features[i * stride] on. No weights take part.
    void (*features)(const fol_network *net, size_t n, const double *t, size_t stride, float *features);

    // Prepares rows row_0 .. row_1 - 1 of an array: whenever they have changed. `prepared` is all 0 before the first
    // call. Threads may prepare different rows at once.
    void (*prepare)(const fol_network *net, size_t array, size_t row_0, size_t row_1, const float *values,
                    fol_passes passes, float *prepared);

    // Bytes of a workspace for n rows (aligned to FOL_ALIGN; SIZE_MAX on overflow), and the division of one.
    size_t (*work_size)(const fol_network *net, size_t n, fol_passes passes);
    void (*work_init)(const fol_network *net, size_t n, fol_passes passes, void *block, fol_network_work *work);

    // Outputs of n rows. `shared` are the features of all rows, in a workspace without gradients, or NULL: then each
    // row has its own after its inputs.
    void (*forward)(const fol_network *net, fol_weights weights, size_t n, const float *shared,
                    const fol_network_work *work);

    // After forward, in a workspace with gradients: gradient (n_weights) += the pull-back of out_gradient to the
    // weights, or is overwritten with it; input_gradient (n, n_in + n_features), unless NULL, is overwritten with that
    // to the inputs.
    void (*backward)(const fol_network *net, fol_weights weights, size_t n, const fol_network_work *work,
                     bool accumulate, float *gradient, float *input_gradient);
};

// Frees any network (one block); NULL is allowed.
void fol_network_free(fol_network *net);

// Prepares all weights.
void fol_network_prepare(const fol_network *net, const float *values, fol_passes passes, float *prepared);

#endif
