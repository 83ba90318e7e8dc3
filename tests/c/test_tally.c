// Tests of tallies: moments, the largest values, joining to the bit, the round trip as JSON, refusals.
#include "example_tally.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/simd.h"

// Moments -------------------------------------------------------------------------------------------------------------

static void test_moments(void **state)
{
    (void) state;
    const double draws[] = {1, 7, 2, 7, 4, 7, 9, 7, 5, 7}, centre[] = {3, 7.5};
    const example_run run = {.n = 5, .q = 2, .batch = 4, .draws = draws, .centre = centre, .independent = true};
    fol_tally *tally = example_tally(&run);
    const fol_moments first = fol_tally_moments(tally, 0, 1, 0), all = fol_tally_moments(tally, 0, 2, 0);
    assert_true(first.n == 4 && first.mean == 4 && all.n == 5);
    assert_near(first.m2, 38.0 / 4, 1e-13, "m2"); // deviations -3, -2, 0, 5
    assert_near(first.m3, 90.0 / 4, 1e-12, "m3");
    assert_near(first.m4, 722.0 / 4, 1e-12, "m4");
    assert_near(all.mean, 4.2, 1e-14, "mean");
    assert_near(all.m2, 38.8 / 5, 1e-13, "m2 of two rows");
    const fol_moments constant = fol_tally_moments(tally, 0, 2, 1);
    assert_true(constant.mean == 7 && constant.m2 == 0 && constant.m3 == 0 && constant.m4 == 0);
    const fol_moments none = fol_tally_moments(tally, 1, 0, 0);
    assert_true(none.n == 0 && isnan(none.mean) && isnan(none.m2) && isnan(none.m4));
    fol_tally_free(tally);
}

// A constant that the centre misses by rounding has no variance; a small one about a far centre is kept.
static void test_rounding(void **state)
{
    (void) state;
    enum { N = 3000 };
    double draws[N], centre = nextafter(0.1, 1);
    for (size_t i = 0; i < N; i++)
        draws[i] = 0.1;
    const example_run run = {.n = N, .q = 1, .batch = 1000, .draws = draws, .centre = &centre, .independent = true};
    fol_tally *tally = example_tally(&run);
    assert_true(fol_tally_moments(tally, 0, 3, 0).m2 == 0);
    fol_tally_free(tally);
    centre = 1e4;
    for (size_t i = 0; i < N; i++)
        draws[i] = i % 2 ? 1 : -1;
    tally = example_tally(&run);
    assert_near(fol_tally_moments(tally, 0, 3, 0).m2, 1, 1e-6, "variance far from the centre");
    fol_tally_free(tally);
}

// The largest values --------------------------------------------------------------------------------------------------

static int descending(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x < y) - (x > y);
}

// Any cuts, with ties and NAN between, against sorting.
static void test_tail_offer(void **state)
{
    (void) state;
    enum { N = 6000 };
    double *u = example_uniforms(0, N), value[N], sorted[N], tail[N + 10];
    for (size_t i = 0; i < N; i++)
        value[i] = sorted[i] = i % 7 == 0 ? 0.5 : floor(1e4 * u[i]);
    qsort(sorted, N, sizeof *sorted, descending);
    for (size_t i = 0; i < N; i += 11)
        value[i] = i % 7 == 0 ? value[i] : NAN;
    size_t kept = 0; // sorted values without those that became NAN
    for (size_t i = 0; i < N; i++)
        if (!isnan(value[i]))
            sorted[kept++] = value[i];
    qsort(sorted, kept, sizeof *sorted, descending);
    const size_t sizes[] = {0, 1, 2, 25, 1000, 1024, 5000, N + 9};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t longest = 1; longest <= N; longest = longest * 9 + 4) {
            for (size_t i = 0; i < N + 10; i++)
                tail[i] = NAN;
            for (size_t first = 0, cut = 0; first < N; first += cut) {
                cut = 1 + (size_t) (u[first] * (double) longest);
                cut = cut < N - first ? cut : N - first;
                fol_tail_offer(tail, sizes[s], cut, value + first);
            }
            for (size_t i = 0; i < N + 10; i++)
                assert_true(i < sizes[s] && i < kept ? tail[i] == sorted[i] : isnan(tail[i]));
        }
    fol_free(u);
}

