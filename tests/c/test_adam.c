// Tests of the optimiser: against the plain loop, and its schedules.
#include "network/adam.h"
#include "random/rng.h"
#include "testing.h"

static const fol_adam_options plain = {.learning_rate = 0.01, .schedule = FOL_CONSTANT, .clip = INFINITY, .ema = 0.9};

// Adam with decoupled weight decay and averaged weights as the papers write it, in double.
static void test_plain_loop(void **state)
{
    (void) state;
    enum { N = 37, SLOTS = 3, STRIDE = 48, STEPS = 50 };
    fol_adam_options options = plain;
    options.weight_decay = 0.1;
    options.clip = 2;
    float w[N], m[N] = {0}, v[N] = {0}, average[N], gradient[SLOTS * STRIDE];
    double w_plain[N], m_plain[N] = {0}, v_plain[N] = {0}, average_plain[N];
    fol_rng_normals(1, FOL_STREAM_PILOT, 0, 0, N, w);
    for (int i = 0; i < N; i++)
        average[i] = w[i], w_plain[i] = average_plain[i] = w[i];
    for (int step = 1; step <= STEPS; step++) {
        fol_rng_normals(1, FOL_STREAM_PILOT, (uint32_t) step, 0, SLOTS * STRIDE, gradient);
        double total[N], norm = 0;
        for (int i = 0; i < N; i++) {
            total[i] = (double) gradient[i] + gradient[STRIDE + i] + gradient[2 * STRIDE + i];
            norm += total[i] * total[i];
        }
        norm = sqrt(norm);
        const fol_adam_scalars s = fol_adam_at(&options, step, STEPS, norm);
        fol_simd_get()->adam(N, &s, SLOTS, STRIDE, gradient, m, v, w, average);
        const double ema = fmin(0.9, (step + 1.0) / (step + 10.0));
        for (int i = 0; i < N; i++) {
            const double g = norm > 2 ? total[i] * 2 / norm : total[i];
            m_plain[i] = 0.9 * m_plain[i] + 0.1 * g;
            v_plain[i] = 0.999 * v_plain[i] + 0.001 * g * g;
            const double m_hat = m_plain[i] / (1 - pow(0.9, step)), v_hat = v_plain[i] / (1 - pow(0.999, step));
            w_plain[i] -= 0.01 * (0.1 * w_plain[i] + m_hat / (sqrt(v_hat) + 1e-8));
            average_plain[i] = ema * average_plain[i] + (1 - ema) * w_plain[i];
            assert_near(w[i], w_plain[i], 2e-5, "weight");
            assert_near(average[i], average_plain[i], 2e-5, "average");
        }
    }
}

static double rate(fol_adam_options options, int64_t step, int64_t n_steps)
{
    // Past the bias corrections, what is left is the schedule.
    const fol_adam_scalars s = fol_adam_at(&options, step, n_steps, 0);
    return s.rate * (1 - pow(0.9, (double) step)) / sqrt(1 - pow(0.999, (double) step));
}

static void test_schedules(void **state)
{
    (void) state;
    fol_adam_options options = plain;
    assert_near(rate(options, 1, 1000), 0.01, 1e-8, "constant");
    assert_near(rate(options, 1000, 1000), 0.01, 1e-8, "constant");
    options.schedule = FOL_COSINE;
    assert_near(rate(options, 1, 1000), 0.01, 1e-8, "cosine, first");
    assert_near(rate(options, 501, 1000), 0.005, 1e-8, "cosine, middle");
    assert_near(rate(options, 1000, 1000), 0.005 * (1 + cos(PI * 0.999)), 1e-9, "cosine, last");
    options.schedule = FOL_EXPONENTIAL;
    assert_near(rate(options, 501, 1000), 0.001, 1e-8, "exponential, middle");
    options.schedule = FOL_CONSTANT;
    options.warmup = 100;
    assert_near(rate(options, 25, 1000), 0.0025, 1e-8, "warmup");
    assert_near(rate(options, 100, 1000), 0.01, 1e-8, "end of warmup");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_loop),
        cmocka_unit_test(test_schedules),
    };
    return cmocka_run_group_tests_name("adam", tests, NULL, NULL);
}
