// Tests of the driver of multilevel Monte Carlo: large means, budgets, progress, what has no variance.
#include "testing.h"

#include <jansson.h>
#include <time.h>

#include "estimate/expectation.h"
#include "estimate/run_estimate.h"
#include "estimate/summary.h"
#include "field/drift.h"
#include "field/functional.h"

// dX = b(X) dt + dW from x0 over [0, 1], in one dimension.
typedef struct {
    fol_field *drift;
    fol_sde sde;
    double x0;
} problem;

static void new_problem(problem *p, const char *kind, double x0)
{
    fol_context ctx;
    const fol_instance formula = INSTANCE(fol_drift_option_table, "drift", kind);
    fol_context_init(&ctx);
    assert_int_equal(fol_drift_new(&ctx, &formula, 1, &p->drift), FOL_OK);
    p->x0 = x0;
    p->sde = (fol_sde){.drift = p->drift, .x0 = {&p->x0, 1, 1, 1, 1}, .horizon = 1, .sigma = 1};
}

static fol_functional functional_of(const char *kind)
{
    const fol_instance g = INSTANCE(fol_functional_option_table, "g", kind);
    return fol_functional_of(&g, 1);
}

static fol_expect_options to_target(double target_se)
{
    fol_expect_options options;
    memset(&options, 0, sizeof options);
    fol_options_init(fol_expect_option_table, &options);
    fol_instance_init(&options.method, &fol_estimator_mlmc.base);
    options.target_se = target_se;
    return options;
}

static fol_tally *expect(const problem *p, const fol_field *g, const fol_expect_options *options)
{
    fol_context ctx;
    fol_tally *tally;
    fol_context_init(&ctx);
    ctx.seed = 7;
    if (fol_expect(&ctx, &p->sde, g, options, NULL, &tally) != FOL_OK)
        fail_msg("%s", ctx.message);
    return tally;
}

static fol_summary *summarise(const fol_tally *tally)
{
    fol_context ctx;
    fol_summary *summary;
    fol_context_init(&ctx);
    if (fol_summarise(&ctx, 1, &tally, &(fol_summary_options){.level = 0.95}, &summary) != FOL_OK)
        fail_msg("%s", ctx.message);
    return summary;
}

// The same bits in what the estimate is made of.
static void assert_same(const fol_tally *a, const fol_tally *b)
{
    assert_int_equal(a->n_rows, b->n_rows);
    assert_memory_equal(a->count, b->count, a->n_rows * sizeof *a->count);
    assert_memory_equal(a->centre, b->centre, a->n_columns * sizeof *a->centre);
    assert_memory_equal(a->moments, b->moments, a->n_rows * 4 * a->n_columns * sizeof *a->moments);
}

// ---- large means ----

// A Brownian path about x0 has mean x0 and variance 1, which the squares of x0 = 1e7 would leave nothing of.
static void test_large_mean(void **state)
{
    (void) state;
    const fol_functional g = functional_of("mean");
    const fol_expect_options options = to_target(0.01);
    const double starts[] = {0, 1e7};
    for (size_t s = 0; s < 2; s++) {
        problem p;
        new_problem(&p, "zero", starts[s]);
        fol_tally *tally = expect(&p, &g.field, &options);
        fol_summary *summary = summarise(tally);
        assert_near(summary->estimate[0], starts[s], 4 * summary->se[0], "estimate"); // 4 standard errors
        assert_near(summary->se[0], sqrt(0.75) * 0.01, 0.0005, "se");
        assert_near(summary->bias[0], 0, 1e-8, "bias");
        for (size_t l = 0; l < tally->n_rows; l++) {
            const fol_moments fine = fol_tally_moments(tally, l, 1, 1);
            assert_near(fine.mean, starts[s], 4 / sqrt(fine.n), "fine mean");
            assert_near(fine.m2, 1, 4 * sqrt(2 / fine.n), "fine variance");
        }
        fol_summary_free(summary);
        fol_tally_free(tally);
        fol_field_free(p.drift);
    }
}

// A tally about a centre is the same after JSON, and alone in a join.
static void test_kept(void **state)
{
    (void) state;
    fol_context ctx;
    problem p;
    fol_context_init(&ctx);
    new_problem(&p, "sin", 100);
    const fol_functional g = functional_of("second_moment");
    const fol_expect_options options = to_target(2);
    fol_tally *tally = expect(&p, &g.field, &options), *read, **joined;
    json_t *json = fol_tally_to_json(tally);
    assert_int_equal(fol_tally_from_json(&ctx, json, &read), FOL_OK);
    assert_same(tally, read);
    size_t n;
    assert_int_equal(fol_tally_join(&ctx, 1, (const fol_tally *const *) &read, &n, &joined), FOL_OK);
    assert_int_equal(n, 1);
    assert_same(tally, joined[0]);
    assert_true(fol_run_estimate_of(tally, 0).mean == fol_run_estimate_of(joined[0], 0).mean);
    fol_tally_free(joined[0]);
    fol_free(joined);
    fol_tally_free(read);
    json_decref(json);
    fol_tally_free(tally);
    fol_field_free(p.drift);
}

