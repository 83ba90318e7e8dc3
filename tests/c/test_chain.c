// Tests of chains: every step against the plain loop, weights whose mean is 1, derivatives against differences.
#include "testing.h"

#include "chain/chain.h"

enum { D = 3, STEPS = 5, ROWS = 200 };

// f_i(x, t) = tanh(sum_j a_ij x_j + t).
static const double matrix[D][D] = {{0.5, -0.3, 0.2}, {0.1, 0.4, -0.6}, {-0.7, 0.2, 0.3}};

static double inner(const double *x, size_t i, double t)
{
    double sum = t;
    for (size_t j = 0; j < D; j++)
        sum += matrix[i][j] * x[j];
    return sum;
}

static fol_status eval(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                       double *out, void *work)
{
    (void) field, (void) work;
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < D; i++)
            out[r * D + i] = tanh(inner(x + r * D, i, at[r * stride].tau));
    return FOL_OK;
}

static fol_status pullback(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                           const double *d_out, double *d_x, void *work)
{
    (void) field, (void) work;
    for (size_t r = 0; r < n; r++)
        for (size_t j = 0; j < D; j++) {
            d_x[r * D + j] = 0;
            for (size_t i = 0; i < D; i++) {
                const double f = tanh(inner(x + r * D, i, at[r * stride].tau));
                d_x[r * D + j] += d_out[r * D + i] * (1 - f * f) * matrix[i][j];
            }
        }
    return FOL_OK;
}

static const fol_field field = {.n_in = D, .n_out = D, .eval = eval, .pullback = pullback};

// keep, pull and noise of each column; the last column of the first step has no noise.
static const double columns[3 * D] = {0.9, 0.8, 1, 0.3, 0.2, 0.1, 0.5, 0.4, 0};

static void set_steps(bool by_column, fol_chain_step *steps)
{
    for (size_t k = 0; k < STEPS; k++)
        steps[k] = (fol_chain_step){.at = {.tau = 0.1 * (double) k},
                                    .keep = 1 - 0.05 * (double) k,
                                    .pull = 0.2 + 0.1 * (double) k,
                                    .noise = 0.6,
                                    .columns = by_column && k == 1 ? columns : NULL};
}

static fol_status run(const fol_chain *chain, fol_chain_block block)
{
    void *work = fol_alloc(fol_chain_work_size(chain, block.rows), 1);
    const fol_status status = fol_chain_forward(chain, &block, work, NULL);
    fol_free(work);
    return status;
}

static void normals(const fol_chain *chain, fol_stream stream, uint32_t step, float *z)
{
    fol_rng_normals(chain->seed, stream, step, 0, ROWS * D, z);
}

static void test_plain_loop(void **state)
{
    (void) state;
    static double x[ROWS * D], log_weight[ROWS], want[ROWS * D], want_weight[ROWS], before[ROWS * D];
    static float z[ROWS * D];
    for (int by_column = 0; by_column < 2; by_column++) {
        fol_chain_step steps[STEPS];
        set_steps(by_column, steps);
        for (size_t k = 1; k < STEPS; k++)
            steps[k].extrapolate = k == 3 ? 0 : 0.4 * (double) k;
        if (!by_column)
            steps[2].noise = 0;
        const fol_chain chain = {.f = &field, .n_steps = STEPS, .steps = steps, .start = 1.5, .seed = 9};
        assert_int_equal(run(&chain, (fol_chain_block){.rows = ROWS, .x = x, .log_weight = log_weight}), FOL_OK);
        normals(&chain, FOL_STREAM_START, 0, z);
        for (size_t i = 0; i < ROWS * D; i++)
            want[i] = 1.5 * (double) z[i];
        memset(want_weight, 0, sizeof want_weight);
        for (size_t k = 0; k < STEPS; k++) {
            normals(&chain, FOL_STREAM_STEP, (uint32_t) k, z);
            for (size_t r = 0; r < ROWS; r++) {
                double f[D];
                eval(&field, 1, want + r * D, &steps[k].at, 0, f, NULL);
                for (size_t j = 0; j < D; j++) {
                    const double *c = steps[k].columns, xi = (double) z[r * D + j], now = f[j];
                    f[j] += steps[k].extrapolate * (now - before[r * D + j]);
                    before[r * D + j] = now;
                    const double keep = c ? c[j] : steps[k].keep, pull = c ? c[D + j] : steps[k].pull;
                    const double noise = c ? c[2 * D + j] : steps[k].noise, u = noise > 0 ? pull * f[j] / noise : 0;
                    want[r * D + j] = keep * want[r * D + j] + pull * f[j] + noise * xi;
                    want_weight[r] -= u * xi + 0.5 * u * u;
                }
            }
        }
        for (size_t i = 0; i < ROWS * D; i++)
            assert_near(x[i], want[i], 1e-13, "state");
        for (size_t r = 0; r < ROWS; r++)
            assert_near(log_weight[r], want_weight[r], 1e-12, "log weight");
    }
}

