// Tests of drifts and of equations: formulas, Follmer drifts against closed forms and quadrature, rows apart and
// together, refusals.
#include "estimate/sde.h"
#include "field/denoiser_network.h"
#include "network/mlp.h"
#include "field/drift.h"
#include "field/drift_follmer.h"
#include "field/field_function.h"
#include "fit/model.h"
#include "testing.h"

enum { N = 300 };

static fol_status eval(const fol_field *drift, size_t n, const double *x, const double *t, size_t stride, double *out)
{
    const size_t n_times = stride ? n : 1;
    void *work = fol_alloc(fol_field_work_size(drift, n), 1);
    fol_instant *at = fol_alloc(n_times, sizeof *at);
    assert_true(work && at);
    for (size_t i = 0; i < n_times; i++)
        at[i].tau = t[i];
    const fol_status status = fol_field_eval(drift, n, x, at, stride, out, work);
    fol_free(at);
    fol_free(work);
    return status;
}

static fol_field *new_formula(fol_instance formula, size_t d)
{
    fol_context ctx;
    fol_field *drift;
    fol_context_init(&ctx);
    assert_int_equal(fol_drift_new(&ctx, &formula, d, &drift), FOL_OK);
    return drift;
}
#define FORMULA(d, ...) new_formula(INSTANCE(fol_drift_option_table, "drift", __VA_ARGS__), d)

static fol_field *new_follmer(const fol_denoiser *den, double sigma, double snr_max)
{
    fol_context ctx;
    fol_field *drift;
    fol_context_init(&ctx);
    assert_int_equal(fol_drift_follmer_new(&ctx, den, sigma, snr_max, &drift), FOL_OK);
    return drift;
}

// ---- formulas and functions ----

// Frees the drift.
static void assert_formula(fol_field *drift, double (*formula)(double x))
{
    double x[2 * N], out[2 * N];
    assert_true(drift->n_in == 2 && drift->n_out == 2 && !drift->serial && !drift->single);
    for (size_t i = 0; i < 2 * N; i++)
        x[i] = 4 * sin((double) i);
    assert_int_equal(eval(drift, N, x, &(double){0.5}, 0, out), FOL_OK);
    for (size_t i = 0; i < 2 * N; i++)
        assert_near(out[i], formula(x[i]), 1e-14, "formula");
    fol_field_free(drift);
}

static double plain_ou(double x)
{
    return 2 * (0.5 - x);
}

static double plain_sin(double x)
{
    return 1.5 * sin(3 * x);
}

static double plain_tanh(double x)
{
    return 0.7 * tanh(0.6 * x);
}

static double plain_zero(double x)
{
    (void) x;
    return 0;
}

static void test_formulas(void **state)
{
    (void) state;
    assert_formula(FORMULA(2, "ou", "rate", "2", "mean", "0.5"), plain_ou);
    assert_formula(FORMULA(2, "sin", "amplitude", "1.5", "frequency", "3"), plain_sin);
    assert_formula(FORMULA(2, "tanh", "amplitude", "0.7", "frequency", "0.6"), plain_tanh);
    assert_formula(FORMULA(2, "zero"), plain_zero);
}

static int add_time(size_t n, size_t d, const double *x, const double *t, double *out, const void *data)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            out[i * d + j] = x[i * d + j] + *(const double *) data * t[i];
    return x[0] > 100; // a failure
}

static void test_function(void **state)
{
    (void) state;
    fol_context ctx;
    fol_field *drift;
    fol_context_init(&ctx);
    const double factor = 10;
    assert_int_equal(
        fol_field_function_new(
            &ctx, &(fol_field_function){.function = add_time, .data = &factor, .n_in = 2, .n_out = 2, .serial = true},
            &drift),
        FOL_OK);
    assert_true(drift->serial);
    const double x[] = {1, 2, 3, 4, 5, 6}, t[] = {0.1, 0.2, 0.3};
    double out[6];
    assert_int_equal(eval(drift, 3, x, t, 1, out), FOL_OK);
    for (size_t i = 0; i < 6; i++)
        assert_near(out[i], x[i] + 10 * t[i / 2], 1e-14, "own times");
    assert_int_equal(eval(drift, 3, x, t + 1, 0, out), FOL_OK);
    for (size_t i = 0; i < 6; i++)
        assert_near(out[i], x[i] + 2, 1e-14, "one time");
    assert_int_not_equal(eval(drift, 1, (double[]){101, 0}, t, 0, out), FOL_OK);
    fol_field_free(drift);
}

// ---- Follmer drifts ----

