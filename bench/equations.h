// Equations with known truths, for the bench programs of expectations.
#ifndef FOL_BENCH_EQUATIONS_H
#define FOL_BENCH_EQUATIONS_H

#include <math.h>

#include "bench.h"

#define BENCH_MOST_VALUES 16

typedef struct {
    const char *name;
    size_t d;
    const char *drift[7]; // keys and values of a formula; none: a mixture's Follmer drift
    double x0;
    const char *g[5]; // keys and values of the functional
    double truth;     // of every value; NAN: of the mixture's mean
} bench_equation;

// OU from x0 at time 1: mean m + (x0 - m) e^-r, variance (1 - e^-2r) / (2r).
#define OU_MEAN (0.7 + (0.5 - 0.7) * 0.22313016014842982893)
#define OU_VARIANCE ((1 - 0.04978706836786394298) / 3)

static const bench_equation bench_equations[] = {
    {"ou-1 mean", 1, {"drift", "ou", "rate", "1.5", "mean", "0.7"}, 0.5, {"g", "mean"}, OU_MEAN},
    {"ou-1 square",
     1,
     {"drift", "ou", "rate", "1.5", "mean", "0.7"},
     0.5,
     {"g", "second_moment"},
     OU_MEAN *OU_MEAN + OU_VARIANCE},
    {"ou-5 norm",
     5,
     {"drift", "ou", "rate", "1.5", "mean", "0.7"},
     0.5,
     {"g", "squared_norm"},
     5 * (OU_MEAN * OU_MEAN + OU_VARIANCE)},
    {"sin cos", 1, {"drift", "sin"}, 0, {"g", "cosine"}, 0.307734376},
    {"sin square", 1, {"drift", "sin"}, 0, {"g", "second_moment"}, 2.008672302},
    {"sin P(X>1)", 1, {"drift", "sin"}, 0, {"g", "exceedance", "threshold", "1"}, 0.269507438},
    {"sin excess", 1, {"drift", "sin"}, 0, {"g", "excess", "threshold", "0.5"}, 0.370687504},
    {"tanh cos", 1, {"drift", "tanh"}, 0, {"g", "cosine"}, 0.327709914},
    {"tanh square", 1, {"drift", "tanh"}, 0, {"g", "second_moment"}, 2},
    {"product-1 1.0", 1, {"drift", "tanh"}, 0, {"g", "cosine"}, 0.32770991402245986},
    {"product-4 0.7",
     4,
     {"drift", "tanh", "amplitude", "0.7", "frequency", "0.7"},
     0,
     {"g", "cosine"},
     0.9278004728594287},
    {"product-16 0.7",
     16,
     {"drift", "tanh", "amplitude", "0.7", "frequency", "0.7"},
     0,
     {"g", "cosine"},
     1.8556009457188574},
    {"product-16 1.2",
     16,
     {"drift", "tanh", "amplitude", "1.2", "frequency", "1.2"},
     0,
     {"g", "cosine"},
     0.8791243514989012},
    {"mixture-2", 2, {NULL}, 0, {"g", "mean"}, NAN},
    {"mixture-16", 16, {NULL}, 0, {"g", "mean"}, NAN},
};

#define BENCH_N_EQUATIONS (sizeof bench_equations / sizeof *bench_equations)

static inline double bench_truth(const bench_equation *eq, size_t j)
{
    if (!isnan(eq->truth))
        return eq->truth;
    return 0.35 * (-0.6 - 0.02 * (double) j) + 0.65 * (0.5 + 0.03 * (double) j);
}

// An equation made ready; its pointers point into it and into what it owns.
typedef struct {
    fol_target *target; // the mixture, or NULL
    fol_denoiser *den;
    fol_field *drift;
    double x0[BENCH_MOST_VALUES];
    fol_sde sde;
    fol_functional g;
} bench_problem;

// Two unequal Gaussians in d dimensions, of standard deviations near 1.
static inline fol_target *bench_two_gaussians(fol_context *ctx, size_t d)
{
    double mean[2 * BENCH_MOST_VALUES], sd[2 * BENCH_MOST_VALUES];
    const double weight[] = {0.35, 0.65};
    for (size_t j = 0; j < d; j++) {
        mean[j] = -0.6 - 0.02 * (double) j;
        mean[d + j] = 0.5 + 0.03 * (double) j;
        sd[j] = 0.9;
        sd[d + j] = 1.1;
    }
    return bench_mixture(ctx, 2, d, mean, sd, weight);
}

// The instance that keys and values, ended by NULL, describe.
static inline void bench_instance(fol_context *ctx, const fol_option *table, const char *const *words,
                                  fol_instance *instance)
{
    fol_options_init(table, instance);
    for (; *words; words += 2)
        bench_set(ctx, table, instance, words[0], words[1]);
}

static inline void bench_problem_init(fol_context *ctx, const bench_equation *eq, bench_problem *problem)
{
    fol_instance formula, functional;
    *problem = (bench_problem){.target = NULL};
    bench_instance(ctx, fol_functional_option_table, eq->g, &functional);
    if (*eq->drift) {
        bench_instance(ctx, fol_drift_option_table, eq->drift, &formula);
        bench_check(ctx, fol_drift_new(ctx, &formula, eq->d, &problem->drift));
    } else {
        fol_process process;
        fol_instance_init(&process, &fol_process_pbm.base);
        problem->target = bench_two_gaussians(ctx, eq->d);
        bench_check(ctx, fol_target_denoiser(ctx, problem->target, &process, &problem->den));
        bench_check(ctx, fol_drift_follmer_new(ctx, problem->den, 1, INFINITY, &problem->drift));
    }
    for (size_t j = 0; j < eq->d; j++)
        problem->x0[j] = eq->x0;
    problem->sde =
        (fol_sde){.drift = problem->drift, .x0 = bench_rows(problem->x0, 1, eq->d), .horizon = 1, .sigma = 1};
    problem->g = fol_functional_of(&functional, eq->d);
}

static inline void bench_problem_clear(bench_problem *problem)
{
    fol_field_free(problem->drift);
    fol_denoiser_free(problem->den);
    fol_target_free(problem->target);
}

#endif
