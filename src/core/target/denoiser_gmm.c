// Denoiser: exact posterior mean for a Gaussian mixture (MATH 2, Bayes floor).
#include "denoiser_gmm.h"

#include <math.h>
#include <string.h>

#include "../base/vectorize.h"
#include "gmm.h"
#include "../base/memory.h"
#include "../base/vector_math.h"

#define TILE 32 // rows that go through the components together; idle lanes repeat the first row

typedef struct {
    fol_denoiser base; // first
    const fol_gmm *gmm;
    const double *mean; // (d): of the mixture
} mixture;

// A component's column at one moment, with v = a^2 sd^2 + s^2: its posterior mean is offset + slope * x, and its
// log density loses half * (x - center)^2.
typedef struct {
    double center; // a mu
    double half;   // 1 / (2v)
    double offset; // mu s^2 / v
    double slope;  // a sd^2 / v
} column;

// A caller's workspace: k components, d columns, TILE rows.
typedef struct {
    column *columns;       // (k, d), for rows at one moment
    double *log_weight;    // (k): log w_i - (1/2) sum_j log v_ij, for rows at one moment
    double (*x)[TILE];     // (d, TILE): the rows, transposed
    double (*share)[TILE]; // (k, TILE): log p_i, then p_i
    double *a, *s2;        // (TILE) each, for rows at moments of their own
} workspace;

static size_t work_size(const fol_field *field, size_t n);
static fol_status eval(const fol_field *field, size_t n, const double *x, const fol_instant *when, size_t stride,
                       double *denoised, void *memory);

// The mixture's mean per column; returns the mean variance per column.
static double moments(const fol_gmm *gmm, double *mean)
{
    const size_t d = gmm->base.log_density.n_in;
    double variance = 0;
    memset(mean, 0, d * sizeof *mean);
    for (size_t i = 0; i < gmm->k; i++)
        for (size_t j = 0; j < d; j++)
            mean[j] += exp(gmm->log_weight[i]) * gmm->mean[i * d + j];
    for (size_t i = 0; i < gmm->k; i++)
        for (size_t j = 0; j < d; j++) {
            const double away = gmm->mean[i * d + j] - mean[j], sd = gmm->sd[i * d + j];
            variance += exp(gmm->log_weight[i]) * (away * away + sd * sd);
        }
    return variance / (double) d;
}

fol_status fol_denoiser_gmm_new(fol_context *ctx, const fol_target *gmm, const fol_process *process, fol_denoiser **den)
{
    const size_t d = gmm->log_density.n_in;
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(mixture));
    const size_t at_mean = fol_layout_add(&total, d, sizeof(double));
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "an exact denoiser");
    mixture *mix = (mixture *) block;
    double *mean = (double *) (block + at_mean);
    *mix =
        (mixture){.base = {.field = {.n_in = d, .n_out = d, .work_size = work_size, .eval = eval}, .process = *process},
                  .gmm = (const fol_gmm *) gmm,
                  .mean = mean};
    mix->base.data_var = moments(mix->gmm, mean);
    *den = &mix->base;
    return FOL_OK;
}

// Lays the arrays out from `base` on; returns their bytes.
static size_t layout(const mixture *mix, char *base, workspace *work)
{
    const size_t k = mix->gmm->k, d = mix->base.field.n_in;
    size_t total = 0;
    const size_t columns = fol_layout_add(&total, k * d, sizeof *work->columns);
    const size_t log_weight = fol_layout_add(&total, k, sizeof *work->log_weight);
    const size_t x = fol_layout_add(&total, d, sizeof *work->x);
    const size_t share = fol_layout_add(&total, k, sizeof *work->share);
    const size_t a = fol_layout_add(&total, TILE, sizeof *work->a);
    const size_t s2 = fol_layout_add(&total, TILE, sizeof *work->s2);
    if (base)
        *work = (workspace){.columns = (column *) (base + columns),
                            .log_weight = (double *) (base + log_weight),
                            .x = (double(*)[TILE])(base + x),
                            .share = (double(*)[TILE])(base + share),
                            .a = (double *) (base + a),
                            .s2 = (double *) (base + s2)};
    return total;
}

