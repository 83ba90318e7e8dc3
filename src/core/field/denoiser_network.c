// Denoiser: a network in one of three parametrisations (MATH 2).
#include "denoiser_network.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../network/gemm.h"

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

// The workspace of a pass: the network's, the first layer's bias and the features of a time that is shared, and for
// rows at times of their own how the network is wrapped.
typedef struct {
    fol_mlp_work mlp;
    float *bias, *features;
    fol_wrapping *wraps; // (rows)
    double *times;       // (rows): their t
} pass_work;

// With block NULL it only counts.
static size_t lay_out(const fol_denoiser_network *net, char *block, pass_work *work)
{
    const fol_mlp *mlp = &net->parts.mlp;
    size_t total = 0;
    fol_layout_add(&total, 1, fol_mlp_work_size(mlp, net->rows, false));
    const size_t bias = fol_layout_add(&total, mlp->width[1], sizeof *work->bias);
    const size_t features = fol_layout_add(&total, mlp->n_time, sizeof *work->features);
    const size_t wraps = fol_layout_add(&total, net->rows, sizeof *work->wraps);
    const size_t times = fol_layout_add(&total, net->rows, sizeof *work->times);
    if (!block)
        return total;
    fol_mlp_work_init(mlp, net->rows, false, block, &work->mlp);
    work->bias = (float *) (void *) (block + bias);
    work->features = (float *) (void *) (block + features);
    work->wraps = (fol_wrapping *) (void *) (block + wraps);
    work->times = (double *) (void *) (block + times);
    return total;
}

static size_t work_size(const fol_field *field, size_t n)
{
    (void) n; // rows go through in passes of a fixed size
    return lay_out((const fol_denoiser_network *) field, NULL, NULL);
}

// One moment's limit cases, in which there is nothing for the network to do.
static bool without_network(const fol_denoiser_network *net, const fol_instant *when, const double *x, double *denoised)
{
    const size_t d = net->base.field.n_in;
    const double sd = net->parts.data_sd;
    const bool is_data = isinf(when->snr), is_noise = when->snr * sd * sd < SNR_LEAST;
    if (!is_data && !is_noise)
        return false;
    for (size_t j = 0; j < d; j++)
        denoised[j] = is_data ? x[j] / when->a : net->parts.mean[j];
    return true;
}

// How the network is wrapped at each time, and what it is told of it: in the bias of the first layer for a time that
// is shared, beside x in its input else.
static void tell_times(const fol_denoiser_network *net, size_t n, const fol_instant *when, bool shared,
                       const pass_work *work)
{
    const fol_network_parts *parts = &net->parts;
    const size_t n_times = shared ? 1 : n;
    for (size_t i = 0; i < n_times; i++) {
        work->wraps[i] = fol_wrapping_at(parts->parametrization, parts->data_sd, when + i);
        work->times[i] = work->wraps[i].t;
    }
    if (shared) {
        fol_mlp_time_features(&parts->mlp, 1, work->times, work->features, 0);
        fol_mlp_time_bias(&parts->mlp, parts->weights, work->features, work->bias);
    } else {
        fol_mlp_time_features(&parts->mlp, n, work->times, work->mlp.h[0] + parts->mlp.n_state, parts->mlp.width[0]);
    }
}

static void pass(const fol_denoiser_network *net, size_t n, const double *x, const fol_instant *when,
                 size_t when_stride, double *denoised, char *block)
{
    const fol_network_parts *parts = &net->parts;
    const fol_mlp *mlp = &parts->mlp;
    const bool shared = when_stride == 0;
    const size_t d = net->base.field.n_in, width = shared ? d : mlp->width[0], n_forward = net->padded ? net->rows : n;
    pass_work work;
    lay_out(net, block, &work);
    tell_times(net, n, when, shared, &work);
    for (size_t i = 0; i < n; i++) {
        const double in = work.wraps[i * when_stride].in, a = when[i * when_stride].a;
        for (size_t j = 0; j < d; j++)
            work.mlp.h[0][i * width + j] = (float) (in * (x[i * d + j] - a * parts->mean[j]));
    }
    memset(work.mlp.h[0] + n * width, 0, (n_forward - n) * width * sizeof(float));
    fol_mlp_forward(mlp, parts->weights, net->prepared, n_forward, shared ? work.bias : NULL, &work.mlp);
    const float *f = work.mlp.h[mlp->n_layers];
    for (size_t i = 0; i < n; i++) {
        const fol_wrapping wrap = work.wraps[i * when_stride];
        const fol_instant *at = when + i * when_stride;
        for (size_t j = 0; j < d; j++) {
            const double mean = parts->mean[j];
            denoised[i * d + j] = mean + wrap.skip * (x[i * d + j] - at->a * mean) + wrap.out * (double) f[i * d + j];
        }
        if (!shared)
            without_network(net, at, x + i * d, denoised + i * d);
    }
}

static fol_status eval(const fol_field *field, size_t n, const double *x, const fol_instant *when, size_t stride,
                       double *denoised, void *work)
{
    const fol_denoiser_network *net = (const fol_denoiser_network *) field;
    const size_t d = field->n_in;
    if (stride == 0 && n > 0 && without_network(net, when, x, denoised)) {
        for (size_t i = 1; i < n; i++)
            without_network(net, when, x + i * d, denoised + i * d);
        return FOL_OK;
    }
    for (size_t i = 0; i < n; i += net->rows) {
        const size_t rows = n - i < net->rows ? n - i : net->rows;
        pass(net, rows, x + i * d, when + i * stride, stride, denoised + i * d, work);
    }
    return FOL_OK;
}

fol_status fol_denoiser_network_new(fol_context *ctx, const fol_network_parts *parts, fol_denoiser **den)
{
    const size_t d = parts->mlp.width[parts->mlp.n_layers];
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(fol_denoiser_network));
    fol_layout_add(&total, parts->mlp.n_forward, sizeof(float));
    fol_denoiser_network *net = fol_alloc_zero(total, 1);
    if (!net)
        return fol_fail_memory(ctx, "a denoiser");
    *net = (fol_denoiser_network){
        .base = {.field = {.n_in = d, .n_out = d, .single = true, .work_size = work_size, .eval = eval},
                 .process = parts->process,
                 .data_var = parts->data_sd * parts->data_sd},
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
