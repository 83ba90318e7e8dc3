// Tests of covariances: beside the plain sums, shrunk by hand, and the same bits for any number of threads.
#include "testing.h"

#include "base/context.h"
#include "base/simd.h"
#include "random/rng.h"
#include "stats/covariance.h"

enum { N = 3001, D = 45 }; // no multiple of blocks, panels or tiles

static float x[N * D];
static double mean[D], covariance[D * D];

static fol_context new_context(int threads)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.threads = threads;
    return ctx;
}

// Correlated columns with means of `center` and scales from 1 to D.
static void fill(double center)
{
    static double u[N * D];
    fol_rng_uniforms(8, FOL_STREAM_PILOT, 0, 0, N * D, u);
    for (size_t i = 0; i < N * D; i++) {
        const size_t j = i % D;
        x[i] = (float) (center + (double) (j + 1) * (u[i] - 0.5 + (j > 0 ? 0.7 * (u[i - 1] - 0.5) : 0)));
    }
}

// The plain sums of the first n rows of x, d columns: S in s (d, d), and the mean over rows k of |y_k y_k' - S|^2.
static double plain(size_t n, size_t d, double *m, double *s)
{
    double spread = 0;
    memset(m, 0, d * sizeof *m);
    memset(s, 0, d * d * sizeof *s);
    for (size_t r = 0; r < n; r++)
        for (size_t j = 0; j < d; j++)
            m[j] += (double) x[r * d + j] / (double) n;
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < d * d; i++)
            s[i] += ((double) x[r * d + i / d] - m[i / d]) * ((double) x[r * d + i % d] - m[i % d]) / (double) n;
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < d * d; i++) {
            const double y = ((double) x[r * d + i / d] - m[i / d]) * ((double) x[r * d + i % d] - m[i % d]);
            spread += (y - s[i]) * (y - s[i]) / (double) n;
        }
    return spread;
}

static void assert_plain(size_t n, size_t d, double bound)
{
    static double m[D], s[D * D];
    fol_context ctx = new_context(2);
    plain(n, d, m, s);
    assert_int_equal(fol_covariance(&ctx, (fol_block_whole){0}, x, n, d, mean, covariance), FOL_OK);
    for (size_t i = 0; i < d; i++)
        assert_near(mean[i], m[i], bound * (1 + fabs(m[i])), "mean");
    for (size_t i = 0; i < d * d; i++) {
        assert_near(covariance[i], s[i], bound * sqrt(s[i / d * (d + 1)] * s[i % d * (d + 1)]), "covariance");
        assert_true(covariance[i] == covariance[i % d * d + i / d]);
    }
}

static void test_plain(void **state)
{
    (void) state;
    fill(0.1);
    static const size_t rows[] = {1, 2, 63, 64, 256, 1025, N};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_plain(rows[i], D, 1e-13);
        assert_plain(rows[i], 1, 1e-13);
        assert_plain(rows[i], 32, 1e-13);
    }
}

// Means of which sums of squares in a single pass would lose the digits of the covariance.
static void test_far_mean(void **state)
{
    (void) state;
    fill(1e6);
    assert_plain(N, D, 1e-12);
    for (size_t i = 0; i < 1000; i++)
        x[i] = i % 2 ? 16777216.f : 16777214.f;
    fol_context ctx = new_context(1);
    assert_int_equal(fol_covariance(&ctx, (fol_block_whole){0}, x, 1000, 1, mean, covariance), FOL_OK);
    assert_true(mean[0] == 16777215 && covariance[0] == 1);
}

static void test_shrunk(void **state)
{
    (void) state;
    static double m[D], s[D * D];
    fol_context ctx = new_context(2);
    fill(3);
    static const size_t rows[] = {2, 40, N};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const size_t n = rows[k];
        const double beta2 = plain(n, D, m, s) / (double) n;
        double mu = 0, delta2 = 0, r;
        for (size_t i = 0; i < D; i++)
            mu += s[i * D + i] / D;
        for (size_t i = 0; i < D * D; i++)
            delta2 += pow(s[i] - (i % (D + 1) ? 0 : mu), 2);
        const double want = fmin(beta2 / delta2, 1);
        assert_int_equal(fol_covariance_shrunk(&ctx, (fol_block_whole){0}, x, n, D, mean, covariance, &r), FOL_OK);
        assert_near(r, want, 1e-12, "shrinkage");
        assert_true(n == 2 || (r > 0 && r < 1));
        for (size_t i = 0; i < D; i++)
            assert_near(mean[i], m[i], 1e-12, "mean");
        for (size_t i = 0; i < D * D; i++)
            assert_near(covariance[i], (1 - want) * s[i] + (i % (D + 1) ? 0 : want * mu), 1e-12 * mu, "shrunk");
    }
}

