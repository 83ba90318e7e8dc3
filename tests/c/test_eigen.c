// Tests of eigenvalues: identities, known matrices, and the same bits at every SIMD level.
#include "testing.h"

#include <float.h>

#include "base/context.h"
#include "base/simd.h"
#include "random/rng.h"
#include "stats/eigen.h"

enum { MOST = 50 };

static void solve(size_t d, const double *a, double *value, double *vector)
{
    fol_context ctx;
    fol_context_init(&ctx);
    if (fol_eigen(&ctx, d, a, value, vector) != FOL_OK)
        fail_msg("%s", ctx.message);
}

// That the values descend, that A v = value v and that the vectors are orthonormal, within `bound` times the largest
// value; that the trace is the sum of the values; that the largest entry of each vector, the first of equals, is
// positive.
static void assert_solved(size_t d, const double *a, const double *value, const double *vector, double bound)
{
    const double size = fmax(fmax(fabs(value[0]), fabs(value[d - 1])), DBL_MIN);
    double trace = 0;
    for (size_t i = 0; i < d; i++) {
        const double *v = vector + i * d;
        double largest = 0;
        trace += a[i * d + i] - value[i];
        assert_true(i == 0 || value[i - 1] >= value[i]);
        for (size_t j = 0; j < d; j++) {
            double product = 0, dot = 0;
            for (size_t k = 0; k < d; k++) {
                product += a[j * d + k] * v[k];
                dot += vector[j * d + k] * v[k];
            }
            assert_near(product / size, value[i] / size * v[j], bound, "A v");
            assert_near(dot, i == j, bound, "orthonormal");
            if (fabs(v[j]) > fabs(largest))
                largest = v[j];
        }
        assert_true(largest > 0);
    }
    assert_near(trace / size, 0, bound * (double) d, "trace");
}

static void assert_values(size_t d, const double *a, const double *want, double bound, const char *what)
{
    double value[MOST], vector[MOST * MOST];
    solve(d, a, value, vector);
    assert_solved(d, a, value, vector, 1e-13);
    for (size_t i = 0; i < d; i++)
        assert_near(value[i], want[i], bound * fabs(want[i]) + DBL_MIN, what);
}

// Uniform on (-1, 1), symmetric.
static void random_matrix(size_t d, double *a)
{
    double u[MOST * MOST];
    fol_rng_uniforms(5, FOL_STREAM_PILOT, (uint32_t) d, 0, d * d, u);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            a[i * d + j] = u[i * d + j] + u[j * d + i] - 1;
}

static void test_identities(void **state)
{
    (void) state;
    static double a[MOST * MOST], value[MOST], vector[MOST * MOST];
    static const size_t sizes[] = {1, 2, 3, 4, 5, 31, 32, 33, MOST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        random_matrix(sizes[i], a);
        solve(sizes[i], a, value, vector);
        assert_solved(sizes[i], a, value, vector, 1e-14);
    }
    assert_true(value[0] > 1 && value[MOST - 1] < -1);
}

static void test_known(void **state)
{
    (void) state;
    assert_values(1, (double[]){-3}, (double[]){-3}, 0, "one");
    assert_values(2, (double[]){2, 1, 1, 2}, (double[]){3, 1}, 1e-15, "two");
    assert_values(2, (double[]){0, 5, 5, 0}, (double[]){5, -5}, 1e-15, "no diagonal");
    assert_values(3, (double[]){2, -1, 0, -1, 2, -1, 0, -1, 2}, (double[]){2 + sqrt(2), 2, 2 - sqrt(2)}, 1e-14,
                  "tridiagonal");
    // The second difference of MOST points: 2 - 2 cos(pi k / (d + 1)).
    static double a[MOST * MOST], want[MOST];
    for (size_t i = 0; i < MOST; i++) {
        for (size_t j = 0; j < MOST; j++)
            a[i * MOST + j] = i == j ? 2 : i + 1 == j || j + 1 == i ? -1 : 0;
        want[i] = 2 - 2 * cos(PI * (double) (MOST - i) / (MOST + 1));
    }
    assert_values(MOST, a, want, 1e-12, "second difference");
}

