// Network gradients: the backward pass of mlp.h.
#ifndef FOL_MLP_GRAD_H
#define FOL_MLP_GRAD_H

#include "mlp.h"

// Backward pass after fol_mlp_forward without first_bias, in a workspace with gradients and with
// weights prepared for it. work->g[0] holds the gradient
// of the loss with respect to the output (n, n_out). gradient (n_weights) += its pull-back to the weights, or is
// overwritten with it; input_gradient (n, width[0]), unless NULL, is overwritten.
void fol_mlp_backward(const fol_mlp *mlp, const float *prepared, size_t n, const fol_mlp_work *work, bool accumulate,
                      float *gradient, float *input_gradient);

#endif
