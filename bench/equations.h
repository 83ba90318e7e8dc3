// Equations with known truths, for the bench programs of expectations.
#ifndef FOL_BENCH_EQUATIONS_H
#define FOL_BENCH_EQUATIONS_H

#include <math.h>

#include "bench.h"

#define BENCH_MOST_VALUES 16

typedef struct {
    const char *name;
    size_t d;
    const char *drift, *rate, *mean, *amplitude, *frequency; // of a built-in; drift NULL: a mixture's Follmer drift
    double x0;
    const char *g, *threshold;
    double truth; // of every value; NAN: of the mixture's mean
} bench_equation;

// OU from x0 at time 1: mean m + (x0 - m) e^-r, variance (1 - e^-2r) / (2r).
#define OU_MEAN (0.7 + (0.5 - 0.7) * 0.22313016014842982893)
#define OU_VARIANCE ((1 - 0.04978706836786394298) / 3)

static const bench_equation bench_equations[] = {
    {"ou-1 mean", 1, "ou", "1.5", "0.7", "1", "1", 0.5, "mean", "0", OU_MEAN},
    {"ou-1 square", 1, "ou", "1.5", "0.7", "1", "1", 0.5, "second_moment", "0", OU_MEAN *OU_MEAN + OU_VARIANCE},
    {"ou-5 norm", 5, "ou", "1.5", "0.7", "1", "1", 0.5, "squared_norm", "0", 5 * (OU_MEAN * OU_MEAN + OU_VARIANCE)},
    {"sin cos", 1, "sin", "1", "0", "1", "1", 0, "cosine", "0", 0.307734376},
    {"sin square", 1, "sin", "1", "0", "1", "1", 0, "second_moment", "0", 2.008672302},
    {"sin P(X>1)", 1, "sin", "1", "0", "1", "1", 0, "exceedance", "1", 0.269507438},
    {"sin excess", 1, "sin", "1", "0", "1", "1", 0, "excess", "0.5", 0.370687504},
    {"tanh cos", 1, "tanh", "1", "0", "1", "1", 0, "cosine", "0", 0.327709914},
    {"tanh square", 1, "tanh", "1", "0", "1", "1", 0, "second_moment", "0", 2},
    {"product-1 1.0", 1, "tanh", "1", "0", "1", "1", 0, "cosine", "0", 0.32770991402245986},
    {"product-4 0.7", 4, "tanh", "1", "0", "0.7", "0.7", 0, "cosine", "0", 0.9278004728594287},
    {"product-16 0.7", 16, "tanh", "1", "0", "0.7", "0.7", 0, "cosine", "0", 1.8556009457188574},
    {"product-16 1.2", 16, "tanh", "1", "0", "1.2", "1.2", 0, "cosine", "0", 0.8791243514989012},
    {"mixture-2", 2, NULL, NULL, NULL, NULL, NULL, 0, "mean", "0", NAN},
    {"mixture-16", 16, NULL, NULL, NULL, NULL, NULL, 0, "mean", "0", NAN},
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

static inline void bench_problem_init(fol_context *ctx, const bench_equation *eq, bench_problem *problem)
{
    fol_drift_options formula;
    fol_functional_options functional;
    *problem = (bench_problem){.target = NULL};
    fol_options_init(fol_drift_option_table, &formula);
    fol_options_init(fol_functional_option_table, &functional);
    bench_set(ctx, fol_functional_option_table, &functional, "g", eq->g);
    bench_set(ctx, fol_functional_option_table, &functional, "threshold", eq->threshold);
    if (eq->drift) {
        bench_set(ctx, fol_drift_option_table, &formula, "drift", eq->drift);
        bench_set(ctx, fol_drift_option_table, &formula, "rate", eq->rate);
        bench_set(ctx, fol_drift_option_table, &formula, "mean", eq->mean);
        bench_set(ctx, fol_drift_option_table, &formula, "amplitude", eq->amplitude);
        bench_set(ctx, fol_drift_option_table, &formula, "frequency", eq->frequency);
        bench_check(ctx, fol_drift_builtin_new(ctx, &formula, eq->d, &problem->drift));
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
    problem->g = fol_functional_builtin(&functional, eq->d);
}

static inline void bench_problem_clear(bench_problem *problem)
{
    fol_field_free(problem->drift);
    fol_denoiser_free(problem->den);
    fol_target_free(problem->target);
}

#endif
