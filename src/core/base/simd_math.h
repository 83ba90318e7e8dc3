// Elementary functions of vectors, for one level: included once for each, after simd_vec.h, by files of simd_levels.h.

// exp(x) to 2e-8 |x| + 1e-7 relative for |x| < 87, beyond that the value at 87.
static inline vf FOL_NAME(v_exp)(vf x)
{
    x = v_max(v_min(x, v_all(87.0f)), v_all(-87.0f));
    const vf shift = v_all(12582912.0f); // 1.5 * 2^23: adding it rounds to a whole number
    const vf shifted = v_fma(x, v_all(1.44269504f), shift);
    const vf whole = shifted - shift;
    const vf r = v_fma(whole, v_all(-0.693147181f), x), r2 = r * r;
    const vf low = v_fma(r, v_all(0.16666577f), v_all(0.5f)),
             middle = v_fma(r, v_all(0.00836317557f), v_all(0.041666465f));
    const vf high = v_fma(r2, v_all(0.00139336435f), middle);
    const vf q = v_fma(r2, v_fma(high, r2, low), 1.0f + r);
    return (vf) ((vi) q + ((vi) shifted << 23));
}
