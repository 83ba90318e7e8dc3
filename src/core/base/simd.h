// Vector kernels: the hot loops, compiled for several instruction sets from one source, chosen at run time.
//
// Random numbers are the same bits at every level; products and optimiser, in single precision, may differ in the last
// digits. simd_levels.h does the same for vector code that stands elsewhere, such as activations; vectorize.h for loops
// over doubles.
#ifndef FOL_SIMD_H
#define FOL_SIMD_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define FOL_RNG_GROUP 16 // Philox counters per call unit: 64 words

// One optimiser step's scalars (adam.h).
typedef struct {
    float rate;           // learning rate times the bias corrections' ratio
    float epsilon;        // Adam's, times the second moment's bias correction
    float decay;          // 1 - learning rate * weight decay
    float beta1, beta2;   // decays of the moments
    float gradient_scale; // clipping
    float ema;            // decay of the averaged weights
} fol_adam_scalars;

// Floats that a product works in: a block of A and a panel of B, of the widest vectors.
#define FOL_GEMM_ROWS 96
#define FOL_GEMM_DEPTH 256
#define FOL_GEMM_WORK (FOL_GEMM_DEPTH * (FOL_GEMM_ROWS + 2 * 16))

// The levels, and the features that each of the higher ones takes.
enum { FOL_SIMD_BASELINE = 1, FOL_SIMD_V3 = 3, FOL_SIMD_V4 };
#define FOL_SIMD_TARGET_V3 "avx2,fma,bmi2"
#define FOL_SIMD_TARGET_V4 "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,bmi2"

// All kernels are thread-safe and allocate nothing; arrays need no alignment.
typedef struct {
    int level;
    const char *name; // "x86-64-v4", "x86-64-v3", "baseline"
    size_t width;     // floats in a vector

    // n_groups * 64 words (normals) of Philox4x32-10 from the given counter on, in the order of rng.h.
    void (*random_bits)(uint64_t seed, uint32_t stream, uint32_t step, uint64_t counter, size_t n_groups,
                        uint32_t *out);
    void (*random_normals)(uint64_t seed, uint32_t stream, uint32_t step, uint64_t counter, size_t n_groups,
                           float *out);

    // The same of n_groups * FOL_RNG_GROUP counters that stand in a list.
    void (*random_bits_at)(uint64_t seed, uint32_t stream, uint32_t step, const uint64_t *counter, size_t n_groups,
                           uint32_t *out);
    void (*random_normals_at)(uint64_t seed, uint32_t stream, uint32_t step, const uint64_t *counter, size_t n_groups,
                              float *out);

    // C (m, n) = A B + beta C with beta 0 or 1; A's entry (i, p) is a[i * a_row + p * a_col], B (k, n) has rows
    // of stride b_row, C of stride c_row. With b_row 0, B is packed (gemm.h). work (FOL_GEMM_WORK) may be NULL where
    // B is packed and a_col 1.
    void (*gemm)(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_col, const float *b, size_t b_row,
                 float beta, float *c, size_t c_row, float *work);

    // h (rows, cols) += bias: the layer without an activation.
    void (*add_bias)(size_t rows, size_t cols, const float *bias, float *h);

    // g (rows, cols) *= slope, unless slope is NULL; then bias_gradient (cols) += column sums of g.
    void (*backward_bias)(size_t rows, size_t cols, const float *slope, float *g, float *bias_gradient);

    // Adam on n weights; the gradient is the sum of n_slots arrays that stand slot_stride apart.
    void (*adam)(size_t n, const fol_adam_scalars *s, size_t n_slots, size_t slot_stride, const float *gradient,
                 float *moment1, float *moment2, float *weight, float *average);
} fol_simd;

// The best level that this CPU runs and that is not above `limit`, a level's name; NULL is no limit.
const fol_simd *fol_simd_up_to(const char *limit);

// Chooses the best level that this CPU runs and that is not above `limit`, a level's name (NULL: no limit), from now
// on. For tests and benchmarks, while nothing else runs.
const fol_simd *fol_simd_choose(const char *limit);

// The kernels for this machine: the best that the CPU runs, or a lower level named by the environment variable
// FOLLMER_SIMD ("x86-64-v3", "baseline"), read at the first call. Thread-safe.
static inline const fol_simd *fol_simd_get(void)
{
    extern const fol_simd *fol_simd_chosen;
    const fol_simd *simd = __atomic_load_n(&fol_simd_chosen, __ATOMIC_ACQUIRE);
    return simd ? simd : fol_simd_choose(getenv("FOLLMER_SIMD"));
}

#endif
