// Info: what this build runs on.
#include "info.h"

#include "base/context.h"
#include "base/memory.h"
#include "base/simd.h"
#include "base/threads.h"
#include "base/version.h"
#include "network/gemm.h"
#include "random/rng.h"

#define MEASURE_SECONDS 0.05
#define GEMM_M 1024
#define GEMM_N 256
#define GEMM_K 256
#define NORMALS 65536

// The shortest time of one call of f within MEASURE_SECONDS.
static double shortest(void (*f)(float *), float *arrays)
{
    double best = 1e9;
    const double start = fol_seconds();
    for (double now = start; now - start < MEASURE_SECONDS;) {
        f(arrays);
        const double end = fol_seconds();
        best = end - now < best ? end - now : best;
        now = end;
    }
    return best;
}

static void one_product(float *arrays)
{
    float *a = arrays, *b = a + GEMM_M * GEMM_K, *c = b + GEMM_K * GEMM_N, *work = c + GEMM_M * GEMM_N;
    fol_gemm(false, GEMM_M, GEMM_N, GEMM_K, a, GEMM_K, b, GEMM_N, 0, c, GEMM_N, work);
}

static void many_normals(float *arrays)
{
    fol_rng_normals(1, FOL_STREAM_PILOT, 0, 0, NORMALS, arrays);
}

fol_info fol_info_get(void)
{
    fol_info info = {
        .version = fol_version(),
        .gemm = fol_gemm_name(),
        .simd = fol_simd_get()->name,
        .openmp = fol_threads_available(),
        .threads = fol_threads(),
        .threads_reason = fol_threads_reason(0),
    };
    const size_t size = GEMM_M * GEMM_K + GEMM_K * GEMM_N + GEMM_M * GEMM_N + FOL_GEMM_WORK;
    float *arrays = fol_alloc_zero(size, sizeof *arrays);
    if (!arrays)
        return info;
    info.gemm_gflops = 2e-9 * GEMM_M * GEMM_N * GEMM_K / shortest(one_product, arrays);
    info.normals_ns = 1e9 * shortest(many_normals, arrays) / NORMALS;
    fol_free(arrays);
    return info;
}
