// Denoiser: a network in one of three parametrisations (MATH 2).
#include "denoiser_network.h"

#include <math.h>
#include <string.h>

#include "gemm.h"
#include "memory.h"
#include "model.h"

#define ROWS_MOST 256            // rows of a pass through the network;
#define CACHE_FLOATS (16u << 10) // fewer when the layers are wide, so that two of them stay in cache
#define ROWS_LEAST 48
#define SNR_LEAST 1e-7 // times the data's variance: below it the denoiser is the mean

typedef struct {
    fol_denoiser base;
    fol_network_parts parts;
    size_t rows;                          // of a pass
    bool padded;                          // every pass has as many
    _Alignas(FOL_ALIGN) float prepared[]; // (mlp.n_forward), mlp.h
} fol_denoiser_network;

fol_wrapping fol_wrapping_at(int parametrization, double sd, const fol_instant *when)
{
    const double a = when->a, s = when->s, v = a * a * sd * sd + s * s;
    const double t = -log(when->snr * sd * sd) / 8;
    fol_wrapping wrap = {.t = t < -4 ? -4 : t > 4 ? 4 : t};
    switch (parametrization) {
    case FOL_EPSILON:
        wrap.in = 1;
        wrap.skip = 1 / a;
        wrap.out = -s / a;
        break;
    case FOL_DENOISED:
        wrap.in = 1;
        wrap.out = 1;
        break;
    default: // FOL_EDM
        wrap.in = 1 / sqrt(v);
        wrap.skip = a * sd * sd / v;
        wrap.out = s * sd / sqrt(v);
    }
    return wrap;
}

static size_t pass_rows(const fol_mlp *mlp)
{
    size_t widest = 1;
    for (int l = 0; l <= mlp->n_layers; l++)
        widest = mlp->width[l] > widest ? mlp->width[l] : widest;
    const size_t rows = CACHE_FLOATS / widest;
    return rows > ROWS_MOST ? ROWS_MOST : rows < ROWS_LEAST ? ROWS_LEAST : rows;
}

// Whether fol_gemm might choose between its kernels by the number of rows: then all passes have the same, so that a
// row's bits do not depend on how many there are.
static bool pads(const fol_mlp *mlp)
{
    bool any = false;
    for (int l = 0; l < mlp->n_layers; l++)
        any = any || !fol_gemm_packs(mlp->width[l], mlp->width[l + 1]);
    return any;
}

// The workspace of a pass: the network's, then the first layer's bias and the time features.
static size_t lay_out(const fol_denoiser_network *net, size_t *bias, size_t *features)
{
    size_t total = 0;
    fol_layout_add(&total, 1, fol_mlp_work_size(&net->parts.mlp, net->rows, false));
    *bias = fol_layout_add(&total, net->parts.mlp.width[1], sizeof(float));
    *features = fol_layout_add(&total, net->parts.mlp.n_time, sizeof(float));
    return total;
}

static size_t work_size(const fol_denoiser *den, size_t n)
{
    (void) n; // rows go through in passes of a fixed size
    size_t bias, features;
    return lay_out((const fol_denoiser_network *) den, &bias, &features);
}

// One moment's limit cases, in which there is nothing for the network to do.
static bool without_network(const fol_denoiser_network *net, const fol_instant *when, const double *x, double *denoised)
{
    const size_t d = net->base.dim;
    const double sd = net->parts.data_sd;
    const bool is_data = isinf(when->snr), is_noise = when->snr * sd * sd < SNR_LEAST;
    if (!is_data && !is_noise)
        return false;
    for (size_t j = 0; j < d; j++)
        denoised[j] = is_data ? x[j] / when->a : net->parts.mean[j];
    return true;
}