// ---- budgets ----

// A target out of reach: all paths are used but the rest of a division, none more, and no level is without a variance.
static void test_paths(void **state)
{
    (void) state;
    problem p;
    new_problem(&p, "sin", 0);
    const fol_functional g = functional_of("second_moment");
    fol_expect_options options = to_target(1e-7);
    const int64_t n[] = {2, 3, 7, 10, 11, 100, 3000, 10000, 1000000};
    for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
        options.n = n[i];
        fol_tally *tally = expect(&p, &g.field, &options);
        assert_int_equal(tally->n_rows < 5 && n[i] >= 10, 0);
        assert_true(fol_tally_draws(tally) <= (double) n[i]);
        assert_true(fol_tally_draws(tally) >= (double) n[i] - 2 * (double) tally->n_rows);
        for (size_t l = 0; l < tally->n_rows; l++)
            assert_true(tally->count[l] >= 2);
        fol_tally_free(tally);
    }
    fol_field_free(p.drift);
}

// What is left is not all spent on the variance of levels that are too coarse: with 10^6 paths a bias of 5 levels would
// be many standard errors.
static void test_share_of_levels(void **state)
{
    (void) state;
    problem p;
    new_problem(&p, "sin", 0);
    const fol_functional g = functional_of("second_moment");
    fol_expect_options options = to_target(1e-7);
    options.n = 1000000;
    fol_tally *tally = expect(&p, &g.field, &options);
    fol_summary *summary = summarise(tally);
    assert_true(tally->n_rows > 5);
    assert_true(summary->bias[0] < summary->se[0]);
    assert_near(summary->estimate[0], 2.008672302, 4 * summary->se[0], "estimate"); // MATH 7.5; 4 standard errors
    assert_true(summary->se[0] < 1.5 * 2.8 / sqrt(1e6)); // not much more than all paths on the base level would have
    fol_summary_free(summary);
    fol_tally_free(tally);
    fol_field_free(p.drift);
}

static void test_seconds(void **state)
{
    (void) state;
    problem p;
    new_problem(&p, "sin", 0);
    const fol_functional g = functional_of("cosine");
    fol_expect_options options = to_target(0.01);
    fol_tally *plain = expect(&p, &g.field, &options);
    options.seconds = 1e9; // no limit: the same bits
    fol_tally *tally = expect(&p, &g.field, &options);
    assert_int_equal(plain->n_rows, tally->n_rows);
    assert_memory_equal(plain->count, tally->count, plain->n_rows * sizeof *plain->count);
    fol_tally_free(tally);
    options.seconds = 1e-9; // over before it begins
    tally = expect(&p, &g.field, &options);
    assert_int_equal(tally->n_rows, 1);
    assert_true(tally->count[0] >= 2 && tally->count[0] < 64);
    fol_tally_free(plain);
    fol_tally_free(tally);
    fol_field_free(p.drift);
}

// A function that takes 2 ms however many rows it has, and counts its calls.
static size_t n_calls;
static fol_status eval_slow(const fol_field *g, size_t n, const double *x, const fol_instant *at, size_t stride,
                            double *out, void *work)
{
    (void) g, (void) at, (void) stride, (void) work;
    n_calls++;
    memcpy(out, x, n * sizeof *out);
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    return FOL_OK;
}

// In 0.05 s there are at most 25 calls of 2 ms, beside one that is there in any case: of the pilot, a level, a new one.
static void test_clock(void **state)
{
    (void) state;
    problem p;
    new_problem(&p, "sin", 0);
    const fol_functional g = {.field = {.n_in = 1, .n_out = 1, .serial = true, .eval = eval_slow}};
    fol_expect_options options = to_target(1e-7);
    options.seconds = 0.05;
    n_calls = 0;
    fol_tally *tally = expect(&p, &g.field, &options);
    assert_true(n_calls > 1 && n_calls <= 25 + 3);
    fol_tally_free(tally);
    fol_field_free(p.drift);
}

// Time is shared by all levels, not used up by the first, of whose paths level 1 has about a fifth, nor by a fine one.
static void test_shared_time(void **state)
{
    (void) state;
    problem p;
    new_problem(&p, "sin", 0);
    const fol_functional g = functional_of("cosine");
    fol_expect_options options = to_target(1e-7);
    options.seconds = 0.5;
    fol_tally *tally = expect(&p, &g.field, &options);
    assert_true(tally->n_rows == 1 || tally->count[1] > 0.05 * tally->count[0]);
    assert_true(tally->n_rows < 5 || tally->count[0] > tally->count[4]);
    fol_tally_free(tally);
    fol_field_free(p.drift);
}

