// Path noise: normals for rows that need not lie side by side, drawn for several steps at once.
#ifndef FOL_PATH_NOISE_H
#define FOL_PATH_NOISE_H

#include <stdbool.h>

#include "rng.h"

// Normals of step k, column j of draw r are elements 4 c r + (k mod S) d + j of stream (seed, PATH, k / S): S steps of
// d normals fill c whole counters.
typedef struct {
    size_t d, steps; // S
    size_t counters; // c = S d / 4
} fol_path_noise;

fol_path_noise fol_path_noise_new(size_t d);

// Bytes of workspace for n rows.
size_t fol_path_noise_work_size(const fol_path_noise *noise, size_t n);

// The normals of steps k .. k + S - 1, k a multiple of S, for n draws: out (S, n, d).
void fol_path_noise_fill(const fol_path_noise *noise, uint64_t seed, uint32_t k, size_t n, const uint64_t *draw,
                         float *out, void *work);

// The normals of paths that have few in all, n_steps of them: n_steps * d is 1 or 2, and 4 or 2 draws share a counter.
// Normal of step k, column j of draw r is element E r + k d + j, E = n_steps d, of stream (seed, PATH, 2^32 - E):
// out (n_steps, n, d).
bool fol_path_noise_is_short(const fol_path_noise *noise, uint64_t n_steps);
void fol_path_noise_fill_short(const fol_path_noise *noise, uint64_t seed, size_t n_steps, size_t n,
                               const uint64_t *draw, float *out, void *work);

#endif
