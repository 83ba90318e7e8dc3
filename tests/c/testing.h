// What the tests of processes, targets, denoisers, samplers and losses share.
#ifndef FOL_TESTING_H
#define FOL_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "process/process.h"
#include "target/target_gmm.h"

#define PI 3.14159265358979323846

// |got - want| <= bound, false for NaN, and says what was got. `what` names the case.
#define assert_near(got, want, bound, what) assert_near_at(got, want, bound, what, __FILE__, __LINE__)

static inline void assert_near_at(double got, double want, double bound, const char *what, const char *file, int line)
{
    if (fabs(got - want) <= bound)
        return;
    print_error("%s: got %.17g, want %.17g within %g\n", what, got, want, bound);
    _fail(file, line);
}

#define PROCESS_INDEX(name) PROCESS_##name,
enum { FOL_PROCESS_LIST(PROCESS_INDEX) N_PROCESSES };

// vp, pbm and localization come first: tests that have closed forms for each go over these.
enum { N_CLOSED_FORMS = PROCESS_localization + 1 };
#undef PROCESS_INDEX

// Sets a key of an instance if its kind has it.
static inline void set_parameter(fol_instance *instance, const char *key, double value)
{
    const int place = fol_kind_key(instance->kind, key);
    if (place >= 0)
        instance->value[place] = value;
}

// A kind of a family with its defaults, but for keys and values, ended by NULL.
static inline fol_instance instance_of(const fol_option *table, const char *const *words)
{
    fol_context ctx;
    fol_instance instance;
    fol_context_init(&ctx);
    fol_options_init(table, &instance);
    for (; *words; words += 2)
        if (fol_options_set_word(&ctx, table, &instance, words[0], words[1]) != FOL_OK)
            fail_msg("%s", ctx.message);
    return instance;
}
#define INSTANCE(table, ...) instance_of(table, (const char *const[]){__VA_ARGS__, NULL})

// The process of each kind that the papers draw: beta from 0.1 to 20 over [0, 1]; others with their defaults.
static inline fol_process paper_process(int kind)
{
    fol_process process;
    fol_instance_init(&process, fol_processes[kind]);
    set_parameter(&process, "beta_min", 0.1);
    set_parameter(&process, "beta_max", 20);
    return process;
}

static inline fol_target *new_gmm(size_t k, size_t d, const double *mean, const double *sd, const double *weight)
{
    fol_context ctx;
    fol_target *target;
    fol_context_init(&ctx);
    assert_int_equal(fol_target_gmm_new(&ctx, k, d, mean, sd, weight, &target), FOL_OK);
    return target;
}

static inline void gradient_of(const fol_target *target, size_t n, const double *x, double *out)
{
    fol_context ctx;
    fol_context_init(&ctx);
    assert_int_equal(fol_target_gradient(&ctx, target, n, x, out), FOL_OK);
}

static inline fol_denoiser *new_exact(const fol_target *gmm, const fol_process *process)
{
    fol_context ctx;
    fol_denoiser *den;
    fol_context_init(&ctx);
    assert_int_equal(fol_target_denoiser(&ctx, gmm, process, &den), FOL_OK);
    return den;
}

// A mixture of two in the plane with unequal weights and standard deviations.
enum { PLANE_K = 2, PLANE_D = 2 };
static const double plane_mean[] = {-2, 1, 1, -0.5}, plane_sd[] = {0.5, 0.8, 0.3, 1.2}, plane_weight[] = {0.3, 0.7};

static inline fol_target *new_plane(void)
{
    return new_gmm(PLANE_K, PLANE_D, plane_mean, plane_sd, plane_weight);
}

static inline double normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

// That n draws (n, 2) have the plane mixture's means, covariance and share left of -0.5, within z standard errors
// (fourth moments from the draws themselves) plus `bias`.
static inline void assert_plane(size_t n, const double *x, double z, double bias, const char *what)
{
    double mean[2] = {0}, truth[2][2] = {{0}}, left = 0, want_left = 0;
    for (size_t i = 0; i < PLANE_K; i++) {
        for (size_t j = 0; j < 2; j++)
            mean[j] += plane_weight[i] * plane_mean[2 * i + j];
        want_left += plane_weight[i] * normal_cdf((-0.5 - plane_mean[2 * i]) / plane_sd[2 * i]);
    }
    for (size_t i = 0; i < PLANE_K; i++)
        for (size_t j = 0; j < 2; j++)
            for (size_t l = 0; l < 2; l++)
                truth[j][l] +=
                    plane_weight[i] * ((plane_mean[2 * i + j] - mean[j]) * (plane_mean[2 * i + l] - mean[l]) +
                                       (j == l ? plane_sd[2 * i + j] * plane_sd[2 * i + j] : 0));
    for (size_t j = 0; j < 2; j++) {
        double sum = 0;
        for (size_t r = 0; r < n; r++)
            sum += x[2 * r + j] - mean[j];
        assert_near(sum / (double) n, 0, z * sqrt(truth[j][j] / (double) n) + bias, what);
        for (size_t l = 0; l <= j; l++) {
            double product = 0, square = 0;
            for (size_t r = 0; r < n; r++) {
                const double p = (x[2 * r + j] - mean[j]) * (x[2 * r + l] - mean[l]);
                product += p;
                square += p * p;
            }
            product /= (double) n;
            const double se = sqrt((square / (double) n - product * product) / (double) n);
            assert_near(product, truth[j][l], z * se + bias, what);
        }
    }
    for (size_t r = 0; r < n; r++)
        left += x[2 * r] < -0.5;
    assert_near(left / (double) n, want_left, z * sqrt(want_left * (1 - want_left) / (double) n) + bias, what);
}

#endif
