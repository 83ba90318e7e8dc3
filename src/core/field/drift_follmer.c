// Drift: the Follmer drift that a denoiser of any process makes (MATH 1, 5.2).
//
// x = t X + sigma sqrt(t (1 - t)) eps is the localization process Y = x / (sigma^2 (1 - t)) at the signal-to-noise
// ratio t / (sigma^2 (1 - t)), and so the denoiser's own process at the moment of that ratio, times its scale.
#include "drift_follmer.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"

#define SNR_MAX 100.0      // times the data's variance: default of snr_max
#define SNR_LEAST 1e-8     // the same: no denoiser is asked below it
#define REST_LEAST 0x1p-25 // of 1 - t: below, D - x loses more digits than b changes by until t = 1

typedef struct {
    fol_field base; // first
    const fol_denoiser *den;
    double variance;     // sigma^2
    double snr_low;      // the least ratio at which the denoiser is asked, and
    const double *shift; // (d): what D lacks there for the data's mean at 0
    double t_max;        // b is frozen from here on
} follmer;

static size_t work_size(const fol_field *drift, size_t n);
static fol_status eval(const fol_field *drift, size_t n, const double *x, const fol_instant *at, size_t stride,
                       double *out, void *work);

static fol_status check(fol_context *ctx, double sigma, double snr_max)
{
    if (!(sigma > 0) || isinf(sigma))
        return fol_fail_argument(ctx, "sigma", sigma > 0 ? "finite" : "positive", "%g", sigma);
    if (!(snr_max > 0) && !isnan(snr_max))
        return fol_fail_argument(ctx, "snr_max", "positive", "%g", snr_max);
    return FOL_OK;
}

// E X less what the denoiser answers at x = 0 and the least ratio.
static fol_status set_shift(fol_context *ctx, const fol_denoiser *den, double snr_low, double *shift)
{
    const size_t d = den->field.n_in;
    size_t total = 0;
    const size_t at_low = fol_layout_add(&total, d, sizeof(double));
    const size_t at_zero = fol_layout_add(&total, d, sizeof(double));
    const size_t at_work = fol_layout_add(&total, fol_field_work_size(&den->field, 1), 1);
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "a drift");
    double *low = (double *) (void *) (block + at_low), *zero = (double *) (void *) (block + at_zero);
    const fol_instant at = fol_process_at_snr(&den->process, snr_low), start = {.tau = at.tau, .s = 1};
    memset(zero, 0, d * sizeof *zero);
    fol_status status = fol_field_eval(&den->field, 1, zero, &at, 0, low, block + at_work);
    if (status == FOL_OK)
        status = fol_field_eval(&den->field, 1, zero, &start, 0, shift, block + at_work);
    for (size_t j = 0; status == FOL_OK && j < d; j++)
        shift[j] -= low[j];
    fol_free(block);
    return status;
}

fol_status fol_drift_follmer_new(fol_context *ctx, const fol_denoiser *den, double sigma, double snr_max,
                                 fol_field **drift)
{
    fol_status status = check(ctx, sigma, snr_max);
    if (status != FOL_OK)
        return status;
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(follmer));
    const size_t at_shift = fol_layout_add(&total, den->field.n_in, sizeof(double));
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "a drift");
    const double least = SNR_LEAST / den->data_var;
    const double first = fol_process_at(&den->process, fol_process_end(&den->process)).snr;
    const double last = fol_process_at(&den->process, 0).snr;
    const double wanted = isnan(snr_max) ? SNR_MAX / den->data_var : snr_max, top = wanted < last ? wanted : last;
    const double variance = sigma * sigma, rest = 1 / (1 + variance * top);
    double *shift = (double *) (void *) (block + at_shift);
    follmer *made = (follmer *) (void *) block;
    *made = (follmer){.base = {.n_in = den->field.n_in,
                               .n_out = den->field.n_in,
                               .single = den->field.single,
                               .work_size = work_size,
                               .eval = eval},
                      .den = den,
                      .variance = variance,
                      .snr_low = first > least ? first : least,
                      .shift = shift,
                      .t_max = 1 - (rest > REST_LEAST ? rest : REST_LEAST)};
    status = set_shift(ctx, den, made->snr_low, shift);
    if (status != FOL_OK) {
        fol_free(block);
        return status;
    }
    *drift = &made->base;
    return FOL_OK;
}

// A time as the denoiser sees it, beside its moment.
typedef struct {
    double rest;   // 1 - t, no less than where the drift is frozen
    double factor; // the denoiser's x over ours
    double shift;  // share of the shift that D lacks
} place;

// A caller's workspace for n rows.
typedef struct {
    place *places;     // (n)
    fol_instant *when; // (n): moments of the denoiser's process
    double *y;         // (n, d): x in its coordinates
    void *den;
} workspace;

static size_t layout(const follmer *f, size_t n, char *base, workspace *work)
{
    size_t total = 0, size;
    if (__builtin_mul_overflow(n, f->base.n_in, &size))
        return SIZE_MAX;
    const size_t places = fol_layout_add(&total, n, sizeof *work->places);
    const size_t when = fol_layout_add(&total, n, sizeof *work->when);
    const size_t y = fol_layout_add(&total, size, sizeof *work->y);
    const size_t den = fol_layout_add(&total, fol_field_work_size(&f->den->field, n), 1);
    if (base)
        *work = (workspace){.places = (place *) (void *) (base + places),
                            .when = (fol_instant *) (void *) (base + when),
                            .y = (double *) (void *) (base + y),
                            .den = base + den};
    return total;
}

static size_t work_size(const fol_field *drift, size_t n)
{
    return layout((const follmer *) drift, n, NULL, NULL);
}

static place place_of(const follmer *f, double t, fol_instant *when)
{
    const double at = t < f->t_max ? t : f->t_max, rest = 1 - at, snr = at / (f->variance * rest);
    *when = fol_process_at_snr(&f->den->process, snr > f->snr_low ? snr : f->snr_low);
    return (place){.rest = rest,
                   .factor = when->scale / (f->variance * rest),
                   .shift = snr < f->snr_low ? 1 - snr / f->snr_low : 0};
}

static fol_status eval(const fol_field *drift, size_t n, const double *x, const fol_instant *at, size_t stride,
                       double *out, void *memory)
{
    const follmer *f = (const follmer *) drift;
    const size_t d = drift->n_in, n_times = stride == 0 && n > 0 ? 1 : n;
    workspace work;
    layout(f, n, memory, &work);
    for (size_t i = 0; i < n_times; i++)
        work.places[i] = place_of(f, at[i].tau, &work.when[i]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            work.y[i * d + j] = work.places[i * stride].factor * x[i * d + j];
    const fol_status status = fol_field_eval(&f->den->field, n, work.y, work.when, stride, out, work.den);
    for (size_t i = 0; status == FOL_OK && i < n; i++) {
        const place here = work.places[i * stride];
        for (size_t j = 0; j < d; j++)
            out[i * d + j] = (out[i * d + j] + here.shift * f->shift[j] - x[i * d + j]) / here.rest;
    }
    return status;
}
