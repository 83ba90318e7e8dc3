// Matrix products in single precision: BLIS on one thread, or the built-in kernel.
#ifndef FOL_GEMM_H
#define FOL_GEMM_H

#include <stdbool.h>
#include <stddef.h>

// Gets BLIS and the kernels ready; called by the first product, harmless again.
void fol_gemm_init(void);

// C (m, n) = op(A) B + beta C, row-major, beta 0 or 1: op(A) is A (m, k), or with a_transposed the transpose of
// A (k, m); rows stand a_row, b_row, c_row floats apart. One thread; callers run one product per thread. Which
// of the two kernels computes depends on the sizes alone.
void fol_gemm(bool a_transposed, size_t m, size_t n, size_t k, const float *a, size_t a_row, const float *b,
              size_t b_row, float beta, float *c, size_t c_row);

// What computes, in a line: "BLIS 0.9.0, kernel zen3" or "built-in kernel".
const char *fol_gemm_name(void);

#endif