static size_t work_size(const fol_field *field, size_t n)
{
    (void) n; // rows go through in tiles
    return layout((const mixture *) field, NULL, NULL);
}

// ---- rows at one moment: all that does not depend on x comes from a table ----

static void set_columns(const fol_gmm *gmm, const fol_instant *when, const workspace *work)
{
    const size_t d = gmm->base.log_density.n_in;
    const double a = when->a, s2 = when->s * when->s;
    for (size_t i = 0; i < gmm->k; i++) {
        const double *mean = gmm->mean + i * d, *sd = gmm->sd + i * d;
        double log_v = 0, sum = 0;
        for (size_t j = 0; j < d; j++) {
            const double signal = a * sd[j], v = signal * signal + s2;
            if (j == 0 || sd[j] != sd[j - 1]) // logarithms are slow and often the same
                log_v = log(v);
            sum += log_v;
            work->columns[i * d + j] = (column){
                .center = a * mean[j], .half = 0.5 / v, .offset = mean[j] * s2 / v, .slope = signal * sd[j] / v};
        }
        work->log_weight[i] = gmm->log_weight[i] - 0.5 * sum;
    }
}

FOL_VECTORIZED(void, log_shares_at_once, (size_t k, size_t d, const workspace *work), (k, d, work))
{
    for (size_t i = 0; i < k; i++) {
        double *log_p = work->share[i];
        for (size_t r = 0; r < TILE; r++)
            log_p[r] = work->log_weight[i];
        for (size_t j = 0; j < d; j++) {
            const double *x = work->x[j];
            const column c = work->columns[i * d + j];
#pragma omp simd
            for (size_t r = 0; r < TILE; r++)
                log_p[r] -= c.half * ((x[r] - c.center) * (x[r] - c.center));
        }
    }
}

// D = sum_i p_i (offset_i + slope_i x), written over x.
FOL_VECTORIZED(void, means_at_once, (size_t k, size_t d, const workspace *work), (k, d, work))
{
    for (size_t j = 0; j < d; j++) {
        double *x = work->x[j], sum[TILE] = {0};
        for (size_t i = 0; i < k; i++) {
            const double *share = work->share[i];
            const column c = work->columns[i * d + j];
#pragma omp simd
            for (size_t r = 0; r < TILE; r++)
                sum[r] += share[r] * (c.offset + c.slope * x[r]);
        }
        memcpy(x, sum, sizeof sum);
    }
}

// ---- rows at moments of their own: the same with a and s^2 per row ----

// 1 / v of the rows for a component's column with v = a^2 sd^2 + s^2.
FOL_VECTORIZED(void, invert_variances, (const workspace *work, double sd, double *inverse), (work, sd, inverse))
{
#pragma omp simd
    for (size_t r = 0; r < TILE; r++)
        inverse[r] = 1 / (work->a[r] * work->a[r] * (sd * sd) + work->s2[r]);
}

FOL_VECTORIZED(void, log_shares_apart, (const fol_gmm *gmm, const workspace *work), (gmm, work))
{
    const size_t d = gmm->base.log_density.n_in;
    double inverse[TILE], log_inverse[TILE];
    for (size_t i = 0; i < gmm->k; i++) {
        double *log_p = work->share[i];
        for (size_t r = 0; r < TILE; r++)
            log_p[r] = gmm->log_weight[i];
        for (size_t j = 0; j < d; j++) {
            const size_t at = i * d + j;
            const double *x = work->x[j], *a = work->a, mean = gmm->mean[at];
            if (at == 0 || gmm->sd[at] != gmm->sd[at - 1]) {
                invert_variances(work, gmm->sd[at], inverse);
                fol_vector_log(TILE, inverse, log_inverse);
            }
#pragma omp simd
            for (size_t r = 0; r < TILE; r++) {
                const double away = x[r] - a[r] * mean;
                log_p[r] -= 0.5 * (away * away * inverse[r] - log_inverse[r]);
            }
        }
    }
}

