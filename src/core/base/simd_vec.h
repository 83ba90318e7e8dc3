// Vectors of one instruction set: types and the few operations that C's vector extensions lack. Included by
// simd_levels.h once for each FOL_LEVEL (4: AVX-512, 3: AVX2 and FMA, 1: whatever the compiler's baseline is), which
// sets the suffix of every name through FOL_NAME.

// FOL_LANE_COUNTERS: which of FOL_W counters stand in the even and odd lanes, see v_interleave.
#undef FOL_W
#undef FOL_LANE_COUNTERS
#if FOL_LEVEL == 4
#define FOL_W 16
#define FOL_LANE_COUNTERS                                                                                              \
    {                                                                                                                  \
        {0, 8, 1, 9, 2, 10, 3, 11},                                                                                    \
        {                                                                                                              \
            4, 12, 5, 13, 6, 14, 7, 15                                                                                 \
        }                                                                                                              \
    }
#elif FOL_LEVEL == 3
#define FOL_W 8
#define FOL_LANE_COUNTERS                                                                                              \
    {                                                                                                                  \
        {0, 4, 1, 5},                                                                                                  \
        {                                                                                                              \
            2, 6, 3, 7                                                                                                 \
        }                                                                                                              \
    }
#else
#define FOL_W 4
#define FOL_LANE_COUNTERS                                                                                              \
    {                                                                                                                  \
        {0, 2},                                                                                                        \
        {                                                                                                              \
            1, 3                                                                                                       \
        }                                                                                                              \
    }
#endif

#undef vf
#undef vi
#undef vu
#define vf FOL_NAME(fol_vf) // FOL_W floats
#define vi FOL_NAME(fol_vi) // FOL_W 32-bit integers
#define vu FOL_NAME(fol_vu) // FOL_W / 2 64-bit integers
typedef float vf __attribute__((vector_size(4 * FOL_W), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * FOL_W), aligned(4), may_alias));
typedef uint64_t vu __attribute__((vector_size(4 * FOL_W), aligned(8), may_alias));

#undef v_fma
#undef v_sqrt
#undef v_min
#undef v_max
#undef v_multiply_low
#undef v_low_32
#undef v_high_32
#undef v_low_64
#undef v_high_64
#undef v_all
#define v_all(x) ((x) - (vf){0}) // x in every lane; x - 0 is x, where 0 + x is an addition, as x may be -0

// v_fma(a, b, c) is a b + c, in one rounding where the level has an instruction for it.
#if FOL_LEVEL == 4
#define v_fma(a, b, c) ((vf) _mm512_fmadd_ps((__m512) (a), (__m512) (b), (__m512) (c)))
#define v_sqrt(x) ((vf) _mm512_sqrt_ps((__m512) (x)))
#define v_min(a, b) ((vf) _mm512_min_ps((__m512) (a), (__m512) (b)))
#define v_max(a, b) ((vf) _mm512_max_ps((__m512) (a), (__m512) (b)))
#define v_multiply_low(a, b) ((vu) _mm512_mul_epu32((__m512i) (a), (__m512i) (b)))
#define v_low_32(a, b) ((vf) _mm512_unpacklo_ps((__m512) (a), (__m512) (b)))
#define v_high_32(a, b) ((vf) _mm512_unpackhi_ps((__m512) (a), (__m512) (b)))
#define v_low_64(a, b) ((vf) _mm512_unpacklo_pd((__m512d) (a), (__m512d) (b)))
#define v_high_64(a, b) ((vf) _mm512_unpackhi_pd((__m512d) (a), (__m512d) (b)))
#elif FOL_LEVEL == 3
#define v_fma(a, b, c) ((vf) _mm256_fmadd_ps((__m256) (a), (__m256) (b), (__m256) (c)))
#define v_sqrt(x) ((vf) _mm256_sqrt_ps((__m256) (x)))
#define v_min(a, b) ((vf) _mm256_min_ps((__m256) (a), (__m256) (b)))
#define v_max(a, b) ((vf) _mm256_max_ps((__m256) (a), (__m256) (b)))
#define v_multiply_low(a, b) ((vu) _mm256_mul_epu32((__m256i) (a), (__m256i) (b)))
#define v_low_32(a, b) ((vf) _mm256_unpacklo_ps((__m256) (a), (__m256) (b)))
#define v_high_32(a, b) ((vf) _mm256_unpackhi_ps((__m256) (a), (__m256) (b)))
#define v_low_64(a, b) ((vf) _mm256_unpacklo_pd((__m256d) (a), (__m256d) (b)))
#define v_high_64(a, b) ((vf) _mm256_unpackhi_pd((__m256d) (a), (__m256d) (b)))
#else
#define v_fma(a, b, c) ((a) * (b) + (c))
#endif
#if FOL_LEVEL == 1 && defined(__SSE2__)
#define v_sqrt(x) ((vf) _mm_sqrt_ps((__m128) (x)))
#define v_min(a, b) ((vf) _mm_min_ps((__m128) (a), (__m128) (b)))
#define v_max(a, b) ((vf) _mm_max_ps((__m128) (a), (__m128) (b)))
#define v_multiply_low(a, b) ((vu) _mm_mul_epu32((__m128i) (a), (__m128i) (b)))
#define v_low_32(a, b) ((vf) _mm_unpacklo_ps((__m128) (a), (__m128) (b)))
#define v_high_32(a, b) ((vf) _mm_unpackhi_ps((__m128) (a), (__m128) (b)))
#define v_low_64(a, b) ((vf) _mm_unpacklo_pd((__m128d) (a), (__m128d) (b)))
#define v_high_64(a, b) ((vf) _mm_unpackhi_pd((__m128d) (a), (__m128d) (b)))
#elif FOL_LEVEL == 1
static inline vf v_sqrt(vf x)
{
    for (int i = 0; i < FOL_W; i++)
        x[i] = __builtin_sqrtf(x[i]);
    return x;
}
static inline vf v_min(vf a, vf b)
{
    for (int i = 0; i < FOL_W; i++)
        a[i] = a[i] < b[i] ? a[i] : b[i];
    return a;
}
static inline vf v_max(vf a, vf b)
{
    for (int i = 0; i < FOL_W; i++)
        a[i] = a[i] > b[i] ? a[i] : b[i];
    return a;
}
static inline vu v_multiply_low(vu a, vu b)
{
    return (a & 0xffffffffu) * (b & 0xffffffffu);
}
#endif

// Per lane: mask ? a : b, for a mask of all ones or zeros.
static inline vf FOL_NAME(v_select)(vi mask, vf a, vf b)
{
    return (vf) (((vi) a & mask) | ((vi) b & ~mask));
}

// Four vectors of words of FOL_W counters to the order of memory: all words of a counter together. Lane l holds
// counter (l mod 4) * FOL_W / 4 + l / 4, which is what the unpack instructions of each width bring into order.
static inline void FOL_NAME(v_interleave)(const vf z[4], vf out[4])
{
#if FOL_LEVEL > 1 || defined(__SSE2__)
    const vf low01 = v_low_32(z[0], z[1]), high01 = v_high_32(z[0], z[1]);
    const vf low23 = v_low_32(z[2], z[3]), high23 = v_high_32(z[2], z[3]);
    out[0] = v_low_64(low01, low23);
    out[1] = v_high_64(low01, low23);
    out[2] = v_low_64(high01, high23);
    out[3] = v_high_64(high01, high23);
#else
    for (int c = 0; c < 4; c++)
        for (int k = 0; k < 4; k++)
            out[c][k] = z[k][c];
#endif
}
