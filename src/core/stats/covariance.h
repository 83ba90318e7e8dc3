// Covariance: mean and covariance of the rows of a sample, plain or shrunk.
#ifndef FOL_COVARIANCE_H
#define FOL_COVARIANCE_H

#include "../base/blocks.h"

// Both take x (n, d), row-major, n >= 1, d >= 1, and give mean (d) and covariance (d, d), symmetric to the bit, in the
// units of x and of its square. All sums are double; the covariance is that of x - mean, so a mean far from 0 costs no
// digits. On the context's threads; the same bits for any number of them and at every SIMD level. About n d^2
// operations, and the memory of at most 64 matrices (d, d), of fewer where they would take more than x.
// Polls are told of `whole`, what it is a part of. FOL_E_MEMORY; FOL_E_NUMERIC if x has an entry that is not finite;
// FOL_E_INTERRUPT.

// covariance = (1/n) sum_k (x_k - mean)(x_k - mean)'.
fol_status fol_covariance(fol_context *ctx, fol_block_whole whole, const float *x, size_t n, size_t d, double *mean,
                          double *covariance);

// That covariance S shrunk towards a multiple of the identity (Ledoit and Wolf, Journal of Multivariate Analysis 88,
// 2004, section 3): r mu 1 + (1 - r) S with mu = tr S / d and *shrinkage = r = beta^2 / delta^2, where
// delta^2 = |S - mu 1|^2 / d and beta^2 = min(delta^2, (1/n^2) sum_k |(x_k - mean)(x_k - mean)' - S|^2 / d), in
// Frobenius' norm. Where delta^2 is 0, r = 1: with one row the covariance is 0, with one column it is S.
fol_status fol_covariance_shrunk(fol_context *ctx, fol_block_whole whole, const float *x, size_t n, size_t d,
                                 double *mean, double *covariance, double *shrinkage);

#endif
