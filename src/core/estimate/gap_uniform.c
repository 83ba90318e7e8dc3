// Gap law uniform: on (0, max), max > 1.
#include <math.h>

#include "../stats/gamma.h"
#include "gap_words.h"

enum { MAX };

static void draw(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                 const double *time, fol_gap_state *state, double *gap, double *log_density)
{
    (void) time;
    const double max = law->base.value[MAX], log_max = log(max);
    fol_gap_words(seed, layer, n, draw, state);
    for (size_t i = 0; i < n; i++) {
        gap[i] = max * fol_gap_number(state + i, layer);
        log_density[i] = -log_max;
    }
}

static double log_survival(const fol_gap_law *law, size_t n_layers, double rest)
{
    (void) n_layers;
    return log1p(-rest / law->base.value[MAX]);
}

static double log_density(const fol_gap_law *law, double gap)
{
    return gap <= law->base.value[MAX] ? -log(law->base.value[MAX]) : -INFINITY;
}

// E N = sum_k P(N >= k).
static double mean_layers(const fol_gap_law *law)
{
    return expm1(1 / law->base.value[MAX]);
}

// P(k gaps sum to less than 1) is (1 / max)^k / k!.
static double log_layers(const fol_gap_law *law, double k)
{
    return -k * log(law->base.value[MAX]) - fol_log_gamma(k + 1);
}

static fol_gap_envelope envelope(const fol_gap_law *law)
{
    return (fol_gap_envelope){.h = 1, .a = 0, .log_q = -log(law->base.value[MAX])};
}

// 1 + (1 - exp(-theta)) (exp(y) - 1), y = exp(theta) / max.
static double log_generating(const fol_gap_law *law, double theta)
{
    const double max = law->base.value[MAX], y = fmax(exp(theta) / max, 1e-300);
    return y + log(1 + expm1(-y) / (y * max));
}

static double tune(const fol_gap_law *law, double at)
{
    (void) law;
    return 1 + fol_gap_signif(exp(at));
}

static const fol_option keys[] = {
    FOL_KIND_KEY("gap_max", FOL_OPTION_REAL, "2", "(1,1e6]", "renewal: largest gap, in horizons"),
    {0},
};

const fol_gap_kind fol_gap_uniform = {
    .base = {"uniform", "between 0 and a largest gap", keys},
    .draw = draw,
    .log_survival = log_survival,
    .log_density = log_density,
    .mean_layers = mean_layers,
    .log_layers = log_layers,
    .envelope = envelope,
    .log_generating = log_generating,
    .tuned = MAX,
    .tune = tune,
};
