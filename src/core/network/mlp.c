// Network: a multilayer perceptron in single precision; its shape, its forward pass.
#include "mlp.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/simd.h"
#include "../base/vector_math.h"
#include "../random/rng.h"
#include "gemm.h"

#define MAX_WEIGHTS (1u << 30)
#define TOP_FREQUENCY 16.0 // radians per unit of t, of the last sinusoidal feature; the first is 1
#define ANGLES 512         // whose sines are taken at once

const fol_option fol_mlp_option_table[] = {FOL_MLP_KEYS(0), {NULL, 0, 0, NULL, NULL, NULL}};

static size_t time_width(const fol_mlp_options *options)
{
    return options->time_features == FOL_TIME_RAW ? 1 : 1 + 2 * (size_t) options->frequencies;
}

static size_t n_frequencies(const fol_mlp *mlp)
{
    return (mlp->n_time - 1) / 2;
}

// Geometric from 1 to TOP_FREQUENCY.
static fol_status set_frequencies(fol_context *ctx, fol_mlp *mlp)
{
    const size_t n = n_frequencies(mlp);
    if (n > FOL_MOST_FREQUENCIES)
        return fol_fail(ctx, FOL_E_INPUT, "`frequencies` must be at most %d, not %lld.", FOL_MOST_FREQUENCIES,
                        (long long) mlp->options.frequencies);
    for (size_t i = 0; i < n; i++)
        mlp->frequency[i] = pow(TOP_FREQUENCY, n > 1 ? (double) i / (double) (n - 1) : 0);
    return FOL_OK;
}

// The first layer's W is read where it stands: shared times use a part of its rows.
static void place_prepared(fol_mlp *mlp)
{
    for (int l = 0; l < mlp->n_layers; l++) {
        mlp->forward[l] = mlp->n_forward;
        if (l > 0 && fol_gemm_packs(mlp->width[l], mlp->width[l + 1]))
            mlp->n_forward += fol_gemm_packed_size(mlp->width[l], mlp->width[l + 1]);
    }
    mlp->n_prepared = mlp->n_forward;
    for (int l = 0; l < mlp->n_layers; l++) {
        mlp->backward[l] = mlp->n_prepared;
        mlp->n_prepared += fol_gemm_packed_size(mlp->width[l + 1], mlp->width[l]);
    }
}

fol_status fol_mlp_init(fol_context *ctx, fol_mlp *mlp, const fol_mlp_options *options, size_t n_state, size_t n_out)
{
    if (options->hidden.n < 1)
        return fol_fail(ctx, FOL_E_INPUT, "`hidden` must give the width of at least one hidden layer.");
    *mlp = (fol_mlp){.options = *options, .n_state = n_state, .n_time = time_width(options)};
    mlp->n_layers = options->hidden.n + 1;
    mlp->width[0] = n_state + mlp->n_time;
    for (int l = 0; l < options->hidden.n; l++)
        mlp->width[l + 1] = (size_t) options->hidden.value[l];
    mlp->width[mlp->n_layers] = n_out;
    for (int l = 0; l < mlp->n_layers; l++) {
        mlp->weight[l] = mlp->n_weights;
        mlp->bias[l] = mlp->weight[l] + mlp->width[l] * mlp->width[l + 1];
        mlp->n_weights = mlp->bias[l] + mlp->width[l + 1];
        if (mlp->width[l] > MAX_WEIGHTS || mlp->n_weights > MAX_WEIGHTS)
            return fol_fail(ctx, FOL_E_INPUT, "`hidden` makes a network of more than 2^30 weights.");
    }
    place_prepared(mlp);
    return set_frequencies(ctx, mlp);
}

void fol_mlp_init_weights(const fol_mlp *mlp, uint64_t seed, float *weights)
{
    memset(weights, 0, mlp->n_weights * sizeof *weights);
    const double gain = mlp->options.activation == FOL_TANH ? 1 : 2;
    for (int l = 0; l + 1 < mlp->n_layers; l++) {
        const size_t n = mlp->width[l] * mlp->width[l + 1];
        const float sd = (float) sqrt(gain / (double) mlp->width[l]);
        float *w = weights + mlp->weight[l];
        fol_rng_normals(seed, FOL_STREAM_INIT, (uint32_t) l, 0, n, w);
        for (size_t i = 0; i < n; i++)
            w[i] *= sd;
    }
}

void fol_mlp_time_features(const fol_mlp *mlp, size_t n, const double *t, float *features, size_t stride)
{
    const size_t k = n_frequencies(mlp), most = k > 0 ? ANGLES / k : n;
    double angle[ANGLES], sine[ANGLES];
    for (size_t first = 0; first < n; first += most, t += most, features += most * stride) {
        const size_t rows = n - first < most ? n - first : most;
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < k; j++)
                angle[i * k + j] = mlp->frequency[j] * t[i];
        fol_vector_sin(rows * k, angle, sine);
        fol_vector_cos(rows * k, angle, angle);
        for (size_t i = 0; i < rows; i++) {
            float *of_row = features + i * stride;
            of_row[0] = (float) t[i];
            for (size_t j = 0; j < k; j++) {
                of_row[1 + j] = (float) sine[i * k + j];
                of_row[1 + k + j] = (float) angle[i * k + j];
            }
        }
    }
}

