// Tests of matrix products: both kernels against the plain loop, in every shape that could matter.
#define _GNU_SOURCE // MAP_ANONYMOUS
#include <pthread.h>
#include <sys/mman.h>

#include "base/simd.h"
#include "network/gemm.h"
#include "random/rng.h"
#include "testing.h"

#define MOST (300 * 300 * 2)

static float a[MOST], b[MOST], c[MOST], start[MOST], work[FOL_GEMM_WORK];

static void fill(void)
{
    fol_rng_normals(1, FOL_STREAM_PILOT, 0, 0, MOST, a);
    fol_rng_normals(1, FOL_STREAM_PILOT, 1, 0, MOST, b);
    fol_rng_normals(1, FOL_STREAM_PILOT, 2, 0, MOST, start);
}

// Compares c with the plain loop, and that nothing beside the result has changed. Rows stand `gap` further apart than
// they are long.
static void check(bool transposed, size_t m, size_t n, size_t k, size_t gap, float beta)
{
    const size_t a_row = (transposed ? m : k) + gap, b_row = n + gap, c_row = n + gap;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = beta != 0 ? start[i * c_row + j] : 0, size = fabs(sum);
            for (size_t p = 0; p < k; p++) {
                const double term = (double) (transposed ? a[p * a_row + i] : a[i * a_row + p]) * b[p * b_row + j];
                sum += term;
                size += fabs(term);
            }
            assert_near(c[i * c_row + j], sum, 1e-6 * size + 1e-30, "product");
        }
        for (size_t j = n; j < c_row && i + 1 < m; j++)
            assert_true(c[i * c_row + j] == start[i * c_row + j]);
    }
    for (size_t i = (m - 1) * c_row + n; i < (m - 1) * c_row + n + 64; i++)
        assert_true(c[i] == start[i]);
}

static void test_shapes(void **state)
{
    (void) state;
    const size_t sizes[] = {1, 2, 5, 7, 8, 11, 13, 16, 17, 31, 33, 50, 64, 130};
    enum { S = sizeof sizes / sizeof *sizes };
    const char *const levels[] = {"x86-64-v4", "x86-64-v3", "baseline"};
    fill();
    for (size_t level = 0; level < 3; level++) {
        const fol_simd *simd = fol_simd_up_to(levels[level]);
        for (size_t q = 0; q < S * S * S; q++) {
            const size_t m = sizes[q % S], n = sizes[q / S % S], k = sizes[q / S / S], gap = q % 3;
            const bool transposed = q % 2;
            const float beta = q % 5 < 2;
            const size_t a_row = (transposed ? m : k) + gap;
            memcpy(c, start, sizeof c);
            simd->gemm(m, n, k, a, transposed ? 1 : a_row, transposed ? a_row : 1, b, n + gap, beta, c, n + gap, work);
            check(transposed, m, n, k, gap, beta);
        }
    }
}

// Larger products, deeper than one pass, through the function that chooses between the kernels.
static void test_large(void **state)
{
    (void) state;
    const size_t shapes[][3] = {{128, 128, 128}, {257, 70, 300}, {64, 256, 256}, {20, 10, 900}, {3, 40, 1000}};
    fill();
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int variant = 0; variant < 4; variant++) {
            const size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2], gap = (size_t) variant;
            const bool transposed = variant % 2;
            memcpy(c, start, sizeof c);
            fol_gemm(transposed, m, n, k, a, (transposed ? m : k) + gap, b, n + gap, variant / 2, c, n + gap, work);
            check(transposed, m, n, k, gap, variant / 2);
        }
}

// A packed B, packed whole or in pieces by rows or by columns, from B or from its transpose.
static void test_packed(void **state)
{
    (void) state;
    static float packed[MOST], transpose[MOST];
    const size_t sizes[] = {1, 7, 16, 23, 64, 300};
    enum { S = sizeof sizes / sizeof *sizes };
    fill();
    for (size_t q = 0; q < S * S; q++) {
        const size_t m = 29, n = sizes[q % S], k = sizes[q / S], cut_k = k / 3, cut_n = n / 2;
        assert_true(fol_gemm_packed_size(k, n) <= k * (n + 15));
        for (size_t i = 0; i < k * n; i++)
            transpose[i % n * k + i / n] = b[i];
        for (int way = 0; way < 2; way++) {
            memset(packed, 0, sizeof packed);
            if (way == 0) {
                fol_gemm_pack(k, n, 0, cut_k, 0, n, b, n, 1, packed);
                fol_gemm_pack(k, n, cut_k, k, 0, n, b, n, 1, packed);
            } else {
                fol_gemm_pack(k, n, 0, k, 0, cut_n, transpose, 1, k, packed);
                fol_gemm_pack(k, n, 0, k, cut_n, n, transpose, 1, k, packed);
            }
            memcpy(c, start, sizeof c);
            fol_gemm_packed(m, n, k, a, k, packed, c, n);
            check(false, m, n, k, 0, 0);
        }
    }
}

// Depth 0 is the empty sum.
static void test_empty(void **state)
{
    (void) state;
    for (size_t n = 1; n < 40; n += 6) {
        memcpy(c, start, sizeof c);
        fol_gemm(false, 3, n, 0, a, 1, b, n, 0, c, n, work);
        check(false, 3, n, 0, 0, 0);
    }
}

// A thread whose stack is small, with pages beneath it that nobody may touch: all kernels, all ways of laying A out.
static void *multiply_all(void *data)
{
    (void) data;
    const char *const levels[] = {"x86-64-v4", "x86-64-v3", "baseline"};
    for (size_t level = 0; level < 3; level++) {
        const fol_simd *simd = fol_simd_up_to(levels[level]);
        simd->gemm(100, 100, 100, a, 100, 1, b, 100, 0, c, 100, work);
        simd->gemm(100, 100, 100, a, 1, 100, b, 100, 0, c, 100, work);
        simd->gemm(100, 100, 100, a, 100, 1, b, 0, 0, c, 100, NULL);
    }
    fol_gemm(true, 100, 100, 100, a, 100, b, 100, 0, c, 100, work);
    return NULL;
}

static void test_small_stack(void **state)
{
    (void) state;
    const size_t stack = 32 << 10, guard = 1 << 20;
    pthread_attr_t attributes;
    pthread_t thread;
    char *space = mmap(NULL, guard + stack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(space, MAP_FAILED);
    assert_int_equal(mprotect(space + guard, stack, PROT_READ | PROT_WRITE), 0);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, space + guard, stack), 0);
    fill();
    fol_gemm_name(); // BLIS, where there is one, has started
    assert_int_equal(pthread_create(&thread, &attributes, multiply_all, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    check(true, 100, 100, 100, 0, 0);
    pthread_attr_destroy(&attributes);
    munmap(space, guard + stack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes), cmocka_unit_test(test_large),       cmocka_unit_test(test_packed),
        cmocka_unit_test(test_empty),  cmocka_unit_test(test_small_stack),
    };
    return cmocka_run_group_tests_name("gemm", tests, NULL, NULL);
}