static void test_tail_size(void **state)
{
    (void) state;
    assert_int_equal(fol_tally_tail_size(0), 0);
    assert_int_equal(fol_tally_tail_size(100), 20);
    assert_int_equal(fol_tally_tail_size(225), 45);
    assert_int_equal(fol_tally_tail_size(10000), 300);
    assert_int_equal(fol_tally_tail_size(1e7), 9486);
    assert_int_equal(fol_tally_tail_size(1e12), 10000);
}

// Joining -------------------------------------------------------------------------------------------------------------

#define assert_same(a, b, n) assert_memory_equal(a, b, (n) * sizeof *(a))

static void assert_same_tally(const fol_tally *a, const fol_tally *b)
{
    const double numbers[2][5] = {{a->n_total, a->base_level, a->decay, a->pilot_cost, a->seconds},
                                  {b->n_total, b->base_level, b->decay, b->pilot_cost, b->seconds}};
    assert_true(a->method == b->method && a->independent == b->independent && a->seed == b->seed);
    assert_true(a->simd == b->simd && a->fingerprint == b->fingerprint && a->q == b->q && a->n_columns == b->n_columns);
    assert_true(a->n_rows == b->n_rows && a->n_tail == b->n_tail);
    for (size_t i = 0; i < 5; i++)
        assert_true(numbers[0][i] == numbers[1][i] || (isnan(numbers[0][i]) && isnan(numbers[1][i])));
    assert_same(a->centre, b->centre, a->n_columns);
    assert_same(a->place, b->place, a->n_rows);
    assert_same(a->count, b->count, a->n_rows);
    assert_same(a->cost, b->cost, a->n_rows);
    assert_same(a->moments, b->moments, 4 * a->n_rows * a->n_columns);
    for (size_t i = 0; i < a->q * a->n_tail; i++)
        assert_true(a->tail[i] == b->tail[i] || (isnan(a->tail[i]) && isnan(b->tail[i])));
    assert_same(a->layers, b->layers, FOL_TALLY_LAYERS);
}

static void free_all(size_t n, fol_tally **tallies)
{
    for (size_t i = 0; i < n; i++)
        fol_tally_free(tallies[i]);
}

// Random splits in random order, at once and in two steps, have the bits of the whole.
static void test_join_bits(void **state)
{
    (void) state;
    enum { N = 1490, BATCH = 50, N_BATCHES = 30, MOST_PARTS = 9 };
    double *draws = example_normals(0, 2 * N), *u = example_uniforms(1, 20 * (N_BATCHES + MOST_PARTS));
    const double centre[] = {0.25, -1};
    const example_run run = {.n = N, .q = 2, .batch = BATCH, .draws = draws, .centre = centre, .seed = 12};
    fol_context ctx;
    fol_context_init(&ctx);
    for (size_t trial = 0; trial < 20; trial++) {
        const double *random = u + trial * (N_BATCHES + MOST_PARTS);
        const size_t n_parts = 1 + trial % MOST_PARTS;
        fol_tally *parts[MOST_PARTS], **some, **joined, *whole = example_tally(&run);
        size_t place[N_BATCHES], n_some, n_joined;
        whole->seconds = 0.25 * (double) n_parts;
        for (size_t p = 0; p < n_parts; p++) {
            size_t n_rows = 0;
            for (size_t b = 0; b < N_BATCHES; b++)
                if ((size_t) (random[b] * (double) n_parts) == p)
                    place[n_rows++] = b;
            parts[p] = example_part(&run, n_rows, place);
        }
        for (size_t p = n_parts - 1; p > 0; p--) { // shuffled
            const size_t other = (size_t) (random[N_BATCHES + p] * (double) (p + 1));
            fol_tally *keep = parts[p];
            parts[p] = parts[other];
            parts[other] = keep;
        }
        assert_int_equal(fol_tally_join(&ctx, n_parts, (const fol_tally **) parts, &n_joined, &joined), FOL_OK);
        assert_int_equal(n_joined, 1);
        assert_same_tally(joined[0], whole);
        free_all(n_joined, joined);
        fol_free(joined);
        if (n_parts >= 3) {
            assert_int_equal(fol_tally_join(&ctx, 2, (const fol_tally **) parts, &n_some, &some), FOL_OK);
            fol_tally_free(parts[0]);
            fol_tally_free(parts[1]);
            parts[1] = some[0];
            fol_free(some);
            assert_int_equal(fol_tally_join(&ctx, n_parts - 1, (const fol_tally **) parts + 1, &n_joined, &joined),
                             FOL_OK);
            assert_same_tally(joined[0], whole);
            free_all(n_joined, joined);
            fol_free(joined);
            parts[0] = NULL;
        }
        free_all(n_parts, parts);
        fol_tally_free(whole);
    }
    fol_free(draws);
    fol_free(u);
}

