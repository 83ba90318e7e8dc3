// Tests of the warnings about summaries: each where it is due, and nowhere else.
#include "example_tally.h"

#include <stdio.h>

#include "estimate/summary_warning.h"

// Three values with nothing to be told: numbers that a test changes.
typedef struct {
    fol_summary summary;
    double se[3], work[3], work_se[3], tail_index[3], bias[3], bias_se[3];
} example;

static fol_summary *quiet(example *to)
{
    *to = (example){.se = {0.1, 0.2, 0.3},
                    .work = {1, 2, 3},
                    .work_se = {0.5, 1, 1.5},
                    .tail_index = {NAN, 0.2, 0.1},
                    .bias = {0.1, -0.2, 0.3},
                    .bias_se = {0, 0, 0}};
    to->summary = (fol_summary){.q = 3,
                                .se = to->se,
                                .work = to->work,
                                .work_se = to->work_se,
                                .tail_index = to->tail_index,
                                .bias = to->bias,
                                .bias_se = to->bias_se};
    return &to->summary;
}

// The sentences, ended by newlines, are the given ones.
static void assert_warned(const fol_summary *summary, size_t n, const fol_tally *const *tallies,
                          const char *const *names, double target_se, const char *wanted)
{
    fol_context ctx;
    char **warnings, all[4096] = "";
    fol_context_init(&ctx);
    assert_int_equal(fol_summary_warnings(&ctx, summary, n, tallies, names, target_se, &warnings), FOL_OK);
    for (size_t k = 0; warnings[k]; k++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s\n", warnings[k]);
    assert_string_equal(all, wanted);
    fol_free(warnings);
}

static const char *const names[] = {"a", "b", "c"};

// A summary by itself; the tally says the method alone.
static void assert_told(const example *it, int method, double target_se, const char *wanted)
{
    const fol_tally tally = {.method = method, .q = 3}, *tallies[] = {&tally};
    assert_warned(&it->summary, 1, tallies, names, target_se, wanted);
}

static void test_quiet(void **state)
{
    (void) state;
    example it;
    quiet(&it);
    for (int method = FOL_ESTIMATOR_rhee_glynn; method <= FOL_ESTIMATOR_euler; method++)
        if (method != FOL_ESTIMATOR_mlmc)
            assert_told(&it, method, method == FOL_ESTIMATOR_euler ? 0.3 : NAN, "");
    it.bias_se[2] = 0.2;
    it.bias[2] = 0.39; // above its standard error, but not above two of its own
    it.work[0] = it.work_se[0] = 0;
    it.work_se[1] = NAN;
    assert_told(&it, FOL_ESTIMATOR_euler, 0, "");
}

static void test_tail(void **state)
{
    (void) state;
    example it;
    quiet(&it)->heavy = true;
    it.tail_index[2] = 0.47;
    it.work_se[0] = 0.6; // not told, as it means nothing
    assert_told(&it, FOL_ESTIMATOR_renewal, NAN,
                "The variance of `c` looks infinite (tail index 0.47; 0.5 is the limit): its standard error and "
                "interval cannot be relied on.\n");
}

static void test_error(void **state)
{
    (void) state;
    example it;
    quiet(&it);
    it.work_se[1] = 1.6;
    assert_told(&it, FOL_ESTIMATOR_renewal, NAN,
                "The standard error of `b` is itself uncertain by about 40 %: take more draws.\n");
    it.work_se[2] = 1.8;
    assert_told(&it, FOL_ESTIMATOR_rhee_glynn, NAN,
                "The standard error of `b` (and 1 more) is itself uncertain by about 40 %: take more draws.\n");
}

static void test_bias(void **state)
{
    (void) state;
    example it;
    quiet(&it);
    it.bias[1] = -0.4714;
    assert_told(&it, FOL_ESTIMATOR_rhee_glynn, NAN, "");
    assert_told(&it, FOL_ESTIMATOR_euler, NAN,
                "The bias of `b` is about -0.47, more than its standard error of 0.2: take more steps, or an unbiased "
                "method.\n");
    it.bias[0] = 0.11;
    it.bias[2] = 0.31;
    assert_told(&it, FOL_ESTIMATOR_euler, NAN,
                "The bias of `b` (and 2 more) is about -0.47, more than its standard error of 0.2: take more steps, or "
                "an unbiased method.\n");
}

static void test_target(void **state)
{
    (void) state;
    example it;
    quiet(&it);
    assert_told(&it, FOL_ESTIMATOR_renewal, 0.25,
                "The target was not reached: the standard error of `c` is 0.3, not 0.25.\n");
    assert_told(&it, FOL_ESTIMATOR_renewal, 0.15,
                "The target was not reached: the standard error of `c` (and 1 more) is 0.3, not 0.15.\n");
}

enum { LEVELS = 3, PATHS = 400 };

// Levels whose fine paths have a mean apart by `shift` from what the differences add up to, and whose last difference
// is 1 in `few` paths and 0 in the others.
static fol_tally *levels_tally(double shift, size_t few, uint64_t seed)
{
    double *pairs = fol_alloc_zero(2 * LEVELS * PATHS, sizeof *pairs);
    for (size_t l = 0; l < LEVELS; l++)
        for (size_t i = 0; i < PATHS; i++) {
            const double sign = i % 2 ? 1 : -1;
            double *pair = pairs + 2 * (l * PATHS + i);
            pair[0] = l == LEVELS - 1 ? (i < few ? 1 : 0) : sign * exp2(-(double) l);
            pair[1] = sign + (l == 1 ? shift : 0) + (l == LEVELS - 1 ? (double) few / PATHS : 0);
        }
    fol_tally *tally = example_pairs(FOL_ESTIMATOR_mlmc, LEVELS, PATHS, pairs);
    tally->seed = seed;
    fol_free(pairs);
    return tally;
}

static void assert_levels_told(size_t n, fol_tally *const *tallies, const char *const *name, double target_se,
                               const char *wanted)
{
    fol_context ctx;
    fol_summary *summary;
    fol_context_init(&ctx);
    const fol_summary_options options = {.level = 0.95};
    const fol_tally *const *runs = (const fol_tally *const *) tallies;
    assert_int_equal(fol_summarise(&ctx, n, runs, &options, &summary), FOL_OK);
    assert_warned(summary, n, runs, name, target_se, wanted);
    fol_summary_free(summary);
}

// The kurtosis of 2 in 400 is (1 - 3 p + 3 p^2) / (p (1 - p)) = 198. The three standard errors of a level's check add
// up to 1 / 20 + 1 / 40 + 1 / 20 = 0.125 at level 1, so that a shift of 0.75 is a check of 2.
static void test_levels(void **state)
{
    (void) state;
    fol_tally *tallies[] = {levels_tally(0, 200, 7), levels_tally(0.75, 200, 8), levels_tally(0, 2, 9)};
    assert_levels_told(1, tallies, names, NAN, "");
    assert_levels_told(1, tallies + 1, names, NAN,
                       "Levels 0 and 1 of `a` (and 1 more) are not consistent (check 2; 1 or less is wanted).\n");
    assert_levels_told(
        1, tallies + 2, NULL, NAN,
        "Level 2 of value 1 rests on a few paths (kurtosis 198): its variance, and so the standard error, "
        "are not well known.\n");
    assert_levels_told(3, tallies, names, NAN,
                       "Levels 0 and 1 of `a` in the run of seed 8 (and 1 more) are not consistent (check 2; 1 or less "
                       "is wanted).\n"
                       "Level 2 of `a` in the run of seed 9 rests on a few paths (kurtosis 198): its variance, and so "
                       "the standard error, are not well known.\n");
    for (size_t i = 0; i < 3; i++)
        fol_tally_free(tallies[i]);
}

// The target of mlmc is of the root mean square error, with a little allowance.
static void test_root_mean_square(void **state)
{
    (void) state;
    fol_tally *tally = levels_tally(0, 200, 1);
    fol_context ctx;
    fol_summary *summary;
    fol_context_init(&ctx);
    const fol_summary_options options = {.level = 0.95};
    assert_int_equal(fol_summarise(&ctx, 1, (const fol_tally *const *) &tally, &options, &summary), FOL_OK);
    summary->se[0] = 0.03;
    summary->bias[0] = -0.04;
    const fol_tally *const *run = (const fol_tally *const *) &tally;
    assert_warned(summary, 1, run, names, 0.0498, "");
    assert_warned(summary, 1, run, names, 0.04,
                  "The target was not reached: the root mean square error of `a` is 0.05, not 0.04.\n");
    summary->bias[0] = NAN;
    assert_warned(summary, 1, run, names, 0.04, "");
    assert_warned(summary, 1, run, names, 0.02,
                  "The target was not reached: the root mean square error of `a` is 0.03, not 0.02.\n");
    summary->work_se[0] = 0.8 * summary->work[0];
    assert_warned(summary, 1, run, names, 0.04,
                  "The standard error of `a` is itself uncertain by about 40 %: aim at a smaller one.\n");
    fol_summary_free(summary);
    fol_tally_free(tally);
}

// Names of any length stand whole.
static void test_long_names(void **state)
{
    (void) state;
    example it;
    quiet(&it);
    char name[2001], wanted[2100];
    memset(name, 'x', 2000);
    name[2000] = 0;
    const char *const longs[] = {"a", "b", name};
    snprintf(wanted, sizeof wanted, "The target was not reached: the standard error of `%s` is 0.3, not 0.2.\n", name);
    const fol_tally tally = {.method = FOL_ESTIMATOR_renewal, .q = 3}, *tallies[] = {&tally};
    assert_warned(&it.summary, 1, tallies, longs, 0.2, wanted);
}

// Draws that say nothing: all alike, or none of those that carry the estimate.
static void test_empty_draws(void **state)
{
    (void) state;
    example it;
    quiet(&it);
    fol_tally tally = {.method = FOL_ESTIMATOR_renewal, .q = 3};
    const fol_tally *tallies[] = {&tally};
    it.summary.n = 10000;
    it.summary.layers[0] = 0.0025;
    it.summary.layers[1] = 0.9975;
    assert_warned(&it.summary, 1, tallies, names, NAN, "");
    it.summary.layers[0] = 0.0024;
    assert_warned(
        &it.summary, 1, tallies, names, NAN,
        "Only 24 of 10000 draws have no layer: the estimate and its standard error rest on them and cannot be "
        "relied on. Take longer gaps, or more draws.\n");
    tally.method = FOL_ESTIMATOR_rhee_glynn;
    assert_warned(&it.summary, 1, tallies, names, NAN,
                  "Only 24 of 10000 draws are of the base level: the estimate and its standard error rest on them and "
                  "cannot be relied on. Take a finer base level, or more draws.\n");
    it.summary.layers[0] = 1;
    it.summary.se[1] = 0;
    assert_warned(&it.summary, 1, tallies, names, NAN,
                  "All draws of `b` are alike: a standard error of 0 says nothing unless it is a constant.\n");
}

// Parts of a run that were made at different levels are told of once; runs that differ are not.
static void test_simd(void **state)
{
    (void) state;
    example it;
    quiet(&it);
    fol_tally a = {.method = FOL_ESTIMATOR_renewal, .q = 3, .seed = 7, .simd = 4}, b = a;
    const fol_tally *tallies[] = {&a, &b};
    b.seed = 8;
    b.simd = 8;
    assert_warned(&it.summary, 2, tallies, names, NAN, "");
    b.simd = 12;
    assert_warned(&it.summary, 2, tallies, names, NAN,
                  "Parts of the run of seed 8 were made at different SIMD levels (x86-64-v3|x86-64-v4), between which "
                  "the last digits of a network in single precision differ: the result is not to the bit that of one "
                  "machine.\n");
    a.simd = 15;
    assert_warned(&it.summary, 2, tallies, names, NAN,
                  "Parts of the run of seed 7 (and 1 more) were made at different SIMD levels (unknown|baseline|"
                  "x86-64-v3|x86-64-v4), between which the last digits of a network in single precision differ: the "
                  "result is not to the bit that of one machine.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quiet),       cmocka_unit_test(test_tail),
        cmocka_unit_test(test_error),       cmocka_unit_test(test_bias),
        cmocka_unit_test(test_target),      cmocka_unit_test(test_levels),
        cmocka_unit_test(test_long_names),  cmocka_unit_test(test_root_mean_square),
        cmocka_unit_test(test_empty_draws), cmocka_unit_test(test_simd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
