// Tests of processes: MATH 1's table, both limits, the inverse at an SNR, refusals.
#include "testing.h"

static void assert_relative(double got, double want, double bound, const char *what)
{
    assert_near(got, want, bound * fabs(want), what);
}

static void test_closed_forms(void **state)
{
    (void) state;
    for (double tau = 0.05; tau < 1; tau += 0.05) {
        const double noise = 0.1 * tau + 0.5 * 19.9 * tau * tau;
        fol_process vp = paper_process(PROCESS_vp), pbm = paper_process(PROCESS_pbm);
        fol_process localization = paper_process(PROCESS_localization);
        fol_instant at = fol_process_at(&vp, tau);
        assert_relative(at.a, exp(-noise / 2), 1e-14, "vp a");
        assert_relative(at.s, sqrt(1 - exp(-noise)), 1e-13, "vp s");
        at = fol_process_at(&pbm, tau);
        const double all = 10.05, u = all - noise;
        assert_relative(at.a, u / all, 1e-13, "pbm a");
        assert_relative(at.s, sqrt(u * (all - u) / all), 1e-13, "pbm s");
        assert_relative(at.snr, u / (all * (all - u)), 1e-13, "pbm snr");
        assert_relative(at.scale, all - u, 1e-13, "pbm scale");
        at = fol_process_at(&localization, tau * 1000);
        assert_relative(at.a, 1000 - tau * 1000, 1e-13, "localization a");
        assert_relative(at.s, sqrt(1000 - tau * 1000), 1e-13, "localization s");
        assert_relative(fol_process_beta(&vp, tau), 0.1 + 19.9 * tau, 1e-14, "vp beta");
        assert_relative(fol_process_beta(&localization, tau), 1, 0, "localization beta");
    }
}

// lambda = a^2 / s^2 and x = scale * Y.
static void test_table(void **state)
{
    (void) state;
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        const fol_process process = paper_process(kind);
        const double end = fol_process_end(&process);
        for (double share = 1e-9; share < 1; share = share < 0.01 ? share * 10 : share + 0.09) {
            const fol_instant at = fol_process_at(&process, share * end);
            assert_relative(at.tau, share * end, 1e-15, fol_processes[kind]->name);
            assert_relative(at.snr, at.a * at.a / (at.s * at.s), 1e-12, fol_processes[kind]->name);
            assert_relative(at.scale, at.s * at.s / at.a, 1e-12, fol_processes[kind]->name);
        }
    }
}

static void test_near_data(void **state)
{
    (void) state;
    const fol_process vp = paper_process(PROCESS_vp), pbm = paper_process(PROCESS_pbm);
    assert_relative(fol_process_at(&vp, 1e-15).s, 1e-8, 1e-12, "vp s"); // s^2 = beta_min tau
    assert_relative(fol_process_at(&pbm, 1e-15).s, 1e-8, 1e-12, "pbm s");
    // near the noise end u = beta_max * (1 - tau)
    assert_relative(fol_process_at(&pbm, 1 - 0x1p-40).a, 20 * 0x1p-40 / 10.05, 1e-9, "pbm a");
}

static void test_limits(void **state)
{
    (void) state;
    for (int kind = 0; kind < N_CLOSED_FORMS; kind++) {
        const fol_process process = paper_process(kind);
        const fol_instant data = fol_process_at(&process, 0);
        const fol_instant noise = fol_process_at(&process, fol_process_end(&process));
        if (kind == PROCESS_localization) {
            assert_true(data.a == 1000 && data.snr == 1000 && data.scale == 1);
            assert_true(noise.a == 0 && noise.s == 0 && noise.snr == 0 && noise.scale == 1);
            continue;
        }
        assert_true(data.a == 1 && data.s == 0 && data.snr == INFINITY && data.scale == 0);
        if (kind == PROCESS_pbm)
            assert_true(noise.a == 0 && noise.s == 0 && noise.snr == 0);
        else
            assert_relative(noise.snr, 1 / (exp(10.05) - 1), 1e-13, "vp end");
    }
}

