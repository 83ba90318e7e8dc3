// Gap law weibull: P(gap > x) = exp(-(x / scale)^shape).
#include <math.h>

#include "../base/vector_math.h"
#include "gap_words.h"

enum { SHAPE, SCALE };

// By inversion: (-log U)^(1 / shape) times the scale, in logs.
static void draw(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                 const double *time, fol_gap_state *state, double *gap, double *log_density)
{
    (void) time;
    const double shape = law->base.value[SHAPE], scale = law->base.value[SCALE];
    fol_gap_words(seed, layer, n, draw, state);
    for (size_t i = 0; i < n; i++)
        gap[i] = fol_gap_number(state + i, layer);
    fol_vector_log(n, gap, log_density); // -(x / scale)^shape
    for (size_t i = 0; i < n; i++)
        gap[i] = -log_density[i];
    fol_vector_log(n, gap, gap);
    for (size_t i = 0; i < n; i++) {
        log_density[i] += log(shape / scale) + (1 - 1 / shape) * gap[i];
        gap[i] = fmax(-690, log(scale) + gap[i] / shape); // shorter gaps (e^-690) underflow, and weigh nothing
    }
    fol_vector_exp(n, gap, gap);
}

static double log_survival(const fol_gap_law *law, size_t n_layers, double rest)
{
    (void) n_layers;
    return -pow(rest / law->base.value[SCALE], law->base.value[SHAPE]);
}

static double log_density(const fol_gap_law *law, double gap)
{
    const double shape = law->base.value[SHAPE], scale = law->base.value[SCALE], ratio = gap / scale;
    return log(shape / scale) + (shape - 1) * log(ratio) - pow(ratio, shape);
}

// (s / scale)^shape <= scale^-shape s on [0, 1] for shapes of 1 and more; -log(1 - F) is not convex for others.
static fol_gap_envelope envelope(const fol_gap_law *law)
{
    const double shape = law->base.value[SHAPE], scale = law->base.value[SCALE];
    if (shape < 1)
        return (fol_gap_envelope){.h = NAN};
    return (fol_gap_envelope){.h = shape, .a = pow(scale, -shape), .log_q = log(shape) - shape * log(scale)};
}

// The scale at which the mean gap is exp(-at).
static double tune(const fol_gap_law *law, double at)
{
    return fol_gap_signif(exp(-at) / tgamma(1 + 1 / law->base.value[SHAPE]));
}

static const fol_option keys[] = {
    FOL_KIND_KEY("gap_shape", FOL_OPTION_REAL, "0.7", "[0.1,10]", "renewal: shape of the gaps"),
    FOL_KIND_KEY("gap_scale", FOL_OPTION_REAL, "1", "[0.01,100]", "renewal: scale of the gaps, in horizons"),
    {0},
};

const fol_gap_kind fol_gap_weibull = {
    .base = {"weibull", "survival exp(-(x / scale)^shape)", keys},
    .draw = draw,
    .log_survival = log_survival,
    .log_density = log_density,
    .envelope = envelope,
    .tuned = SCALE,
    .tune = tune,
};
