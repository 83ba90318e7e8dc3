// Target: mixture of k Gaussians with diagonal covariances.
#include "target_gmm.h"

#include <math.h>
#include <string.h>

#include "../base/blocks.h"
#include "../base/memory.h"
#include "../random/rng.h"
#include "denoiser_gmm.h"
#include "gmm.h"

#define HALF_LOG_2PI 0.91893853320467274178
#define DRAW_SLICE 1024 // normals drawn at once; a multiple of 4 (rng.h)

static fol_status log_density(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                              double *out, void *work);
static fol_status gradient(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                           const double *d_out, double *d_x, void *work);
static fol_status draw(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x);

static fol_status check_entries(fol_context *ctx, const char *name, size_t n, const double *value, size_t d,
                                bool positive)
{
    for (size_t i = 0; i < n; i++) {
        if (isfinite(value[i]) && (!positive || value[i] > 0))
            continue;
        const char *wanted = positive ? "positive and finite" : "finite";
        if (d == 1)
            return fol_fail(ctx, FOL_E_INPUT, "`%s` must be %s, but entry %zu is %g.", name, wanted, i + 1, value[i]);
        return fol_fail(ctx, FOL_E_INPUT, "`%s` must be %s, but row %zu, column %zu is %g.", name, wanted, i / d + 1,
                        i % d + 1, value[i]);
    }
    return FOL_OK;
}

static fol_status check_parameters(fol_context *ctx, size_t k, size_t d, const double *mean, const double *sd,
                                   const double *weight)
{
    size_t size;
    if (k < 1 || d < 1 || __builtin_mul_overflow(k, d, &size))
        return fol_fail(ctx, FOL_E_INPUT, "`mean` must have at least one row and one column, not %zu x %zu.", k, d);
    fol_status status = check_entries(ctx, "mean", size, mean, d, false);
    if (status == FOL_OK)
        status = check_entries(ctx, "sd", size, sd, d, true);
    if (status == FOL_OK)
        status = check_entries(ctx, "weight", k, weight, 1, true);
    if (status == FOL_OK && !isfinite(fol_sum_ordered(weight, k)))
        status = fol_fail(ctx, FOL_E_INPUT, "`weight` must have a finite sum.");
    return status;
}

fol_status fol_target_gmm_new(fol_context *ctx, size_t k, size_t d, const double *mean, const double *sd,
                              const double *weight, fol_target **target)
{
    const fol_status status = check_parameters(ctx, k, d, mean, sd, weight);
    if (status != FOL_OK)
        return status;
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(fol_target_gmm));
    const size_t at_mean = fol_layout_add(&total, k * d, sizeof(double));
    const size_t at_sd = fol_layout_add(&total, k * d, sizeof(double));
    const size_t at_weight = fol_layout_add(&total, k, sizeof(double));
    const size_t at_share = fol_layout_add(&total, k, sizeof(double));
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "a Gaussian mixture");

    double *log_weight = (double *) (block + at_weight), *share = (double *) (block + at_share);
    memcpy(block + at_mean, mean, k * d * sizeof *mean);
    memcpy(block + at_sd, sd, k * d * sizeof *sd);
    const double sum = fol_sum_ordered(weight, k);
    for (size_t i = 0; i < k; i++) {
        log_weight[i] = log(weight[i]) - log(sum);
        share[i] = (i ? share[i - 1] : 0) + weight[i] / sum;
    }
    fol_target_gmm *gmm = (fol_target_gmm *) block;
    *gmm = (fol_target_gmm){.base = {.log_density = {.n_in = d, .n_out = 1, .eval = log_density, .pullback = gradient},
                                     .name = "gmm",
                                     .log_z = 0,
                                     .draw = draw,
                                     .denoiser = fol_denoiser_gmm_new},
                            .k = k,
                            .mean = (const double *) (block + at_mean),
                            .sd = (const double *) (block + at_sd),
                            .log_weight = log_weight,
                            .cumulative = share};
    *target = &gmm->base;
    return FOL_OK;
}

