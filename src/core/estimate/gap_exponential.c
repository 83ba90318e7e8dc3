// Gap law exponential: N is Poisson.
#include <math.h>

#include "../base/vector_math.h"
#include "../stats/gamma.h"
#include "gap_words.h"

enum { RATE };

static void draw(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                 const double *time, fol_gap_state *state, double *gap, double *log_density)
{
    (void) time;
    const double rate = law->base.value[RATE], scale = -1 / rate, log_rate = log(rate);
    fol_gap_words(seed, layer, n, draw, state);
    for (size_t i = 0; i < n; i++)
        log_density[i] = fol_gap_number(state + i, layer);
    fol_vector_log(n, log_density, log_density);
    for (size_t i = 0; i < n; i++)
        gap[i] = log_density[i] * scale;
    for (size_t i = 0; i < n; i++)
        log_density[i] += log_rate;
}

static double log_survival(const fol_gap_law *law, size_t n_layers, double rest)
{
    (void) n_layers;
    return -law->base.value[RATE] * rest;
}

static double log_density(const fol_gap_law *law, double gap)
{
    return log(law->base.value[RATE]) - law->base.value[RATE] * gap;
}

static double mean_layers(const fol_gap_law *law)
{
    return law->base.value[RATE];
}

// k gaps have the gamma law of shape k.
static double log_layers(const fol_gap_law *law, double k)
{
    return fol_log_gamma_below(k, law->base.value[RATE]);
}

static fol_gap_envelope envelope(const fol_gap_law *law)
{
    const double rate = law->base.value[RATE];
    return (fol_gap_envelope){.h = 1, .a = rate, .log_q = log(rate)};
}

static double log_generating(const fol_gap_law *law, double theta)
{
    return law->base.value[RATE] * expm1(theta);
}

static double tune(const fol_gap_law *law, double at)
{
    (void) law;
    return fol_gap_signif(exp(at));
}

static const fol_option keys[] = {
    FOL_KIND_KEY("gap_rate", FOL_OPTION_REAL, "1", "(0,100]", "renewal: rate of the gaps, per horizon"),
    {0},
};

const fol_gap_kind fol_gap_exponential = {
    .base = {"exponential", "the number of layers is Poisson", keys},
    .draw = draw,
    .log_survival = log_survival,
    .log_density = log_density,
    .mean_layers = mean_layers,
    .log_layers = log_layers,
    .envelope = envelope,
    .log_generating = log_generating,
    .tuned = RATE,
    .tune = tune,
};