// Values to the bit, and unit vectors in their order.
static void test_diagonal(void **state)
{
    (void) state;
    const double a[] = {2, 0, 0, 0, 0, -7, 0, 0, 0, 0, 1e-20, 0, 0, 0, 0, 2}, want[] = {2, 2, 1e-20, -7};
    const double unit[] = {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0};
    const double none[9] = {0}, identity[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    double value[4], vector[16];
    solve(4, a, value, vector);
    assert_memory_equal(value, want, sizeof want);
    for (size_t i = 0; i < 16; i++)
        assert_true(vector[i] == unit[i]);
    solve(3, none, value, vector);
    for (size_t i = 0; i < 9; i++)
        assert_true(value[i % 3] == 0 && vector[i] == identity[i]);
}

// v uu' + w (1 - uu'): one value v, all others w; w = 0 is of rank one.
static void test_repeated(void **state)
{
    (void) state;
    static double a[MOST * MOST], value[MOST], vector[MOST * MOST];
    double u[MOST], norm = 0;
    for (size_t i = 0; i < MOST; i++) {
        u[i] = sin((double) (i * i) + 1);
        norm += u[i] * u[i];
    }
    for (double w = 0; w < 4; w++) {
        for (size_t i = 0; i < MOST; i++)
            for (size_t j = 0; j < MOST; j++)
                a[i * MOST + j] = (3 - w) * u[i] * u[j] / norm + (i == j ? w : 0);
        solve(MOST, a, value, vector);
        assert_solved(MOST, a, value, vector, 1e-14);
        for (size_t i = 0; i < MOST; i++)
            assert_near(value[i], i == 0 ? 3 : w, 2e-14, "repeated");
    }
}

// Columns whose scales differ by up to 16 decades, in no order: S C S with the scales S keeps the relative digits of
// its smallest value, which det = s1^2 s2^2 s3^2 det C gives.
static void test_scales(void **state)
{
    (void) state;
    const double c[] = {1, 0.5, 0.3, 0.5, 1, -0.2, 0.3, -0.2, 1}, scale[] = {1, 1e-8, 1e8};
    const double det = 1 + 2 * 0.5 * 0.3 * -0.2 - 0.25 - 0.09 - 0.04;
    double a[9], value[3], vector[9];
    for (size_t i = 0; i < 9; i++)
        a[i] = scale[i / 3] * scale[i % 3] * c[i];
    solve(3, a, value, vector);
    assert_solved(3, a, value, vector, 1e-14);
    assert_near(value[0], 1e16, 10, "first");
    assert_near(value[1], 1 - 0.3 * 0.3, 1e-12, "second");
    assert_near(value[2] / (1e-16 * det / 0.91), 1, 1e-12, "third");
}

// Powers of two, near both ends of what a double holds, change nothing but the values.
static void test_range(void **state)
{
    (void) state;
    enum { d = 7 };
    double a[MOST * MOST], b[d * d], value[d], vector[d * d], other[d], same[d * d];
    random_matrix(d, a);
    solve(d, a, value, vector);
    for (int power = -900; power <= 1000; power += 1900) {
        for (size_t i = 0; i < d * d; i++)
            b[i] = ldexp(a[i], power);
        solve(d, b, other, same);
        assert_memory_equal(same, vector, sizeof vector);
        for (size_t i = 0; i < d; i++)
            assert_true(other[i] == ldexp(value[i], power));
    }
}

// The upper triangle is not read, and the vectors may take the place of the matrix.
static void test_in_place(void **state)
{
    (void) state;
    enum { d = 20 };
    double a[MOST * MOST], value[d], vector[d * d], other[d];
    random_matrix(d, a);
    solve(d, a, value, vector);
    for (size_t i = 0; i < d; i++)
        for (size_t j = i + 1; j < d; j++)
            a[i * d + j] = NAN;
    solve(d, a, other, a);
    assert_memory_equal(other, value, sizeof value);
    assert_memory_equal(a, vector, sizeof vector);
}

static void test_levels(void **state)
{
    (void) state;
    static const char *const levels[] = {"baseline", "x86-64-v3", "x86-64-v4"};
    static double a[MOST * MOST], first[MOST + MOST * MOST], other[MOST + MOST * MOST];
    random_matrix(MOST, a);
    for (size_t l = 0; l < 3; l++) {
        fol_simd_choose(levels[l]); // the best that there is, at most this one
        double *out = l == 0 ? first : other;
        solve(MOST, a, out, out + MOST);
        if (l > 0)
            assert_memory_equal(other, first, sizeof first);
    }
    fol_simd_choose(NULL);
}

static void test_not_finite(void **state)
{
    (void) state;
    fol_context ctx;
    double value[2], vector[4];
    fol_context_init(&ctx);
    assert_int_equal(fol_eigen(&ctx, 2, (double[]){1, 0, NAN, 1}, value, vector), FOL_E_NUMERIC);
    assert_int_equal(fol_eigen(&ctx, 2, (double[]){1, 0, 0, INFINITY}, value, vector), FOL_E_NUMERIC);
    assert_int_equal(fol_eigen(&ctx, SIZE_MAX / 64, (double[]){1}, value, vector), FOL_E_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identities), cmocka_unit_test(test_known),  cmocka_unit_test(test_diagonal),
        cmocka_unit_test(test_repeated),   cmocka_unit_test(test_scales), cmocka_unit_test(test_range),
        cmocka_unit_test(test_in_place),   cmocka_unit_test(test_levels), cmocka_unit_test(test_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
