// Tests of functionals: values and names against the plain formulas, rows apart and together.
#include <stdio.h>

#include "field/functional.h"
#include "testing.h"

enum { N = 300, D = 3 };

#define FUNCTIONAL(d, ...) new_functional(INSTANCE(fol_functional_option_table, "g", __VA_ARGS__), d)

static fol_functional new_functional(fol_instance formula, size_t d)
{
    return fol_functional_of(&formula, d);
}

static void fill(size_t n, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = 3 * sin(1.7 * (double) i);
    x[4] = 0.5; // the threshold itself
}

// Value j of g of a row.
typedef double (*plain)(const double *x, size_t j);

static double plain_mean(const double *x, size_t j)
{
    return x[j];
}

static double plain_second_moment(const double *x, size_t j)
{
    return x[j] * x[j];
}

static double plain_exceedance(const double *x, size_t j)
{
    return x[j] > 0.5;
}

static double plain_excess(const double *x, size_t j)
{
    return fmax(x[j] - 0.5, 0);
}

static double plain_squared_norm(const double *x, size_t j)
{
    (void) j;
    return x[0] * x[0] + x[1] * x[1] + x[2] * x[2];
}

static double plain_cosine(const double *x, size_t j)
{
    (void) j;
    return (cos(x[0]) + cos(x[1]) + cos(x[2])) / sqrt(3);
}

static void assert_formula(fol_functional g, size_t n_out, plain formula)
{
    double x[N * D], out[N * D];
    fill(N * D, x);
    assert_int_equal(g.field.n_out, n_out);
    assert_int_equal(fol_field_eval(&g.field, N, x, NULL, 0, out, NULL), FOL_OK);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < n_out; j++)
            assert_near(out[i * n_out + j], formula(x + i * D, j), 1e-14, g.formula.kind->name);
}

static void test_values(void **state)
{
    (void) state;
    assert_formula(FUNCTIONAL(D, "mean"), D, plain_mean);
    assert_formula(FUNCTIONAL(D, "second_moment"), D, plain_second_moment);
    assert_formula(FUNCTIONAL(D, "exceedance", "threshold", "0.5"), D, plain_exceedance);
    assert_formula(FUNCTIONAL(D, "excess", "threshold", "0.5"), D, plain_excess);
    assert_formula(FUNCTIONAL(D, "squared_norm"), 1, plain_squared_norm);
    assert_formula(FUNCTIONAL(D, "cosine"), 1, plain_cosine);
}

// Of every kind: as many values as it says, the same with rows apart and together, and a state that is lost does not
// come out as a number.
static void test_every_kind(void **state)
{
    (void) state;
    const size_t sizes[] = {1, 7, 64};
    double x[N * D], out[N * D + 1], piece[N * D];
    fill(N * D, x);
    for (const fol_kind *const *kind = fol_functionals; *kind; kind++) {
        const fol_functional g = FUNCTIONAL(D, (*kind)->name);
        const size_t q = fol_functional_n_out(&g.formula, D);
        assert_true(g.field.n_in == D && g.field.n_out == q && !g.field.serial && !g.field.single);
        out[N * q] = 4.5;
        assert_int_equal(fol_field_eval(&g.field, N, x, NULL, 0, out, NULL), FOL_OK);
        assert_true(out[N * q] == 4.5);
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            for (size_t i = 0; i < N; i += sizes[s]) {
                const size_t n = N - i < sizes[s] ? N - i : sizes[s];
                assert_int_equal(fol_field_eval(&g.field, n, x + i * D, NULL, 0, piece + i * q, NULL), FOL_OK);
            }
            assert_memory_equal(piece, out, N * q * sizeof *out);
        }
        assert_int_equal(fol_field_eval(&g.field, 1, (double[D]){NAN, 0.25, 1}, NULL, 0, out, NULL), FOL_OK);
        assert_true(isnan(out[0]));
    }
}

static void test_names(void **state)
{
    (void) state;
    char buffer[FOL_TEXT_SIZE], want[FOL_TEXT_SIZE];
    const fol_functional mean = FUNCTIONAL(12, "mean"), cosine = FUNCTIONAL(12, "cosine");
    assert_string_equal(fol_functional_name(&mean, 11, buffer), "mean 12");
    assert_string_equal(fol_functional_name(&cosine, 0, buffer), "cosine");
    for (const fol_kind *const *kind = fol_functionals; *kind; kind++) {
        const fol_functional g = FUNCTIONAL(2, (*kind)->name);
        for (size_t j = 0; j < g.field.n_out; j++) {
            snprintf(want, sizeof want, "%s %zu", (*kind)->name, j + 1);
            if (!fol_functional_kind_of(&g.formula)->each)
                want[strlen((*kind)->name)] = '\0';
            assert_string_equal(fol_functional_name(&g, j, buffer), want);
        }
    }
}

static void test_options(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_instance g;
    fol_options_init(fol_functional_option_table, &g);
    assert_ptr_equal(g.kind, &fol_functional_mean.base);
    const fol_instance excess = INSTANCE(fol_functional_option_table, "g", "excess", "threshold", "-1.5");
    assert_ptr_equal(excess.kind, &fol_functional_excess.base);
    assert_true(excess.value[0] == -1.5);
    assert_int_equal(fol_options_set_word(&ctx, fol_functional_option_table, &g, "threshold", "1"), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`threshold` goes with `g` exceedance or excess, not with mean.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests_name("functional", tests, NULL, NULL);
}