static void test_inverse(void **state)
{
    (void) state;
    const double rates[][2] = {{0.1, 20}, {3, 3}, {8, 0.2}};
    for (int kind = 0; kind < N_PROCESSES; kind++)
        for (size_t i = 0; i < 3; i++) {
            fol_process process = paper_process(kind);
            set_parameter(&process, "beta_min", rates[i][0]);
            set_parameter(&process, "beta_max", rates[i][1]);
            set_parameter(&process, "horizon", 1.5);
            set_parameter(&process, "snr_end", 1e8);
            const double end = fol_process_end(&process);
            const double least = fol_process_at(&process, end).snr;
            for (double snr = least > 1e-3 ? 1.01 * least : 1e-3; snr < 1e7; snr *= 3) {
                const fol_instant at = fol_process_at_snr(&process, snr);
                const fol_instant same = fol_process_at(&process, at.tau);
                assert_relative(at.snr, snr, 1e-14, fol_processes[kind]->name);
                if (kind == PROCESS_localization) // its time is end - snr, which rounds
                    assert_near(at.tau, end - snr, 1e-15 * end, fol_processes[kind]->name);
                else
                    assert_relative(same.snr, snr, snr < 1 ? 1e-9 : 1e-12, fol_processes[kind]->name);
                assert_near(same.a, at.a, 1e-8 + 1e-9 * at.a, fol_processes[kind]->name);
                assert_relative(at.a * at.a / (at.s * at.s), snr, 1e-12, fol_processes[kind]->name);
            }
            const fol_instant noise = fol_process_at_snr(&process, least / 2);
            assert_true(noise.tau == end && noise.snr == least);
            assert_true(fol_process_at_snr(&process, INFINITY).tau == 0);
        }
}

// One Gaussian N(0, I): the floor is the mean over time of snr / (1 + snr) (MATH 2).
static void test_gaussian_floor(void **state)
{
    (void) state;
    const double want[] = {0.2760, 0.3477};
    for (int kind = 0; kind < 2; kind++) {
        const fol_process process = paper_process(kind);
        const size_t n = 100000;
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            const double snr = fol_process_at(&process, ((double) i + 0.5) / (double) n).snr;
            sum += snr / (1 + snr);
        }
        assert_near(sum / (double) n, want[kind], 5e-5, fol_processes[kind]->name);
    }
}

static void test_refusals(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_process process;
    fol_options_init(fol_process_options, &process);
    assert_int_equal(fol_process_check(&ctx, &process), FOL_OK);
    assert_ptr_equal(process.kind, &fol_process_vp);
    assert_true(process.value[0] == 0.1 && process.value[1] == 20 && process.value[2] == 1);
    assert_int_equal(fol_options_set_word(&ctx, fol_process_options, &process, "process", "pbm"), FOL_OK);
    assert_int_equal(fol_process_check(&ctx, &process), FOL_OK);
    assert_true(process.value[0] == 1 && process.value[1] == 1);
    assert_int_equal(fol_options_set_word(&ctx, fol_process_options, &process, "snr_end", "5"), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`snr_end` goes with `process` localization, not with pbm.");
    set_parameter(&process, "beta_min", -1);
    assert_int_equal(fol_process_check(&ctx, &process), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`beta_min` must be a number greater than 0, not -1.");
    process = paper_process(PROCESS_vp);
    set_parameter(&process, "beta_max", 2000);
    assert_int_equal(fol_process_check(&ctx, &process), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "not be 1000.05"));
    process = paper_process(PROCESS_localization);
    set_parameter(&process, "snr_end", 1e-200);
    assert_int_equal(fol_process_check(&ctx, &process), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`snr_end`"));
    process.kind = NULL;
    assert_int_equal(fol_process_check(&ctx, &process), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`process` must be one of vp, pbm"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms), cmocka_unit_test(test_table),   cmocka_unit_test(test_near_data),
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_inverse), cmocka_unit_test(test_gaussian_floor),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