static size_t largest_width(const fol_mlp *mlp)
{
    size_t largest = 0;
    for (int l = 0; l <= mlp->n_layers; l++)
        largest = mlp->width[l] > largest ? mlp->width[l] : largest;
    return largest;
}

// Lays the arrays out; with block NULL it only counts.
static size_t lay_out(const fol_mlp *mlp, size_t n, bool gradients, char *block, fol_mlp_work *work)
{
    size_t total = 0;
    float *shared[2] = {NULL, NULL};
    const size_t largest = largest_width(mlp);
    *work = (fol_mlp_work){0};
#define PLACE(pointer, width)                                                                                          \
    do {                                                                                                               \
        const size_t offset_ = fol_layout_add(&total, n * (width), sizeof(float));                                     \
        (pointer) = block ? (float *) (void *) (block + offset_) : NULL;                                               \
    } while (0)
    if (!gradients)
        for (int i = 0; i < 2; i++)
            PLACE(shared[i], largest);
    for (int l = 0; l <= mlp->n_layers; l++) {
        if (gradients)
            PLACE(work->h[l], mlp->width[l]);
        else
            work->h[l] = shared[l % 2];
        if (gradients && l + 1 < mlp->n_layers)
            PLACE(work->slope[l], mlp->width[l + 1]);
    }
    if (gradients)
        for (int i = 0; i < 2; i++)
            PLACE(work->g[i], largest);
#undef PLACE
    return total;
}

size_t fol_mlp_work_size(const fol_mlp *mlp, size_t n, bool gradients)
{
    fol_mlp_work unused;
    return lay_out(mlp, n, gradients, NULL, &unused);
}

void fol_mlp_work_init(const fol_mlp *mlp, size_t n, bool gradients, void *block, fol_mlp_work *work)
{
    lay_out(mlp, n, gradients, block, work);
}

void fol_mlp_prepare(const fol_mlp *mlp, int l, size_t row_0, size_t row_1, const float *weights, bool backward,
                     float *prepared)
{
    const size_t n_in = mlp->width[l], n_out = mlp->width[l + 1];
    const float *w = weights + mlp->weight[l];
    const bool packs = fol_gemm_packs(n_in, n_out);
    if (l > 0 && packs)
        fol_gemm_pack(n_in, n_out, row_0, row_1, 0, n_out, w, n_out, 1, prepared + mlp->forward[l]);
    if (!backward)
        return;
    float *transpose = prepared + mlp->backward[l];
    if (packs) {
        fol_gemm_pack(n_out, n_in, 0, n_out, row_0, row_1, w, 1, n_out, transpose);
        return;
    }
    for (size_t j = 0; j < n_out; j++)
        for (size_t i = row_0; i < row_1; i++)
            transpose[j * n_in + i] = w[i * n_out + j];
}

void fol_mlp_prepare_all(const fol_mlp *mlp, const float *weights, bool backward, float *prepared)
{
    for (int l = 0; l < mlp->n_layers; l++)
        fol_mlp_prepare(mlp, l, 0, mlp->width[l], weights, backward, prepared);
}

void fol_mlp_forward(const fol_mlp *mlp, const float *weights, const float *prepared, size_t n, const float *first_bias,
                     const fol_mlp_work *work)
{
    const fol_simd *simd = fol_simd_get();
    for (int l = 0; l < mlp->n_layers; l++) {
        const size_t n_in = l == 0 && first_bias ? mlp->n_state : mlp->width[l], n_out = mlp->width[l + 1];
        const float *bias = l == 0 && first_bias ? first_bias : weights + mlp->bias[l], *in = work->h[l];
        float *out = work->h[l + 1];
        if (l > 0 && fol_gemm_packs(n_in, n_out))
            fol_gemm_packed(n, n_out, n_in, in, n_in, prepared + mlp->forward[l], out, n_out);
        else
            fol_gemm(false, n, n_out, n_in, in, n_in, weights + mlp->weight[l], n_out, 0, out, n_out);
        if (l + 1 < mlp->n_layers)
            simd->activate[mlp->options.activation](n, n_out, bias, out, work->slope[l]);
        else
            simd->add_bias(n, n_out, bias, out);
    }
}

void fol_mlp_time_bias(const fol_mlp *mlp, const float *weights, const float *features, float *bias)
{
    const size_t n_out = mlp->width[1];
    memcpy(bias, weights + mlp->bias[0], n_out * sizeof *bias);
    fol_gemm(false, 1, n_out, mlp->n_time, features, mlp->n_time, weights + mlp->weight[0] + mlp->n_state * n_out,
             n_out, 1, bias, n_out);
}
