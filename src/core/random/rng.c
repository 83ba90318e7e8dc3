// Random numbers: counter-based streams (Philox4x32-10), so that a number is a function of where it is used.
#include "rng.h"

#include <string.h>

#include "../base/simd.h"

#define GROUP (4 * FOL_RNG_GROUP) // words of one call unit

// Fills out with elements first .. first + n - 1 by whole groups, the last through a buffer.
#define FOL_FILL(kernel, type)                                                                                         \
    const uint64_t counter = first / 4;                                                                                \
    const size_t whole = n / GROUP;                                                                                    \
    fol_simd_get()->kernel(seed, stream, step, counter, whole, out);                                                   \
    if (n % GROUP) {                                                                                                   \
        type rest[GROUP];                                                                                              \
        fol_simd_get()->kernel(seed, stream, step, counter + whole * FOL_RNG_GROUP, 1, rest);                          \
        memcpy(out + whole * GROUP, rest, n % GROUP * sizeof *rest);                                                   \
    }

void fol_rng_bits(uint64_t seed, fol_stream stream, uint32_t step, uint64_t first, size_t n, uint32_t *out)
{
    FOL_FILL(random_bits, uint32_t)
}

void fol_rng_normals(uint64_t seed, fol_stream stream, uint32_t step, uint64_t first, size_t n, float *out)
{
    FOL_FILL(random_normals, float)
}

// The same of counters in a list.
#define FOL_FILL_AT(kernel, type)                                                                                      \
    const size_t whole = n / FOL_RNG_GROUP, rest = n % FOL_RNG_GROUP;                                                  \
    fol_simd_get()->kernel(seed, stream, step, counter, whole, out);                                                   \
    if (rest) {                                                                                                        \
        uint64_t last[FOL_RNG_GROUP] = {0};                                                                            \
        type buffer[GROUP];                                                                                            \
        memcpy(last, counter + whole * FOL_RNG_GROUP, rest * sizeof *last);                                            \
        fol_simd_get()->kernel(seed, stream, step, last, 1, buffer);                                                   \
        memcpy(out + whole * GROUP, buffer, 4 * rest * sizeof *buffer);                                                \
    }

void fol_rng_bits_at(uint64_t seed, fol_stream stream, uint32_t step, size_t n, const uint64_t *counter, uint32_t *out)
{
    FOL_FILL_AT(random_bits_at, uint32_t)
}

void fol_rng_normals_at(uint64_t seed, fol_stream stream, uint32_t step, size_t n, const uint64_t *counter, float *out)
{
    FOL_FILL_AT(random_normals_at, float)
}

void fol_rng_uniforms(uint64_t seed, fol_stream stream, uint32_t step, uint64_t first, size_t n, double *out)
{
    uint32_t words[GROUP];
    for (size_t i = 0; i < n; i += GROUP) {
        const size_t m = n - i < GROUP ? n - i : GROUP;
        fol_rng_bits(seed, stream, step, first + i, m, words);
        for (size_t j = 0; j < m; j++)
            out[i + j] = ((double) words[j] + 0.5) * 0x1p-32;
    }
}
