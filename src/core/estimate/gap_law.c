// Gap laws: the family of all kinds, and the number of layers of any of them.
#include "gap_law.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"

#define CELLS 2048 // of the horizon, in numerical solutions

#define ADDRESS(name) &fol_gap_##name.base,
const fol_kind *const fol_gaps[] = {FOL_GAP_LIST(ADDRESS) NULL};
#undef ADDRESS

const fol_option fol_gap_option_table[] = {FOL_GAP_KEYS(0, NULL), {0}};

void fol_gap_law_init(fol_gap_law *law, const fol_gap_kind *kind)
{
    *law = (fol_gap_law){0};
    fol_instance_init(&law->base, &kind->base);
}

fol_status fol_gap_law_check(fol_context *ctx, const fol_gap_law *law)
{
    return fol_options_check(ctx, fol_gap_option_table, law);
}

double fol_gap_signif(double value)
{
    const double places = 2 - floor(log10(value)), power = pow(10, fabs(places));
    return places >= 0 ? round(value * power) / power : round(value / power) * power;
}

// F in the middle of each cell and at its end.
static void distribution(const fol_gap_law *law, double *middle, double *end)
{
    for (int i = 0; i < CELLS; i++) {
        middle[i] = -expm1(fol_gap_log_survival(law, 0, (i + 0.5) / CELLS));
        end[i] = -expm1(fol_gap_log_survival(law, 0, (i + 1.0) / CELLS));
    }
}

// The renewal function m = F + F * m at 1, by Stieltjes sums with F in the middle of cells, which no pole of f at 0
// harms (Xie, Comm. Statist. Simulation Comput. 18, 1989).
static double numerical_mean(const fol_gap_law *law, double *middle, double *end, double *m)
{
    double last = 0;
    distribution(law, middle, end);
    for (int i = 0; i < CELLS; i++) {
        double sum = end[i] - middle[0] * last;
        for (int j = 0; j < i; j++)
            sum += middle[i - j] * (m[j] - (j > 0 ? m[j - 1] : 0));
        last = m[i] = sum / (1 - middle[0]);
    }
    return last;
}

fol_status fol_gap_mean_layers(fol_context *ctx, const fol_gap_law *law, double *mean)
{
    const fol_gap_kind *kind = fol_gap_kind_of(law);
    if (kind->mean_layers) {
        *mean = kind->mean_layers(law);
        return FOL_OK;
    }
    double *block = fol_alloc(3 * CELLS, sizeof *block);
    if (!block)
        return fol_fail_memory(ctx, "the mean number of layers");
    *mean = numerical_mean(law, block, block + CELLS, block + 2 * CELLS);
    fol_free(block);
    return FOL_OK;
}

// P(N >= k + 1) from P(N >= k), as functions of the length of the horizon.
static void add_gap(const double *middle, const double *below, double *next)
{
    for (int i = 0; i < CELLS; i++) {
        next[i] = 0;
        for (int j = 0; j <= i; j++)
            next[i] += middle[i - j] * (below[j] - (j > 0 ? below[j - 1] : 0));
    }
}

static fol_status numerical_layers(fol_context *ctx, const fol_gap_law *law, size_t n, const double *k, double *log_p)
{
    double *block = fol_alloc(3 * CELLS, sizeof *block);
    if (!block)
        return fol_fail_memory(ctx, "the law of the number of layers");
    double *middle = block, *below = block + CELLS, *next = block + 2 * CELLS, at = 1;
    distribution(law, middle, below);
    for (size_t i = 0; i < n; i++) {
        for (; at < k[i] && below[CELLS - 1] > 0; at++) {
            add_gap(middle, below, next);
            memcpy(below, next, CELLS * sizeof *below);
        }
        log_p[i] = log(below[CELLS - 1]);
    }
    fol_free(block);
    return FOL_OK;
}

fol_status fol_gap_log_layers(fol_context *ctx, const fol_gap_law *law, size_t n, const double *k, double *log_p)
{
    const fol_gap_kind *kind = fol_gap_kind_of(law);
    if (!kind->log_layers)
        return numerical_layers(ctx, law, n, k, log_p);
    for (size_t i = 0; i < n; i++)
        log_p[i] = kind->log_layers(law, k[i]);
    return FOL_OK;
}