// A mixture of three in the plane with unit variances, for which the drift is known (MATH 5.2).
static const double unit_mean[] = {-1, 0.5, 1, 0.3, 0.2, -2}, unit_sd[] = {1, 1, 1, 1, 1, 1},
                    unit_weight[] = {0.2, 0.3, 0.5};

static void unit_drift(const double *x, double t, double *out)
{
    double sum = 0;
    out[0] = out[1] = 0;
    for (size_t i = 0; i < 3; i++) {
        const double *m = unit_mean + 2 * i;
        const double p = unit_weight[i] * exp(m[0] * x[0] + m[1] * x[1] - 0.5 * t * (m[0] * m[0] + m[1] * m[1]));
        sum += p;
        out[0] += p * m[0];
        out[1] += p * m[1];
    }
    out[0] /= sum;
    out[1] /= sum;
}

static void test_unit_variances(void **state)
{
    (void) state;
    const double times[] = {0, 1e-9, 1e-6, 1e-4, 0.01, 0.3, 0.7, 0.99, 1 - 1e-4, 1 - 1e-6, 1 - 1e-9, 1};
    fol_target *gmm = new_gmm(3, 2, unit_mean, unit_sd, unit_weight);
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        fol_process process = paper_process(kind);
        set_parameter(&process, "snr_end", 1e14);
        fol_denoiser *den = new_exact(gmm, &process);
        fol_field *drift = new_follmer(den, 1, INFINITY);
        const double low = fol_process_at(&process, fol_process_end(&process)).snr;
        for (size_t k = 0; k < sizeof times / sizeof *times; k++)
            for (size_t i = 0; i < N; i++) {
                const double t = times[k], root = sqrt(t), *m = unit_mean + 2 * (i % 3);
                const double x[] = {t * m[0] + root * cos((double) i), t * m[1] + root * sin(3 * (double) i)};
                double out[2], want[2];
                assert_int_equal(eval(drift, 1, x, &t, 0, out), FOL_OK);
                unit_drift(x, t, want);
                // a process begins at `low`, below which D is off by the order of low times x; near 1, D - x has lost
                // digits
                const double bound = t / (1 - t) < low ? fmax(1e-6, 4 * low * sqrt(low))
                                     : t <= 1 - 1e-6   ? 1e-9 + 4e-15 / (1 - t)
                                                       : 1e-6;
                for (size_t j = 0; j < 2; j++)
                    assert_near(out[j], want[j], bound, fol_processes[kind]->name);
            }
        double out[2];
        const double mean[] = {0.2, -0.81}; // of the mixture
        assert_int_equal(eval(drift, 1, (double[]){0, 0}, &(double){0}, 0, out), FOL_OK);
        for (size_t j = 0; j < 2; j++)
            assert_near(out[j], mean[j], 1e-15, "t = 0");
        fol_field_free(drift);
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
}