static void assert_shrunk(size_t n, size_t d, const float *rows, double r, const double *want, const char *what)
{
    fol_context ctx = new_context(1);
    double got;
    assert_int_equal(fol_covariance_shrunk(&ctx, (fol_block_whole){0}, rows, n, d, mean, covariance, &got), FOL_OK);
    assert_near(got, r, 1e-15, what);
    for (size_t i = 0; i < d * d; i++)
        assert_near(covariance[i], want[i], 1e-15, what);
}

static void test_shrunk_by_hand(void **state)
{
    (void) state;
    // y = (1, 0), (-1, 0): S = diag(1, 0), each yy' is S, so beta = 0: nothing shrinks.
    assert_shrunk(2, 2, (const float[]){1, 5, -1, 5}, 0, (double[]){1, 0, 0, 0}, "no spread");
    // (2, 0), (-2, 0), (0, 1), (0, -1): S = diag(2, 1/2), mu = 5/4, 2 delta^2 = 9/8; sum |y|^4 = 34, so
    // 2 beta^2 = (34/4 - 17/4) / 4 = 17/16 and r = 17/18: the diagonal is (17/18) 5/4 + (1/18) (2, 1/2).
    assert_shrunk(4, 2, (const float[]){2, 0, -2, 0, 0, 1, 0, -1}, 17.0 / 18,
                  (double[]){85.0 / 72 + 8.0 / 72, 0, 0, 85.0 / 72 + 2.0 / 72}, "by hand");
    // (1, 0), (-1, 0), (0, 1), (0, -1): S = 1/2, delta = 0.
    assert_shrunk(4, 2, (const float[]){1, 0, -1, 0, 0, 1, 0, -1}, 1, (double[]){0.5, 0, 0, 0.5}, "a multiple of 1");
    assert_shrunk(1, 2, (const float[]){3, 4}, 1, (double[]){0, 0, 0, 0}, "one row");
    assert_true(mean[0] == 3 && mean[1] == 4);
    assert_shrunk(3, 1, (const float[]){0, 1, 2}, 1, (double[]){2.0 / 3}, "one column");
    assert_shrunk(3, 2, (const float[]){7, 8, 7, 8, 7, 8}, 1, (double[]){0, 0, 0, 0}, "constant");
}

// On 1, 2 and 5 threads and at each level; the last digits of some samples show what those of others round off.
static void test_bits(void **state)
{
    (void) state;
    static const char *const levels[] = {"baseline", "x86-64-v3", "x86-64-v4"};
    static const int threads[] = {1, 2, 5};
    static double first[D + D * D + 1], other[D + D * D + 1];
    fill(1);
    static const size_t rows[] = {N, 1000, 20, 19, 18, 17, 16, 15, 14, 13, 12};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        for (size_t i = 0; i < 9; i++) {
            double *out = i == 0 ? first : other;
            fol_context ctx = new_context(threads[i % 3]);
            fol_simd_choose(levels[i / 3]); // the best that there is, at most this one
            assert_int_equal(
                fol_covariance_shrunk(&ctx, (fol_block_whole){0}, x, rows[k], D, out, out + D, out + D + D * D),
                FOL_OK);
            if (i > 0)
                assert_memory_equal(out, first, sizeof first);
        }
    fol_simd_choose(NULL);
}

static int stop(const fol_progress *progress, void *data)
{
    (void) progress;
    (void) data;
    return 1;
}

static void test_failures(void **state)
{
    (void) state;
    fol_context ctx = new_context(2);
    double r;
    fill(1);
    ctx.poll = stop;
    assert_int_equal(fol_covariance(&ctx, (fol_block_whole){0}, x, N, D, mean, covariance), FOL_E_INTERRUPT);
    ctx.poll = NULL;
    x[1000 * D + 6] = NAN;
    assert_int_equal(fol_covariance_shrunk(&ctx, (fol_block_whole){0}, x, N, D, mean, covariance, &r), FOL_E_NUMERIC);
    assert_string_equal(ctx.message, "A sample whose covariance is wanted is not finite in column 7.");
    assert_int_equal(fol_covariance(&ctx, (fol_block_whole){0}, x, 1, SIZE_MAX / 64, mean, covariance), FOL_E_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),          cmocka_unit_test(test_far_mean), cmocka_unit_test(test_shrunk),
        cmocka_unit_test(test_shrunk_by_hand), cmocka_unit_test(test_bits),     cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
