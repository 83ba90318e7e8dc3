// Tests of columns: values from coordinates and back, atoms, ends, whole numbers.
#include "testing.h"

#include "stats/columns.h"

// 2 is an atom of the coordinates from -1 to 1; the values end at 5, and go on below 1 at the slope 0.5.
static double at[] = {-3, -1, 0.25, 1, 4}, value[] = {1, 2, 2, 2, 5};
static const fol_column knotted = {.kind = FOL_COLUMN_ATOMS, .n_knots = 5, .at = at, .value = value, .slope = {0.5, 0}};

static void test_values(void **state)
{
    (void) state;
    static const double wanted[][2] = {{-3, 1}, {-2, 1.5}, {-1, 2}, {0, 2}, {1, 2}, {2, 3}, {4, 5}, {99, 5}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_near(fol_column_value(&knotted, wanted[i][0]), wanted[i][1], 1e-15, "value");
    assert_int_equal(fol_column_atoms(&knotted), 1);
    const fol_column plain = {0};
    assert_true(fol_column_value(&plain, 0.1) == 0.1 && fol_column_coordinate(&plain, 0.1) == 0.1);
    assert_int_equal(fol_column_atoms(&plain), 0);
}

static void test_coordinates(void **state)
{
    (void) state;
    for (double v = -3; v < 8; v += 0.125) {
        const double there = fol_column_coordinate(&knotted, v);
        const double back = fol_column_value(&knotted, there);
        if (v <= 0) // no coordinate has it
            assert_true(there == at[0]);
        else
            assert_near(back, fmin(v, 5), 1e-14, "there and back");
    }
    assert_true(fol_column_coordinate(&knotted, 2) == 0.25);
}

// Below the first knot at 1: the slope there, positive ever after, and falling.
static void test_sign(void **state)
{
    (void) state;
    double before = 1;
    assert_near((1 - fol_column_value(&knotted, -3 - 1e-6)) / 1e-6, 0.5, 1e-5, "slope");
    for (double z = -3.5; z > -1000; z *= 1.5) {
        const double v = fol_column_value(&knotted, z);
        assert_true(v > 0 && v < before);
        assert_near(fol_column_coordinate(&knotted, v), z, 1e-9 * fabs(z), "coordinate");
        before = v;
    }
    // Negative values stay negative above the last knot, and go on freely below the first.
    double z[] = {0, 1}, v[] = {-4, -2};
    const fol_column negative = {.kind = FOL_COLUMN_SCORES, .n_knots = 2, .at = z, .value = v, .slope = {2, 2}};
    assert_true(fol_column_value(&negative, 1e3) < 0 && fol_column_value(&negative, 2) > -2);
    assert_near(fol_column_value(&negative, -10), -24, 1e-12, "line");
    assert_near(fol_column_coordinate(&negative, -24), -10, 1e-12, "line");
    assert_near(fol_column_coordinate(&negative, fol_column_value(&negative, 7)), 7, 1e-9, "curve");
    assert_true(fol_column_coordinate(&negative, 3) == 1);
}

static void test_draws(void **state)
{
    (void) state;
    double center[] = {10, 0.25}, scale[] = {2, 2};
    fol_column column[] = {{.whole = true}, knotted};
    const fol_columns columns = {2, center, scale, column};
    double x[] = {0.3, 0, -5.2, 0.375, -0.2, -0.625};
    fol_columns_draw(&columns, 0, 3, 2, x);
    fol_columns_draw(&columns, 1, 3, 2, x + 1);
    const double wanted[] = {11, 2, 0, 2, 10, 2};
    for (int i = 0; i < 6; i++)
        assert_true(x[i] == wanted[i]);
    assert_false(signbit(x[2])); // -0.4 becomes 0
    assert_false(fol_columns_affine(&columns));
    assert_near(fol_columns_value(&columns, 0, 0.3), 10.6, 1e-14, "not made whole");
    assert_near(fol_columns_standard(&columns, 0, 10.6), 0.3, 1e-14, "standard");
    assert_near(fol_columns_standard(&columns, 1, 2), 0, 1e-15, "standard");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_coordinates),
        cmocka_unit_test(test_sign),
        cmocka_unit_test(test_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
