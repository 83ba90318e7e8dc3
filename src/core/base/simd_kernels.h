// Kernels of one instruction set: what simd.c compiles for each level. See simd.h for what they do.

// ---- random numbers (rng.h) ----

// Which of FOL_W counters stand in the even and odd lanes, so that v_interleave brings their words into order.
static const vu FOL_NAME(lane_counter)[2] = FOL_LANE_COUNTERS;

// One Philox4x32-10 counter per lane, even and odd lanes apart; words[k] is word k of each, in the lane order of
// v_interleave.
static inline void FOL_NAME(philox)(uint64_t seed, uint32_t stream, uint32_t step, const vu counter[2], vi words[4])
{
    vu x[2][4]; // 64-bit lanes with the word in the low half; what the high half holds is never read
    for (int half = 0; half < 2; half++) {
        x[half][0] = counter[half];
        x[half][1] = x[half][0] >> 32;
        x[half][2] = (vu){0} + step;
        x[half][3] = (vu){0} + stream;
    }
    const vu multiplier0 = (vu){0} + 0xD2511F53u, multiplier1 = (vu){0} + 0xCD9E8D57u;
    uint32_t key0 = (uint32_t) seed, key1 = (uint32_t) (seed >> 32);
    FOL_UNROLL
    for (int round = 0; round < 10; round++) {
        FOL_UNROLL
        for (int half = 0; half < 2; half++) {
            const vu product0 = v_multiply_low(x[half][0], multiplier0);
            const vu product1 = v_multiply_low(x[half][2], multiplier1);
            x[half][0] = (product1 >> 32) ^ x[half][1] ^ (uint64_t) key0;
            x[half][2] = (product0 >> 32) ^ x[half][3] ^ (uint64_t) key1;
            x[half][1] = product1;
            x[half][3] = product0;
        }
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    for (int k = 0; k < 4; k++)
        words[k] = (vi) ((x[0][k] & 0xffffffffu) | (x[1][k] << 32));
}

// Box-Muller: radius from one word, angle from the other. Polynomials fitted at Chebyshev nodes: log on
// [sqrt(1/2), sqrt(2)), sin and cos of pi x for |x| < 1/2; the other half circle is the sign of the radius.
static inline void FOL_NAME(box_muller)(vi radius_word, vi angle_word, vf *z0, vf *z1)
{
    const vi half_word = (radius_word >> 1) & 0x7fffffff;
    const vf u = (__builtin_convertvector(half_word, vf) + 0.5f) * 0x1p-31f;
    const vi exponent = ((vi) u - 0x3f3504f3) >> 23;
    const vf t = (vf) ((vi) u - (exponent << 23)) - 1.0f;
    // Polynomials in pairs of terms: the chains are what takes time here.
    const vf t2 = t * t, t4 = t2 * t2;
    const vf log_low = (0.333333312f - 0.24999989f * t) + (0.200007075f - 0.166684802f * t) * t2;
    const vf log_high = (0.142499365f - 0.124110507f * t) + (0.11661511f - 0.115712007f * t) * t2;
    const vf log_tail = log_low + (log_high + 0.0714975394f * t4) * t4;
    const vf log_u = __builtin_convertvector(exponent, vf) * 0.693147181f + (t + t2 * (log_tail * t - 0.5f));
    const vf radius = v_sqrt(-2.0f * log_u);

    const vi angle = (vi) ((vi) (angle_word << 1)) >> 1;
    const vf x = __builtin_convertvector(angle, vf) * 0x1p-31f;
    const vf y = x * x;
    const vf y2 = y * y;
    const vf sine_low = (3.14159265f - 5.16771276f * y) + (2.55016332f - 0.599252198f * y) * y2;
    const vf sine = x * (sine_low + (0.0820504018f - 0.00702838646f * y) * (y2 * y2));
    const vf cosine_low = (1.0f - 4.9348022f * y) + (4.05871211f - 1.33526232f * y) * y2;
    const vf cosine = cosine_low + ((0.23532544f - 0.0257763293f * y) + 0.00184000655f * y2) * (y2 * y2);
    const vf signed_radius = (vf) ((vi) radius ^ (angle_word & (int32_t) 0x80000000));
    *z0 = signed_radius * cosine;
    *z1 = signed_radius * sine;
}

// FOL_W counters from `first` on, and the FOL_W that stand in a list.
static inline void FOL_NAME(counters_from)(uint64_t first, vu counter[2])
{
    counter[0] = FOL_NAME(lane_counter)[0] + first;
    counter[1] = FOL_NAME(lane_counter)[1] + first;
}

static inline void FOL_NAME(counters_of)(const uint64_t *list, vu counter[2])
{
    FOL_UNROLL
    for (int half = 0; half < 2; half++)
        FOL_UNROLL
    for (int lane = 0; lane < FOL_W / 2; lane++)
        counter[half][lane] = list[FOL_NAME(lane_counter)[half][lane]];
}

// The words of FOL_W counters, and the normals made of them, in the order of memory.
static inline void FOL_NAME(write_bits)(uint64_t seed, uint32_t stream, uint32_t step, const vu counter[2],
                                        uint32_t *out)
{
    vi words[4];
    vf ordered[4];
    FOL_NAME(philox)(seed, stream, step, counter, words);
    FOL_NAME(v_interleave)((const vf *) words, ordered);
    memcpy(out, ordered, sizeof ordered);
}

static inline void FOL_NAME(write_normals)(uint64_t seed, uint32_t stream, uint32_t step, const vu counter[2],
                                           float *out)
{
    vi words[4];
    vf z[4], ordered[4];
    FOL_NAME(philox)(seed, stream, step, counter, words);
    FOL_NAME(box_muller)(words[0], words[1], &z[0], &z[1]);
    FOL_NAME(box_muller)(words[2], words[3], &z[2], &z[3]);
    FOL_NAME(v_interleave)(z, ordered);
    memcpy(out, ordered, sizeof ordered);
}

static void FOL_NAME(random_bits)(uint64_t seed, uint32_t stream, uint32_t step, uint64_t counter, size_t n_groups,
                                  uint32_t *out)
{
    for (size_t n = n_groups * (FOL_RNG_GROUP / FOL_W); n > 0; n--, counter += FOL_W, out += 4 * FOL_W) {
        vu lanes[2];
        FOL_NAME(counters_from)(counter, lanes);
        FOL_NAME(write_bits)(seed, stream, step, lanes, out);
    }
}

static void FOL_NAME(random_normals)(uint64_t seed, uint32_t stream, uint32_t step, uint64_t counter, size_t n_groups,
                                     float *out)
{
    for (size_t n = n_groups * (FOL_RNG_GROUP / FOL_W); n > 0; n--, counter += FOL_W, out += 4 * FOL_W) {
        vu lanes[2];
        FOL_NAME(counters_from)(counter, lanes);
        FOL_NAME(write_normals)(seed, stream, step, lanes, out);
    }
}

static void FOL_NAME(random_bits_at)(uint64_t seed, uint32_t stream, uint32_t step, const uint64_t *counter,
                                     size_t n_groups, uint32_t *out)
{
    for (size_t n = n_groups * (FOL_RNG_GROUP / FOL_W); n > 0; n--, counter += FOL_W, out += 4 * FOL_W) {
        vu lanes[2];
        FOL_NAME(counters_of)(counter, lanes);
        FOL_NAME(write_bits)(seed, stream, step, lanes, out);
    }
}

static void FOL_NAME(random_normals_at)(uint64_t seed, uint32_t stream, uint32_t step, const uint64_t *counter,
                                        size_t n_groups, float *out)
{
    for (size_t n = n_groups * (FOL_RNG_GROUP / FOL_W); n > 0; n--, counter += FOL_W, out += 4 * FOL_W) {
        vu lanes[2];
        FOL_NAME(counters_of)(counter, lanes);
        FOL_NAME(write_normals)(seed, stream, step, lanes, out);
    }
}

// ---- matrix products ----

#undef FOL_TILE_ROWS
#if FOL_LEVEL == 4
#define FOL_TILE_ROWS 12 // 24 accumulators of 32 registers
#else
#define FOL_TILE_ROWS 6 // 12 accumulators of 16 registers
#endif

// A tile of C: mr rows (a compile-time constant where it is inlined) and nv vectors of columns.
static inline __attribute__((always_inline)) void FOL_NAME(gemm_tile)(const int mr, const int nv, size_t k,
                                                                      const float *a, size_t a_row, size_t a_col,
                                                                      const float *b, size_t b_row, float beta,
                                                                      float *c, size_t c_row)
{
    vf sum[FOL_TILE_ROWS][2];
    FOL_UNROLL
    for (int i = 0; i < mr; i++)
        sum[i][0] = sum[i][1] = (vf){0};
    for (size_t p = 0; p < k; p++, a += a_col, b += b_row) {
        const vf b0 = *(const vf *) b;
        const vf b1 = nv > 1 ? *(const vf *) (b + FOL_W) : b0;
        FOL_UNROLL
        for (int i = 0; i < mr; i++) {
            const vf a_i = v_all(a[(size_t) i * a_row]);
            sum[i][0] = v_fma(a_i, b0, sum[i][0]);
            if (nv > 1)
                sum[i][1] = v_fma(a_i, b1, sum[i][1]);
        }
    }
    FOL_UNROLL
    for (int i = 0; i < mr; i++)
        FOL_UNROLL
    for (int v = 0; v < nv; v++) {
        vf *to = (vf *) (c + (size_t) i * c_row + v * FOL_W);
        if (beta != 0)
            sum[i][v] += *to;
        *to = sum[i][v];
    }
}

#define FOL_TILE_CASE(rows)                                                                                            \
    case rows:                                                                                                         \
        if (nv == 2)                                                                                                   \
            FOL_NAME(gemm_tile)(rows, 2, k, a, a_row, a_col, b, b_row, beta, c, c_row);                                \
        else                                                                                                           \
            FOL_NAME(gemm_tile)(rows, 1, k, a, a_row, a_col, b, b_row, beta, c, c_row);                                \
        break;

// The same for a number of rows that is known only now.
static void FOL_NAME(gemm_rows)(int rows, int nv, size_t k, const float *a, size_t a_row, size_t a_col, const float *b,
                                size_t b_row, float beta, float *c, size_t c_row)
{
    switch (rows) {
        FOL_TILE_CASE(1)
        FOL_TILE_CASE(2)
        FOL_TILE_CASE(3)
        FOL_TILE_CASE(4)
        FOL_TILE_CASE(5)
        FOL_TILE_CASE(6)
#if FOL_TILE_ROWS > 6
        FOL_TILE_CASE(7)
        FOL_TILE_CASE(8)
        FOL_TILE_CASE(9)
        FOL_TILE_CASE(10)
        FOL_TILE_CASE(11)
        FOL_TILE_CASE(12)
#endif
    }
}
#undef FOL_TILE_CASE

// Sizes of a pass: the packed panel of B stays in the first-level cache, the packed block of A in the second.
// FOL_GEMM_ROWS is a multiple of every FOL_TILE_ROWS.
#undef FOL_SMALL
#define FOL_SMALL 8192 // floats of a B that stays in the first-level cache as it is

// Copies n columns of B's rows next to each other, padded with zeros to the width of a panel. Rows that stand a power
// of two apart would share a few lines of the cache.
static void FOL_NAME(pack_b)(size_t depth, size_t n, size_t width, const float *b, size_t b_row, float *packed)
{
    if (n < width)
        memset(packed, 0, depth * width * sizeof *packed);
    for (size_t p = 0; p < depth; p++, b += b_row, packed += width) {
        size_t j = 0;
        for (; j + FOL_W <= n; j += FOL_W)
            *(vf *) (packed + j) = *(const vf *) (b + j);
        for (; j < n; j++)
            packed[j] = b[j];
    }
}

// Copies a transposed A (rows of C next to each other) as tiles: FOL_TILE_ROWS rows of C for each depth.
static void FOL_NAME(pack_a)(size_t rows, size_t depth, const float *a, size_t a_col, float *packed)
{
    for (size_t i = 0; i < rows; i += FOL_TILE_ROWS) {
        const size_t tile = rows - i < FOL_TILE_ROWS ? rows - i : FOL_TILE_ROWS;
        for (size_t p = 0; p < depth; p++, packed += FOL_TILE_ROWS)
            if (tile == FOL_TILE_ROWS)
                memcpy(packed, a + i + p * a_col, FOL_TILE_ROWS * sizeof *packed);
            else
                memcpy(packed, a + i + p * a_col, tile * sizeof *packed);
    }
}

// All rows of a block for one panel of n <= 2 FOL_W columns: full tiles in place, narrow ones through a buffer.
static void FOL_NAME(gemm_block)(size_t rows, size_t n, size_t depth, const float *a, size_t a_row, size_t a_col,
                                 size_t a_tile, const float *b, size_t b_row, float beta, float *c, size_t c_row)
{
    const int nv = n > FOL_W ? 2 : 1;
    const bool narrow = n != (size_t) nv * FOL_W;
    for (size_t i = 0; i < rows; i += FOL_TILE_ROWS, a += a_tile, c += FOL_TILE_ROWS * c_row) {
        const size_t tile = rows - i < FOL_TILE_ROWS ? rows - i : FOL_TILE_ROWS;
        if (!narrow) {
            FOL_NAME(gemm_rows)((int) tile, nv, depth, a, a_row, a_col, b, b_row, beta, c, c_row);
            continue;
        }
        float buffer[FOL_TILE_ROWS * 2 * FOL_W];
        FOL_NAME(gemm_rows)((int) tile, nv, depth, a, a_row, a_col, b, b_row, 0, buffer, 2 * FOL_W);
        for (size_t r = 0; r < tile; r++)
            for (size_t j = 0; j < n; j++)
                c[r * c_row + j] = buffer[r * 2 * FOL_W + j] + (beta != 0 ? c[r * c_row + j] : 0);
    }
}

static void FOL_NAME(gemm)(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_col, const float *b,
                           size_t b_row, float beta, float *c, size_t c_row, float *work)
{
    float *b_packed = work, *a_packed = work ? work + FOL_GEMM_DEPTH * 2 * FOL_W : NULL;
    const bool transposed = a_row == 1 && a_col != 1;
    for (size_t p = 0; p < k || p == 0; p += FOL_GEMM_DEPTH) {
        const size_t depth = k - p < FOL_GEMM_DEPTH ? k - p : FOL_GEMM_DEPTH;
        const float keep = p > 0 ? 1 : beta;
        for (size_t i = 0; i < m; i += FOL_GEMM_ROWS) {
            const size_t rows = m - i < FOL_GEMM_ROWS ? m - i : FOL_GEMM_ROWS;
            const float *a_i = a + i * a_row + p * a_col;
            size_t row = a_row, col = a_col, tile = FOL_TILE_ROWS * a_row;
            if (transposed) {
                FOL_NAME(pack_a)(rows, depth, a_i, a_col, a_packed);
                a_i = a_packed;
                col = FOL_TILE_ROWS;
                tile = FOL_TILE_ROWS * depth;
            }
            for (size_t j = 0; j < n; j += 2 * FOL_W) {
                const size_t cols = n - j < 2 * FOL_W ? n - j : 2 * FOL_W, width = cols > FOL_W ? 2 * FOL_W : FOL_W;
                const float *panel = b_row ? b + p * b_row + j : b + j * k + p * width;
                size_t panel_row = b_row ? b_row : width;
                if (b_row && (cols < width || (rows > 2 * FOL_TILE_ROWS && depth * b_row > FOL_SMALL))) {
                    FOL_NAME(pack_b)(depth, cols, width, panel, b_row, b_packed);
                    panel = b_packed;
                    panel_row = width;
                }
                FOL_NAME(gemm_block)
                (rows, cols, depth, a_i, row, col, tile, panel, panel_row, keep, c + i * c_row + j, c_row);
            }
        }
    }
}

// ---- layers ----

static void FOL_NAME(add_bias)(size_t rows, size_t cols, const float *bias, float *h)
{
    for (size_t i = 0; i < rows; i++, h += cols) {
        size_t j = 0;
        for (; j + FOL_W <= cols; j += FOL_W)
            *(vf *) (h + j) += *(const vf *) (bias + j);
        for (; j < cols; j++)
            h[j] += bias[j];
    }
}

static void FOL_NAME(backward_bias)(size_t rows, size_t cols, const float *slope, float *g, float *bias_gradient)
{
    for (size_t i = 0; i < rows; i++, g += cols, slope = slope ? slope + cols : NULL) {
        size_t j = 0;
        for (; j + FOL_W <= cols; j += FOL_W) {
            vf value = *(const vf *) (g + j);
            if (slope)
                *(vf *) (g + j) = value *= *(const vf *) (slope + j);
            *(vf *) (bias_gradient + j) += value;
        }
        for (; j < cols; j++) {
            if (slope)
                g[j] *= slope[j];
            bias_gradient[j] += g[j];
        }
    }
}

// ---- optimiser ----

static inline void FOL_NAME(adam_at)(const fol_adam_scalars *s, vf g, vf *m, vf *v, vf *w, vf *average)
{
    g *= s->gradient_scale;
    *m = v_fma(*m, v_all(s->beta1), g * (1.0f - s->beta1));
    *v = v_fma(*v, v_all(s->beta2), g * g * (1.0f - s->beta2));
    *w = v_fma(*w, v_all(s->decay), -(s->rate * *m / (v_sqrt(*v) + s->epsilon)));
    *average = v_fma(*average, v_all(s->ema), *w * (1.0f - s->ema));
}

static void FOL_NAME(adam)(size_t n, const fol_adam_scalars *s, size_t n_slots, size_t slot_stride,
                           const float *gradient, float *moment1, float *moment2, float *weight, float *average)
{
    size_t i = 0;
    for (; i + FOL_W <= n; i += FOL_W) {
        vf g = *(const vf *) (gradient + i);
        for (size_t slot = 1; slot < n_slots; slot++)
            g += *(const vf *) (gradient + slot * slot_stride + i);
        FOL_NAME(adam_at)(s, g, (vf *) (moment1 + i), (vf *) (moment2 + i), (vf *) (weight + i), (vf *) (average + i));
    }
    if (i == n)
        return;
    const size_t rest = (n - i) * sizeof(float);
    vf g = {0}, m = {0}, v = {0}, w = {0}, a = {0};
    for (size_t slot = 0; slot < n_slots; slot++) {
        vf part = {0};
        memcpy(&part, gradient + slot * slot_stride + i, rest);
        g += part;
    }
    memcpy(&m, moment1 + i, rest);
    memcpy(&v, moment2 + i, rest);
    memcpy(&w, weight + i, rest);
    memcpy(&a, average + i, rest);
    FOL_NAME(adam_at)(s, g, &m, &v, &w, &a);
    memcpy(moment1 + i, &m, rest);
    memcpy(moment2 + i, &v, rest);
    memcpy(weight + i, &w, rest);
    memcpy(average + i, &a, rest);
}

static const fol_simd FOL_NAME(table) = {
    FOL_LEVEL,
    FOL_LEVEL_NAME,
    FOL_W,
    FOL_NAME(random_bits),
    FOL_NAME(random_normals),
    FOL_NAME(random_bits_at),
    FOL_NAME(random_normals_at),
    FOL_NAME(gemm),
    FOL_NAME(add_bias),
    FOL_NAME(backward_bias),
    FOL_NAME(adam),
};
