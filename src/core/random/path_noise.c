// Path noise: normals for rows that need not lie side by side, drawn for several steps at once.
#include "path_noise.h"

#include <string.h>

#include "../base/vectorize.h"
#include "../base/memory.h"

#define LIST_MOST 16 // counters of a row up to which rows share calls

fol_path_noise fol_path_noise_new(size_t d)
{
    const size_t steps = d % 4 == 0 ? 1 : d % 2 == 0 ? 2 : 4;
    return (fol_path_noise){.d = d, .steps = steps, .counters = steps * d / 4};
}

static size_t layout(const fol_path_noise *noise, size_t n, size_t *buffer)
{
    size_t total = 0;
    fol_layout_add(&total, n, (noise->counters < LIST_MOST ? noise->counters : 0) * sizeof(uint64_t));
    *buffer = fol_layout_add(&total, n, noise->steps > 1 ? 4 * noise->counters * sizeof(float) : 0);
    return total;
}

size_t fol_path_noise_work_size(const fol_path_noise *noise, size_t n)
{
    size_t buffer;
    return layout(noise, n, &buffer);
}

// rows (n, 4) to out (4, n).
FOL_VECTORIZED(void, transpose_4, (size_t n, const float *restrict rows, float *restrict out), (n, rows, out))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        out[i] = rows[4 * i];
        out[n + i] = rows[4 * i + 1];
        out[2 * n + i] = rows[4 * i + 2];
        out[3 * n + i] = rows[4 * i + 3];
    }
}

void fol_path_noise_fill(const fol_path_noise *noise, uint64_t seed, uint32_t k, size_t n, const uint64_t *draw,
                         float *out, void *work)
{
    const size_t c = noise->counters, d = noise->d, steps = noise->steps;
    const uint32_t step = k / (uint32_t) steps;
    size_t buffer;
    layout(noise, n, &buffer);
    float *rows = steps > 1 ? (float *) (void *) ((char *) work + buffer) : out; // (n, S, d)
    if (c < LIST_MOST) {
        uint64_t *list = work;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < c; j++)
                list[i * c + j] = draw[i] * c + j;
        fol_rng_normals_at(seed, FOL_STREAM_PATH, step, n * c, list, rows);
    } else {
        for (size_t i = 0; i < n; i++)
            fol_rng_normals(seed, FOL_STREAM_PATH, step, 4 * c * draw[i], 4 * c, rows + 4 * c * i);
    }
    if (d == 1)
        transpose_4(n, rows, out);
    else if (steps > 1)
        for (size_t s = 0; s < steps; s++)
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < d; j++)
                    out[(s * n + i) * d + j] = rows[(i * steps + s) * d + j];
}

bool fol_path_noise_is_short(const fol_path_noise *noise, uint64_t n_steps)
{
    return n_steps * noise->d <= 2;
}

void fol_path_noise_fill_short(const fol_path_noise *noise, uint64_t seed, size_t n_steps, size_t n,
                               const uint64_t *draw, float *out, void *work)
{
    const size_t d = noise->d, elements = n_steps * d;
    const uint64_t shift = elements == 1 ? 2 : 1, mask = ((uint64_t) 1 << shift) - 1; // 4 or 2 draws a counter
    size_t buffer, n_counters = 0;
    layout(noise, n, &buffer);
    uint64_t *counter = work; // neighbours of one counter follow one another: draws ascend
    float *rows = (float *) (void *) ((char *) work + buffer);
    if ((draw[0] & mask) == 0 && draw[n - 1] - draw[0] == n - 1) { // the draws lie side by side
        float *all = n_steps == 1 ? out : rows;
        fol_rng_normals(seed, FOL_STREAM_PATH, -(uint32_t) elements, draw[0] * elements, n * elements, all);
        for (size_t i = 0; n_steps == 2 && i < n; i++) {
            out[i] = rows[2 * i];
            out[n + i] = rows[2 * i + 1];
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        counter[n_counters] = draw[i] >> shift;
        n_counters += i + 1 == n || draw[i + 1] >> shift != counter[n_counters];
    }
    fol_rng_normals_at(seed, FOL_STREAM_PATH, -(uint32_t) elements, n_counters, counter, rows);
    for (size_t i = 0, c = 0; i < n; i++) {
        c += counter[c] != draw[i] >> shift;
        const float *own = rows + 4 * c + (draw[i] & mask) * elements;
        out[i * d] = own[0];
        if (elements == 2)
            out[d == 2 ? i * d + 1 : n + i] = own[1];
    }
}
