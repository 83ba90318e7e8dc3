// Tests of the exact denoiser: against quadrature, against the score, at the ends, in every layout of moments.
#include "testing.h"

enum { N = 77 }; // no multiple of the denoiser's tile

static void eval(const fol_denoiser *den, size_t n, const double *x, const fol_instant *when, size_t stride,
                 double *denoised)
{
    void *work = fol_alloc(fol_field_work_size(&den->field, n), 1);
    assert_non_null(work);
    assert_int_equal(fol_field_eval(&den->field, n, x, when, stride, denoised, work), FOL_OK);
    fol_free(work);
}

// E[X | x] by the trapezoidal rule, which is exact to rounding for such densities.
static double posterior_mean(const double *mean, const double *sd, const double *weight, size_t k, double x,
                             const fol_instant *at)
{
    double top = 0, bottom = 0;
    for (double clean = -15; clean < 15; clean += 2e-3) {
        double p = 0;
        for (size_t i = 0; i < k; i++)
            p += weight[i] / sd[i] * exp(-0.5 * (clean - mean[i]) * (clean - mean[i]) / (sd[i] * sd[i]));
        p *= exp(-0.5 * (x - at->a * clean) * (x - at->a * clean) / (at->s * at->s));
        top += clean * p;
        bottom += p;
    }
    return top / bottom;
}

static void test_quadrature(void **state)
{
    (void) state;
    const double mean[] = {-2, 0.5, 3}, sd[] = {0.6, 0.2, 1.1}, weight[] = {0.5, 0.2, 0.3};
    fol_target *gmm = new_gmm(3, 1, mean, sd, weight);
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(gmm, &process);
        for (double snr = 0.01; snr < 200; snr *= 5) {
            const fol_instant at = fol_process_at_snr(&process, snr);
            double x[N], denoised[N];
            for (size_t i = 0; i < N; i++)
                x[i] = at.a * (6 * (double) i / N - 3) + at.s * sin((double) i);
            eval(den, N, x, &at, 0, denoised);
            for (size_t i = 0; i < N; i += 19)
                assert_near(denoised[i], posterior_mean(mean, sd, weight, 3, x[i], &at), 1e-9,
                            fol_processes[kind]->name);
        }
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
}

// Tweedie: the score of x_tau, itself a mixture, is (a D - x) / s^2 (MATH 1).
static void test_score(void **state)
{
    (void) state;
    fol_target *gmm = new_plane();
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(gmm, &process);
        for (double snr = 0.01; snr < 500; snr *= 7) {
            const fol_instant at = fol_process_at_snr(&process, snr);
            double mean[4], sd[4], x[2 * N], denoised[2 * N], score[2 * N];
            for (size_t i = 0; i < 4; i++) {
                mean[i] = at.a * plane_mean[i];
                sd[i] = hypot(at.a * plane_sd[i], at.s);
            }
            fol_target *noised = new_gmm(2, 2, mean, sd, plane_weight);
            noised->draw(noised, 3, 0, N, x);
            gradient_of(noised, N, x, score);
            eval(den, N, x, &at, 0, denoised);
            for (size_t i = 0; i < 2 * N; i++)
                assert_near((at.a * denoised[i] - x[i]) / (at.s * at.s), score[i],
                            1e-10 * (1 + fabs(x[i]) / at.s / at.s), fol_processes[kind]->name);
            fol_target_free(noised);
        }
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
}

// Rows with moments of their own, with the ends among them, agree with rows one by one.
static void test_moments_apart(void **state)
{
    (void) state;
    fol_target *gmm = new_plane();
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(gmm, &process);
        fol_instant when[N];
        double x[2 * N], together[2 * N], one[2];
        for (size_t i = 0; i < N; i++) {
            when[i] = fol_process_at(&process, fol_process_end(&process) * (double) i / (N - 1));
            for (size_t j = 0; j < 2; j++)
                x[2 * i + j] = when[i].a * sin((double) (2 * i + j)) + when[i].s * cos((double) (3 * i + j));
        }
        eval(den, N, x, when, 1, together);
        for (size_t i = 0; i < N; i++) {
            eval(den, 1, x + 2 * i, when + i, 0, one);
            for (size_t j = 0; j < 2; j++)
                assert_near(together[2 * i + j], one[j], 1e-12, fol_processes[kind]->name);
        }
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
}

static void test_ends(void **state)
{
    (void) state;
    fol_target *gmm = new_plane();
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(gmm, &process);
        const fol_instant noise = fol_process_at(&process, fol_process_end(&process));
        const double x[] = {0.25, -0.5};
        double denoised[2];
        if (noise.snr == 0) {
            eval(den, 1, (double[]){0, 0}, &noise, 0, denoised);
            assert_near(denoised[0], 0.3 * -2 + 0.7 * 1, 1e-15, fol_processes[kind]->name);
            assert_near(denoised[1], 0.3 * 1 + 0.7 * -0.5, 1e-15, fol_processes[kind]->name);
        }
        if (kind != PROCESS_localization) {
            const fol_instant data = fol_process_at(&process, 0);
            eval(den, 1, x, &data, 0, denoised);
            assert_true(denoised[0] == 0.25 && denoised[1] == -0.5);
        }
        // mean variance of the two columns
        const double between[] = {0.3 * 0.7 * 9, 0.3 * 0.7 * 2.25};
        const double within[] = {0.3 * 0.25 + 0.7 * 0.09, 0.3 * 0.64 + 0.7 * 1.44};
        assert_near(den->data_var, (between[0] + between[1] + within[0] + within[1]) / 2, 1e-14, "data_var");
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
}

// A row far from every component, where all densities underflow, belongs to the nearest.
static void test_far_away(void **state)
{
    (void) state;
    const double mean[] = {-1, 1}, sd[] = {1, 1}, weight[] = {0.5, 0.5}, x = 1e4;
    fol_target *gmm = new_gmm(2, 1, mean, sd, weight);
    const fol_process vp = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(gmm, &vp);
    const fol_instant at = fol_process_at(&vp, 0.3);
    double denoised;
    eval(den, 1, &x, &at, 0, &denoised);
    assert_near(denoised, 1 + at.a * (1e4 - at.a), 1e-8, "far"); // v = 1
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quadrature), cmocka_unit_test(test_score),    cmocka_unit_test(test_moments_apart),
        cmocka_unit_test(test_ends),       cmocka_unit_test(test_far_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
