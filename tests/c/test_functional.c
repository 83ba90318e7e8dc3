// Tests of functionals: values and names against the plain formulas, rows apart and together.
#include "field/functional.h"
#include "testing.h"

enum { N = 300, D = 3 };

static fol_functional new_builtin(int kind, double threshold, size_t d)
{
    return fol_functional_builtin(&(fol_functional_options){.kind = kind, .threshold = threshold}, d);
}

static void fill(size_t n, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = 3 * sin(1.7 * (double) i);
    x[4] = 0.5; // the threshold itself
}

static double plain(int kind, const double *x, size_t j)
{
    double sum = 0;
    switch (kind) {
    case FOL_G_MEAN:
        return x[j];
    case FOL_G_SECOND_MOMENT:
        return x[j] * x[j];
    case FOL_G_EXCEEDANCE:
        return x[j] > 0.5;
    case FOL_G_EXCESS:
        return fmax(x[j] - 0.5, 0);
    case FOL_G_SQUARED_NORM:
        for (size_t l = 0; l < D; l++)
            sum += x[l] * x[l];
        return sum;
    default:
        for (size_t l = 0; l < D; l++)
            sum += cos(x[l]);
        return sum / sqrt(D);
    }
}

static void test_values(void **state)
{
    (void) state;
    double x[N * D], out[N * D], piece[N * D];
    fill(N * D, x);
    for (int kind = FOL_G_MEAN; kind <= FOL_G_COSINE; kind++) {
        const fol_functional g = new_builtin(kind, 0.5, D);
        assert_int_equal(g.field.n_in, D);
        assert_int_equal(g.field.n_out, kind < FOL_G_SQUARED_NORM ? D : 1);
        assert_false(g.field.serial);
        assert_int_equal(fol_field_eval(&g.field, N, x, NULL, 0, out, NULL), FOL_OK);
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < g.field.n_out; j++)
                assert_near(out[i * g.field.n_out + j], plain(kind, x + i * D, j), 1e-14, "value");
        for (size_t i = 0; i < N; i += 7) {
            const size_t n = N - i < 7 ? N - i : 7;
            assert_int_equal(fol_field_eval(&g.field, n, x + i * D, NULL, 0, piece + i * g.field.n_out, NULL), FOL_OK);
        }
        assert_memory_equal(piece, out, N * g.field.n_out * sizeof *out);
    }
}

// A state that is lost does not come out as a number.
static void test_not_a_number(void **state)
{
    (void) state;
    const double x[] = {NAN, 0.25};
    for (int kind = FOL_G_MEAN; kind <= FOL_G_COSINE; kind++) {
        const fol_functional g = new_builtin(kind, 0, 2);
        double out[2];
        assert_int_equal(fol_field_eval(&g.field, 1, x, NULL, 0, out, NULL), FOL_OK);
        assert_true(isnan(out[0]));
    }
}

static void test_names(void **state)
{
    (void) state;
    char buffer[FOL_TEXT_SIZE];
    const fol_functional mean = new_builtin(FOL_G_MEAN, 0, 12), cosine = new_builtin(FOL_G_COSINE, 0, 12);
    const fol_functional moment = new_builtin(FOL_G_SECOND_MOMENT, 0, 1);
    assert_string_equal(fol_functional_name(&mean, 11, buffer), "mean 12");
    assert_string_equal(fol_functional_name(&moment, 0, buffer), "second_moment 1");
    assert_string_equal(fol_functional_name(&cosine, 0, buffer), "cosine");
}

static void test_options(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_functional_options options;
    fol_options_init(fol_functional_option_table, &options);
    assert_int_equal(options.kind, FOL_G_MEAN);
    assert_true(options.threshold == 0);
    assert_int_equal(fol_options_set_word(&ctx, fol_functional_option_table, &options, "g", "excess"), FOL_OK);
    assert_int_equal(fol_options_set_word(&ctx, fol_functional_option_table, &options, "threshold", "-1.5"), FOL_OK);
    assert_int_equal(options.kind, FOL_G_EXCESS);
    assert_true(options.threshold == -1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_not_a_number),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests_name("functional", tests, NULL, NULL);
}
