// Tests of gap laws: densities, survival, the law of the number of layers, the total weight, rows in any order.
#include <stdlib.h>

#include "estimate/gap_law.h"
#include "testing.h"

#define Z 4.5        // standard errors that a mean may be off
#define KS_BOUND 2.2 // of sqrt(n) times a Kolmogorov-Smirnov distance: exceeded with probability 1.3e-4

enum { N = 1 << 16, LAYERS = 64 };

typedef struct {
    const char *name;
    fol_gap_law law;
} named_law;

static const named_law chosen[] = {
    {"exponential(0.6)", {{&fol_gap_exponential.base, {0.6}}}},
    {"exponential(3)", {{&fol_gap_exponential.base, {3}}}},
    {"gamma(0.5, 1)", {{&fol_gap_gamma.base, {0.5, 1}}}},
    {"gamma(0.07, 0.2)", {{&fol_gap_gamma.base, {0.07, 0.2}}}},
    {"gamma(1.3, 2)", {{&fol_gap_gamma.base, {1.3, 2}}}},
    {"gamma(30, 60)", {{&fol_gap_gamma.base, {30, 60}}}},
    {"uniform(1.2)", {{&fol_gap_uniform.base, {1.2}}}},
    {"uniform(3)", {{&fol_gap_uniform.base, {3}}}},
    {"count", {.base = {&fol_gap_count.base}, .n_counts = 3, .counts = {0.3, 0.25, 0.2}, .tail = 0.4}},
};
enum { N_CHOSEN = sizeof chosen / sizeof *chosen };

// Every kind of the family with its defaults, then those above; count is the last.
static named_law laws[N_CHOSEN + 32];
static size_t n_laws;

static double mean_layers(const fol_gap_law *law)
{
    fol_context ctx;
    double mean;
    fol_context_init(&ctx);
    assert_int_equal(fol_gap_mean_layers(&ctx, law, &mean), FOL_OK);
    return mean;
}

static int make_laws(void **state)
{
    (void) state;
    for (const fol_kind *const *kind = fol_gaps; *kind; kind++) {
        laws[n_laws].name = (*kind)->name;
        fol_gap_law_init(&laws[n_laws++].law, (const fol_gap_kind *) *kind);
    }
    for (size_t i = 0; i < N_CHOSEN; i++)
        laws[n_laws++] = chosen[i];
    return 0;
}

// N draws of a law from numbers 0 .. N - 1 on, layer by layer as an estimator runs them.
typedef struct {
    size_t layers[N];       // N of each draw
    double first[N];        // the first gap of each draw
    double second[N];       // the second where there is one; NAN
    double log_weight[N];   // minus the log of what the weight is divided by
    double times[N][4];     // the first times of layers
    double log_density0[N]; // of the first gap
} draws;

