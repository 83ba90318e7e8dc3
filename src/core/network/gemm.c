// Matrix products in single precision: BLIS on one thread, or the built-in kernel. The only file that knows BLIS.
#include "gemm.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/simd.h"

#define PACK_MOST ((size_t) 1 << 18) // entries of a B: times the rows of a minibatch's slice, where BLIS takes over

#ifdef FOL_HAVE_BLIS
#include FOL_BLIS_HEADER

// Multiply-adds from which BLIS takes over. The built-in kernel, made for slices of a minibatch, is as fast or faster
// below (measured by bench/micro); above, matrices outgrow the caches that it counts on.
#define BLIS_MIN_WORK ((size_t) 1 << 25)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool use_blis;
static char name[128] = "built-in kernel";

#if defined(__x86_64__)
// The kernels that this BLIS was built with, best first, as its own enum numbers them; -1 ends.
static const int kernels_v4[] = {
#ifdef BLIS_CONFIG_SKX
    BLIS_ARCH_SKX,
#endif
    -1};
static const int kernels_v3[] = {
#ifdef BLIS_CONFIG_ZEN3
    BLIS_ARCH_ZEN3,
#endif
#ifdef BLIS_CONFIG_HASWELL
    BLIS_ARCH_HASWELL,
#endif
    -1};

// BLIS 0 picks its kernel by CPU model and does not know AMD's later ones: on them it would run portable C. Then this
// names the nearest kernel by what the CPU can do.
static void choose_kernel(void)
{
    if (bli_info_get_version_str()[0] != '0')
        return;
    __builtin_cpu_init();
    if (!__builtin_cpu_is("amd") || __builtin_cpu_is("znver1") || __builtin_cpu_is("znver2") ||
        __builtin_cpu_is("znver3"))
        return;
    const char *level = fol_simd_get()->name;
    int kernel = strcmp(level, "x86-64-v4") == 0 ? kernels_v4[0] : -1;
    if (kernel < 0 && strcmp(level, "baseline") != 0)
        kernel = kernels_v3[0];
    char number[16];
    snprintf(number, sizeof number, "%d", kernel);
    if (kernel >= 0)
        setenv("BLIS_ARCH_TYPE", number, 0);
}

static bool runs_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

static bool runs_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool runs_avx(void)
{
    return __builtin_cpu_supports("avx");
}

static bool runs_fma4(void)
{
    return runs_avx() && __builtin_cpu_supports("fma4") && __builtin_cpu_supports("fma");
}

static bool runs_ssse3(void)
{
    return __builtin_cpu_supports("ssse3");
}
#else
static void choose_kernel(void)
{
}
#endif

static bool runs_always(void)
{
    return true;
}

// The kernels that a user may choose: of this build, and not those that a CPU cannot be asked about.
static const struct {
    int id;
    const char *name;
    bool (*runs)(void);
} choices[] = {
#ifdef BLIS_CONFIG_SKX
    {BLIS_ARCH_SKX, "skx", runs_avx512},
#endif
#ifdef BLIS_CONFIG_ZEN3
    {BLIS_ARCH_ZEN3, "zen3", runs_avx2},
#endif
#ifdef BLIS_CONFIG_ZEN2
    {BLIS_ARCH_ZEN2, "zen2", runs_avx2},
#endif
#ifdef BLIS_CONFIG_ZEN
    {BLIS_ARCH_ZEN, "zen", runs_avx2},
#endif
#ifdef BLIS_CONFIG_HASWELL
    {BLIS_ARCH_HASWELL, "haswell", runs_avx2},
#endif
#ifdef BLIS_CONFIG_SANDYBRIDGE
    {BLIS_ARCH_SANDYBRIDGE, "sandybridge", runs_avx},
#endif
#ifdef BLIS_CONFIG_PENRYN
    {BLIS_ARCH_PENRYN, "penryn", runs_ssse3},
#endif
#ifdef BLIS_CONFIG_PILEDRIVER
    {BLIS_ARCH_PILEDRIVER, "piledriver", runs_fma4},
#endif
#ifdef BLIS_CONFIG_FIRESTORM
    {BLIS_ARCH_FIRESTORM, "firestorm", runs_always},
#endif
#ifdef BLIS_CONFIG_THUNDERX2
    {BLIS_ARCH_THUNDERX2, "thunderx2", runs_always},
#endif
#ifdef BLIS_CONFIG_CORTEXA57
    {BLIS_ARCH_CORTEXA57, "cortexa57", runs_always},
#endif
#ifdef BLIS_CONFIG_CORTEXA53
    {BLIS_ARCH_CORTEXA53, "cortexa53", runs_always},
#endif
#ifdef BLIS_CONFIG_GENERIC
    {BLIS_ARCH_GENERIC, "generic", runs_always},
#endif
    {-1, NULL, NULL}};

