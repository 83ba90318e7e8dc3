// Gap law gamma: shapes below 1 make up for the roots that short gaps bring into the weights.
#include <math.h>

#include "../base/vector_math.h"
#include "../random/rng.h"
#include "../stats/gamma.h"
#include "gap_words.h"

#define ATTEMPTS 256         // steps of the stream for a layer; an attempt fails with probability < 0.05
#define LEAST_LOG_GAP -690.0 // shorter gaps (e^-690) underflow, and weigh nothing

enum { SHAPE, RATE };

static double word_uniform(uint32_t word)
{
    return ((double) word + 0.5) * 0x1p-32;
}

// One attempt of Marsaglia and Tsang (ACM Trans. Math. Softw. 26, 2000) for n rows with four words each:
// d v^3 has the gamma law of shape d + 1/3 where it is accepted. log_v is NAN where it is not.
static void try_gamma(double d, size_t n, const uint32_t *words, double *log_v)
{
    double radius[FOL_GAP_CHUNK], cosine[FOL_GAP_CHUNK], log_u[FOL_GAP_CHUNK], v[FOL_GAP_CHUNK];
    for (size_t i = 0; i < n; i++) {
        radius[i] = word_uniform(words[4 * i]);
        cosine[i] = 2 * M_PI * word_uniform(words[4 * i + 1]);
        log_u[i] = word_uniform(words[4 * i + 2]);
    }
    fol_vector_log(n, radius, radius);
    fol_vector_cos(n, cosine, cosine);
    fol_vector_log(n, log_u, log_u);
    for (size_t i = 0; i < n; i++) {
        const double z = sqrt(-2 * radius[i]) * cosine[i];
        log_u[i] -= 0.5 * z * z;
        v[i] = fmax(0, 1 + z / sqrt(9 * d));
    }
    fol_vector_log(n, v, log_v);
    for (size_t i = 0; i < n; i++)
        if (!(log_u[i] < d * (1 - v[i] * v[i] * v[i] + 3 * log_v[i])))
            log_v[i] = NAN;
}

// Attempts are steps of the layer; the rows that failed make the next one. For shape < 1, a gap of shape + 1 times
// U^(1 / shape). All in logs, since small shapes make tiny gaps.
static void draw_gamma(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                       double *log_gap)
{
    const bool boost = law->base.value[SHAPE] < 1;
    const double d = law->base.value[SHAPE] + boost - 1.0 / 3;
    for (size_t first = 0; first < n; first += FOL_GAP_CHUNK) {
        size_t row[FOL_GAP_CHUNK], m = n - first < FOL_GAP_CHUNK ? n - first : FOL_GAP_CHUNK;
        for (size_t i = 0; i < m; i++)
            row[i] = first + i;
        for (uint32_t attempt = 0; m > 0; attempt++) {
            uint64_t number[FOL_GAP_CHUNK];
            uint32_t words[4 * FOL_GAP_CHUNK];
            double log_v[FOL_GAP_CHUNK];
            for (size_t i = 0; i < m; i++)
                number[i] = draw[row[i]];
            fol_rng_bits_at(seed, FOL_STREAM_GAP, layer * ATTEMPTS + attempt, m, number, words);
            try_gamma(d, m, words, log_v);
            size_t failed = 0;
            for (size_t i = 0; i < m; i++) {
                const double log_boost = boost ? log(word_uniform(words[4 * i + 3])) / law->base.value[SHAPE] : 0;
                if (isnan(log_v[i]))
                    row[failed++] = row[i];
                else
                    log_gap[row[i]] = fmax(LEAST_LOG_GAP, log(d / law->base.value[RATE]) + 3 * log_v[i] + log_boost);
            }
            m = failed;
        }
    }
}

static void draw(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                 const double *time, fol_gap_state *state, double *gap, double *log_density)
{
    (void) time;
    (void) state;
    const double shape = law->base.value[SHAPE], rate = law->base.value[RATE];
    const double constant = shape * log(rate) - fol_log_gamma(shape);
    draw_gamma(law, seed, layer, n, draw, log_density);
    fol_vector_exp(n, log_density, gap);
    for (size_t i = 0; i < n; i++)
        log_density[i] = constant + (shape - 1) * log_density[i] - rate * gap[i];
}

static double log_survival(const fol_gap_law *law, size_t n_layers, double rest)
{
    (void) n_layers;
    return fol_log_gamma_above(law->base.value[SHAPE], law->base.value[RATE] * rest);
}

static double log_density(const fol_gap_law *law, double gap)
{
    const double shape = law->base.value[SHAPE], rate = law->base.value[RATE];
    return shape * log(rate) - fol_log_gamma(shape) + (shape - 1) * log(gap) - rate * gap;
}

static double mean_layers(const fol_gap_law *law)
{
    double sum = 0;
    for (double k = 1, p = 1; p > 1e-17 * sum; k++)
        sum += p = -expm1(fol_log_gamma_above(k * law->base.value[SHAPE], law->base.value[RATE]));
    return sum;
}

static double log_layers(const fol_gap_law *law, double k)
{
    return fol_log_gamma_below(k * law->base.value[SHAPE], law->base.value[RATE]);
}

static fol_gap_envelope envelope(const fol_gap_law *law)
{
    const double shape = law->base.value[SHAPE], rate = law->base.value[RATE];
    return (fol_gap_envelope){.h = shape, .a = rate, .log_q = shape * log(rate) - fol_log_gamma(shape)};
}

// The rate at which the mean gap is exp(-at).
static double tune(const fol_gap_law *law, double at)
{
    return fol_gap_signif(law->base.value[SHAPE] * exp(at));
}

static const fol_option keys[] = {
    FOL_KIND_KEY("gap_shape", FOL_OPTION_REAL, "0.5", "[0.01,100]", "renewal: shape of the gaps"),
    FOL_KIND_KEY("gap_rate", FOL_OPTION_REAL, "1", "(0,100]", "renewal: rate of the gaps, per horizon"),
    {0},
};

const fol_gap_kind fol_gap_gamma = {
    .base = {"gamma", "shapes below 1 make short gaps", keys},
    .draw = draw,
    .log_survival = log_survival,
    .log_density = log_density,
    .mean_layers = mean_layers,
    .log_layers = log_layers,
    .envelope = envelope,
    .tuned = RATE,
    .tune = tune,
};
