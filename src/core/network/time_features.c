// Time features: the numbers by which a network is told the time.
#include "time_features.h"

#include <math.h>

#include "../base/vector_math.h"

#define TOP_FREQUENCY 16.0 // radians per unit of t, of the last frequency; the first is 1
#define ANGLES 512         // whose sines are taken at once

fol_status fol_time_features_init(fol_context *ctx, fol_time_features *features, int kind, int64_t frequencies)
{
    const bool raw = kind == FOL_TIME_RAW;
    if (!raw && (frequencies < 1 || frequencies > FOL_MOST_FREQUENCIES))
        return fol_fail_about(ctx, "frequencies", "must be from 1 to %d, not %lld.", FOL_MOST_FREQUENCIES,
                              (long long) frequencies);
    const size_t n = raw ? 0 : (size_t) frequencies;
    *features = (fol_time_features){.n = 1 + 2 * n, .n_frequencies = n};
    for (size_t i = 0; i < n; i++)
        features->frequency[i] = pow(TOP_FREQUENCY, n > 1 ? (double) i / (double) (n - 1) : 0);
    return FOL_OK;
}

void fol_time_features_at(const fol_time_features *features, size_t n, const double *t, size_t stride, float *out)
{
    const size_t k = features->n_frequencies, most = k > 0 ? ANGLES / k : n;
    double angle[ANGLES], sine[ANGLES];
    for (size_t first = 0; first < n; first += most, t += most, out += most * stride) {
        const size_t rows = n - first < most ? n - first : most;
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < k; j++)
                angle[i * k + j] = features->frequency[j] * t[i];
        fol_vector_sin(rows * k, angle, sine);
        fol_vector_cos(rows * k, angle, angle);
        for (size_t i = 0; i < rows; i++) {
            float *of_row = out + i * stride;
            of_row[0] = (float) t[i];
            for (size_t j = 0; j < k; j++) {
                of_row[1 + j] = (float) sine[i * k + j];
                of_row[1 + k + j] = (float) angle[i * k + j];
            }
        }
    }
}
