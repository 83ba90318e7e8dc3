// Tests of targets: a Gaussian mixture's density, gradient and exact draws.
#include "base/blocks.h"
#include "testing.h"

static double plane_density(const double *x)
{
    double density = 0;
    for (size_t i = 0; i < PLANE_K; i++) {
        double p = plane_weight[i];
        for (size_t j = 0; j < PLANE_D; j++) {
            const double z = (x[j] - plane_mean[2 * i + j]) / plane_sd[2 * i + j];
            p *= exp(-z * z / 2) / (plane_sd[2 * i + j] * sqrt(2 * PI));
        }
        density += p;
    }
    return density;
}

static void test_log_density(void **state)
{
    (void) state;
    fol_target *target = new_plane();
    for (double x = -4; x < 4; x += 0.37) {
        const double at[] = {x, 1 - x / 2};
        double got;
        fol_field_eval(&target->log_density, 1, at, NULL, 0, &got, NULL);
        assert_near(got, log(plane_density(at)), 1e-12, "log density");
    }
    fol_target_free(target);
}

// Where every component underflows the log density is that of the nearest one, and further out it is -Inf, not NaN.
static void test_far_away(void **state)
{
    (void) state;
    fol_target *target = new_plane();
    const double far[] = {1e6, 0, 1e200, 0};
    double got[2];
    fol_field_eval(&target->log_density, 2, far, NULL, 0, got, NULL);
    const double z = (1e6 + 2) / 0.5, y = 1 / 0.8;
    assert_near(got[0], log(0.3 / (2 * PI * 0.4)) - (z * z + y * y) / 2, 1e-15 * z * z, "far");
    assert_true(got[1] == -INFINITY);
    fol_target_free(target);
}

static void test_gradient(void **state)
{
    (void) state;
    fol_target *target = new_plane();
    for (double x = -4; x < 4; x += 0.37)
        for (size_t j = 0; j < 2; j++) {
            const double h = 1e-5;
            double at[] = {x, 1 - x / 2}, gradient[2], up, down;
            fol_target_gradient(target, 1, at, gradient, NULL);
            at[j] += h;
            fol_field_eval(&target->log_density, 1, at, NULL, 0, &up, NULL);
            at[j] -= 2 * h;
            fol_field_eval(&target->log_density, 1, at, NULL, 0, &down, NULL);
            assert_near(gradient[j], (up - down) / (2 * h), 1e-7, "gradient");
        }
    fol_target_free(target);
}

static void test_draws(void **state)
{
    (void) state;
    enum { n = 100000 };
    fol_target *target = new_plane();
    double *x = fol_alloc(n * 2, sizeof *x);
    target->draw(target, 1, 0, n, x);
    assert_plane(n, x, 4, 0, "draws");
    fol_free(x);
    fol_target_free(target);
}

static void test_draws_are_indexed(void **state)
{
    (void) state;
    enum { n = 1000, d = 5, first = 2 * FOL_BLOCK_ROWS };
    const double mean[2 * d] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, weight[] = {1, 3};
    const double sd[2 * d] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 2};
    fol_target *target = new_gmm(2, d, mean, sd, weight);
    double all[n * d], part[(n - first) * d];
    target->draw(target, 7, 0, n, all);
    target->draw(target, 7, first, n - first, part);
    assert_memory_equal(all + first * d, part, sizeof part);
    target->draw(target, 8, first, n - first, part);
    assert_memory_not_equal(all + first * d, part, sizeof part);
    fol_target_free(target);
}

static void test_refusals(void **state)
{
    (void) state;
    const double one[] = {1, 1, 1, 1}, bad[] = {1, 1, 1, -2}, nan[] = {1, NAN, 1, 1};
    fol_context ctx;
    fol_target *target;
    fol_context_init(&ctx);
    assert_int_equal(fol_target_gmm_new(&ctx, 2, 2, nan, one, one, &target), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`mean` must be finite, but row 1, column 2 is nan.");
    assert_int_equal(fol_target_gmm_new(&ctx, 2, 2, one, bad, one, &target), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`sd` must be positive and finite, but row 2, column 2 is -2.");
    assert_int_equal(fol_target_gmm_new(&ctx, 4, 1, one, one, bad, &target), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`weight` must be positive and finite, but entry 4 is -2.");
    assert_int_equal(fol_target_gmm_new(&ctx, 0, 2, one, one, one, &target), FOL_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_density), cmocka_unit_test(test_far_away),          cmocka_unit_test(test_gradient),
        cmocka_unit_test(test_draws),       cmocka_unit_test(test_draws_are_indexed), cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