// E w = 1 for any f, and E w h(x_K) is the expectation under f = 0, which is Gaussian here: within 4 standard errors.
static void test_weights(void **state)
{
    (void) state;
    enum { n = 200 * FOL_BLOCK_ROWS };
    fol_chain_step steps[STEPS];
    set_steps(false, steps);
    const fol_chain chain = {.f = &field, .n_steps = STEPS, .steps = steps, .start = 1, .seed = 4};
    double sum[2] = {0}, square[2] = {0}, variance = 1;
    for (size_t first = 0; first < n; first += FOL_BLOCK_ROWS) {
        double x[FOL_BLOCK_ROWS * D], log_weight[FOL_BLOCK_ROWS];
        const fol_chain_block block = {.first = first, .rows = FOL_BLOCK_ROWS, .x = x, .log_weight = log_weight};
        assert_int_equal(run(&chain, block), FOL_OK);
        for (size_t r = 0; r < FOL_BLOCK_ROWS; r++) {
            const double w = exp(log_weight[r]), value[2] = {w, w * x[r * D] * x[r * D]};
            for (size_t v = 0; v < 2; v++) {
                sum[v] += value[v];
                square[v] += value[v] * value[v];
            }
        }
    }
    for (size_t k = 0; k < STEPS; k++)
        variance = steps[k].keep * steps[k].keep * variance + steps[k].noise * steps[k].noise;
    const double truth[2] = {1, variance};
    for (size_t v = 0; v < 2; v++) {
        const double mean = sum[v] / n, se = sqrt((square[v] / n - mean * mean) / n);
        assert_true(se < 0.03 * truth[v]);
        assert_near(mean, truth[v], 4 * se, "weighted mean");
    }
}

// A function of the ends and the weights of all rows.
static double value_of(const fol_chain *chain, const double *x_0, double *states)
{
    static double x[ROWS * D], log_weight[ROWS];
    double sum = 0;
    memcpy(x, x_0, sizeof x);
    const fol_chain_block block = {.rows = ROWS, .started = true, .x = x, .states = states, .log_weight = log_weight};
    assert_int_equal(run(chain, block), FOL_OK);
    for (size_t r = 0; r < ROWS; r++)
        sum += 0.7 * log_weight[r] + x[r * D] * x[r * D + 1] + sin(x[r * D + 2]);
    return sum;
}

static void test_adjoint(void **state)
{
    (void) state;
    static double x_0[ROWS * D], states[(STEPS + 1) * ROWS * D], gradient[ROWS * D], weight[ROWS];
    for (int by_column = 0; by_column < 2; by_column++) {
        fol_chain_step steps[STEPS];
        set_steps(by_column, steps);
        const fol_chain chain = {.f = &field, .n_steps = STEPS, .steps = steps, .seed = 2};
        for (size_t i = 0; i < ROWS * D; i++)
            x_0[i] = sin(0.7 * (double) i);
        value_of(&chain, x_0, states);
        const double *x = states + STEPS * ROWS * D;
        for (size_t r = 0; r < ROWS; r++) {
            weight[r] = 0.7;
            gradient[r * D] = x[r * D + 1];
            gradient[r * D + 1] = x[r * D];
            gradient[r * D + 2] = cos(x[r * D + 2]);
        }
        const fol_chain_block block = {.rows = ROWS, .states = states};
        void *work = fol_alloc(fol_chain_work_size(&chain, ROWS), 1);
        assert_int_equal(fol_chain_adjoint(&chain, &block, weight, gradient, work), FOL_OK);
        fol_free(work);
        for (size_t i = 0; i < ROWS * D; i += 7) {
            const double h = 1e-5, keep = x_0[i];
            x_0[i] = keep + h;
            const double up = value_of(&chain, x_0, NULL);
            x_0[i] = keep - h;
            const double down = value_of(&chain, x_0, NULL);
            x_0[i] = keep;
            assert_near(gradient[i], (up - down) / (2 * h), 1e-7, "derivative");
        }
    }
}

static void test_refusals(void **state)
{
    (void) state;
    fol_field forwards = field;
    fol_chain_step steps[STEPS];
    double gradient[D] = {0}, states[(STEPS + 1) * D] = {0};
    set_steps(false, steps);
    const fol_chain_block block = {.rows = 1, .states = states};
    fol_chain chain = {.f = &field, .n_steps = STEPS, .steps = steps};
    void *work = fol_alloc(fol_chain_work_size(&chain, 1), 1);
    steps[2].extrapolate = 0.5;
    assert_int_equal(fol_chain_adjoint(&chain, &block, NULL, gradient, work), FOL_E_INPUT);
    steps[2].extrapolate = 0;
    steps[2].is_heun = true;
    assert_int_equal(fol_chain_adjoint(&chain, &block, NULL, gradient, work), FOL_E_INPUT);
    forwards.pullback = NULL;
    chain.f = &forwards;
    assert_int_equal(fol_chain_adjoint(&chain, &block, NULL, gradient, work), FOL_E_INPUT);
    fol_free(work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_loop),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_adjoint),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
