// Multilayer perceptron: a network of dense layers in single precision.
#include "mlp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/simd.h"
#include "../random/rng.h"
#include "gemm.h"

#define MAX_LAYERS (FOL_MAX_INTS + 1)
#define MAX_WEIGHTS (1u << 30)
#define ROWS_MOST 256            // rows of a forward pass;
#define CACHE_FLOATS (16u << 10) // fewer when the layers are wide, so that two of them stay in cache
#define ROWS_LEAST 48

const fol_option fol_mlp_option_table[] = {FOL_MLP_KEYS(0), {NULL, 0, 0, NULL, NULL, NULL}};

typedef struct {
    fol_network base;
    int n_layers;                 // hidden layers + 1
    size_t width[MAX_LAYERS + 1]; // width[l] inputs and width[l + 1] outputs of layer l
    fol_weight_array arrays[2 * MAX_LAYERS];
    // Offsets in the prepared weights of each W, packed, and of each transpose of one, as the passes read them.
    size_t forward[MAX_LAYERS], backward[MAX_LAYERS];
    const fol_activation_kind *activation;
    fol_time_features time;
} mlp;

// What forward and backward passes of n rows work in; it stands at the start of the workspace.
typedef struct {
    float *h[MAX_LAYERS + 1]; // h[l] (n, width[l]): h[0] the input, h[n_layers] the output
    float *slope[MAX_LAYERS]; // slope[l] (n, width[l + 1]): f' of hidden layer l; NULL without gradients
    float *g[2];              // (n, largest width): gradients on their way back; NULL without gradients
    float *bias;              // (width[1]): of the first layer, for rows that share their features
    float *product;           // (FOL_GEMM_WORK): what matrix products work in
} mlp_work;

static void init(const fol_network *net, uint64_t seed, uint32_t index, float *values);
static void features(const fol_network *net, size_t n, const double *t, size_t stride, float *out);
static void prepare(const fol_network *net, size_t array, size_t row_0, size_t row_1, const float *values,
                    fol_passes passes, float *prepared);
static size_t work_size(const fol_network *net, size_t n, fol_passes passes);
static void work_init(const fol_network *net, size_t n, fol_passes passes, void *block, fol_network_work *work);
static void forward(const fol_network *net, fol_weights weights, size_t n, const float *shared,
                    const fol_network_work *work);
static void backward(const fol_network *net, fol_weights weights, size_t n, const fol_network_work *work,
                     bool accumulate, float *gradient, float *input_gradient);

// Construction --------------------------------------------------------------------------------------------------------

static size_t weight_of(const mlp *m, int l)
{
    return m->arrays[2 * l].offset;
}

static size_t bias_of(const mlp *m, int l)
{
    return m->arrays[2 * l + 1].offset;
}

// Places the weight and the bias of layer l after those before.
static void add_layer(mlp *m, int l)
{
    const size_t n_in = m->width[l], n_out = m->width[l + 1];
    fol_weight_array *weight = &m->arrays[2 * l], *bias = weight + 1;
    *weight = (fol_weight_array){
        .n_dims = 2, .shape = {n_in, n_out}, .offset = m->base.n_weights, .rows = n_in, .row_size = n_out};
    *bias = (fol_weight_array){
        .n_dims = 1, .shape = {n_out}, .offset = weight->offset + n_in * n_out, .rows = 1, .row_size = n_out};
    snprintf(weight->name, sizeof weight->name, "layers.%d.weight", l);
    snprintf(bias->name, sizeof bias->name, "layers.%d.bias", l);
    m->base.n_weights = bias->offset + n_out;
    m->base.n_arrays += 2;
}

// The first layer's W is read where it stands, since shared features use a part of its rows; its transpose serves the
// gradient of the inputs alone and stands last.
static void place_prepared(mlp *m)
{
    size_t n = 0;
    for (int l = 1; l < m->n_layers; l++) {
        m->forward[l] = n;
        if (fol_gemm_packs(m->width[l], m->width[l + 1]))
            n += fol_gemm_packed_size(m->width[l], m->width[l + 1]);
    }
    m->base.n_prepared[FOL_FORWARD] = n;
    for (int l = 1; l < m->n_layers; l++) {
        m->backward[l] = n;
        n += fol_gemm_packed_size(m->width[l + 1], m->width[l]);
    }
    m->base.n_prepared[FOL_GRADIENT] = n;
    m->backward[0] = n;
    m->base.n_prepared[FOL_INPUT_GRADIENT] = n + fol_gemm_packed_size(m->width[1], m->width[0]);
}

static size_t largest_width(const mlp *m)
{
    size_t largest = 1;
    for (int l = 0; l <= m->n_layers; l++)
        largest = m->width[l] > largest ? m->width[l] : largest;
    return largest;
}