// Three batches of two draws each; `place` is the first of two that the tally holds.
static fol_tally *small(uint64_t seed, size_t place)
{
    static const double draws[] = {1, 2, 4, 8, 16, 32}, centre = 3;
    const example_run run = {.n = 6, .q = 1, .batch = 2, .draws = draws, .centre = &centre, .seed = seed};
    return example_part(&run, 2, (const size_t[]){place, place + 1});
}

static void test_join_apart(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_tally *runs[] = {small(9, 0), small(UINT64_MAX, 0), small(3, 0)}, **joined;
    size_t n_joined;
    assert_int_equal(fol_tally_join(&ctx, 3, (const fol_tally **) runs, &n_joined, &joined), FOL_OK);
    assert_int_equal(n_joined, 3);
    assert_same_tally(joined[0], runs[2]);
    assert_same_tally(joined[1], runs[0]);
    assert_same_tally(joined[2], runs[1]);
    free_all(3, joined);
    fol_free(joined);
    free_all(3, runs);
}

// Pilots that differ in rounding: the sums go over to the centre of the first part.
static void test_join_centre(void **state)
{
    (void) state;
    const double draws[] = {1, 2, 4, 8, 16, 32}, centre[] = {3, 3.002, 3.1};
    const example_run run = {.n = 6, .q = 1, .batch = 2, .draws = draws, .centre = centre, .seed = 4};
    example_run other = run;
    other.centre = centre + 1;
    fol_tally *parts[] = {example_part(&other, 1, (const size_t[]){2}), example_part(&run, 2, (const size_t[]){0, 1})};
    fol_tally *whole = example_tally(&run), **joined;
    size_t n_joined;
    fol_context ctx;
    fol_context_init(&ctx);
    parts[0]->decay += 1e-9;
    assert_int_equal(fol_tally_join(&ctx, 2, (const fol_tally **) parts, &n_joined, &joined), FOL_OK);
    assert_true(joined[0]->centre[0] == 3 && joined[0]->decay == 1.5);
    for (size_t i = 0; i < 12; i++)
        assert_near(joined[0]->moments[i], whole->moments[i], 1e-12 * fabs(whole->moments[i]), "moments");
    free_all(1, joined);
    fol_free(joined);
    fol_tally_free(parts[0]);
    other.centre = centre + 2; // more than rounding: another equation
    parts[0] = example_part(&other, 1, (const size_t[]){2});
    assert_int_equal(fol_tally_join(&ctx, 2, (const fol_tally **) parts, &n_joined, &joined), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "their pilots found means of 3 and 3.1"));
    free_all(2, parts);
    fol_tally_free(whole);
}