static void pass(const fol_denoiser_network *net, size_t n, const double *x, const fol_instant *when,
                 size_t when_stride, double *denoised, char *block)
{
    const fol_network_parts *parts = &net->parts;
    const fol_mlp *mlp = &parts->mlp;
    const size_t d = net->base.dim;
    size_t bias_offset, features_offset;
    lay_out(net, &bias_offset, &features_offset);
    float *bias = (float *) (void *) (block + bias_offset), *features = (float *) (void *) (block + features_offset);
    fol_mlp_work work;
    fol_mlp_work_init(mlp, net->rows, false, block, &work);

    const bool shared = when_stride == 0;
    const size_t width = shared ? d : mlp->width[0];
    fol_wrapping wrap = {0};
    if (shared) {
        wrap = fol_wrapping_at(parts->parametrization, parts->data_sd, when);
        fol_mlp_time_features(mlp, wrap.t, features);
        fol_mlp_time_bias(mlp, parts->weights, features, bias);
    }
    for (size_t i = 0; i < n; i++) {
        const fol_instant *at = when + i * when_stride;
        float *in = work.h[0] + i * width;
        if (!shared) {
            wrap = fol_wrapping_at(parts->parametrization, parts->data_sd, at);
            fol_mlp_time_features(mlp, wrap.t, in + d);
        }
        for (size_t j = 0; j < d; j++)
            in[j] = (float) (wrap.in * (x[i * d + j] - at->a * parts->mean[j]));
    }
    const size_t n_forward = net->padded ? net->rows : n;
    memset(work.h[0] + n * width, 0, (n_forward - n) * width * sizeof *work.h[0]);
    fol_mlp_forward(mlp, parts->weights, net->prepared, n_forward, shared ? bias : NULL, &work);
    const float *f = work.h[mlp->n_layers];
    for (size_t i = 0; i < n; i++) {
        const fol_instant *at = when + i * when_stride;
        if (!shared)
            wrap = fol_wrapping_at(parts->parametrization, parts->data_sd, at);
        for (size_t j = 0; j < d; j++) {
            const double mean = parts->mean[j];
            denoised[i * d + j] = mean + wrap.skip * (x[i * d + j] - at->a * mean) + wrap.out * (double) f[i * d + j];
        }
        if (!shared)
            without_network(net, at, x + i * d, denoised + i * d);
    }
}

static void eval(const fol_denoiser *den, size_t n, const double *x, const fol_instant *when, size_t when_stride,
                 double *denoised, void *work)
{
    const fol_denoiser_network *net = (const fol_denoiser_network *) den;
    const size_t d = den->dim;
    if (when_stride == 0 && n > 0 && without_network(net, when, x, denoised)) {
        for (size_t i = 1; i < n; i++)
            without_network(net, when, x + i * d, denoised + i * d);
        return;
    }
    for (size_t i = 0; i < n; i += net->rows) {
        const size_t rows = n - i < net->rows ? n - i : net->rows;
        pass(net, rows, x + i * d, when + i * when_stride, when_stride, denoised + i * d, work);
    }
}

fol_status fol_denoiser_network_new(fol_context *ctx, const fol_network_parts *parts, fol_denoiser **den)
{
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(fol_denoiser_network));
    fol_layout_add(&total, parts->mlp.n_forward, sizeof(float));
    fol_denoiser_network *net = fol_alloc_zero(total, 1);
    if (!net)
        return fol_fail_memory(ctx, "a denoiser");
    *net = (fol_denoiser_network){
        .base =
            {
                .dim = parts->mlp.width[parts->mlp.n_layers],
                .process = parts->process,
                .data_var = parts->data_sd * parts->data_sd,
                .work_size = work_size,
                .eval = eval,
            },
        .parts = *parts,
        .rows = pass_rows(&parts->mlp),
        .padded = pads(&parts->mlp),
    };
    *den = &net->base;
    fol_denoiser_network_refresh(*den);
    return FOL_OK;
}

void fol_denoiser_network_refresh(fol_denoiser *den)
{
    fol_denoiser_network *net = (fol_denoiser_network *) den;
    fol_mlp_prepare_all(&net->parts.mlp, net->parts.weights, false, net->prepared);
}

fol_status fol_model_denoiser(fol_context *ctx, const fol_model *model, fol_denoiser **den)
{
    fol_network_parts parts = {
        .weights = model->weights,
        .mean = model->mean,
        .process = model->process,
        .parametrization = model->parametrization,
        .data_sd = model->data_sd,
    };
    const fol_status status = fol_mlp_init(ctx, &parts.mlp, &model->network, model->dim, model->dim);
    return status == FOL_OK ? fol_denoiser_network_new(ctx, &parts, den) : status;
}
