// Gap laws: the random times at which a renewal draw refreshes its drift (TR19 eq. 4.2; MATH 7.1).
#include "gap_law.h"

#include <math.h>
#include <string.h>

#include "../base/vector_math.h"
#include "../random/rng.h"

#define CHUNK 64             // rows whose random bits lie on the stack at once
#define ATTEMPTS 256         // steps of the stream for a layer of gamma gaps; an attempt fails with probability < 0.05
#define LEAST_LOG_GAP -690.0 // of gamma gaps: shorter ones (e^-690) underflow, and weigh nothing

const fol_option fol_gap_option_table[] = {FOL_GAP_KEYS(0), {0}};

static fol_status check_range(fol_context *ctx, const char *name, double value, double low, double high);
static fol_status check_counts(fol_context *ctx, const fol_gap_law *law);
static double count_rest(const fol_gap_law *law);
static void next_words(uint64_t seed, uint32_t step, size_t n, const uint64_t *draw, fol_gap_state *state);
static double uniform(const fol_gap_state *state, uint32_t place);
static void draw_gamma(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                       double *log_gap);
static int32_t draw_count(const fol_gap_law *law, double u);
static double log_count(const fol_gap_law *law, size_t n);
static double log_gamma(double x);
static double log_gamma_survival(double shape, double x);

fol_status fol_gap_law_check(fol_context *ctx, const fol_gap_law *law)
{
    fol_status status = FOL_OK;
    switch (law->kind) {
    case FOL_GAP_EXPONENTIAL:
        return check_range(ctx, "rate", law->rate, 0, 100);
    case FOL_GAP_GAMMA:
        status = check_range(ctx, "rate", law->rate, 0, 100);
        return status == FOL_OK ? check_range(ctx, "shape", law->shape, 0.01, 100) : status;
    case FOL_GAP_UNIFORM:
        if (!(law->max > 1))
            return fol_fail(ctx, FOL_E_INPUT,
                            "`max` must be above 1, not %g: a gap law without support on [0, 1] is biased.", law->max);
        return check_range(ctx, "max", law->max, 1, 1e6);
    case FOL_GAP_COUNT:
        return check_counts(ctx, law);
    default:
        return fol_fail(ctx, FOL_E_INPUT, "`gap` must be one of %s, not number %d.", FOL_GAP_CHOICES, law->kind);
    }
}

void fol_gap_draw(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                  const double *time, fol_gap_state *state, double *gap, double *log_density)
{
    const bool counts = law->kind == FOL_GAP_COUNT;
    const uint32_t place = layer + counts; // N has the first
    if (law->kind != FOL_GAP_GAMMA && (place % 2 == 0 || layer == 0))
        next_words(seed, place / 2, n, draw, state);
    switch (law->kind) {
    case FOL_GAP_EXPONENTIAL: {
        const double scale = -1 / law->rate, log_rate = log(law->rate);
        for (size_t i = 0; i < n; i++)
            log_density[i] = uniform(state + i, place);
        fol_vector_log(n, log_density, log_density);
        for (size_t i = 0; i < n; i++)
            gap[i] = log_density[i] * scale;
        for (size_t i = 0; i < n; i++)
            log_density[i] += log_rate;
        break;
    }
    case FOL_GAP_UNIFORM: {
        const double log_max = log(law->max);
        for (size_t i = 0; i < n; i++) {
            gap[i] = law->max * uniform(state + i, place);
            log_density[i] = -log_max;
        }
        break;
    }
    case FOL_GAP_GAMMA: {
        const double constant = law->shape * log(law->rate) - log_gamma(law->shape);
        draw_gamma(law, seed, layer, n, draw, log_density);
        fol_vector_exp(n, log_density, gap);
        for (size_t i = 0; i < n; i++)
            log_density[i] = constant + (law->shape - 1) * log_density[i] - law->rate * gap[i];
        break;
    }
    default:
        for (size_t i = 0; i < n; i++) {
            if (layer == 0)
                state[i].total = draw_count(law, uniform(state + i, 0));
            const int32_t left = state[i].total - (int32_t) layer; // the first of so many uniform times in (time, 1)
            gap[i] = left > 0 ? -(1 - time[i]) * expm1(log(uniform(state + i, place)) / left) : 1;
            log_density[i] = 0;
        }
    }
}

