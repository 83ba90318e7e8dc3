// Tests of random numbers: known answers of Philox, moments and tails of the normals, independence of streams.
#include <stdlib.h>

#include "base/simd.h"
#include "random/rng.h"
#include "testing.h"

static const char *const levels[] = {"x86-64-v4", "x86-64-v3", "baseline"};

// The known-answer vectors that Random123 publishes for philox4x32, 10 rounds (Salmon et al., 2011).
static void test_known_answers(void **state)
{
    (void) state;
    const struct {
        uint64_t seed, counter;
        uint32_t step, stream, answer[4];
    } vectors[] = {
        {0, 0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {UINT64_MAX, UINT64_MAX, UINT32_MAX, UINT32_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {0x299f31d0a4093822,
         0x85a308d3243f6a88,
         0x13198a2e,
         0x03707344,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t level = 0; level < 3; level++)
        for (size_t i = 0; i < 3; i++) {
            uint32_t words[4 * FOL_RNG_GROUP];
            fol_simd_up_to(levels[level])
                ->random_bits(vectors[i].seed, vectors[i].stream, vectors[i].step, vectors[i].counter, 1, words);
            assert_memory_equal(words, vectors[i].answer, sizeof vectors[i].answer);
        }
}

// Philox as it is written down, one counter at a time.
static void philox(uint64_t seed, uint32_t stream, uint32_t step, uint64_t counter, uint32_t x[4])
{
    uint32_t key0 = (uint32_t) seed, key1 = (uint32_t) (seed >> 32);
    x[0] = (uint32_t) counter;
    x[1] = (uint32_t) (counter >> 32);
    x[2] = step;
    x[3] = stream;
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t) 0xD2511F53u * x[0], p1 = (uint64_t) 0xCD9E8D57u * x[2];
        const uint32_t next[4] = {(uint32_t) (p1 >> 32) ^ x[1] ^ key0, (uint32_t) p1,
                                  (uint32_t) (p0 >> 32) ^ x[3] ^ key1, (uint32_t) p0};
        memcpy(x, next, sizeof next);
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

// Words, uniforms and normals against the plain loop, in every length and at every level.
static void test_plain_loop(void **state)
{
    (void) state;
    enum { N = 300 };
    const uint64_t first = ((uint64_t) 1 << 34) - 128; // the counter's high word changes on the way
    for (size_t n = 1; n <= N; n += 13) {
        uint32_t words[N + 1], x[4];
        double uniforms[N + 1];
        float normals[N + 1];
        words[n] = 7;
        uniforms[n] = 7;
        normals[n] = 7;
        fol_rng_bits(5, FOL_STREAM_STEP, 9, first, n, words);
        fol_rng_uniforms(5, FOL_STREAM_STEP, 9, first, n, uniforms);
        fol_rng_normals(5, FOL_STREAM_STEP, 9, first, n, normals);
        for (size_t i = 0; i < n; i++) {
            philox(5, FOL_STREAM_STEP, 9, (first + i) / 4, x);
            assert_int_equal(words[i], x[i % 4]);
            assert_true(uniforms[i] == ((double) x[i % 4] + 0.5) / 4294967296.0);
            const uint32_t u = x[i % 4 / 2 * 2], v = x[i % 4 / 2 * 2 + 1];
            const double radius = sqrt(-2 * log(((double) (u >> 1) + 0.5) / 2147483648.0));
            const double angle = PI * (double) ((int32_t) (v << 1) >> 1) / 2147483648.0 + (v >> 31 ? PI : 0);
            assert_near(normals[i], i % 2 ? radius * sin(angle) : radius * cos(angle), 2e-6, "normal");
        }
        assert_true(words[n] == 7 && uniforms[n] == 7 && normals[n] == 7); // nothing is written beyond the end
    }
    for (size_t level = 0; level < 3; level++) {
        const fol_simd *simd = fol_simd_up_to(levels[level]);
        uint32_t words[N * 4], x[4];
        simd->random_bits(8, 3, 2, 1000, 5, words);
        for (size_t i = 0; i < 5 * 4 * FOL_RNG_GROUP; i++) {
            philox(8, 3, 2, 1000 + i / 4, x);
            assert_int_equal(words[i], x[i % 4]);
        }
    }
}

// An element does not depend on where a call starts.
static void test_pieces(void **state)
{
    (void) state;
    enum { N = 1000 };
    float whole[N], piece[N];
    fol_rng_normals(11, FOL_STREAM_EPS, 3, 0, N, whole);
    for (size_t first = 0; first < N; first += 4 * 37) {
        fol_rng_normals(11, FOL_STREAM_EPS, 3, first, N - first, piece);
        assert_memory_equal(piece, whole + first, (N - first) * sizeof *whole);
    }
}

// Counters in a list are the elements that the flat stream has there.
static void test_lists(void **state)
{
    (void) state;
    enum { N = 100 };
    uint64_t counter[N];
    uint32_t words[4 * N], word[4];
    float normals[4 * N], normal[4];
    for (size_t i = 0; i < N; i++)
        counter[i] = (i * 0x9E3779B97F4A7C15u) >> (2 + i % 62); // 4 * counter is below 2^64
    for (size_t n = 1; n <= N; n += 3) {
        fol_rng_bits_at(6, FOL_STREAM_GAP, 2, n, counter, words);
        fol_rng_normals_at(6, FOL_STREAM_PATH, 3, n, counter, normals);
        for (size_t i = 0; i < n; i++) {
            fol_rng_bits(6, FOL_STREAM_GAP, 2, 4 * counter[i], 4, word);
            fol_rng_normals(6, FOL_STREAM_PATH, 3, 4 * counter[i], 4, normal);
            assert_memory_equal(words + 4 * i, word, sizeof word);
            assert_memory_equal(normals + 4 * i, normal, sizeof normal);
        }
    }
}

// The first four moments of N normals, within 4.5 standard errors, and the share beyond t for each tail.
static void test_moments_and_tails(void **state)
{
    (void) state;
    enum { N = 1 << 24, PIECE = 1 << 16 };
    static float z[PIECE];
    const double tails[] = {1, 2, 3, 4, 5, 5.5};
    enum { T = sizeof tails / sizeof *tails };
    double sum[5] = {0}, beyond[2][T] = {{0}}, largest = 0;
    for (size_t first = 0; first < N; first += PIECE) {
        fol_rng_normals(1, FOL_STREAM_PILOT, 0, first, PIECE, z);
        for (size_t i = 0; i < PIECE; i++) {
            const double x = z[i];
            double power = 1;
            for (int k = 1; k < 5; k++)
                sum[k] += power *= x;
            for (size_t t = 0; t < T; t++) {
                beyond[0][t] += x > tails[t];
                beyond[1][t] += x < -tails[t];
            }
            largest = fabs(x) > largest ? fabs(x) : largest;
        }
    }
    const double truth[] = {0, 0, 1, 0, 3}, variance[] = {0, 1, 2, 15, 96};
    for (int k = 1; k < 5; k++)
        assert_near(sum[k] / N, truth[k], 4.5 * sqrt(variance[k] / N), "moment");
    for (int side = 0; side < 2; side++)
        for (size_t t = 0; t < T; t++) {
            const double expected = N * 0.5 * erfc(tails[t] / sqrt(2));
            assert_near(beyond[side][t], expected, 4.5 * sqrt(expected) + 1, "tail");
        }
    assert_true(largest > 5 && largest < 6.8);
}

// Pearson's test of n counts that should be equal, as a z-score by the Wilson-Hilferty cube root.
static double uniformity(size_t n, const double *count, double expected)
{
    double chi2 = 0;
    for (size_t i = 0; i < n; i++)
        chi2 += (count[i] - expected) * (count[i] - expected) / expected;
    const double df = (double) n - 1;
    return (cbrt(chi2 / df) - (1 - 2 / (9 * df))) / sqrt(2 / (9 * df));
}

// Normals through their distribution function fill equal cells equally, alone and in pairs of neighbours.
static void test_distribution(void **state)
{
    (void) state;
    enum { N = 1 << 22, CELLS = 64 };
    static float z[N];
    static double alone[CELLS], pair[CELLS * CELLS];
    fol_rng_normals(2, FOL_STREAM_PILOT, 1, 0, N, z);
    for (size_t i = 0; i < N; i += 2) {
        const size_t a = (size_t) (normal_cdf(z[i]) * CELLS), b = (size_t) (normal_cdf(z[i + 1]) * CELLS);
        alone[a]++;
        alone[b]++;
        pair[a * CELLS + b]++;
    }
    assert_near(uniformity(CELLS, alone, (double) N / CELLS), 0, 4, "cells");
    assert_near(uniformity(CELLS * CELLS, pair, (double) N / 2 / (CELLS * CELLS)), 0, 4, "pairs of cells");
}

// Streams that differ in one of seed, stream, step or position are uncorrelated, also in their squares.
static void test_independent_streams(void **state)
{
    (void) state;
    enum { N = 1 << 20 };
    static float a[N], b[N];
    const struct {
        uint64_t seed;
        fol_stream stream;
        uint32_t step;
        uint64_t first;
    } others[] = {{4, FOL_STREAM_STEP, 7, 0},
                  {3, FOL_STREAM_START, 7, 0},
                  {3, FOL_STREAM_STEP, 8, 0},
                  {3, FOL_STREAM_STEP, 7, N},
                  {3 + (1ull << 32), FOL_STREAM_STEP, 7, 0},
                  {3, FOL_STREAM_STEP, 7, 1ull << 40}};
    fol_rng_normals(3, FOL_STREAM_STEP, 7, 0, N, a);
    for (size_t o = 0; o < sizeof others / sizeof *others; o++) {
        double product = 0, squares = 0;
        fol_rng_normals(others[o].seed, others[o].stream, others[o].step, others[o].first, N, b);
        for (size_t i = 0; i < N; i++) {
            product += (double) a[i] * b[i];
            squares += ((double) a[i] * a[i] - 1) * ((double) b[i] * b[i] - 1);
        }
        assert_near(product / sqrt(N), 0, 4.5, "correlation");
        assert_near(squares / (2 * sqrt(N)), 0, 4.5, "correlation of squares");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_plain_loop),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_moments_and_tails),
        cmocka_unit_test(test_distribution),
        cmocka_unit_test(test_independent_streams),
    };
    return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}
