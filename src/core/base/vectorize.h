// Vectorize: loops over doubles compiled for several instruction sets, the one of simd.h chosen at run time.
#ifndef FOL_VECTORIZE_H
#define FOL_VECTORIZE_H

#include "simd.h"

// FOL_VECTORIZED(double, sum, (size_t n, const double *x), (n, x)) { ... } is static double sum(size_t n, const double
// *x) { ... }, compiled once for each level. All levels give the same bits, as nothing contracts a * b + c (the build
// has -ffp-contract=off) and nothing reorders sums: `omp simd reduction` is for exact sums alone.
#if defined(__x86_64__)
#define FOL_VECTORIZED(type, name, parameters, arguments)                                                              \
    static inline __attribute__((always_inline)) type name##_of_level parameters;                                      \
    __attribute__((target(FOL_SIMD_TARGET_V4))) static type name##_v4 parameters                                       \
    {                                                                                                                  \
        return name##_of_level arguments;                                                                              \
    }                                                                                                                  \
    __attribute__((target(FOL_SIMD_TARGET_V3))) static type name##_v3 parameters                                       \
    {                                                                                                                  \
        return name##_of_level arguments;                                                                              \
    }                                                                                                                  \
    static __attribute__((noinline)) type name##_baseline parameters                                                   \
    {                                                                                                                  \
        return name##_of_level arguments;                                                                              \
    }                                                                                                                  \
    static inline type name parameters                                                                                 \
    {                                                                                                                  \
        const int level = fol_simd_get()->level;                                                                       \
        if (level == FOL_SIMD_V4)                                                                                      \
            return name##_v4 arguments;                                                                                \
        if (level == FOL_SIMD_V3)                                                                                      \
            return name##_v3 arguments;                                                                                \
        return name##_baseline arguments;                                                                              \
    }                                                                                                                  \
    static inline __attribute__((always_inline)) type name##_of_level parameters
#else
#define FOL_VECTORIZED(type, name, parameters, arguments) static type name parameters
#endif

#endif
