// Denoiser: a network in one of three parametrisations (MATH 2).
#include "denoiser_network.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../network/gemm.h"

#define SNR_LEAST 1e-7 // times the data's variance: below it the denoiser is the mean

typedef struct {
    fol_denoiser base;
    fol_network_parts parts;
    float *to_axes, *from_axes; // packed (d, d) each: rows times them are on the axes, and back; NULL without axes
    float *prepared;            // (network->n_prepared[FOL_FORWARD])
} fol_denoiser_network;

fol_wrapping fol_wrapping_at(int parametrization, double sd, const fol_instant *when)
{
    const double a = when->a, s = when->s, v = a * a * sd * sd + s * s;
    switch (parametrization) {
    case FOL_EPSILON:
        return (fol_wrapping){.in = 1, .skip = 1 / a, .out = -s / a};
    case FOL_DENOISED:
        return (fol_wrapping){.in = 1, .out = 1};
    default: // FOL_EDM
        return (fol_wrapping){.in = 1 / sqrt(v), .skip = a * sd * sd / v, .out = s * sd / sqrt(v)};
    }
}

double fol_network_time(double sd, const fol_instant *when)
{
    const double t = -log(when->snr * sd * sd) / 8;
    return t < -4 ? -4 : t > 4 ? 4 : t;
}

// The workspace of a pass: the network's, the features of a time that is shared, and how the network is wrapped.
typedef struct {
    fol_network_work network;
    float *features;
    fol_wrapping *wraps; // (rows), without axes
    double *times;       // (rows): what the network is told
    float *along, *back; // (rows, d) each, with axes: on them, and what goes there or comes back
    float *along_wraps;  // (3, d): in, skip and out along the axes at one moment
} pass_work;