// Starts other than 0: at t = 0 the drift is the mean of the data tilted by x, not the data's mean.
static void test_other_starts(void **state)
{
    (void) state;
    const fol_process pbm = paper_process(PROCESS_pbm);
    fol_target *gmm = new_gmm(3, 2, unit_mean, unit_sd, unit_weight);
    fol_denoiser *den = new_exact(gmm, &pbm);
    fol_field *drift = new_follmer(den, 1, INFINITY);
    const double x[] = {1, -0.5};
    for (double t = 0; t < 1e-3; t = 10 * t + 1e-9) {
        double out[2], want[2];
        assert_int_equal(eval(drift, 1, x, &t, 0, out), FOL_OK);
        unit_drift(x, t, want);
        for (size_t j = 0; j < 2; j++)
            assert_near(out[j], want[j], 1e-7, "other start");
    }
    fol_field_free(drift);
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

static const double line_mean[] = {-2, 0.5, 3}, line_sd[] = {0.6, 0.2, 1.1}, line_weight[] = {0.5, 0.2, 0.3};

// log Q f(x) = log E f(x + sigma sqrt(1 - t) N) with f the mixture's density over that of N(0, sigma^2), up to a
// constant, by the trapezoidal rule.
static double log_q(double x, double t, double sigma)
{
    const double variance = sigma * sigma;
    double sum = 0;
    for (double y = -16; y < 16; y += 4e-3) {
        double p = 0;
        for (size_t i = 0; i < 3; i++) {
            const double z = (y - line_mean[i]) / line_sd[i];
            p += line_weight[i] / line_sd[i] * exp(-0.5 * z * z);
        }
        sum += p * exp(0.5 * y * y / variance - 0.5 * (y - x) * (y - x) / (variance * (1 - t)));
    }
    return log(sum);
}

// b = sigma^2 grad log Q f (MATH 5.2), the gradient by central differences.
static void test_quadrature(void **state)
{
    (void) state;
    const double h = 1e-4;
    fol_target *gmm = new_gmm(3, 1, line_mean, line_sd, line_weight);
    for (int kind = 0; kind < N_PROCESSES; kind++)
        for (double sigma = 0.7; sigma < 2; sigma += 0.8) {
            const fol_process process = paper_process(kind);
            fol_denoiser *den = new_exact(gmm, &process);
            fol_field *drift = new_follmer(den, sigma, INFINITY);
            for (double t = 0.05; t < 1; t += 0.3)
                for (double x = -2; x < 3; x += 0.9) {
                    const double rise = log_q(x + h, t, sigma) - log_q(x - h, t, sigma);
                    double out;
                    assert_int_equal(eval(drift, 1, &x, &t, 0, &out), FOL_OK);
                    assert_near(out, sigma * sigma * rise / (2 * h), 1e-5 * (1 + fabs(out)), fol_processes[kind]->name);
                }
            fol_field_free(drift);
            fol_denoiser_free(den);
        }
    fol_target_free(gmm);
}

// The product of (1/2) N(a, 1) + (1/2) N(-a, 1) has the drift a tanh(a x).
static void test_tanh(void **state)
{
    (void) state;
    const double a = 0.7, mean[] = {a, a, a, -a, -a, a, -a, -a}, sd[] = {1, 1, 1, 1, 1, 1, 1, 1},
                 weight[] = {1, 1, 1, 1};
    const fol_process vp = paper_process(PROCESS_vp);
    fol_target *gmm = new_gmm(4, 2, mean, sd, weight);
    fol_denoiser *den = new_exact(gmm, &vp);
    fol_field *follmer = new_follmer(den, 1, INFINITY);
    fol_field *formula = FORMULA(2, "tanh", "amplitude", "0.7", "frequency", "0.7");
    double x[2 * N], t[N], out[2 * N], want[2 * N];
    for (size_t i = 0; i < N; i++) {
        t[i] = ((double) i + 0.5) / N;
        for (size_t j = 0; j < 2; j++)
            x[2 * i + j] = 3 * t[i] * sin((double) (7 * i + j));
    }
    assert_int_equal(eval(follmer, N, x, t, 1, out), FOL_OK);
    assert_int_equal(eval(formula, N, x, t, 1, want), FOL_OK);
    for (size_t i = 0; i < 2 * N; i++)
        assert_near(out[i], want[i], 1e-11, "tanh");
    fol_field_free(formula);
    fol_field_free(follmer);
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

// From snr_max, or the end of the denoiser's process, on time stands still.
static void test_frozen(void **state)
{
    (void) state;
    const double sigma = 1.3, x[] = {0.3, -0.8};
    fol_target *gmm = new_plane();
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        fol_process process = paper_process(kind);
        set_parameter(&process, "snr_end", 40);
        fol_denoiser *den = new_exact(gmm, &process);
        const double most[] = {20, 60, NAN};
        for (size_t k = 0; k < 3; k++) {
            fol_field *drift = new_follmer(den, sigma, most[k]), *free_drift = new_follmer(den, sigma, INFINITY);
            double snr = isnan(most[k]) ? 100 / den->data_var : most[k];
            if (kind == PROCESS_localization && snr > 40)
                snr = 40;
            const double t_max = snr * sigma * sigma / (1 + snr * sigma * sigma);
            const double before = t_max - 1e-3, at = t_max, after = t_max + 1e-3, end = 1;
            double out[4][2], want[2];
            assert_int_equal(eval(drift, 1, x, &before, 0, out[0]), FOL_OK);
            assert_int_equal(eval(drift, 1, x, &at, 0, out[1]), FOL_OK);
            assert_int_equal(eval(drift, 1, x, &after, 0, out[2]), FOL_OK);
            assert_int_equal(eval(drift, 1, x, &end, 0, out[3]), FOL_OK);
            assert_int_equal(eval(free_drift, 1, x, &before, 0, want), FOL_OK);
            for (size_t j = 0; j < 2; j++) {
                assert_near(out[0][j], want[j], 1e-12 * fabs(want[j]), "before");
                assert_near(out[1][j], out[2][j], 1e-9 * fabs(want[j]), "at");
                assert_true(out[2][j] == out[3][j]);
                assert_true(out[0][j] != out[3][j]);
            }
            fol_field_free(free_drift);
            fol_field_free(drift);
        }
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
}

// ---- rows apart and together ----

// n <= N rows.
static void assert_pieces(const fol_field *drift, size_t n, const char *what)
{
    const size_t d = drift->n_in, sizes[] = {1, 7, 64};
    double t[N], *x = fol_alloc(4 * n * d, sizeof *x), *whole = x + n * d, *piece = whole + n * d;
    double *single = piece + n * d;
    for (size_t i = 0; i < n; i++)
        t[i] = (double) ((i * 37 + 50) % n) / (double) n;
    for (size_t i = 0; i < n * d; i++)
        x[i] = 2 * sin((double) (3 * i));
    for (size_t stride = 0; stride < 2; stride++) {
        assert_int_equal(eval(drift, n, x, t, stride, whole), FOL_OK);
        for (size_t s = 0; s < 3; s++) {
            for (size_t i = 0; i < n; i += sizes[s]) {
                const size_t m = n - i < sizes[s] ? n - i : sizes[s];
                assert_int_equal(eval(drift, m, x + i * d, t + (stride ? i : 0), stride, piece + i * d), FOL_OK);
            }
            if (memcmp(piece, whole, n * d * sizeof *piece) != 0)
                fail_msg("%s: rows in pieces of %zu differ, stride %zu", what, sizes[s], stride);
        }
    }
    // One moment for all and moments of their own take different paths to the same answer.
    for (size_t i = 0; i < n; i++)
        assert_int_equal(eval(drift, 1, x + i * d, t + i, 0, single + i * d), FOL_OK);
    for (size_t i = 0; i < n * d; i++)
        assert_near(single[i], whole[i], 2e-4 * (1 + fabs(whole[i])), what);
    fol_free(x);
}

// Of every kind: rows apart and together, columns by themselves, and what is not a number stays so unless the drift is
// constant.
static void test_pieces_formula(void **state)
{
    (void) state;
    for (const fol_kind *const *kind = fol_drifts; *kind; kind++) {
        double column[3], out[3], far;
        fol_field *three = FORMULA(3, (*kind)->name), *one = FORMULA(1, (*kind)->name);
        assert_pieces(three, N, (*kind)->name);
        for (size_t i = 0; i < 3; i++)
            column[i] = 1.3 * (double) i - 0.9;
        assert_int_equal(eval(three, 1, column, &(double){0.5}, 0, out), FOL_OK);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(eval(one, 1, column + i, &(double){0.5}, 0, &far), FOL_OK);
            assert_true(far == out[i]);
        }
        assert_int_equal(eval(one, 1, &(double){NAN}, &(double){0.5}, 0, &far), FOL_OK);
        assert_true(isnan(far) || (out[0] == out[1] && out[1] == out[2]));
        fol_field_free(one);
        fol_field_free(three);
    }
}

static void test_pieces_mixture(void **state)
{
    (void) state;
    fol_target *gmm = new_plane();
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(gmm, &process);
        fol_field *drift = new_follmer(den, 1.2, INFINITY);
        assert_pieces(drift, N, fol_processes[kind]->name);
        fol_field_free(drift);
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
}

// With layers that are multiplied by the built-in kernel from packed weights, and by BLIS where there is one.
static void test_pieces_network(void **state)
{
    (void) state;
    const struct {
        fol_ints hidden;
        int parametrization, time_features;
        const char *name;
    } cases[] = {{{2, {32, 48}}, FOL_EPSILON, FOL_TIME_SINUSOIDAL, "epsilon"},
                 {{1, {33}}, FOL_DENOISED, FOL_TIME_RAW, "denoised"},
                 {{3, {128, 128, 128}}, FOL_EDM, FOL_TIME_SINUSOIDAL, "edm"},
                 {{2, {1024, 1024}}, FOL_EDM, FOL_TIME_SINUSOIDAL, "wide"}};
    enum { D = 10 };
    const double mean[D] = {0.1, -0.2};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        fol_context ctx;
        fol_denoiser *den;
        fol_context_init(&ctx);
        fol_network_parts parts = {.mean = mean,
                                   .process = paper_process((int) k % 3),
                                   .parametrization = cases[k].parametrization,
                                   .data_sd = 0.8};
        const fol_mlp_options options = {cases[k].hidden, {&fol_activation_silu.base}, cases[k].time_features, 8};
        fol_network *net;
        assert_int_equal(fol_mlp_new(&ctx, &options, D, D, &net), FOL_OK);
        float *weights = fol_alloc(net->n_weights, sizeof *weights);
        net->init(net, 1, 0, weights);
        for (size_t i = net->arrays[net->n_arrays - 2].offset; i < net->n_weights; i++)
            weights[i] = 0.1f * sinf((float) i);
        parts.network = net;
        parts.weights = weights;
        assert_int_equal(fol_denoiser_network_new(&ctx, &parts, &den), FOL_OK);
        fol_field *drift = new_follmer(den, 1, NAN);
        assert_true(den->field.single && drift->single);
        assert_pieces(drift, cases[k].hidden.value[0] > 1000 ? 80 : N, cases[k].name);
        fol_field_free(drift);
        fol_denoiser_free(den);
        fol_network_free(net);
        fol_free(weights);
    }
}