double fol_gap_log_survival(const fol_gap_law *law, size_t n_layers, double rest)
{
    switch (law->kind) {
    case FOL_GAP_EXPONENTIAL:
        return -law->rate * rest;
    case FOL_GAP_GAMMA:
        return log_gamma_survival(law->shape, law->rate * rest);
    case FOL_GAP_UNIFORM:
        return log1p(-rest / law->max);
    default:
        return log_gamma((double) n_layers + 1) + log_count(law, n_layers);
    }
}

double fol_gap_mean_layers(const fol_gap_law *law)
{
    double sum = 0;
    switch (law->kind) {
    case FOL_GAP_EXPONENTIAL:
        return law->rate;
    case FOL_GAP_UNIFORM: // E N = sum_k P(k gaps sum to less than 1), which is (1 / max)^k / k! here
        return expm1(1 / law->max);
    case FOL_GAP_GAMMA:
        for (double k = 1, p = 1; p > 1e-17 * sum; k++)
            sum += p = -expm1(log_gamma_survival(k * law->shape, law->rate));
        return sum;
    default:
        for (int n = 1; n < law->n_counts; n++)
            sum += n * law->counts[n];
        return sum + count_rest(law) * (law->n_counts + law->tail / (1 - law->tail));
    }
}

static fol_status check_range(fol_context *ctx, const char *name, double value, double low, double high)
{
    const bool open = low == 0;
    if ((open ? value > low : value >= low) && value <= high)
        return FOL_OK;
    return fol_fail(ctx, FOL_E_INPUT, "`%s` must be a number in %c%g, %g], not %g.", name, open ? '(' : '[', low, high,
                    value);
}

static fol_status check_counts(fol_context *ctx, const fol_gap_law *law)
{
    if (law->n_counts < 1 || law->n_counts > FOL_GAP_COUNTS)
        return fol_fail(ctx, FOL_E_INPUT, "`prob` must have 1 to %d entries, not %d.", FOL_GAP_COUNTS, law->n_counts);
    for (int n = 0; n < law->n_counts; n++)
        if (!(law->counts[n] > 0))
            return fol_fail(ctx, FOL_E_INPUT, "`prob` must be positive for every number of layers, but entry %d is %g.",
                            n + 1, law->counts[n]);
    if (!(count_rest(law) > 0))
        return fol_fail(ctx, FOL_E_INPUT, "`prob` must sum to less than 1 (the rest is for more layers), not to %.15g.",
                        1 - count_rest(law));
    return check_range(ctx, "decay", law->tail, 0, 0.99);
}

// P(N >= n_counts).
static double count_rest(const fol_gap_law *law)
{
    double sum = 0;
    for (int n = 0; n < law->n_counts; n++)
        sum += law->counts[n];
    return 1 - sum;
}

static void next_words(uint64_t seed, uint32_t step, size_t n, const uint64_t *draw, fol_gap_state *state)
{
    uint32_t words[4 * CHUNK];
    for (size_t first = 0; first < n; first += CHUNK) {
        const size_t m = n - first < CHUNK ? n - first : CHUNK;
        fol_rng_bits_at(seed, FOL_STREAM_GAP, step, m, draw + first, words);
        for (size_t i = 0; i < m; i++)
            memcpy(state[first + i].words, words + 4 * i, sizeof state->words);
    }
}