// With block NULL it only counts.
static size_t lay_out(const fol_denoiser_network *net, char *block, pass_work *work)
{
    const fol_network *network = net->parts.network;
    const size_t rows = network->pass_rows;
    size_t total = 0;
    fol_layout_add(&total, network->work_size(network, rows, FOL_FORWARD), 1);
    const size_t features = fol_layout_add(&total, network->n_features, sizeof *work->features);
    const size_t d = network->n_out, on_axes = net->to_axes ? rows : 0;
    const size_t wraps = fol_layout_add(&total, rows, sizeof *work->wraps);
    const size_t times = fol_layout_add(&total, rows, sizeof *work->times);
    const size_t along = fol_layout_add(&total, on_axes, d * sizeof *work->along);
    const size_t back = fol_layout_add(&total, on_axes, d * sizeof *work->back);
    const size_t along_wraps = fol_layout_add(&total, on_axes ? 3 : 0, d * sizeof *work->along_wraps);
    if (!block)
        return total;
    network->work_init(network, rows, FOL_FORWARD, block, &work->network);
    work->features = (float *) (void *) (block + features);
    work->wraps = (fol_wrapping *) (void *) (block + wraps);
    work->times = (double *) (void *) (block + times);
    work->along = (float *) (void *) (block + along);
    work->back = (float *) (void *) (block + back);
    work->along_wraps = (float *) (void *) (block + along_wraps);
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

// What the network is told of the times: once for a time that is shared, after each row of its input else.
static void tell_times(const fol_denoiser_network *net, size_t n, const fol_instant *when, bool shared,
                       const pass_work *work)
{
    const fol_network *network = net->parts.network;
    for (size_t i = 0; i < (shared ? 1 : n); i++)
        work->times[i] = fol_network_time(net->parts.data_sd, when + i);
    if (shared)
        network->features(network, 1, work->times, 0, work->features);
    else
        network->features(network, n, work->times, network->n_in + network->n_features,
                          work->network.in + network->n_in);
}

// The rows of a pass and their moments.
typedef struct {
    size_t n;
    const double *x;
    const fol_instant *when;
    size_t stride; // 0: one moment for all
    double *denoised;
} pass_rows;

static void run_network(const fol_denoiser_network *net, const pass_rows *rows, const pass_work *work)
{
    const fol_network *network = net->parts.network;
    const size_t width = rows->stride == 0 ? network->n_in : network->n_in + network->n_features;
    // Every pass has as many rows where that matters, so that a row's bits do not depend on how many there are.
    const size_t n_forward = network->rows_matter ? network->pass_rows : rows->n;
    memset(work->network.in + rows->n * width, 0, (n_forward - rows->n) * width * sizeof(float));
    network->forward(network, (fol_weights){net->parts.weights, net->prepared}, n_forward,
                     rows->stride == 0 ? work->features : NULL, &work->network);
}

static void pass_columns(const fol_denoiser_network *net, const pass_rows *rows, const pass_work *work)
{
    const fol_network_parts *parts = &net->parts;
    const size_t d = parts->network->n_in, width = rows->stride == 0 ? d : d + parts->network->n_features;
    const double *mean = parts->mean;
    for (size_t i = 0; i < (rows->stride == 0 ? 1 : rows->n); i++)
        work->wraps[i] = fol_wrapping_at(parts->parametrization, parts->data_sd, rows->when + i);
    for (size_t i = 0; i < rows->n; i++) {
        const double in = work->wraps[i * rows->stride].in, a = rows->when[i * rows->stride].a, *x = rows->x + i * d;
        float *to = work->network.in + i * width;
        for (size_t j = 0; j < d; j++)
            to[j] = (float) (in * (x[j] - a * mean[j]));
    }
    run_network(net, rows, work);
    for (size_t i = 0; i < rows->n; i++) {
        const fol_wrapping wrap = work->wraps[i * rows->stride];
        const double a = rows->when[i * rows->stride].a, *x = rows->x + i * d;
        const float *f = work->network.out + i * d;
        double *to = rows->denoised + i * d;
        for (size_t j = 0; j < d; j++)
            to[j] = mean[j] + wrap.skip * (x[j] - a * mean[j]) + wrap.out * (double) f[j];
    }
}

static bool is_near(const fol_network_parts *parts, const fol_instant *when)
{
    return when->snr * parts->data_sd * parts->data_sd > 1;
}

// The wrappings along the axes at one moment, in (d), skip (d) and out (d), for what is added to the mean; near the
// data, to x / a: so that little comes back from the axes in single precision.
static void wrap_axes(const fol_network_parts *parts, const fol_instant *when, float *wraps)
{
    const double a = when->a, s = when->s;
    const size_t d = parts->network->n_in;
    const bool near = is_near(parts, when);
    for (size_t k = 0; k < d; k++) {
        const double sd = parts->axes.sd[k];
        const fol_wrapping wrap = fol_wrapping_at(FOL_EDM, sd, when);
        wraps[k] = (float) wrap.in;
        wraps[d + k] = (float) (near ? -s * s / (a * (a * a * sd * sd + s * s)) : wrap.skip);
        wraps[2 * d + k] = (float) wrap.out;
    }
}

// What the network is given of the rows along the axes, which become the skipped part; `back` is what its answer is
// multiplied by.
static void enter_axes(const fol_denoiser_network *net, const pass_rows *rows, const pass_work *work)
{
    const fol_network_parts *parts = &net->parts;
    const size_t d = parts->network->n_in, width = rows->stride == 0 ? d : d + parts->network->n_features;
    const double *mean = parts->mean;
    for (size_t i = 0; i < rows->n; i++) {
        const double a = rows->when[i * rows->stride].a, *x = rows->x + i * d;
        float *to = work->back + i * d;
        for (size_t j = 0; j < d; j++)
            to[j] = (float) (x[j] - a * mean[j]);
    }
    fol_gemm_packed(rows->n, d, d, work->back, d, net->to_axes, work->along, d);
    const float *in = work->along_wraps, *skip = in + d, *out = skip + d;
    for (size_t i = 0; i < rows->n; i++) {
        if (i == 0 || rows->stride > 0)
            wrap_axes(parts, rows->when + i * rows->stride, work->along_wraps);
        float *along = work->along + i * d, *to = work->network.in + i * width;
        for (size_t k = 0; k < d; k++) {
            to[k] = in[k] * along[k];
            along[k] *= skip[k];
        }
        memcpy(work->back + i * d, out, d * sizeof *out);
    }
}

static void leave_axes(const fol_denoiser_network *net, const pass_rows *rows, const pass_work *work)
{
    const fol_network_parts *parts = &net->parts;
    const size_t d = parts->network->n_in;
    const double *mean = parts->mean;
    const float *out = work->back, *f = work->network.out;
    float *along = work->along;
    for (size_t i = 0; i < rows->n * d; i++)
        along[i] += out[i] * f[i];
    fol_gemm_packed(rows->n, d, d, work->along, d, net->from_axes, work->back, d);
    for (size_t i = 0; i < rows->n; i++) {
        const fol_instant *when = rows->when + i * rows->stride;
        const bool near = is_near(parts, when);
        const double by = 1 / when->a, *x = rows->x + i * d;
        const float *back = work->back + i * d;
        double *to = rows->denoised + i * d;
        for (size_t j = 0; j < d; j++)
            to[j] = (near ? by * x[j] : mean[j]) + (double) back[j];
    }
}

static void pass(const fol_denoiser_network *net, const pass_rows *rows, char *block)
{
    const size_t d = net->base.field.n_in;
    pass_work work;
    lay_out(net, block, &work);
    tell_times(net, rows->n, rows->when, rows->stride == 0, &work);
    if (net->to_axes) {
        enter_axes(net, rows, &work);
        run_network(net, rows, &work);
        leave_axes(net, rows, &work);
    } else {
        pass_columns(net, rows, &work);
    }
    for (size_t i = 0; i < rows->n && rows->stride > 0; i++)
        without_network(net, rows->when + i, rows->x + i * d, rows->denoised + i * d);
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
        pass(net, &(pass_rows){rows, x + i * d, when + i * stride, stride, denoised + i * d}, work);
    }
    return FOL_OK;
}

