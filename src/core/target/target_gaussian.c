// Target gaussian: N(mean, covariance) with any covariance, and its exact denoiser (MATH 2).
#include <float.h>
#include <math.h>
#include <string.h>

#include "../base/blocks.h"
#include "../base/memory.h"
#include "../base/vectorize.h"
#include "../stats/eigen.h"
#include "target.h"

#define HALF_LOG_2PI 0.91893853320467274178
#define ASYMMETRY 1e-10 // of a covariance beside the standard deviations of its row and column
#define TILE 32         // rows that are denoised together; idle lanes repeat the first row

enum { MEAN, COVARIANCE };

typedef struct {
    fol_target base;    // first
    double *mean;       // (d)
    double *covariance; // (d, d)
    double *root;       // (d, d): L of covariance = L L', with zeros above its diagonal
    double log_top;     // the log density at the mean
} gaussian;

// An exact denoiser, in the axes in which the covariance is diagonal.
typedef struct {
    fol_denoiser base; // first
    const double *mean;
    double *variance; // (d): along the axes
    double *axis;     // (d, d): one in each row
} denoiser;

// A caller's workspace.
typedef struct {
    double (*x)[TILE]; // (d, TILE): the rows, transposed, less their means
    double (*y)[TILE]; // (d, TILE): the same along the axes
    double *a, *s2;    // (TILE) each
} workspace;

static fol_status log_density(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                              double *out, void *work);
static fol_status gradient(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                           const double *d_out, double *d_x, void *work);
static size_t work_size(const fol_field *field, size_t n);
static fol_status draw(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x);
static fol_status new_denoiser(fol_context *ctx, const fol_target *target, const fol_process *process,
                               fol_denoiser **den);
static fol_status standardize(fol_context *ctx, const fol_target *target, const double *center, const double *scale,
                              fol_target **standard);
static size_t denoiser_work_size(const fol_field *field, size_t n);
static fol_status denoise(const fol_field *field, size_t n, const double *x, const fol_instant *when, size_t stride,
                          double *denoised, void *memory);

// ---- from the parameters ----

static fol_status check_symmetric(fol_context *ctx, size_t d, const double *c)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++) {
            const double lower = c[i * d + j], upper = c[j * d + i];
            if (!(fabs(lower - upper) <= ASYMMETRY * sqrt(fabs(c[i * d + i])) * sqrt(fabs(c[j * d + j]))))
                return fol_fail_about(ctx, "covariance",
                                      "must be symmetric, but row %zu, column %zu is %g and row %zu, column %zu is %g.",
                                      j + 1, i + 1, upper, i + 1, j + 1, lower);
        }
    return FOL_OK;
}

// Cholesky's L. A pivot that is rounding alone counts as none.
static fol_status find_root(fol_context *ctx, size_t d, const double *covariance, double *root)
{
    memset(root, 0, d * d * sizeof *root);
    for (size_t j = 0; j < d; j++)
        for (size_t i = j; i < d; i++) {
            double rest = covariance[i * d + j];
            for (size_t l = 0; l < j; l++)
                rest -= root[i * d + l] * root[j * d + l];
            if (i == j && !(rest > (double) d * DBL_EPSILON * covariance[j * d + j]))
                return fol_fail_about(ctx, "covariance",
                                      "must be positive definite, but its leading %zu x %zu block is not.", j + 1,
                                      j + 1);
            root[i * d + j] = i == j ? sqrt(rest) : rest / root[j * d + j];
        }
    return FOL_OK;
}

static fol_status make(fol_context *ctx, const fol_target_parameter *parameters, fol_target **target)
{
    const size_t d = parameters[MEAN].rows;
    const double *covariance = parameters[COVARIANCE].data;
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(gaussian));
    const size_t at_mean = fol_layout_add(&total, d, sizeof(double));
    const size_t at_covariance = fol_layout_add(&total, d * d, sizeof(double));
    const size_t at_root = fol_layout_add(&total, d * d, sizeof(double));
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "a Gaussian target");
    gaussian *own = (gaussian *) block;
    *own = (gaussian){
        .base =
            {.log_density = {.n_in = d, .n_out = 1, .work_size = work_size, .eval = log_density, .pullback = gradient},
             .name = fol_target_gaussian.base.name,
             .log_z = 0,
             .draw = draw,
             .denoiser = new_denoiser,
             .standardize = standardize},
        .mean = (double *) (block + at_mean),
        .covariance = (double *) (block + at_covariance),
        .root = (double *) (block + at_root)};
    fol_status status = check_symmetric(ctx, d, covariance);
    if (status != FOL_OK)
        goto cleanup;
    memcpy(own->mean, parameters[MEAN].data, d * sizeof *own->mean);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            own->covariance[i * d + j] = 0.5 * covariance[i * d + j] + 0.5 * covariance[j * d + i];
    status = find_root(ctx, d, own->covariance, own->root);
    if (status != FOL_OK)
        goto cleanup;
    own->log_top = -(double) d * HALF_LOG_2PI;
    for (size_t j = 0; j < d; j++)
        own->log_top -= log(own->root[j * d + j]);
    *target = &own->base;
