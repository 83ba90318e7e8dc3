// Matrix products in single precision: BLIS on one thread, or the built-in kernel.
#ifndef FOL_GEMM_H
#define FOL_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/simd.h"

// C (m, n) = op(A) B + beta C, row-major, beta 0 or 1: op(A) is A (m, k), or with a_transposed the transpose of
// A (k, m); rows stand a_row, b_row, c_row floats apart. One thread; callers run one product per thread. Which
// of the two kernels computes depends on the sizes alone. work: FOL_GEMM_WORK floats (simd.h), too many for a thread's
// stack.
void fol_gemm(bool a_transposed, size_t m, size_t n, size_t k, const float *a, size_t a_row, const float *b,
              size_t b_row, float beta, float *c, size_t c_row, float *work);

// Packing: a B (k, n) that serves many products, laid out once as the built-in kernel reads it: panels of columns, each
// contiguous, the last padded. Floats that it takes:
size_t fol_gemm_packed_size(size_t k, size_t n);

// Packs the entries (p, j) of B with row_0 <= p < row_1 and col_0 <= j < col_1 from b[p * b_row + j * b_col]. The
// padding is for the caller to set to 0 once.
void fol_gemm_pack(size_t k, size_t n, size_t row_0, size_t row_1, size_t col_0, size_t col_1, const float *b,
                   size_t b_row, size_t b_col, float *packed);

// C (m, n) = A B for a packed B, by the built-in kernel.
void fol_gemm_packed(size_t m, size_t n, size_t k, const float *a, size_t a_row, const float *packed, float *c,
                     size_t c_row);

// Whether a B of that size should be packed: not when it is so large that fol_gemm would hand it to BLIS.
bool fol_gemm_packs(size_t k, size_t n);

// What computes, in a line: "BLIS 0.9.0, kernel zen3" or "built-in kernel".
const char *fol_gemm_name(void);

#endif
