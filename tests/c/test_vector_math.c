// Tests of vector mathematics: against the C library in long double, at special values, in pieces.
#include <float.h>

#include "base/vector_math.h"
#include "testing.h"

typedef void (*vector_fn)(size_t n, const double *x, double *out);

typedef struct {
    const char *name;
    vector_fn vector;
    long double (*exact)(long double x);
    double (*plain)(double x);
    double unit; // what an error is measured in: 0 is the result's last place
    double low, high;
    bool geometric; // points equally spaced in logs
} range;

static const range ranges[] = {
    {"exp", fol_vector_exp, expl, exp, 0, -708.39, 709.78, false},
    {"exp near 0", fol_vector_exp, expl, exp, 0, -1, 1, false},
    {"log", fol_vector_log, logl, log, 0, DBL_MIN, DBL_MAX / 2, true},
    {"log of subnormal", fol_vector_log, logl, log, 0, 5e-324, 1e-300, true},
    {"log near 1", fol_vector_log, logl, log, 0, 0.5, 2, false},
    {"log at 1", fol_vector_log, logl, log, 0, 1 - 1e-6, 1 + 1e-6, false},
    {"sin", fol_vector_sin, sinl, sin, DBL_EPSILON, -1.1e6, 1.1e6, false},
    {"sin near 0", fol_vector_sin, sinl, sin, 0, -1.57, 1.57, false},
    {"cos", fol_vector_cos, cosl, cos, DBL_EPSILON, -1.1e6, 1.1e6, false},
    {"cos near 0", fol_vector_cos, cosl, cos, DBL_EPSILON, -7, 7, false},
    {"tanh", fol_vector_tanh, tanhl, tanh, 0, -25, 25, false},
    {"tanh near 0", fol_vector_tanh, tanhl, tanh, 0, 1e-300, 1, true},
};

enum { N_RANGES = sizeof ranges / sizeof *ranges, N = 200003 };

static double last_place(double value)
{
    int exponent;
    frexp(value, &exponent);
    return ldexp(1, exponent - DBL_MANT_DIG);
}

static void fill(const range *r, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        const double u = (double) i / (double) (n - 1);
        x[i] = r->geometric ? exp((1 - u) * log(r->low) + u * log(r->high)) : (1 - u) * r->low + u * r->high;
    }
}

static void test_accuracy(void **state)
{
    (void) state;
    double *x = fol_alloc(2 * N, sizeof *x), *out = x + N;
    for (size_t k = 0; k < N_RANGES; k++) {
        const range *r = &ranges[k];
        fill(r, N, x);
        r->vector(N, x, out);
        for (size_t i = 0; i < N; i++) {
            const double want = (double) r->exact(x[i]), unit = r->unit > 0 ? r->unit : last_place(want);
            const double error = (double) (out[i] - r->exact(x[i]));
            assert_near(error / unit, 0, 4, r->name);
        }
    }
    fol_free(x);
}

// What is not finite, too large or too small comes out as the C library has it, and leaves its neighbours alone.
static void test_special(void **state)
{
    (void) state;
    const double special[] = {INFINITY, -INFINITY, NAN,  0,    -0.0, DBL_MAX, -DBL_MAX, 5e-324, -5e-324, -1,
                              710,      -745,      -746, 1e19, -1e7, 45,      -800,     720.5,  1e6};
    enum { N_SPECIAL = sizeof special / sizeof *special, N_ALL = 2 * N_SPECIAL + 1 };
    for (size_t k = 0; k < N_RANGES; k++) {
        const range *r = &ranges[k];
        double x[N_ALL], out[N_ALL], one;
        for (size_t i = 0; i < N_ALL; i++)
            x[i] = i % 2 ? special[i / 2] : 0.25 + 0.01 * (double) i;
        r->vector(N_ALL, x, out);
        for (size_t i = 0; i < N_ALL; i++) {
            const double want = r->plain(x[i]);
            if (isnan(want))
                assert_true(isnan(out[i]));
            else
                assert_true(out[i] == want || fabs(out[i] - want) <= 4 * (r->unit + DBL_TRUE_MIN + last_place(want)));
            r->vector(1, x + i, &one);
            assert_memory_equal(&one, out + i, sizeof one);
        }
    }
}

// In pieces, from any address and in place: the same bits.
static void test_pieces(void **state)
{
    (void) state;
    enum { M = 300 };
    const size_t sizes[] = {1, 7, 64};
    for (size_t k = 0; k < N_RANGES; k++) {
        double x[M], whole[M], piece[M];
        fill(&ranges[k], M, x);
        ranges[k].vector(M, x, whole);
        for (size_t s = 0; s < 3; s++) {
            memcpy(piece, x, sizeof x);
            for (size_t i = 0; i < M; i += sizes[s]) {
                const size_t n = M - i < sizes[s] ? M - i : sizes[s];
                ranges[k].vector(n, piece + i, piece + i);
            }
            assert_memory_equal(piece, whole, sizeof whole);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_special),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests_name("vector_math", tests, NULL, NULL);
}