cleanup:
    if (status != FOL_OK)
        fol_free(block);
    return status;
}

static const fol_option keys[] = {
    FOL_KIND_KEY("mean", FOL_OPTION_REAL, "", NULL, "mean"),
    FOL_KIND_KEY("covariance", FOL_OPTION_REAL, "", NULL, "covariance, symmetric and positive definite"),
    {0},
};

const fol_target_kind fol_target_gaussian = {
    .base = {"gaussian", "a Gaussian with any covariance", keys},
    .shapes = (const char *const[]){"d", "dd"},
    .make = make,
};

static fol_status standardize(fol_context *ctx, const fol_target *target, const double *center, const double *scale,
                              fol_target **standard)
{
    const gaussian *own = (const gaussian *) target;
    const size_t d = target->log_density.n_in;
    double *mean = fol_alloc(d, sizeof *mean), *covariance = fol_alloc(d * d, sizeof *covariance);
    fol_status status = FOL_OK;
    if (!mean || !covariance) {
        status = fol_fail_memory(ctx, "a Gaussian target");
        goto cleanup;
    }
    for (size_t i = 0; i < d; i++) {
        mean[i] = (own->mean[i] - center[i]) / scale[i];
        for (size_t j = 0; j < d; j++)
            covariance[i * d + j] = own->covariance[i * d + j] / scale[i] / scale[j];
    }
    const fol_target_parameter parameters[] = {
        [MEAN] = {"mean", d, 1, mean}, [COVARIANCE] = {"covariance", d, d, covariance}};
    status = make(ctx, parameters, standard);
cleanup:
    fol_free(mean);
    fol_free(covariance);
    return status;
}

// ---- density and draws ----

static size_t work_size(const fol_field *field, size_t n)
{
    size_t total = 0;
    (void) n;
    return fol_layout_add(&total, field->n_in, sizeof(double)), total;
}

// z = L^-1 (x - mean).
static void whiten(const gaussian *own, const double *x, double *z)
{
    const size_t d = own->base.log_density.n_in;
    for (size_t i = 0; i < d; i++) {
        double rest = x[i] - own->mean[i];
        for (size_t j = 0; j < i; j++)
            rest -= own->root[i * d + j] * z[j];
        z[i] = rest / own->root[i * d + i];
    }
}

static fol_status log_density(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                              double *out, void *work)
{
    (void) at;
    (void) stride;
    const gaussian *own = (const gaussian *) field;
    const size_t d = field->n_in;
    double *z = work;
    for (size_t r = 0; r < n; r++) {
        double sum = 0;
        whiten(own, x + r * d, z);
        for (size_t j = 0; j < d; j++)
            sum += z[j] * z[j];
        out[r] = own->log_top - 0.5 * sum;
    }
    return FOL_OK;
}

// -L'^-1 z, in the place of z.
static fol_status gradient(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                           const double *d_out, double *d_x, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const gaussian *own = (const gaussian *) field;
    const size_t d = field->n_in;
    for (size_t r = 0; r < n; r++) {
        double *z = d_x + r * d;
        whiten(own, x + r * d, z);
        for (size_t i = d; i-- > 0;) {
            double rest = z[i];
            for (size_t j = i + 1; j < d; j++)
                rest -= own->root[j * d + i] * z[j];
            z[i] = rest / own->root[i * d + i];
        }
        for (size_t j = 0; j < d; j++)
            z[j] *= d_out ? -d_out[r] : -1;
    }
    return FOL_OK;
}

// mean + L z, from the last entry on, as each needs the z before it.
static fol_status draw(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x)
{
    const gaussian *own = (const gaussian *) target;
    const size_t d = target->log_density.n_in;
    fol_target_normals(seed, first, n, d, x);
    for (size_t r = 0; r < n; r++)
        for (size_t i = d; i-- > 0;) {
            double sum = own->mean[i];
            for (size_t j = 0; j <= i; j++)
                sum += own->root[i * d + j] * x[r * d + j];
            x[r * d + i] = sum;
        }
    return FOL_OK;
}

// ---- the exact denoiser: mean + S a (a^2 S + s^2)^-1 (x - a mean), along the axes of S ----