// In (0, 1), from two of the four words: 52 bits, so that neither end is reached.
static double uniform(const fol_gap_state *state, uint32_t place)
{
    const uint32_t *words = state->words + 2 * (place % 2);
    const int64_t bits = (int64_t) words[0] << 20 | words[1] >> 12;
    return ((double) bits + 0.5) * 0x1p-52;
}

static double word_uniform(uint32_t word)
{
    return ((double) word + 0.5) * 0x1p-32;
}

// One attempt of Marsaglia and Tsang (ACM Trans. Math. Softw. 26, 2000) for n rows with four words each:
// d v^3 has the gamma law of shape d + 1/3 where it is accepted. log_v is NAN where it is not.
static void try_gamma(double d, size_t n, const uint32_t *words, double *log_v)
{
    double radius[CHUNK], cosine[CHUNK], log_u[CHUNK], v[CHUNK];
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
    const bool boost = law->shape < 1;
    const double d = law->shape + boost - 1.0 / 3;
    for (size_t first = 0; first < n; first += CHUNK) {
        size_t row[CHUNK], m = n - first < CHUNK ? n - first : CHUNK;
        for (size_t i = 0; i < m; i++)
            row[i] = first + i;
        for (uint32_t attempt = 0; m > 0; attempt++) {
            uint64_t number[CHUNK];
            uint32_t words[4 * CHUNK];
            double log_v[CHUNK];
            for (size_t i = 0; i < m; i++)
                number[i] = draw[row[i]];
            fol_rng_bits_at(seed, FOL_STREAM_GAP, layer * ATTEMPTS + attempt, m, number, words);
            try_gamma(d, m, words, log_v);
            size_t failed = 0;
            for (size_t i = 0; i < m; i++) {
                const double log_boost = boost ? log(word_uniform(words[4 * i + 3])) / law->shape : 0;
                if (isnan(log_v[i]))
                    row[failed++] = row[i];
                else
                    log_gap[row[i]] = fmax(LEAST_LOG_GAP, log(d / law->rate) + 3 * log_v[i] + log_boost);
            }
            m = failed;
        }
    }
}

// N by inversion of its law.
static int32_t draw_count(const fol_gap_law *law, double u)
{
    double below = 0;
    for (int n = 0; n < law->n_counts; n++) {
        below += law->counts[n];
        if (u < below)
            return n;
    }
    const double beyond = log((1 - u) / (1 - below)) / log(law->tail);
    return law->n_counts + (int32_t) beyond;
}

// log P(N = n).
static double log_count(const fol_gap_law *law, size_t n)
{
    if (n < (size_t) law->n_counts)
        return log(law->counts[n]);
    return log(count_rest(law) * (1 - law->tail)) + (double) (n - (size_t) law->n_counts) * log(law->tail);
}

// For x > 0: the C library's lgamma writes to a global.
static double log_gamma(double x)
{
    if (x < 20)
        return log(tgamma(x));
    const double y = 1 / (x * x);
    const double correction = (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y / 1680))) / x;
    return (x - 0.5) * log(x) - x + 0.5 * log(2 * M_PI) + correction;
}

// log of the regularised upper incomplete gamma function: by the series of the lower one, or by the continued fraction
// (Lentz's method; Abramowitz and Stegun 6.5.29, 6.5.31).
static double log_gamma_survival(double shape, double x)
{
    if (x <= 0)
        return 0;
    const double log_factor = shape * log(x) - x - log_gamma(shape);
    if (x < shape + 1) {
        double term = 1 / shape, sum = term;
        for (double k = shape + 1; term > 1e-17 * sum; k++)
            sum += term *= x / k;
        return log1p(-exp(log_factor) * sum);
    }
    double b = x + 1 - shape, c = INFINITY, d = 1 / b, value = d, factor = 0;
    for (double k = 1; fabs(factor - 1) > 1e-15; k++) {
        const double a = -k * (k - shape);
        b += 2;
        d = 1 / (a * d + b);
        c = b + a / c;
        factor = c * d;
        value *= factor;
    }
    return log_factor + log(value);
}