static draws *run(const fol_gap_law *law, uint64_t seed)
{
    static uint64_t number[N];
    static double time[N], gap[N], log_density[N];
    static fol_gap_state gaps[N];
    static size_t row[N];
    draws *out = calloc(1, sizeof *out);
    assert_non_null(out);
    size_t n = N;
    for (size_t i = 0; i < N; i++) {
        number[i] = row[i] = i;
        time[i] = 0;
        out->second[i] = NAN;
    }
    for (uint32_t layer = 0; n > 0; layer++) {
        fol_gap_draw(law, seed, layer, n, number, time, gaps, gap, log_density);
        size_t live = 0;
        for (size_t i = 0; i < n; i++) {
            const size_t r = row[i];
            assert_true(gap[i] > 0);
            assert_true(isfinite(log_density[i]));
            if (layer == 0) {
                out->first[r] = gap[i];
                out->log_density0[r] = log_density[i];
            }
            if (layer == 1)
                out->second[r] = gap[i];
            if (gap[i] >= 1 - time[i]) {
                out->layers[r] = layer;
                out->log_weight[r] -= fol_gap_log_survival(law, layer, 1 - time[i]);
                continue;
            }
            out->log_weight[r] -= log_density[i];
            row[live] = r;
            number[live] = number[i];
            time[live] = time[i] + gap[i];
            if (layer < 4)
                out->times[r][layer] = time[live];
            gaps[live++] = gaps[i];
        }
        n = live;
    }
    return out;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

// That n values, which are sorted on the way, are uniform on (0, 1).
static void assert_uniform(size_t n, double *u, const char *what)
{
    double distance = 0;
    qsort(u, n, sizeof *u, compare);
    for (size_t i = 0; i < n; i++) {
        distance = fmax(distance, fabs(u[i] - (double) i / (double) n));
        distance = fmax(distance, fabs(u[i] - (double) (i + 1) / (double) n));
    }
    assert_near(sqrt((double) n) * distance, 0, KS_BOUND, what);
}

static double survival(const fol_gap_law *law, double x)
{
    return exp(fol_gap_log_survival(law, 0, x));
}

static void test_survival(void **state)
{
    (void) state;
    fol_gap_law law = {{&fol_gap_gamma.base, {0, 1}}};
    for (double x = 1e-6; x < 40; x *= 1.7) {
        const double root = sqrt(x);
        law.base.value[0] = 0.5;
        assert_near(fol_gap_log_survival(&law, 0, x) / log(erfc(root)), 1, 1e-11, "gamma(1/2)");
        law.base.value[0] = 1;
        assert_near(fol_gap_log_survival(&law, 0, x) / -x, 1, 1e-9, "gamma(1)");
        law.base.value[0] = 1.5;
        assert_near(survival(&law, x) / (erfc(root) + 2 * root * exp(-x) / sqrt(PI)), 1, 1e-11, "gamma(3/2)");
        double sum = 0, term = 1; // an integer shape is a Poisson tail
        for (int k = 0; k < 25; term *= x / ++k)
            sum += term;
        law.base.value[0] = 25;
        assert_near(survival(&law, x) / (exp(-x) * sum), 1, 1e-11, "gamma(25)");
    }
    law.base.value[0] = 2;
    assert_near(fol_gap_log_survival(&law, 0, 5000), -5000 + log(5001), 1e-8, "far in the tail");
    assert_true(fol_gap_log_survival(&law, 0, 0) == 0);
    law = (fol_gap_law){{&fol_gap_uniform.base, {1.25}}};
    assert_near(survival(&law, 1), 0.2, 1e-15, "uniform");
    law = (fol_gap_law){{&fol_gap_exponential.base, {2}}};
    assert_near(survival(&law, 0.5), exp(-1), 1e-15, "exponential");
    law = laws[n_laws - 1].law;
    assert_near(exp(fol_gap_log_survival(&law, 2, 0.1)), 2 * 0.2, 1e-14, "2! p_2");
    assert_near(exp(fol_gap_log_survival(&law, 5, 0.1)), 120 * 0.25 * 0.6 * 0.16, 1e-13, "5! p_5");
}

// The density that comes with a gap is minus the slope of the survival function there.
static void test_density(void **state)
{
    (void) state;
    for (size_t l = 0; l < n_laws - 1; l++) {
        const fol_gap_law *law = &laws[l].law;
        draws *out = run(law, 1);
        size_t seen = 0;
        for (size_t i = 0; i < 400; i++) {
            const double x = out->first[i], h = 1e-4 * x;
            if (x < 1e-8 || survival(law, x + h) < 1e-8 ||
                (law->base.kind == &fol_gap_uniform.base && x > 0.99 * law->base.value[0]))
                continue;
            const double slope = (survival(law, x - h) - survival(law, x + h)) / (2 * h);
            assert_near(slope / exp(out->log_density0[i]), 1, 1e-5, laws[l].name);
            seen++;
        }
        assert_true(seen > 100);
        free(out);
    }
}

// Gaps follow their law, and the second knows nothing of the first.
static void test_gaps(void **state)
{
    (void) state;
    for (size_t l = 0; l < n_laws - 1; l++) {
        const fol_gap_law *law = &laws[l].law;
        draws *out = run(law, 2);
        static double u[N], v[N];
        double product = 0;
        size_t n = 0;
        for (size_t i = 0; i < N; i++)
            u[i] = survival(law, out->first[i]);
        for (size_t i = 0; i < N; i++)
            if (!isnan(out->second[i])) { // the first gap is below 1: u is uniform on (survival(1), 1)
                const double least = survival(law, 1);
                product += ((u[i] - least) / (1 - least) - 0.5) * (survival(law, out->second[i]) - 0.5);
                v[n++] = survival(law, out->second[i]);
            }
        assert_near(product / (double) n, 0, Z / 12 / sqrt((double) n), laws[l].name);
        assert_uniform(N, u, laws[l].name);
        assert_uniform(n, v, laws[l].name);
        free(out);
    }
}

// P(N >= k) of the kinds that it is known of in closed form, for others by the law's own function. Of gamma gaps by the
// survival function that test_survival checks.
static double layers_at_least(const fol_gap_law *law, size_t k)
{
    const double *value = law->base.value, at_least[] = {1, 0.7, 0.45, 0.25}, n = (double) k;
    double sum = 0, term = 1;
    if (k == 0)
        return 1;
    if (law->base.kind == &fol_gap_exponential.base) {
        term = exp(-value[0]);
        for (size_t j = 0; j < k; term *= value[0] / (double) ++j)
            sum += term;
        return 1 - sum;
    }
    if (law->base.kind == &fol_gap_uniform.base) {
        for (size_t j = 1; j <= k; j++)
            term /= value[0] * (double) j;
        return term;
    }
    if (law->base.kind == &fol_gap_gamma.base) {
        const fol_gap_law added = {{&fol_gap_gamma.base, {value[0] * n, value[1]}}};
        return -expm1(fol_gap_log_survival(&added, 0, 1));
    }
    if (law->base.kind == &fol_gap_count.base)
        return k < 4 ? at_least[k] : 0.25 * pow(0.4, n - 3);
    fol_context ctx;
    fol_context_init(&ctx);
    assert_int_equal(fol_gap_log_layers(&ctx, law, 1, &n, &term), FOL_OK);
    return exp(term);
}

// The laws' own P(N >= k) are these, and by the renewal equation nearly so.
static void test_layers(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    for (size_t l = 0; l < n_laws; l++) {
        const fol_gap_law *law = &laws[l].law;
        const double k[] = {1, 2, 3, 5, 9};
        double log_p[5];
        assert_int_equal(fol_gap_log_layers(&ctx, law, 5, k, log_p), FOL_OK);
        for (size_t i = 0; i < 5; i++)
            assert_near(exp(log_p[i]), layers_at_least(law, (size_t) k[i]), 1e-13, laws[l].name);
        if (law->base.kind == &fol_gap_count.base || law->base.kind == chosen[3].law.base.kind)
            continue;
        fol_gap_kind numerical = *fol_gap_kind_of(law);
        numerical.mean_layers = NULL;
        numerical.log_layers = NULL;
        fol_gap_law same = *law;
        same.base.kind = &numerical.base;
        assert_near(mean_layers(&same) / mean_layers(law), 1, 1e-5, laws[l].name);
        assert_int_equal(fol_gap_log_layers(&ctx, &same, 5, k, log_p), FOL_OK);
        for (size_t i = 0; i < 5; i++)
            assert_near(exp(log_p[i]), layers_at_least(law, (size_t) k[i]), 1e-5, laws[l].name);
    }
}

static void test_number_of_layers(void **state)
{
    (void) state;
    for (size_t l = 0; l < n_laws; l++) {
        const fol_gap_law *law = &laws[l].law;
        draws *out = run(law, 3);
        size_t count[LAYERS] = {0};
        double sum = 0, squares = 0, mean = 0, chi2 = 0;
        for (size_t i = 0; i < N; i++) {
            const double layers = (double) out->layers[i];
            count[out->layers[i] < LAYERS ? out->layers[i] : LAYERS - 1]++;
            sum += layers;
            squares += layers * layers;
        }
        for (size_t k = 1; k < 200; k++)
            mean += layers_at_least(law, k);
        size_t classes = 0, first = 0, seen = 0;
        for (size_t k = 0; k < LAYERS; k++) { // classes of at least 20 expected draws
            seen += count[k];
            const double beyond = N * layers_at_least(law, k + 1);
            const double want = N * layers_at_least(law, first) - (beyond < 20 ? 0 : beyond);
            if (want < 20)
                continue;
            if (beyond < 20)
                for (size_t j = k + 1; j < LAYERS; j++)
                    seen += count[j];
            chi2 += ((double) seen - want) * ((double) seen - want) / want;
            classes++;
            first = k + 1;
            seen = 0;
            if (beyond < 20)
                break;
        }
        assert_true(classes > 1);
        const double df = (double) classes - 1;
        assert_near((chi2 - df) / sqrt(2 * df), 0, 6, laws[l].name);
        assert_near(mean_layers(law), mean, 1e-9 * mean, laws[l].name);
        const double se = sqrt((squares / N - sum / N * sum / N) / N);
        assert_near(sum / N, mean, Z * se, laws[l].name);
        free(out);
    }
}

static void test_mean_layers(void **state)
{
    (void) state;
    fol_gap_law law = {{&fol_gap_gamma.base, {1, 7}}};
    assert_near(mean_layers(&law), 7, 1e-11, "gamma(1, 7)");
    law.base.value[0] = 2;
    assert_near(mean_layers(&law), 3.5 - 0.25 + exp(-14) / 4, 1e-11, "gamma(2, 7)");
    law = (fol_gap_law){{&fol_gap_uniform.base, {1.2}}};
    assert_near(mean_layers(&law), exp(1 / 1.2) - 1, 1e-14, "uniform(1.2)");
    law = (fol_gap_law){.base = {&fol_gap_count.base}, .n_counts = 1, .counts = {0.5}, .tail = 0.5};
    assert_near(mean_layers(&law), 1, 1e-14, "geometric");
}

// The mean of theta^N over uniform gaps is what variances grow with (MATH 7.2): within Z standard errors.
static void test_generating_function(void **state)
{
    (void) state;
    const fol_gap_law law = {{&fol_gap_uniform.base, {1.2}}};
    draws *out = run(&law, 4);
    for (double theta = 0.5; theta <= 1.5; theta += 0.5) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < N; i++) {
            const double x = exp(theta * (double) out->layers[i]);
            sum += x;
            squares += x * x;
        }
        const double want = 1 + (1 - exp(-theta)) * expm1(exp(theta) / law.base.value[0]);
        assert_near(sum / N, want, Z * sqrt((squares / N - sum / N * sum / N) / N), "generating function");
    }
    free(out);
}