// How the rows of a forward pass should be cut: fol_gemm may choose between its kernels by the number of rows, unless
// every layer is packed.
static void set_rows(mlp *m)
{
    const size_t rows = CACHE_FLOATS / largest_width(m);
    m->base.pass_rows = rows > ROWS_MOST ? ROWS_MOST : rows < ROWS_LEAST ? ROWS_LEAST : rows;
    for (int l = 0; l < m->n_layers; l++)
        m->base.rows_matter = m->base.rows_matter || !fol_gemm_packs(m->width[l], m->width[l + 1]);
}

static fol_status set_shape(fol_context *ctx, mlp *m, const fol_ints *hidden)
{
    m->n_layers = hidden->n + 1;
    m->width[0] = m->base.n_in + m->base.n_features;
    for (int l = 0; l < hidden->n; l++)
        m->width[l + 1] = (size_t) hidden->value[l];
    m->width[m->n_layers] = m->base.n_out;
    for (int l = 0; l < m->n_layers; l++) {
        add_layer(m, l);
        if (m->width[l] > MAX_WEIGHTS || m->base.n_weights > MAX_WEIGHTS)
            return fol_fail_about(ctx, "hidden", "makes a network of more than 2^30 weights.");
    }
    place_prepared(m);
    set_rows(m);
    return FOL_OK;
}

fol_status fol_mlp_new(fol_context *ctx, const fol_mlp_options *options, size_t n_in, size_t n_out, fol_network **net)
{
    *net = NULL;
    if (options->hidden.n < 1)
        return fol_fail_about(ctx, "hidden", "must give the width of at least one hidden layer.");
    mlp *m = fol_alloc_zero(1, sizeof *m);
    if (!m)
        return fol_fail_memory(ctx, "a network");
    fol_status status = fol_time_features_init(ctx, &m->time, options->time_features, options->frequencies);
    m->base = (fol_network){.n_in = n_in,
                            .n_out = n_out,
                            .n_features = m->time.n,
                            .arrays = m->arrays,
                            .init = init,
                            .features = features,
                            .prepare = prepare,
                            .work_size = work_size,
                            .work_init = work_init,
                            .forward = forward,
                            .backward = backward};
    m->activation = fol_activation_kind_of(&options->activation);
    if (status == FOL_OK)
        status = set_shape(ctx, m, &options->hidden);
    if (status == FOL_OK)
        *net = &m->base;
    else
        fol_free(m);
    return status;
}

static void init(const fol_network *net, uint64_t seed, uint32_t index, float *values)
{
    const mlp *m = (const mlp *) net;
    memset(values, 0, net->n_weights * sizeof *values);
    for (int l = 0; l + 1 < m->n_layers; l++) {
        const size_t n = m->width[l] * m->width[l + 1];
        const float sd = (float) sqrt(m->activation->gain / (double) m->width[l]);
        float *w = values + weight_of(m, l);
        fol_rng_normals(seed, FOL_STREAM_INIT, index << 8 | (uint32_t) l, 0, n, w);
        for (size_t i = 0; i < n; i++)
            w[i] *= sd;
    }
}

static void features(const fol_network *net, size_t n, const double *t, size_t stride, float *out)
{
    fol_time_features_at(&((const mlp *) net)->time, n, t, stride, out);
}

// Workspaces ----------------------------------------------------------------------------------------------------------

// Lays the arrays out; with block NULL it only counts. Without gradients hidden layers share two arrays.
static size_t lay_out(const mlp *m, size_t n, bool gradients, char *block, mlp_work *work)
{
    size_t total = 0;
    float *shared[2] = {NULL, NULL};
    const size_t largest = largest_width(m);
    *work = (mlp_work){0};
    fol_layout_add(&total, 1, sizeof *work);
#define PLACE(pointer, rows, width)                                                                                    \
    do {                                                                                                               \
        const size_t offset_ = fol_layout_add(&total, rows, (width) * sizeof(float));                                  \
        (pointer) = block ? (float *) (void *) (block + offset_) : NULL;                                               \
    } while (0)
    if (!gradients) {
        for (int i = 0; i < 2; i++)
            PLACE(shared[i], n, largest);
        PLACE(work->bias, 1, m->width[1]);
    }
    for (int l = 0; l <= m->n_layers; l++) {
        if (gradients)
            PLACE(work->h[l], n, m->width[l]);
        else
            work->h[l] = shared[l % 2];
        if (gradients && l + 1 < m->n_layers)
            PLACE(work->slope[l], n, m->width[l + 1]);
    }
    if (gradients)
        for (int i = 0; i < 2; i++)
            PLACE(work->g[i], n, largest);
    PLACE(work->product, 1, (size_t) FOL_GEMM_WORK);
#undef PLACE
    return total;
}

static size_t work_size(const fol_network *net, size_t n, fol_passes passes)
{
    mlp_work unused;
    return lay_out((const mlp *) net, n, passes > FOL_FORWARD, NULL, &unused);
}