bool fol_axes_serve(size_t d)
{
    return fol_gemm_packs(d, d);
}

fol_status fol_denoiser_network_new(fol_context *ctx, const fol_network_parts *parts, fol_denoiser **den)
{
    const fol_network *network = parts->network;
    const size_t d = network->n_out, packed = parts->axes.axis ? fol_gemm_packed_size(d, d) : 0;
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(fol_denoiser_network));
    const size_t prepared = fol_layout_add(&total, network->n_prepared[FOL_FORWARD], sizeof(float));
    const size_t to_axes = fol_layout_add(&total, packed, sizeof(float));
    const size_t from_axes = fol_layout_add(&total, packed, sizeof(float));
    char *block = fol_alloc_zero(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "a denoiser");
    fol_denoiser_network *net = (fol_denoiser_network *) (void *) block;
    *net = (fol_denoiser_network){
        .base = {.field = {.n_in = d, .n_out = d, .single = true, .work_size = work_size, .eval = eval},
                 .process = parts->process,
                 .data_var = parts->data_sd * parts->data_sd},
        .parts = *parts,
        .prepared = (float *) (void *) (block + prepared),
    };
    fol_network_prepare(network, parts->weights, FOL_FORWARD, net->prepared);
    if (packed > 0) {
        net->to_axes = (float *) (void *) (block + to_axes);
        net->from_axes = (float *) (void *) (block + from_axes);
        fol_gemm_pack(d, d, 0, d, 0, d, parts->axes.axis, 1, d, net->to_axes);
        fol_gemm_pack(d, d, 0, d, 0, d, parts->axes.axis, d, 1, net->from_axes);
    }
    *den = &net->base;
    return FOL_OK;
}