static void test_join_refusals(void **state)
{
    (void) state;
    fol_context ctx;
    fol_tally *a = small(7, 0), *b = small(7, 1), **joined;
    const fol_tally *pair[] = {b, a};
    size_t n_joined;
    fol_context_init(&ctx);
    assert_int_equal(fol_tally_join(&ctx, 0, pair, &n_joined, &joined), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`tallies` must be one or more, not none.");
    assert_int_equal(fol_tally_join(&ctx, 2, pair, &n_joined, &joined), FOL_E_INPUT);
    assert_string_equal(ctx.message,
                        "`tallies` have batch 1 of the run of seed 7 twice: the same draws are not counted twice.");
    assert_true(joined == NULL && n_joined == 0);
    b->base_level++;
    assert_int_equal(fol_tally_join(&ctx, 2, pair, &n_joined, &joined), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`tallies` must have the same `base_level` in all parts of the run of seed 7.");
    b->fingerprint++;
    assert_int_equal(fol_tally_join(&ctx, 2, pair, &n_joined, &joined), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`tallies` have two different runs of seed 7, whose random numbers overlap; runs "
                                     "that are pooled must have different seeds.");
    b->seed++;
    assert_int_equal(fol_tally_join(&ctx, 2, pair, &n_joined, &joined), FOL_OK);
    free_all(n_joined, joined);
    fol_free(joined);
    for (int method = FOL_ESTIMATOR_renewal; method <= FOL_ESTIMATOR_euler; method++) {
        b->method = method;
        assert_int_equal(fol_tally_check_pool(&ctx, 2, pair), method == FOL_ESTIMATOR_renewal ? FOL_OK : FOL_E_INPUT);
    }
    assert_string_equal(ctx.message,
                        "`tallies` of method euler, which has a bias, are pooled with their own kind alone.");
    b->q++;
    assert_int_equal(fol_tally_check_pool(&ctx, 2, pair), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`tallies` must have the same number of functions, not 2 and 1.");
    assert_string_equal(ctx.failure.argument, "tallies");
    fol_tally_free(a);
    fol_tally_free(b);
}

// The levels that parts of a run were made at, in any order; where some say none, it is not known.
static void test_join_levels(void **state)
{
    (void) state;
    static const unsigned cases[][3] = {{0, 0, 0}, {8, 8, 8},  {4, 8, 12}, {12, 2, 14},
                                        {0, 8, 9}, {9, 4, 13}, {4, 0, 5}};
    char levels[FOL_TEXT_SIZE];
    fol_context ctx;
    fol_context_init(&ctx);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fol_tally *parts[] = {small(7, 0), small(7, 2)}, **joined;
        size_t n_joined;
        parts[0]->simd = cases[i][0];
        parts[1]->simd = cases[i][1];
        assert_int_equal(fol_tally_join(&ctx, 2, (const fol_tally **) parts, &n_joined, &joined), FOL_OK);
        assert_int_equal(joined[0]->simd, cases[i][2]);
        if (i == 5)
            assert_string_equal(fol_tally_levels(joined[0], levels), "unknown|x86-64-v3|x86-64-v4");
        free_all(1, joined);
        fol_free(joined);
        free_all(2, parts);
    }
}

// Every level of this machine has its word.
static void test_level(void **state)
{
    (void) state;
    static const char *const names[] = {"baseline", "x86-64-v3", "x86-64-v4"};
    for (size_t i = 0; i < 3; i++) {
        fol_tally tally = {0};
        char levels[FOL_TEXT_SIZE];
        const char *name = fol_simd_choose(names[i])->name;
        tally.simd = fol_tally_level();
        assert_string_equal(fol_tally_levels(&tally, levels), name);
    }
    fol_simd_choose(NULL);
}

// A tally with more space has the same bits, and space.
static void test_grow(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_tally *tally = small(7, 1), *same = small(7, 1);
    assert_int_equal(fol_tally_grow(&ctx, 5, &tally), FOL_OK);
    assert_same_tally(tally, same);
    tally->n_rows = 5;
    assert_true(tally->count[4] == 0 && tally->moments[4 * 5 - 1] == 0 && tally->place[4] == 0);
    fol_tally_free(tally);
    fol_tally_free(same);
}

// JSON ----------------------------------------------------------------------------------------------------------------

// Numbers of every kind, through text.
static void test_json(void **state)
{
    (void) state;
    enum { N = 1000 };
    double *draws = example_normals(2, 2 * N);
    const double centre[] = {1.0 / 3, -0.0};
    const example_run run = {.n = N, .q = 2, .batch = 300, .draws = draws, .centre = centre, .seed = UINT64_MAX};
    fol_context ctx;
    fol_context_init(&ctx);
    for (int full = 0; full < 2; full++) {
        fol_tally *tally = full ? example_tally(&run) : small(0, 1), *back;
        tally->method = full ? FOL_ESTIMATOR_renewal : FOL_ESTIMATOR_rhee_glynn;
        tally->independent = full;
        tally->simd = full ? 5 : 0;
        tally->decay = full ? NAN : 1.1;
        tally->moments[0] = 5e-324;
        tally->moments[1] = -INFINITY;
        tally->moments[2] = INFINITY;
        tally->moments[3] = -1.7976931348623157e308;
        json_t *json = fol_tally_to_json(tally);
        assert_true(full == (json_object_get(json, "simd") != NULL));
        char *text = json_dumps(json, JSON_COMPACT);
        json_decref(json);
        json = json_loads(text, 0, NULL);
        assert_non_null(json);
        assert_int_equal(fol_tally_from_json(&ctx, json, &back), FOL_OK);
        assert_same_tally(back, tally);
        json_decref(json);
        free(text);
        fol_tally_free(back);
        fol_tally_free(tally);
    }
    fol_free(draws);
}

static void test_json_refusals(void **state)
{
    (void) state;
    static const struct {
        const char *key, *value, *sentence;
    } cases[] = {
        {"method", "\"exact\"", "`method` must be one of rhee_glynn, renewal, mlmc, euler or antithetic."},
        {"method", "1", "`method` must be one of rhee_glynn, renewal, mlmc, euler or antithetic."},
        {"method", "\"mlmc\"", "`centre` must be two numbers for each function."},
        {"independent", "1", "`independent` must be true or false."},
        {"seed", "7", "`seed` must be a text of a whole number below 2^64."},
        {"seed", "\"-7\"", "`seed` must be a text of a whole number below 2^64."},
        {"seed", "\"18446744073709551616\"", "`seed` must be a text of a whole number below 2^64."},
        {"fingerprint", "\"7\"", "`fingerprint` must be a text of 16 hexadecimal digits."},
        {"simd", "\"x86-64-v9\"",
         "`simd` must be words, in this order and with | between, of unknown, baseline, x86-64-v3 or "
         "x86-64-v4."},
        {"n_total", "null", "`n_total` must be a number of at least 0."},
        {"n_total", "\"many\"", "`n_total` must be a number of at least 0."},
        {"decay", "-1", "`decay` must be a number of at least 0, or null."},
        {"functions", "0", "`centre` must be a number for each function."},
        {"functions", "4611686018427387904", "`centre` must be a number for each function."},
        {"functions", "1.5", "`functions` must be a whole number of at least 0."},
        {"centre", "[1, 2]", "`centre` must be a number for each function."},
        {"centre", "[true]", "Entry 1 of `centre` must be a number, not something else."},
        {"place", "{}", "`place` must be an array."},
        {"place", "[0]", "`count` must be 1 numbers, not 2."},
        {"place", "[1, 1]", "`place` must be whole numbers of at least 0, each above the one before."},
        {"place", "[-1, 1]", "`place` must be whole numbers of at least 0, each above the one before."},
        {"count", "[1, 0]", "Entry 2 of `count` must be at least 1, not 0."},
        {"count", "[1, \"one\"]", "Entry 2 of `count` must be a number, not something else."},
        {"cost", "[null, 1]", "Entry 1 of `cost` must be at least 0, not nan."},
        {"moments", "[1]", "`moments` must be 8 numbers, not 1."},
        {"n_tail", "1000000000000", "`n_tail` must be at most that of the largest run."},
        {"n_tail", "0", "`tail` must be at most `n_tail` numbers for each function."},
        {"tail", "[]", "`tail` must be an array of numbers for each function."},
        {"tail", "[[-1]]", "Entry 1 of `tail` must be at least 0, not -1."},
        {"layers", "[1]", "`layers` must be 64 numbers, not 1."},
    };
    fol_context ctx;
    fol_tally *tally = small(7, 0), *back;
    fol_context_init(&ctx);
    json_t *whole = fol_tally_to_json(tally);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json = json_copy(whole);
        json_object_set_new(json, cases[i].key, json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        assert_int_equal(fol_tally_from_json(&ctx, json, &back), FOL_E_FORMAT);
        assert_string_equal(ctx.message, cases[i].sentence);
        assert_true(*ctx.failure.argument);
        assert_null(back);
        json_decref(json);
    }
    const char *key;
    json_t *value;
    json_object_foreach(whole, key, value)
    {
        json_t *json = json_copy(whole);
        json_object_del(json, key);
        assert_int_equal(fol_tally_from_json(&ctx, json, &back), FOL_E_FORMAT);
        json_decref(json);
    }
    assert_int_equal(fol_tally_from_json(&ctx, NULL, &back), FOL_E_FORMAT);
    assert_string_equal(ctx.message, "A tally must be an object.");
    json_decref(whole);
    fol_tally_free(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),       cmocka_unit_test(test_rounding),      cmocka_unit_test(test_tail_offer),
        cmocka_unit_test(test_tail_size),     cmocka_unit_test(test_join_bits),     cmocka_unit_test(test_join_apart),
        cmocka_unit_test(test_join_centre),   cmocka_unit_test(test_join_refusals), cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_refusals), cmocka_unit_test(test_join_levels),   cmocka_unit_test(test_level),
        cmocka_unit_test(test_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