// Whether BLIS can start with what the user has chosen; where it cannot, it ends the process. It takes a number of its
// enum, from version 1 on a name too; -1 is no choice.
static bool can_start(const char *choice)
{
    char *end;
    const long id = strtol(choice, &end, 10);
    const bool number = end > choice && *end == '\0', named = bli_info_get_version_str()[0] != '0';
    if (number && id == -1)
        return true;
    for (size_t i = 0; choices[i].name; i++)
        if (number ? choices[i].id == id : named && strcmp(choices[i].name, choice) == 0)
            return choices[i].runs();
    return false;
}

static void start(void)
{
    const char *choice = getenv("BLIS_ARCH_TYPE");
    if (choice && *choice && !can_start(choice)) {
        snprintf(name, sizeof name, "built-in kernel (BLIS_ARCH_TYPE=%.20s: BLIS %s has no such kernel for this CPU)",
                 choice, bli_info_get_version_str());
        return;
    }
    if (choice && !*choice)
        unsetenv("BLIS_ARCH_TYPE"); // which BLIS would take for 0
    if (!choice || !*choice)
        choose_kernel();
    bli_init();
    const char *arch = bli_arch_string(bli_arch_query_id());
    use_blis = strcmp(arch, "generic") != 0 || strcmp(fol_simd_get()->name, "baseline") == 0;
    if (use_blis)
        snprintf(name, sizeof name, "BLIS %s, kernel %s", bli_info_get_version_str(), arch);
    else
        snprintf(name, sizeof name, "built-in kernel (BLIS %s has none for this CPU)", bli_info_get_version_str());
}

const char *fol_gemm_name(void)
{
    pthread_once(&once, start);
    return name;
}

static bool blis_is_faster(size_t m, size_t n, size_t k)
{
    pthread_once(&once, start);
    return use_blis && m * n * k >= BLIS_MIN_WORK;
}

static void blis_gemm(bool a_transposed, size_t m, size_t n, size_t k, const float *a, size_t a_row, const float *b,
                      size_t b_row, float beta, float *c, size_t c_row)
{
    const float one = 1;
    rntm_t runtime;
    bli_rntm_init(&runtime);
    bli_rntm_set_num_threads(1, &runtime);
    bli_sgemm_ex(a_transposed ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, (dim_t) m, (dim_t) n, (dim_t) k,
                 (float *) &one, (float *) a, (inc_t) a_row, 1, (float *) b, (inc_t) b_row, 1, &beta, c, (inc_t) c_row,
                 1, NULL, &runtime);
}

#else

const char *fol_gemm_name(void)
{
    return "built-in kernel (no BLIS in this build)";
}

#endif

void fol_gemm(bool a_transposed, size_t m, size_t n, size_t k, const float *a, size_t a_row, const float *b,
              size_t b_row, float beta, float *c, size_t c_row, float *work)
{
#ifdef FOL_HAVE_BLIS
    if (blis_is_faster(m, n, k)) {
        blis_gemm(a_transposed, m, n, k, a, a_row, b, b_row, beta, c, c_row);
        return;
    }
#endif
    fol_simd_get()->gemm(m, n, k, a, a_transposed ? 1 : a_row, a_transposed ? a_row : 1, b, b_row, beta, c, c_row,
                         work);
}

bool fol_gemm_packs(size_t k, size_t n)
{
    return k * n < PACK_MOST;
}

size_t fol_gemm_packed_size(size_t k, size_t n)
{
    const size_t width = fol_simd_get()->width;
    return k * ((n + width - 1) / width * width);
}

void fol_gemm_pack(size_t k, size_t n, size_t row_0, size_t row_1, size_t col_0, size_t col_1, const float *b,
                   size_t b_row, size_t b_col, float *packed)
{
    const size_t vector = fol_simd_get()->width, most = 2 * vector;
    for (size_t j = col_0; j < col_1;) {
        const size_t first = j / most * most, end = first + most < col_1 ? first + most : col_1;
        const size_t width = n - first > vector ? most : vector;
        for (size_t p = row_0; p < row_1; p++)
            for (size_t i = j; i < end; i++)
                packed[first * k + p * width + (i - first)] = b[p * b_row + i * b_col];
        j = end;
    }
}

void fol_gemm_packed(size_t m, size_t n, size_t k, const float *a, size_t a_row, const float *packed, float *c,
                     size_t c_row)
{
    fol_simd_get()->gemm(m, n, k, a, a_row, 1, packed, 0, 0, c, c_row, NULL);
}