static fol_status new_denoiser(fol_context *ctx, const fol_target *target, const fol_process *process,
                               fol_denoiser **den)
{
    const gaussian *own = (const gaussian *) target;
    const size_t d = target->log_density.n_in;
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(denoiser));
    const size_t at_variance = fol_layout_add(&total, d, sizeof(double));
    const size_t at_axis = fol_layout_add(&total, d * d, sizeof(double));
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "an exact denoiser");
    denoiser *exact = (denoiser *) block;
    *exact = (denoiser){.base = {.field = {.n_in = d, .n_out = d, .work_size = denoiser_work_size, .eval = denoise},
                                 .process = *process},
                        .mean = own->mean,
                        .variance = (double *) (block + at_variance),
                        .axis = (double *) (block + at_axis)};
    const fol_status status = fol_eigen(ctx, d, own->covariance, exact->variance, exact->axis);
    if (status != FOL_OK)
        goto cleanup;
    for (size_t i = 0; i < d; i++) {
        exact->variance[i] = fmax(exact->variance[i], 0); // it may round below
        exact->base.data_var += own->covariance[i * d + i] / (double) d;
    }
    *den = &exact->base;
cleanup:
    if (status != FOL_OK)
        fol_free(block);
    return status;
}

// Lays the arrays out from `base` on; returns their bytes.
static size_t layout(size_t d, char *base, workspace *work)
{
    size_t total = 0;
    const size_t x = fol_layout_add(&total, d, sizeof *work->x);
    const size_t y = fol_layout_add(&total, d, sizeof *work->y);
    const size_t a = fol_layout_add(&total, TILE, sizeof *work->a);
    const size_t s2 = fol_layout_add(&total, TILE, sizeof *work->s2);
    if (base)
        *work = (workspace){.x = (double(*)[TILE])(base + x),
                            .y = (double(*)[TILE])(base + y),
                            .a = (double *) (base + a),
                            .s2 = (double *) (base + s2)};
    return total;
}

static size_t denoiser_work_size(const fol_field *field, size_t n)
{
    (void) n; // rows go through in tiles
    return layout(field->n_in, NULL, NULL);
}

// y_i = a v_i / (a^2 v_i + s^2) times x along axis i.
FOL_VECTORIZED(void, shrink, (const denoiser *exact, const workspace *work), (exact, work))
{
    const size_t d = exact->base.field.n_in;
    const double *a = work->a, *s2 = work->s2;
    for (size_t i = 0; i < d; i++) {
        const double variance = exact->variance[i];
        double sum[TILE] = {0};
        for (size_t j = 0; j < d; j++) {
            const double *x = work->x[j], along = exact->axis[i * d + j];
#pragma omp simd
            for (size_t r = 0; r < TILE; r++)
                sum[r] += along * x[r];
        }
        double *y = work->y[i];
#pragma omp simd
        for (size_t r = 0; r < TILE; r++)
            y[r] = sum[r] * (a[r] * variance) / (a[r] * a[r] * variance + s2[r]);
    }
}

// x_j = mean_j + sum_i axis_ij y_i.
FOL_VECTORIZED(void, turn_back, (const denoiser *exact, const workspace *work), (exact, work))
{
    const size_t d = exact->base.field.n_in;
    for (size_t j = 0; j < d; j++) {
        double sum[TILE] = {0};
        for (size_t i = 0; i < d; i++) {
            const double *y = work->y[i], along = exact->axis[i * d + j];
#pragma omp simd
            for (size_t r = 0; r < TILE; r++)
                sum[r] += along * y[r];
        }
        double *x = work->x[j];
        for (size_t r = 0; r < TILE; r++)
            x[r] = exact->mean[j] + sum[r];
    }
}

// n <= TILE rows.
static void denoise_tile(const denoiser *exact, size_t n, const double *x, const fol_instant *when, size_t stride,
                         double *denoised, const workspace *work)
{
    const size_t d = exact->base.field.n_in;
    for (size_t r = 0; r < TILE; r++) {
        const size_t row = r < n ? r : 0;
        const fol_instant *own = when + row * stride;
        work->a[r] = own->a;
        work->s2[r] = own->s * own->s;
        for (size_t j = 0; j < d; j++)
            work->x[j][r] = x[row * d + j] - own->a * exact->mean[j];
    }
    shrink(exact, work);
    turn_back(exact, work);
    for (size_t r = 0; r < n; r++) {
        const fol_instant *own = when + r * stride;
        for (size_t j = 0; j < d; j++) // with the limits at both ends of a process, where the above may be 0/0
            denoised[r * d + j] = own->snr == 0 ? exact->mean[j] : own->s == 0 ? x[r * d + j] / own->a : work->x[j][r];
    }
}

static fol_status denoise(const fol_field *field, size_t n, const double *x, const fol_instant *when, size_t stride,
                          double *denoised, void *memory)
{
    const size_t d = field->n_in;
    workspace work;
    layout(d, memory, &work);
    for (size_t r = 0; r < n; r += TILE)
        denoise_tile((const denoiser *) field, n - r < TILE ? n - r : TILE, x + r * d, when + r * stride, stride,
                     denoised + r * d, &work);
    return FOL_OK;
}