// ---- progress ----

typedef struct {
    size_t polls, done;
    bool falls;
} watch;

static int poll_watch(const fol_progress *progress, void *data)
{
    watch *w = data;
    w->polls++;
    w->falls = w->falls || progress->done < w->done || progress->done > progress->total;
    w->done = progress->done;
    return 0;
}

static void test_progress(void **state)
{
    (void) state;
    problem p;
    new_problem(&p, "sin", 0);
    const fol_functional g = functional_of("cosine");
    const fol_expect_options options = to_target(0.0005);
    watch w = {0};
    fol_context ctx;
    fol_tally *tally;
    fol_context_init(&ctx);
    ctx.seed = 7;
    ctx.poll = poll_watch;
    ctx.data = &w;
    assert_int_equal(fol_expect(&ctx, &p.sde, &g.field, &options, NULL, &tally), FOL_OK);
    assert_false(w.falls);
    assert_true(w.polls > 10 && w.done >= 700); // of 1000
    fol_tally_free(tally);
    fol_field_free(p.drift);
}

// ---- without variance ----

typedef struct {
    fol_field field; // first
    double value;
} constant;

static fol_status eval_constant(const fol_field *g, size_t n, const double *x, const fol_instant *at, size_t stride,
                                double *out, void *work)
{
    (void) x, (void) at, (void) stride, (void) work;
    for (size_t i = 0; i < n; i++)
        out[i] = ((const constant *) g)->value;
    return FOL_OK;
}

static void test_constant(void **state)
{
    (void) state;
    problem p;
    new_problem(&p, "sin", 0);
    const constant g = {{.n_in = 1, .n_out = 1, .eval = eval_constant}, 3};
    const fol_expect_options options = to_target(0.1);
    fol_tally *tally = expect(&p, &g.field, &options);
    fol_summary *summary = summarise(tally);
    assert_true(summary->estimate[0] == 3 && summary->se[0] == 0);
    assert_true(tally->n_rows == 5 && tally->count[0] == 16384 && tally->count[1] == 1024);
    fol_summary_free(summary);
    fol_tally_free(tally);
    fol_field_free(p.drift);
}

// P(W_1 > 3.5) = 2.3e-4: the first 1024 paths see nothing of it.
static void test_rare(void **state)
{
    (void) state;
    problem p;
    new_problem(&p, "zero", 0);
    const fol_instance rare = INSTANCE(fol_functional_option_table, "g", "exceedance", "threshold", "3.5");
    const fol_functional g = fol_functional_of(&rare, 1);
    const fol_expect_options options = to_target(0.01);
    fol_tally *tally = expect(&p, &g.field, &options);
    fol_summary *summary = summarise(tally);
    assert_true(tally->count[0] == 16384);
    assert_true(summary->se[0] > 0);
    assert_near(summary->estimate[0], 1 - normal_cdf(3.5), 4 * summary->se[0], "estimate"); // 4 standard errors
    fol_summary_free(summary);
    fol_tally_free(tally);
    fol_field_free(p.drift);
}

static fol_status eval_huge(const fol_field *g, size_t n, const double *x, const fol_instant *at, size_t stride,
                            double *out, void *work)
{
    (void) g, (void) at, (void) stride, (void) work;
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = x[i];
        out[2 * i + 1] = 1e170 * x[i];
    }
    return FOL_OK;
}

static void test_not_finite(void **state)
{
    (void) state;
    problem p;
    new_problem(&p, "sin", 0);
    fol_context ctx;
    fol_tally *tally;
    fol_context_init(&ctx);
    const fol_functional huge = {.field = {.n_in = 1, .n_out = 2, .eval = eval_huge}};
    const constant missing = {{.n_in = 1, .n_out = 1, .eval = eval_constant}, NAN};
    const fol_expect_options options = to_target(0.1);
    assert_int_equal(fol_expect(&ctx, &p.sde, &huge.field, &options, NULL, &tally), FOL_E_NUMERIC);
    assert_string_equal(ctx.message,
                        "Value 2 of `g` is so large that its square is not finite: it has no standard error.");
    assert_int_equal(fol_expect(&ctx, &p.sde, &missing.field, &options, NULL, &tally), FOL_E_NUMERIC);
    fol_field_free(p.drift);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_mean),  cmocka_unit_test(test_kept),
        cmocka_unit_test(test_paths),       cmocka_unit_test(test_share_of_levels),
        cmocka_unit_test(test_seconds),     cmocka_unit_test(test_clock),
        cmocka_unit_test(test_shared_time), cmocka_unit_test(test_progress),
        cmocka_unit_test(test_constant),    cmocka_unit_test(test_rare),
        cmocka_unit_test(test_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
