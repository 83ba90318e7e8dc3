// Denoiser: a network in one of three parametrisations (MATH 2).
#include "denoiser_network.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"

#define SNR_LEAST 1e-7 // times the data's variance: below it the denoiser is the mean

typedef struct {
    fol_denoiser base;
    fol_network_parts parts;
    _Alignas(FOL_ALIGN) float prepared[]; // (network->n_prepared[FOL_FORWARD])
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

// The workspace of a pass: the network's, the features of a time that is shared, and how the network is wrapped.
typedef struct {
    fol_network_work network;
    float *features;
    fol_wrapping *wraps; // (rows)
    double *times;       // (rows): their t
} pass_work;

// With block NULL it only counts.
static size_t lay_out(const fol_denoiser_network *net, char *block, pass_work *work)
{
    const fol_network *network = net->parts.network;
    const size_t rows = network->pass_rows;
    size_t total = 0;
    fol_layout_add(&total, network->work_size(network, rows, FOL_FORWARD), 1);
    const size_t features = fol_layout_add(&total, network->n_features, sizeof *work->features);
    const size_t wraps = fol_layout_add(&total, rows, sizeof *work->wraps);
    const size_t times = fol_layout_add(&total, rows, sizeof *work->times);
    if (!block)
        return total;
    network->work_init(network, rows, FOL_FORWARD, block, &work->network);
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

// How the network is wrapped at each time, and what it is told of it: once for a time that is shared, after each row
// of its input else.
static void tell_times(const fol_denoiser_network *net, size_t n, const fol_instant *when, bool shared,
                       const pass_work *work)
{
    const fol_network_parts *parts = &net->parts;
    const size_t n_times = shared ? 1 : n;
    for (size_t i = 0; i < n_times; i++) {
        work->wraps[i] = fol_wrapping_at(parts->parametrization, parts->data_sd, when + i);
        work->times[i] = work->wraps[i].t;
    }
    const fol_network *network = parts->network;
    if (shared)
        network->features(network, 1, work->times, 0, work->features);
    else
        network->features(network, n, work->times, network->n_in + network->n_features,
                          work->network.in + network->n_in);
}

static void pass(const fol_denoiser_network *net, size_t n, const double *x, const fol_instant *when,
                 size_t when_stride, double *denoised, char *block)
{
    const fol_network_parts *parts = &net->parts;
    const fol_network *network = parts->network;
    const bool shared = when_stride == 0;
    const size_t d = net->base.field.n_in, width = shared ? d : d + network->n_features;
    // Every pass has as many rows where that matters, so that a row's bits do not depend on how many there are.
    const size_t n_forward = network->rows_matter ? network->pass_rows : n;
    pass_work work;
    lay_out(net, block, &work);
    tell_times(net, n, when, shared, &work);
    for (size_t i = 0; i < n; i++) {
        const double in = work.wraps[i * when_stride].in, a = when[i * when_stride].a;
        for (size_t j = 0; j < d; j++)
            work.network.in[i * width + j] = (float) (in * (x[i * d + j] - a * parts->mean[j]));
    }
    memset(work.network.in + n * width, 0, (n_forward - n) * width * sizeof(float));
    network->forward(network, (fol_weights){parts->weights, net->prepared}, n_forward, shared ? work.features : NULL,
                     &work.network);
    const float *f = work.network.out;
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
    const size_t d = field->n_in, most = net->parts.network->pass_rows;
    if (stride == 0 && n > 0 && without_network(net, when, x, denoised)) {
        for (size_t i = 1; i < n; i++)
            without_network(net, when, x + i * d, denoised + i * d);
        return FOL_OK;
    }
    for (size_t i = 0; i < n; i += most) {
        const size_t rows = n - i < most ? n - i : most;
        pass(net, rows, x + i * d, when + i * stride, stride, denoised + i * d, work);
    }
    return FOL_OK;
}

fol_status fol_denoiser_network_new(fol_context *ctx, const fol_network_parts *parts, fol_denoiser **den)
{
    const size_t d = parts->network->n_out;
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(fol_denoiser_network));
    fol_layout_add(&total, parts->network->n_prepared[FOL_FORWARD], sizeof(float));
    fol_denoiser_network *net = fol_alloc_zero(total, 1);
    if (!net)
        return fol_fail_memory(ctx, "a denoiser");
    *net = (fol_denoiser_network){
        .base = {.field = {.n_in = d, .n_out = d, .single = true, .work_size = work_size, .eval = eval},
                 .process = parts->process,
                 .data_var = parts->data_sd * parts->data_sd},
        .parts = *parts,
    };
    fol_network_prepare(parts->network, parts->weights, FOL_FORWARD, net->prepared);
    *den = &net->base;
    return FOL_OK;
}
