// Vector mathematics: elementary functions of arrays of doubles.
//
// Arrays go through tiles of a fixed size, so that an entry's bits do not depend on where it stands. Polynomials are
// fitted at Chebyshev nodes. Nothing branches, so that the loops become vector code.
#include "vector_math.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "vectorize.h"

#define TILE 32
#define FAR 1e6                    // where the argument reduction of sin and cos runs out of digits
#define SHIFT 0x1.8p52             // adding it rounds to a whole number, which then stands in the lowest bits
#define LN2_HIGH 0x1.62e42fefa3p-1 // 41 bits: products with whole numbers below 2^12 are exact
#define LN2_LOW 0x1.3de6af278ece6p-42
#define LOG2_E 1.4426950408889634

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

INLINE double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// (e^r - 1 - r) / r^2 for |r| <= log(2) / 2, to 1.2e-16.
INLINE double exp_tail(double r)
{
    const double r2 = r * r, r4 = r2 * r2;
    const double low =
        (0.5000000000000001 + 0.16666666666666669 * r) + (0.04166666666662413 + 0.008333333333330062 * r) * r2;
    const double high = (0.0013888888917213717 + 0.00019841269863053618 * r) +
                        (2.4801521295954376e-05 + 2.7557268459997064e-06 * r) * r2;
    return low + (high + (2.7620088445409746e-07 + 2.510038549551032e-08 * r) * r4) * r4;
}

// e^x = 2^k e^r for -760 <= x <= 720. The power of two is applied in halves, so that results that overflow or are
// subnormal come out right.
INLINE double exp_at(double x)
{
    const double shifted = x * LOG2_E + SHIFT, k = shifted - SHIFT;
    const double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    const uint64_t biased = bits_of(shifted) - bits_of(SHIFT) + 2048, half = biased >> 1;
    const double power1 = of_bits((half - 1) << 52), power2 = of_bits((biased - half - 1) << 52);
    return (1 + (r + r * r * exp_tail(r))) * power1 * power2;
}

// log(2^k (1 + f)) for normal numbers, with 1 + f in [sqrt(1/2), sqrt(2)) and s = f / (2 + f): log(1 + f) = 2 atanh(s)
// = f - s (f - tail), where s tail is atanh's series from s^3 on, twice.
INLINE double log_at(double x)
{
    const uint64_t root_half = 0x3fe6a09e667f3bcd, bias = (uint64_t) 1023 << 52;
    const uint64_t bits = bits_of(x), exponent = (bits - root_half + bias) >> 52;
    const double k = of_bits(exponent | bits_of(0x1p52)) - (0x1p52 + 1023);
    const double f = of_bits(bits - (exponent << 52) + bias) - 1;
    const double s = f / (2 + f), z = s * s, z2 = z * z;
    const double low =
        (0.666666666666667 + 0.39999999999899444 * z) + (0.2857142862600327 + 0.22222211130259878 * z) * z2;
    const double high = (0.18182889455674947 + 0.15331710618210773 * z) + 0.14616585424888623 * z2;
    const double tail = z * (low + high * (z2 * z2)), half_square = 0.5 * f * f;
    return k * LN2_HIGH - ((half_square - (s * (half_square + tail) + k * LN2_LOW)) - f);
}

// sin(r) for |r| <= pi / 2.
INLINE double sin_reduced(double r)
{
    const double z = r * r, z2 = z * z;
    const double low =
        (-0.16666666666666666 + 0.008333333333333316 * z) + (-0.00019841269841254971 + 2.755731921916275e-06 * z) * z2;
    const double high = (-2.5052107616935044e-08 + 1.605897730850011e-10 * z) +
                        (-7.643970170240761e-13 + 2.7314431889670642e-15 * z) * z2;
    return r + r * z * (low + high * (z2 * z2));
}

// x = k pi + r: sin(x) = (-1)^k sin(r). pi in parts of 32 bits, whose products with k are exact.
INLINE double sin_at(double x)
{
    const double shifted = x * 0.3183098861837907 + SHIFT, k = shifted - SHIFT;
    const double r = ((x - k * 0x1.921fb544p+1) - k * 0x1.0b4611a6p-33) - k * 0x1.3198a2e037073p-68;
    return of_bits(bits_of(sin_reduced(r)) ^ (bits_of(shifted) << 63));
}

// x = (k + 1/2) pi + r: cos(x) = -(-1)^k sin(r).
INLINE double cos_at(double x)
{
    const double shifted = (x * 0.3183098861837907 - 0.5) + SHIFT, k = (shifted - SHIFT) * 2 + 1;
    const double r = ((x - k * 0x1.921fb544p+0) - k * 0x1.0b4611a6p-34) - k * 0x1.3198a2e037073p-69;
    return of_bits(bits_of(sin_reduced(r)) ^ (~bits_of(shifted) << 63));
}

