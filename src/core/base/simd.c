// Vector kernels: the levels, each compiled from simd_kernels.h, and the choice between them.
#include "simd.h"

#include <stdbool.h>
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

#define FOL_PRAGMA_(text) _Pragma(#text)
#define FOL_PRAGMA(text) FOL_PRAGMA_(text)
#if defined(__clang__)
#define FOL_BEGIN_TARGET(features)                                                                                     \
    FOL_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define FOL_END_TARGET FOL_PRAGMA(clang attribute pop)
#else
#define FOL_BEGIN_TARGET(features) FOL_PRAGMA(GCC push_options) FOL_PRAGMA(GCC target(features))
#define FOL_END_TARGET FOL_PRAGMA(GCC pop_options)
#endif

FOL_BEGIN_TARGET(FOL_SIMD_TARGET_V3)
#define FOL_LEVEL 3
#define FOL_LEVEL_NAME "x86-64-v3"
#include "simd_vec.h"
#include "simd_kernels.h"
#undef FOL_LEVEL
#undef FOL_LEVEL_NAME
FOL_END_TARGET

FOL_BEGIN_TARGET(FOL_SIMD_TARGET_V4)
#define FOL_LEVEL 4
#define FOL_LEVEL_NAME "x86-64-v4"
#include "simd_vec.h"
#include "simd_kernels.h"
#undef FOL_LEVEL
#undef FOL_LEVEL_NAME
FOL_END_TARGET

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

const fol_simd *fol_simd_chosen; // NULL before the first look

const fol_simd *fol_simd_choose(const char *limit)
{
    const fol_simd *simd = fol_simd_up_to(limit);
    __atomic_store_n(&fol_simd_chosen, simd, __ATOMIC_RELEASE);
    return simd;
}
