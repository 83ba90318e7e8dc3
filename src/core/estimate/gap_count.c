// Gap law count: the general form, N = n with probability p_n, and then n ordered uniform times.
#include <math.h>

#include "../stats/gamma.h"
#include "gap_words.h"

// P(N >= n_counts).
static double count_rest(const fol_gap_law *law)
{
    double sum = 0;
    for (int n = 0; n < law->n_counts; n++)
        sum += law->counts[n];
    return 1 - sum;
}

static fol_status check(fol_context *ctx, const fol_instance *instance)
{
    const fol_gap_law *law = (const fol_gap_law *) instance;
    const double rest = count_rest(law);
    if (law->n_counts < 1 || law->n_counts > FOL_GAP_COUNTS)
        return fol_fail_about(ctx, "prob", "must have 1 to %d entries, not %d.", FOL_GAP_COUNTS, law->n_counts);
    for (int n = 0; n < law->n_counts; n++)
        if (!(law->counts[n] > 0))
            return fol_fail_place(ctx, "prob", &(fol_place){.entry = (size_t) n + 1}, "positive", "%g", law->counts[n]);
    if (!(rest > 0))
        return fol_fail_about(ctx, "prob", "must sum to less than 1 (the rest is for more layers), not to %.15g.",
                              1 - rest);
    if (law->tail > 0 && law->tail <= 0.99)
        return FOL_OK;
    return fol_fail_argument(ctx, "decay", "a number in (0, 0.99]", "%g", law->tail);
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

// The first of what is left of N uniform times in (time, 1). N has the first of the random numbers.
static void draw(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                 const double *time, fol_gap_state *state, double *gap, double *log_density)
{
    const uint32_t place = layer + 1;
    fol_gap_words(seed, layer == 0 ? 0 : place, n, draw, state);
    for (size_t i = 0; i < n; i++) {
        if (layer == 0)
            state[i].total = draw_count(law, fol_gap_number(state + i, 0));
        const int32_t left = state[i].total - (int32_t) layer;
        gap[i] = left > 0 ? -(1 - time[i]) * expm1(log(fol_gap_number(state + i, place)) / left) : 1;
        log_density[i] = 0;
    }
}

// log P(N = n).
static double log_count(const fol_gap_law *law, size_t n)
{
    if (n < (size_t) law->n_counts)
        return log(law->counts[n]);
    return log(count_rest(law) * (1 - law->tail)) + (double) (n - (size_t) law->n_counts) * log(law->tail);
}

static double log_survival(const fol_gap_law *law, size_t n_layers, double rest)
{
    (void) rest;
    return fol_log_gamma((double) n_layers + 1) + log_count(law, n_layers);
}

static double mean_layers(const fol_gap_law *law)
{
    double sum = 0;
    for (int n = 1; n < law->n_counts; n++)
        sum += n * law->counts[n];
    return sum + count_rest(law) * (law->n_counts + law->tail / (1 - law->tail));
}

static double log_layers(const fol_gap_law *law, double k)
{
    double below = 0;
    for (int n = 0; n < law->n_counts && n < k; n++)
        below += law->counts[n];
    return log1p(-below) + fmax(k - law->n_counts, 0) * log(law->tail);
}

const fol_gap_kind fol_gap_count = {
    .base = {"count", "a table of the number of layers", fol_no_keys, check},
    .draw = draw,
    .log_survival = log_survival,
    .mean_layers = mean_layers,
    .log_layers = log_layers,
    .tuned = -1,
};