static void work_init(const fol_network *net, size_t n, fol_passes passes, void *block, fol_network_work *work)
{
    const mlp *m = (const mlp *) net;
    mlp_work *own = block;
    lay_out(m, n, passes > FOL_FORWARD, block, own);
    *work = (fol_network_work){own->h[0], own->h[m->n_layers], own->g[0], own};
}

// Passes --------------------------------------------------------------------------------------------------------------

static void prepare(const fol_network *net, size_t array, size_t row_0, size_t row_1, const float *values,
                    fol_passes passes, float *prepared)
{
    const mlp *m = (const mlp *) net;
    const int l = (int) (array / 2);
    const size_t n_in = m->width[l], n_out = m->width[l + 1];
    const float *w = values + weight_of(m, l);
    const bool is_bias = array % 2 == 1, packs = fol_gemm_packs(n_in, n_out);
    if (is_bias)
        return;
    if (l > 0 && packs)
        fol_gemm_pack(n_in, n_out, row_0, row_1, 0, n_out, w, n_out, 1, prepared + m->forward[l]);
    if (passes < (l > 0 ? FOL_GRADIENT : FOL_INPUT_GRADIENT))
        return;
    float *transpose = prepared + m->backward[l];
    if (packs) {
        fol_gemm_pack(n_out, n_in, 0, n_out, row_0, row_1, w, 1, n_out, transpose);
        return;
    }
    for (size_t j = 0; j < n_out; j++)
        for (size_t i = row_0; i < row_1; i++)
            transpose[j * n_in + i] = w[i * n_out + j];
}

// The first layer's bias with the contribution of shared features added.
static const float *shared_bias(const mlp *m, const float *values, const float *shared, const mlp_work *own)
{
    const size_t n_out = m->width[1], n_features = m->base.n_features;
    float *bias = own->bias;
    memcpy(bias, values + bias_of(m, 0), n_out * sizeof *bias);
    fol_gemm(false, 1, n_out, n_features, shared, n_features, values + weight_of(m, 0) + m->base.n_in * n_out, n_out, 1,
             bias, n_out, own->product);
    return bias;
}

static void forward(const fol_network *net, fol_weights weights, size_t n, const float *shared,
                    const fol_network_work *work)
{
    const mlp *m = (const mlp *) net;
    const mlp_work *own = work->own;
    const fol_simd *simd = fol_simd_get();
    for (int l = 0; l < m->n_layers; l++) {
        const bool shares = l == 0 && shared;
        const size_t n_in = shares ? net->n_in : m->width[l], n_out = m->width[l + 1];
        const float *bias = shares ? shared_bias(m, weights.values, shared, own) : weights.values + bias_of(m, l);
        const float *in = own->h[l];
        float *out = own->h[l + 1];
        if (l > 0 && fol_gemm_packs(n_in, n_out))
            fol_gemm_packed(n, n_out, n_in, in, n_in, weights.prepared + m->forward[l], out, n_out);
        else
            fol_gemm(false, n, n_out, n_in, in, n_in, weights.values + weight_of(m, l), n_out, 0, out, n_out,
                     own->product);
        if (l + 1 < m->n_layers)
            m->activation->activate[simd->level](n, n_out, bias, out, own->slope[l]);
        else
            simd->add_bias(n, n_out, bias, out);
    }
}

static void backward(const fol_network *net, fol_weights weights, size_t n, const fol_network_work *work,
                     bool accumulate, float *gradient, float *input_gradient)
{
    const mlp *m = (const mlp *) net;
    const mlp_work *own = work->own;
    const float keep = accumulate ? 1 : 0;
    float *g = own->g[0], *g_next = own->g[1];
    for (int l = m->n_layers - 1; l >= 0; l--) {
        const size_t n_in = m->width[l], n_out = m->width[l + 1];
        const float *slope = l + 1 < m->n_layers ? own->slope[l] : NULL;
        float *bias_gradient = gradient + bias_of(m, l);
        if (!accumulate)
            memset(bias_gradient, 0, n_out * sizeof *bias_gradient);
        fol_simd_get()->backward_bias(n, n_out, slope, g, bias_gradient);
        fol_gemm(true, n_in, n_out, n, own->h[l], n_in, g, n_out, keep, gradient + weight_of(m, l), n_out,
                 own->product);
        float *g_in = l > 0 ? g_next : input_gradient;
        if (!g_in)
            return;
        if (fol_gemm_packs(n_in, n_out))
            fol_gemm_packed(n, n_in, n_out, g, n_out, weights.prepared + m->backward[l], g_in, n_in);
        else
            fol_gemm(false, n, n_in, n_out, g, n_out, weights.prepared + m->backward[l], n_in, 0, g_in, n_in,
                     own->product);
        g_next = g;
        g = g_in;
    }
}