// ---- refusals ----

static void assert_refused(const fol_context *ctx, fol_status status, const char *words)
{
    assert_int_equal(status, FOL_E_INPUT);
    if (!strstr(ctx->message, words))
        fail_msg("\"%s\" does not say \"%s\"", ctx->message, words);
}

static void test_refused_drifts(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_field *drift;
    for (const fol_kind *const *kind = fol_drifts; *kind; kind++) {
        fol_instance formula;
        fol_instance_init(&formula, *kind);
        assert_refused(&ctx, fol_drift_new(&ctx, &formula, 0, &drift), "at least 1, not 0.");
        for (int i = 0; (*kind)->keys[i].key; i++) {
            fol_instance_init(&formula, *kind);
            formula.value[i] = INFINITY;
            assert_refused(&ctx, fol_drift_new(&ctx, &formula, 1, &drift), (*kind)->keys[i].key);
        }
    }
    fol_instance formula = INSTANCE(fol_drift_option_table, "drift", "ou");
    formula.value[0] = INFINITY;
    assert_refused(&ctx, fol_drift_new(&ctx, &formula, 1, &drift), "`rate` must be a finite number, not inf.");
    formula.kind = NULL;
    assert_refused(&ctx, fol_drift_new(&ctx, &formula, 1, &drift), "`drift` must be one of ");
    fol_target *gmm = new_plane();
    const fol_process process = paper_process(PROCESS_pbm);
    fol_denoiser *den = new_exact(gmm, &process);
    assert_refused(&ctx, fol_drift_follmer_new(&ctx, den, 0, 1, &drift), "`sigma` must be positive, not 0.");
    assert_refused(&ctx, fol_drift_follmer_new(&ctx, den, INFINITY, 1, &drift), "`sigma` must be finite, not inf.");
    assert_refused(&ctx, fol_drift_follmer_new(&ctx, den, 1, -2, &drift), "`snr_max` must be positive, not -2.");
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

static void test_refused_equations(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_field *drift = FORMULA(2, "ou");
    double x0[] = {0, 1, 2, 3, 4, 5};
    const fol_sde good = {drift, {.data = x0, .n = 3, .d = 2, .row_stride = 1, .col_stride = 3}, 1, 1, NULL, NULL};
    assert_int_equal(fol_sde_check(&ctx, &good), FOL_OK);
    fol_sde sde = good;
    sde.sigma = 0;
    assert_refused(&ctx, fol_sde_check(&ctx, &sde), "`sigma` must be positive, not 0.");
    sde.sigma = NAN;
    assert_refused(&ctx, fol_sde_check(&ctx, &sde), "`sigma` must be positive, not nan.");
    sde = good;
    sde.horizon = INFINITY;
    assert_refused(&ctx, fol_sde_check(&ctx, &sde), "`horizon` must be finite, not inf.");
    sde = good;
    sde.x0.n = 0;
    assert_refused(&ctx, fol_sde_check(&ctx, &sde), "`x0` must have at least one row");
    sde = good;
    sde.x0.d = 1;
    assert_refused(&ctx, fol_sde_check(&ctx, &sde), "`x0` must have as many columns as the drift has dimensions: 2");
    x0[4] = NAN;
    assert_refused(&ctx, fol_sde_check(&ctx, &good), "row 2, column 2 is nan.");
    fol_field_free(drift);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formulas),       cmocka_unit_test(test_function),
        cmocka_unit_test(test_unit_variances), cmocka_unit_test(test_other_starts),
        cmocka_unit_test(test_quadrature),     cmocka_unit_test(test_tanh),
        cmocka_unit_test(test_frozen),         cmocka_unit_test(test_pieces_formula),
        cmocka_unit_test(test_pieces_mixture), cmocka_unit_test(test_pieces_network),
        cmocka_unit_test(test_refused_drifts), cmocka_unit_test(test_refused_equations),
    };
    return cmocka_run_group_tests_name("drift", tests, NULL, NULL);
}