// Weights integrate over all ordered times: the mean of 1 / (density of the times and of no more) is sum_n 1 / n! = e,
// and that of 1{N = n} times it is 1 / n!. Shapes above 3/2 have an infinite variance here and are left out.
static void test_total_weight(void **state)
{
    (void) state;
    for (size_t l = 0; l < n_laws; l++) {
        const fol_gap_law *law = &laws[l].law;
        if (law->base.kind == &fol_gap_gamma.base && law->base.value[0] > 1.5)
            continue;
        draws *out = run(law, 5);
        double want = 1;
        for (size_t k = 0; k <= 4; k++) { // 4: all
            double sum = 0, squares = 0;
            for (size_t i = 0; i < N; i++) {
                const double weight = k == 4 || out->layers[i] == k ? exp(out->log_weight[i]) : 0;
                sum += weight;
                squares += weight * weight;
            }
            assert_near(sum / N, k == 4 ? exp(1) : want, Z * sqrt((squares / N - sum / N * sum / N) / N), laws[l].name);
            want /= (double) k + 1;
        }
        free(out);
    }
}

// Given N, the times of the general form are ordered uniform numbers: one of them picked blindly is uniform, and so is
// what is left after the first, to the power N.
static void test_count_times(void **state)
{
    (void) state;
    static double any[N], rest[N];
    draws *out = run(&laws[n_laws - 1].law, 6);
    for (size_t layers = 1; layers <= 4; layers++) {
        size_t n = 0;
        for (size_t i = 0; i < N; i++)
            if (out->layers[i] == layers) {
                for (size_t k = 1; k < layers; k++)
                    assert_true(out->times[i][k] > out->times[i][k - 1]);
                rest[n] = pow(1 - out->times[i][0], (double) layers);
                any[n] = out->times[i][n % layers];
                n++;
            }
        assert_true(n > 1000);
        assert_uniform(n, any, "any time");
        assert_uniform(n, rest, "first time");
    }
    free(out);
}

