// Network gradients: the backward pass of mlp.h.
#ifndef FOL_MLP_GRAD_H
#define FOL_MLP_GRAD_H

#include "mlp.h"

// Copies rows row_0 .. row_1 - 1 of layer l's W (n_in, n_out) into `transposed`, which holds each W as (n_out, n_in) at
// the offset that W has in the weights. Layer 0 is needed only for gradients with respect to the input.
void fol_mlp_transpose(const fol_mlp *mlp, int l, size_t row_0, size_t row_1, const float *weights,
                       float *transposed /* (n_weights) */);

// Backward pass after fol_mlp_forward without first_bias, in a workspace with gradients. work->g[0] holds the gradient
// of the loss with respect to the output (n, n_out). gradient (n_weights) += its pull-back to the weights, or is
// overwritten with it; input_gradient (n, width[0]), unless NULL, is overwritten.
void fol_mlp_backward(const fol_mlp *mlp, const float *transposed, size_t n, const fol_mlp_work *work, bool accumulate,
                      float *gradient, float *input_gradient);

#endif
