// Target funnel: x_1 ~ N(0, variance), and x_i ~ N(0, e^{x_1}) given x_1 for all others (MATH 9).
#include <math.h>

#include "../base/blocks.h"
#include "../base/memory.h"
#include "../base/vector_math.h"
#include "target.h"

#define LOG_2PI 1.83787706640934548356

enum { DIM, VARIANCE };

typedef struct {
    fol_target base; // first
    double variance;
} funnel;

// x / e^{x_1 / 2}, also where the power is 0 or infinite.
static double scaled(double x, double inverse)
{
    return x == 0 ? 0 : x * inverse;
}

static fol_status log_density(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                              double *out, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const double variance = ((const funnel *) field)->variance;
    const size_t d = field->n_in;
    for (size_t r = 0; r < n; r++) {
        const double *row = x + r * d, inverse = exp(-0.5 * row[0]);
        double sum = row[0] * row[0] / variance + (double) (d - 1) * row[0];
        for (size_t j = 1; j < d; j++) {
            const double z = scaled(row[j], inverse);
            sum += z * z;
        }
        out[r] = -0.5 * (sum + log(variance) + (double) d * LOG_2PI);
    }
    return FOL_OK;
}

static fol_status gradient(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                           const double *d_out, double *d_x, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const double variance = ((const funnel *) field)->variance;
    const size_t d = field->n_in;
    for (size_t r = 0; r < n; r++) {
        const double *row = x + r * d, inverse = exp(-0.5 * row[0]), factor = d_out ? d_out[r] : 1;
        double *grad = d_x + r * d, sum = 0;
        for (size_t j = 1; j < d; j++) {
            const double z = scaled(row[j], inverse);
            grad[j] = -factor * scaled(z, inverse);
            sum += z * z;
        }
        grad[0] = factor * (0.5 * sum - row[0] / variance - 0.5 * (double) (d - 1));
    }
    return FOL_OK;
}

// One block of at most FOL_BLOCK_ROWS rows.
static void draw_block(const funnel *own, uint64_t seed, uint64_t first, size_t n, double *x)
{
    const size_t d = own->base.log_density.n_in;
    double scale[FOL_BLOCK_ROWS];
    fol_target_normals(seed, first, n, d, x);
    for (size_t r = 0; r < n; r++) {
        x[r * d] *= sqrt(own->variance);
        scale[r] = 0.5 * x[r * d];
    }
    fol_vector_exp(n, scale, scale);
    for (size_t r = 0; r < n; r++)
        for (size_t j = 1; j < d; j++)
            x[r * d + j] *= scale[r];
}

static fol_status draw(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x)
{
    for (size_t row = 0; row < n; row += FOL_BLOCK_ROWS)
        draw_block((const funnel *) target, seed, first + row, n - row < FOL_BLOCK_ROWS ? n - row : FOL_BLOCK_ROWS,
                   x + row * target->log_density.n_in);
    return FOL_OK;
}

static fol_status make(fol_context *ctx, const fol_target_parameter *parameters, fol_target **target)
{
    funnel *own = fol_alloc(1, sizeof *own);
    if (!own)
        return fol_fail_memory(ctx, "a funnel");
    *own = (funnel){.base = {.log_density = {.n_in = (size_t) *parameters[DIM].data,
                                             .n_out = 1,
                                             .eval = log_density,
                                             .pullback = gradient},
                             .name = fol_target_funnel.base.name,
                             .log_z = 0,
                             .draw = draw},
                    .variance = *parameters[VARIANCE].data};
    *target = &own->base;
    return FOL_OK;
}

static const fol_option keys[] = {
    FOL_KIND_KEY("dim", FOL_OPTION_INT, "", "[2,1e6]", "dimensions"),
    FOL_KIND_KEY("variance", FOL_OPTION_REAL, "", "(0,1e4]", "variance of the first column"),
    {0},
};

const fol_target_kind fol_target_funnel = {
    .base = {"funnel", "a funnel, whose first column is the log variance of all others", keys},
    .shapes = (const char *const[]){"", ""},
    .make = make,
};