// The numbers of a row are those of its draw, whatever stands beside it.
static void test_rows(void **state)
{
    (void) state;
    enum { ROWS = 300, DEPTH = 5 };
    for (size_t l = 0; l < n_laws; l++) {
        const fol_gap_law *law = &laws[l].law;
        static uint64_t number[ROWS];
        static double time[ROWS], gap[DEPTH][ROWS], log_density[DEPTH][ROWS], one_gap, one_density;
        fol_gap_state gaps[ROWS], alone;
        for (size_t i = 0; i < ROWS; i++) {
            number[i] = (i * 0x9E3779B97F4A7C15u) >> (2 + i % 40);
            time[i] = 0.001 * (double) i;
        }
        for (uint32_t layer = 0; layer < DEPTH; layer++)
            fol_gap_draw(law, 9, layer, ROWS, number, time, gaps, gap[layer], log_density[layer]);
        for (size_t i = ROWS; i-- > 0;)
            for (uint32_t layer = 0; layer < DEPTH; layer++) {
                fol_gap_draw(law, 9, layer, 1, number + i, time + i, &alone, &one_gap, &one_density);
                assert_true(one_gap == gap[layer][i]);
                assert_true(one_density == log_density[layer][i]);
            }
        for (uint32_t layer = 1; layer < DEPTH; layer++)
            assert_true(gap[layer][0] != gap[layer - 1][0] || law->base.kind == &fol_gap_count.base);
        fol_gap_draw(law, 10, 0, 1, number + 7, time, &alone, &one_gap, &one_density);
        assert_true(one_gap != gap[0][7] || law->base.kind == &fol_gap_count.base);
    }
}

