// Compiles FOL_LEVEL_FILE (a name as seen from here) once for each level of simd.h, with the vectors of simd_vec.h and
// FOL_LEVEL, the level; FOL_NAME(x) gives each its own name, x_1, x_3, x_4. FOL_HAVE_LEVELS says whether there is more
// than the baseline. One file of a program's source includes this once.
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
#include FOL_LEVEL_FILE
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
#include FOL_LEVEL_FILE
#undef FOL_LEVEL
#undef FOL_LEVEL_NAME
FOL_END_TARGET

FOL_BEGIN_TARGET(FOL_SIMD_TARGET_V4)
#define FOL_LEVEL 4
#define FOL_LEVEL_NAME "x86-64-v4"
#include "simd_vec.h"
#include FOL_LEVEL_FILE
#undef FOL_LEVEL
#undef FOL_LEVEL_NAME
FOL_END_TARGET

#endif
