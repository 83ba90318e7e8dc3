// Vector kernels: the levels, each compiled from simd_kernels.h, and the choice between them.
#include "simd.h"

#include <stdbool.h>
#include <string.h>

#define FOL_LEVEL_FILE "simd_kernels.h"
#include "simd_levels.h"

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
