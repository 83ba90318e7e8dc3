// Paths: a chunk of draws from their starts to the points at which a functional is asked.
#include "paths.h"

#include <math.h>

static size_t random_row(uint64_t seed, uint64_t draw, size_t n_rows)
{
    uint32_t word[4];
    fol_rng_bits_at(seed, FOL_STREAM_START, 0, 1, &draw, word);
    const uint64_t bits = (uint64_t) word[0] << 32 | word[1];
    return (size_t) (((unsigned __int128) bits * n_rows) >> 64);
}

void fol_path_starts(const fol_path_run *run, size_t n, const uint64_t *draw, double *x)
{
    const fol_rows *x0 = &run->sde->x0;
    if (x0->n == 1 && x0->d == 1) {
        for (size_t i = 0; i < n; i++)
            x[i] = *x0->data;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t row = x0->n > 1 ? random_row(run->seed, draw[i], x0->n) : 0;
        for (size_t j = 0; j < x0->d; j++)
            x[i * x0->d + j] = x0->data[row * x0->row_stride + j * x0->col_stride];
    }
}

fol_status fol_path_start_drift(const fol_path_run *run, size_t n, const double *x, double *b, void *work)
{
    const fol_field *drift = run->sde->drift;
    const size_t d = drift->n_in, asked = run->sde->x0.n == 1 && n > 0 ? 1 : n;
    const fol_instant start = {.tau = 0};
    const fol_status status = fol_field_eval(drift, asked, x, &start, 0, b, work);
    for (size_t i = asked * d; i < n * d && status == FOL_OK; i++)
        b[i] = b[i - d];
    return status;
}

double fol_path_scale(const fol_sde *sde)
{
    return sde->sigma * sqrt(sde->horizon);
}