// tanh(y / 2) = m / (m + 2) for 0 <= y <= 44, with m = e^y - 1 = 2^k (e^r - 1) + (2^k - 1).
INLINE double tanh_half(double y)
{
    const double shifted = y * LOG2_E + SHIFT, k = shifted - SHIFT;
    const double r = (y - k * LN2_HIGH) - k * LN2_LOW;
    const double power = of_bits((bits_of(shifted) - bits_of(SHIFT) + 1023) << 52);
    const double m = power * (r + r * r * exp_tail(r)) + (power - 1);
    return m / (m + 2);
}

// Bounds are set in loops of their own: beside the arithmetic, compilers would make branches of them.
FOL_VECTORIZED(void, exp_tile, (const double *x, double *out), (x, out))
{
    double within[TILE];
#pragma omp simd
    for (size_t i = 0; i < TILE; i++)
        within[i] = x[i] < -760 ? -760 : x[i] > 720 ? 720 : x[i];
#pragma omp simd
    for (size_t i = 0; i < TILE; i++)
        out[i] = exp_at(within[i]);
}

FOL_VECTORIZED(void, tanh_tile, (const double *x, double *out), (x, out))
{
    double twice[TILE];
#pragma omp simd
    for (size_t i = 0; i < TILE; i++) {
        const double y = 2 * fabs(x[i]);
        twice[i] = y > 44 ? 44 : y; // tanh(22) rounds to 1
    }
#pragma omp simd
    for (size_t i = 0; i < TILE; i++)
        out[i] = of_bits(bits_of(tanh_half(twice[i])) | (bits_of(x[i]) & (uint64_t) 1 << 63));
}

FOL_VECTORIZED(void, log_tile, (const double *x, double *out), (x, out))
{
#pragma omp simd
    for (size_t i = 0; i < TILE; i++)
        out[i] = log_at(x[i]);
}

FOL_VECTORIZED(void, sin_tile, (const double *x, double *out), (x, out))
{
#pragma omp simd
    for (size_t i = 0; i < TILE; i++)
        out[i] = sin_at(x[i]);
}

FOL_VECTORIZED(void, cos_tile, (const double *x, double *out), (x, out))
{
#pragma omp simd
    for (size_t i = 0; i < TILE; i++)
        out[i] = cos_at(x[i]);
}

// A function: how a tile is computed, and for which x; the others are left to the C library.
typedef struct {
    void (*tile)(const double *x /* (TILE) */, double *out /* (TILE) */);
    double low, high; // low <= x < high
    double (*plain)(double x);
} function;

// How many entries of a tile do not lie in [low, high), NAN among them.
FOL_VECTORIZED(double, count_outside, (const double *x, double low, double high), (x, low, high))
{
    double n = 0;
#pragma omp simd reduction(+ : n)
    for (size_t i = 0; i < TILE; i++)
        n += x[i] >= low && x[i] < high ? 0 : 1;
    return n;
}

static void whole_tile(const function *f, const double *x, double *out)
{
    double given[TILE]; // out may be x
    const bool mixed = f->plain && count_outside(x, f->low, f->high) > 0;
    if (mixed)
        memcpy(given, x, sizeof given);
    f->tile(x, out);
    for (size_t i = 0; mixed && i < TILE; i++)
        if (!(given[i] >= f->low && given[i] < f->high))
            out[i] = f->plain(given[i]);
}

// A last tile that is not full goes through a padded copy.
static void over_tiles(const function *f, size_t n, const double *x, double *out)
{
    for (; n >= TILE; n -= TILE, x += TILE, out += TILE)
        whole_tile(f, x, out);
    if (n == 0)
        return;
    double rest[TILE];
    for (size_t i = 0; i < TILE; i++)
        rest[i] = i < n ? x[i] : 1;
    whole_tile(f, rest, rest);
    memcpy(out, rest, n * sizeof *out);
}

void fol_vector_exp(size_t n, const double *x, double *out)
{
    over_tiles(&(function){.tile = exp_tile}, n, x, out);
}

void fol_vector_log(size_t n, const double *x, double *out)
{
    over_tiles(&(function){log_tile, 0x1p-1022, INFINITY, log}, n, x, out);
}

void fol_vector_sin(size_t n, const double *x, double *out)
{
    over_tiles(&(function){sin_tile, -FAR, FAR, sin}, n, x, out);
}

void fol_vector_cos(size_t n, const double *x, double *out)
{
    over_tiles(&(function){cos_tile, -FAR, FAR, cos}, n, x, out);
}

void fol_vector_tanh(size_t n, const double *x, double *out)
{
    over_tiles(&(function){.tile = tanh_tile}, n, x, out);
}
