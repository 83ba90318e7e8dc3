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

enum { MEAN, SD, WEIGHT, N_PARAMETERS };

static fol_status log_density(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                              double *out, void *work);
static fol_status gradient(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                           const double *d_out, double *d_x, void *work);
static fol_status draw(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x);
static fol_status standardize(fol_context *ctx, const fol_target *target, const double *center, const double *scale,
                              fol_target **standard);

// One with space for k components in d columns.
static fol_status new_gmm(fol_context *ctx, size_t k, size_t d, fol_gmm **gmm)
{
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(fol_gmm));
    const size_t at_mean = fol_layout_add(&total, k * d, sizeof(double));
    const size_t at_sd = fol_layout_add(&total, k * d, sizeof(double));
    const size_t at_weight = fol_layout_add(&total, k, sizeof(double));
    const size_t at_share = fol_layout_add(&total, k, sizeof(double));
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "a Gaussian mixture");
    *gmm = (fol_gmm *) block;
    **gmm = (fol_gmm){.base = {.log_density = {.n_in = d, .n_out = 1, .eval = log_density, .pullback = gradient},
                               .name = fol_target_gmm.base.name,
                               .log_z = 0,
                               .draw = draw,
                               .denoiser = fol_denoiser_gmm_new,
                               .standardize = standardize},
                      .k = k,
                      .mean = (double *) (block + at_mean),
                      .sd = (double *) (block + at_sd),
                      .log_weight = (double *) (block + at_weight),
                      .cumulative = (double *) (block + at_share)};
    return FOL_OK;
}

static fol_status make(fol_context *ctx, const fol_target_parameter *parameters, fol_target **target)
{
    const size_t k = parameters[MEAN].rows, d = parameters[MEAN].cols;
    const double *weight = parameters[WEIGHT].data, sum = fol_sum_ordered(weight, k);
    fol_gmm *gmm;
    if (!isfinite(sum))
        return fol_fail_about(ctx, "weight", "must have a finite sum.");
    const fol_status status = new_gmm(ctx, k, d, &gmm);
    if (status != FOL_OK)
        return status;
    memcpy(gmm->mean, parameters[MEAN].data, k * d * sizeof *gmm->mean);
    memcpy(gmm->sd, parameters[SD].data, k * d * sizeof *gmm->sd);
    for (size_t i = 0; i < k; i++) {
        gmm->log_weight[i] = log(weight[i]) - log(sum);
        gmm->cumulative[i] = (i ? gmm->cumulative[i - 1] : 0) + weight[i] / sum;
    }
    *target = &gmm->base;
    return FOL_OK;
}

static const fol_option keys[] = {
    FOL_KIND_KEY("mean", FOL_OPTION_REAL, "", NULL, "means of the components"),
    FOL_KIND_KEY("sd", FOL_OPTION_REAL, "", "(0,inf)", "standard deviations of the components"),
    FOL_KIND_KEY("weight", FOL_OPTION_REAL, "", "(0,inf)", "weights of the components, of any sum"),
    {0},
};

const fol_target_kind fol_target_gmm = {
    .base = {"gmm", "a Gaussian mixture with diagonal covariances", keys},
    .shapes = (const char *const[]){"kd", "kd", "k"},
    .make = make,
};

fol_status fol_target_gmm_new(fol_context *ctx, size_t k, size_t d, const double *mean, const double *sd,
                              const double *weight, fol_target **target)
{
    const fol_target_parameter parameters[N_PARAMETERS] = {
        [MEAN] = {"mean", k, d, mean}, [SD] = {"sd", k, d, sd}, [WEIGHT] = {"weight", k, 1, weight}};
    return fol_target_new(ctx, fol_target_gmm.base.name, parameters, N_PARAMETERS, target);
}

static fol_status standardize(fol_context *ctx, const fol_target *target, const double *center, const double *scale,
                              fol_target **standard)
{
    const fol_gmm *gmm = (const fol_gmm *) target;
    const size_t k = gmm->k, d = target->log_density.n_in;
    fol_gmm *out;
    const fol_status status = new_gmm(ctx, k, d, &out);
    if (status != FOL_OK)
        return status;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < d; j++) {
            out->mean[i * d + j] = (gmm->mean[i * d + j] - center[j]) / scale[j];
            out->sd[i * d + j] = gmm->sd[i * d + j] / scale[j];
        }
    memcpy(out->log_weight, gmm->log_weight, k * sizeof *out->log_weight);
    memcpy(out->cumulative, gmm->cumulative, k * sizeof *out->cumulative);
    *standard = &out->base;
    return FOL_OK;
}

// log w_i N(x; m_i, diag(sd_i^2)) of component i.
static double log_component(const fol_gmm *gmm, size_t i, const double *x)
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
    const fol_gmm *gmm = (const fol_gmm *) field;
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
    const fol_gmm *gmm = (const fol_gmm *) field;
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
static size_t component_of(const fol_gmm *gmm, double u)
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
static void draw_block(const fol_gmm *gmm, uint64_t seed, uint64_t first, size_t n, double *x)
{
    const size_t d = gmm->base.log_density.n_in;
    double u[FOL_BLOCK_ROWS];
    fol_rng_uniforms(seed, FOL_STREAM_COMPONENT, 0, first, n, u);
    fol_target_normals(seed, first, n, d, x);
    for (size_t r = 0; r < n; r++) {
        const size_t i = component_of(gmm, u[r]);
        for (size_t j = 0; j < d; j++)
            x[r * d + j] = gmm->mean[i * d + j] + gmm->sd[i * d + j] * x[r * d + j];
    }
}

static fol_status draw(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x)
{
    for (size_t row = 0; row < n; row += FOL_BLOCK_ROWS)
        draw_block((const fol_gmm *) target, seed, first + row, n - row < FOL_BLOCK_ROWS ? n - row : FOL_BLOCK_ROWS,
                   x + row * target->log_density.n_in);
    return FOL_OK;
}