// log w_i N(x; m_i, diag(sd_i^2)) of component i.
static double log_component(const fol_target_gmm *gmm, size_t i, const double *x)
{
    const size_t d = gmm->base.log_density.n_in;
    const double *mean = gmm->mean + i * d, *sd = gmm->sd + i * d;
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        const double z = (x[j] - mean[j]) / sd[j];
        sum += 0.5 * z * z + log(sd[j]);
    }
    return gmm->log_weight[i] - sum - (double) d * HALF_LOG_2PI;
}

// exp(log_p - top), 1 where both are -Inf.
static double ratio(double log_p, double top)
{
    return log_p == top ? 1 : exp(log_p - top);
}

static fol_status log_density(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                              double *out, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const fol_target_gmm *gmm = (const fol_target_gmm *) field;
    for (size_t r = 0; r < n; r++) {
        double top = -INFINITY, sum = 0; // log-sum-exp in one pass: the density is exp(top) * sum
        for (size_t i = 0; i < gmm->k; i++) {
            const double log_p = log_component(gmm, i, x + r * field->n_in);
            const double new_top = log_p > top ? log_p : top;
            sum = sum * ratio(top, new_top) + ratio(log_p, new_top);
            top = new_top;
        }
        out[r] = top + log(sum);
    }
    return FOL_OK;
}

static fol_status gradient(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                           const double *d_out, double *d_x, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const fol_target_gmm *gmm = (const fol_target_gmm *) field;
    const size_t d = field->n_in;
    for (size_t r = 0; r < n; r++) {
        const double *row = x + r * d;
        double *grad = d_x + r * d;
        double top = -INFINITY, sum = 0; // as above, with the weighted sum of the components' gradients
        memset(grad, 0, d * sizeof *grad);
        for (size_t i = 0; i < gmm->k; i++) {
            const double *mean = gmm->mean + i * d, *sd = gmm->sd + i * d;
            const double log_p = log_component(gmm, i, row);
            const double new_top = log_p > top ? log_p : top;
            const double old = ratio(top, new_top), p = ratio(log_p, new_top);
            for (size_t j = 0; j < d; j++)
                grad[j] = grad[j] * old + p * (mean[j] - row[j]) / (sd[j] * sd[j]);
            sum = sum * old + p;
            top = new_top;
        }
        for (size_t j = 0; j < d; j++)
            grad[j] = (d_out ? d_out[r] : 1) * grad[j] / sum;
    }
    return FOL_OK;
}

// The component whose share of (0, 1) holds u.
static size_t component_of(const fol_target_gmm *gmm, double u)
{
    size_t low = 0, high = gmm->k - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (u < gmm->cumulative[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

// One block of at most FOL_BLOCK_ROWS rows.
static void draw_block(const fol_target_gmm *gmm, uint64_t seed, uint64_t first, size_t n, double *x)
{
    const size_t d = gmm->base.log_density.n_in;
    double u[FOL_BLOCK_ROWS];
    float z[DRAW_SLICE];
    size_t i = 0;
    fol_rng_uniforms(seed, FOL_STREAM_COMPONENT, 0, first, n, u);
    for (size_t e = 0, row = 0, j = d; e < n * d; e++, j++) {
        if (e % DRAW_SLICE == 0) {
            const size_t left = n * d - e;
            fol_rng_normals(seed, FOL_STREAM_TARGET, 0, first * d + e, left < DRAW_SLICE ? left : DRAW_SLICE, z);
        }
        if (j == d) {
            i = component_of(gmm, u[row++]);
            j = 0;
        }
        x[e] = gmm->mean[i * d + j] + gmm->sd[i * d + j] * (double) z[e % DRAW_SLICE];
    }
}

static fol_status draw(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x)
{
    for (size_t row = 0; row < n; row += FOL_BLOCK_ROWS)
        draw_block((const fol_target_gmm *) target, seed, first + row,
                   n - row < FOL_BLOCK_ROWS ? n - row : FOL_BLOCK_ROWS, x + row * target->log_density.n_in);
    return FOL_OK;
}