static void assert_refused(fol_gap_law law, const char *sentence)
{
    fol_context ctx;
    fol_context_init(&ctx);
    assert_int_equal(fol_gap_law_check(&ctx, &law), FOL_E_INPUT);
    if (strncmp(ctx.message, sentence, strlen(sentence)) != 0)
        fail_msg("%s", ctx.message);
}

static void test_refusals(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    for (size_t l = 0; l < n_laws; l++)
        assert_int_equal(fol_gap_law_check(&ctx, &laws[l].law), FOL_OK);
    assert_refused((fol_gap_law){{NULL}}, "`gap` must be one of exponential, gamma");
    assert_refused((fol_gap_law){{&fol_gap_exponential.base, {0}}},
                   "`gap_rate` must be a number greater than 0, not 0.");
    assert_refused((fol_gap_law){{&fol_gap_gamma.base, {1, NAN}}},
                   "`gap_rate` must be a number greater than 0 and of at most 100, not NaN.");
    assert_refused((fol_gap_law){{&fol_gap_gamma.base, {0.001, 1}}},
                   "`gap_shape` must be a number of at least 0.01, not 0.001.");
    assert_refused((fol_gap_law){{&fol_gap_uniform.base, {1}}}, "`gap_max` must be a number greater than 1, not 1.");
    assert_refused((fol_gap_law){.base = {&fol_gap_count.base}, .tail = 0.5},
                   "`prob` must have 1 to 64 entries, not 0.");
    assert_refused((fol_gap_law){.base = {&fol_gap_count.base}, .n_counts = 2, .counts = {0.5, 0}, .tail = 0.5},
                   "Entry 2 of `prob` must be positive, not 0.");
    assert_refused((fol_gap_law){.base = {&fol_gap_count.base}, .n_counts = 2, .counts = {0.5, 0.75}, .tail = 0.5},
                   "`prob` must sum to less than 1 (the rest is for more layers), not to 1.25.");
    assert_refused((fol_gap_law){.base = {&fol_gap_count.base}, .n_counts = 1, .counts = {0.5}, .tail = 1},
                   "`decay` must be a number in (0, 0.99], not 1.");
    fol_gap_law law;
    fol_options_init(fol_gap_option_table, &law);
    assert_int_equal(fol_gap_law_check(&ctx, &law), FOL_OK);
    assert_int_equal(fol_options_set_word(&ctx, fol_gap_option_table, &law, "gap_max", "0.9"), FOL_E_INPUT);
    assert_int_equal(fol_options_set_word(&ctx, fol_gap_option_table, &law, "gap", "count"), FOL_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survival),
        cmocka_unit_test(test_density),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_number_of_layers),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_mean_layers),
        cmocka_unit_test(test_generating_function),
        cmocka_unit_test(test_total_weight),
        cmocka_unit_test(test_count_times),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, make_laws, NULL);
}
