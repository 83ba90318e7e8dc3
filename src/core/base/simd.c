// Vector kernels: the levels, each compiled from simd_kernels.h, and the choice between them.
#include "simd.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define FOL_HAVE_LEVELS 1
#else
#define FOL_HAVE_LEVELS 0
#endif

#define FOL_JOIN_(name, level) name##_##level
#define FOL_JOIN(name, level) FOL_JOIN_(name, level)
#define FOL_NAME(name) FOL_JOIN(name, FOL_LEVEL)

// Before a loop of a few constant turns: unrolled whole, so that arrays of vectors become registers.
#if defined(__clang__)
#define FOL_UNROLL _Pragma("clang loop unroll(full)")
#else
#define FOL_UNROLL _Pragma("GCC unroll 12")
#endif

#define FOL_LEVEL 1
#define FOL_LEVEL_NAME "baseline"
#include "simd_vec.h"
#include "simd_kernels.h"
#undef FOL_LEVEL
#undef FOL_LEVEL_NAME

#if FOL_HAVE_LEVELS

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi2")
#endif
#define FOL_LEVEL 3
#define FOL_LEVEL_NAME "x86-64-v3"
#include "simd_vec.h"
#include "simd_kernels.h"
#undef FOL_LEVEL
#undef FOL_LEVEL_NAME
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,bmi2"))),     \
                             apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,bmi2")
#endif
#define FOL_LEVEL 4
#define FOL_LEVEL_NAME "x86-64-v4"
#include "simd_vec.h"
#include "simd_kernels.h"
#undef FOL_LEVEL
#undef FOL_LEVEL_NAME
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif

const fol_simd *fol_simd_up_to(const char *limit)
{
    bool allowed = limit == NULL;
#if FOL_HAVE_LEVELS
    __builtin_cpu_init();
    const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                    __builtin_cpu_supports("avx512cd");
    const struct {
        const fol_simd *simd;
        bool runs;
    } levels[] = {{&table_4, v4}, {&table_3, v3}};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        allowed = allowed || strcmp(levels[i].simd->name, limit) == 0;
        if (allowed && levels[i].runs)
            return levels[i].simd;
    }
#endif
    (void) allowed;
    return &table_1;
}

const fol_simd *fol_simd_get(void)
{
    static const fol_simd *chosen;
    const fol_simd *simd = __atomic_load_n(&chosen, __ATOMIC_ACQUIRE);
    if (!simd) {
        simd = fol_simd_up_to(getenv("FOLLMER_SIMD"));
        __atomic_store_n(&chosen, simd, __ATOMIC_RELEASE);
    }
    return simd;
}