FOL_VECTORIZED(void, means_apart, (const fol_gmm *gmm, const workspace *work), (gmm, work))
{
    const size_t d = gmm->base.log_density.n_in;
    const double *a = work->a, *s2 = work->s2;
    double inverse[TILE];
    for (size_t j = 0; j < d; j++) {
        double *x = work->x[j], sum[TILE] = {0};
        for (size_t i = 0; i < gmm->k; i++) {
            const double *share = work->share[i], mean = gmm->mean[i * d + j], sd = gmm->sd[i * d + j], sd2 = sd * sd;
            if (i == 0 || sd != gmm->sd[(i - 1) * d + j])
                invert_variances(work, sd, inverse);
#pragma omp simd
            for (size_t r = 0; r < TILE; r++)
                sum[r] += share[r] * (mean * s2[r] + a[r] * sd2 * x[r]) * inverse[r];
        }
        memcpy(x, sum, sizeof sum);
    }
}

// ---- what both share ----

// The softmax of the log shares.
FOL_VECTORIZED(void, normalise_shares, (size_t k, const workspace *work), (k, work))
{
    double top[TILE], sum[TILE] = {0};
    memcpy(top, work->share[0], sizeof top);
    for (size_t i = 1; i < k; i++) {
        const double *log_p = work->share[i];
#pragma omp simd
        for (size_t r = 0; r < TILE; r++)
            top[r] = log_p[r] > top[r] ? log_p[r] : top[r];
    }
    for (size_t i = 0; i < k; i++) {
        double *share = work->share[i];
#pragma omp simd
        for (size_t r = 0; r < TILE; r++)
            share[r] -= top[r];
        fol_vector_exp(TILE, share, share);
#pragma omp simd
        for (size_t r = 0; r < TILE; r++)
            sum[r] += share[r];
    }
    for (size_t r = 0; r < TILE; r++)
        sum[r] = 1 / sum[r];
    for (size_t i = 0; i < k; i++) {
        double *share = work->share[i];
#pragma omp simd
        for (size_t r = 0; r < TILE; r++)
            share[r] *= sum[r];
    }
}

// n <= TILE rows.
static void eval_tile(const mixture *mix, size_t n, const double *x, const fol_instant *when, size_t when_stride,
                      double *denoised, const workspace *work)
{
    const size_t k = mix->gmm->k, d = mix->base.field.n_in;
    for (size_t j = 0; j < d; j++)
        for (size_t r = 0; r < TILE; r++)
            work->x[j][r] = x[(r < n ? r : 0) * d + j];
    if (when_stride == 0) {
        log_shares_at_once(k, d, work);
        normalise_shares(k, work);
        means_at_once(k, d, work);
    } else {
        for (size_t r = 0; r < TILE; r++) {
            const fol_instant *own = when + (r < n ? r : 0) * when_stride;
            work->a[r] = own->a;
            work->s2[r] = own->s * own->s;
        }
        log_shares_apart(mix->gmm, work);
        normalise_shares(k, work);
        means_apart(mix->gmm, work);
    }
    for (size_t r = 0; r < n; r++) {
        const fol_instant *own = when + r * when_stride;
        for (size_t j = 0; j < d; j++) // with the limits at both ends of a process, where the above is 0/0
            denoised[r * d + j] = own->snr == 0 ? mix->mean[j] : own->s == 0 ? x[r * d + j] / own->a : work->x[j][r];
    }
}

static fol_status eval(const fol_field *field, size_t n, const double *x, const fol_instant *when, size_t stride,
                       double *denoised, void *memory)
{
    const mixture *mix = (const mixture *) field;
    const size_t d = field->n_in;
    workspace work;
    layout(mix, memory, &work);
    if (stride == 0)
        set_columns(mix->gmm, when, &work);
    for (size_t r = 0; r < n; r += TILE)
        eval_tile(mix, n - r < TILE ? n - r : TILE, x + r * d, when + r * stride, stride, denoised + r * d, &work);
    return FOL_OK;
}
