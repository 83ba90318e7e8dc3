// Unbiased estimators against known truths: z-scores of every method on every equation, and variance times cost.
// Options: number of draws (default 1e6; the figures in the notes of releases are of 1e7), then names of cases.
// Run: ./bootstrap build && make -C build bench && build/bench/unbiased 1e7
#include <math.h>
#include <string.h>

#include "bench.h"

#define MOST_VALUES 16

typedef struct {
    const char *name;
    size_t d;
    const char *drift, *rate, *mean, *amplitude, *frequency; // of a built-in; drift NULL: a mixture's Follmer drift
    double x0;
    const char *g, *threshold;
    double truth; // of every value; NAN: of the mixture's mean
} equation;

// OU from x0 at time 1: mean m + (x0 - m) e^-r, variance (1 - e^-2r) / (2r).
#define OU_MEAN (0.7 + (0.5 - 0.7) * 0.22313016014842982893)
#define OU_VARIANCE ((1 - 0.04978706836786394298) / 3)

static const equation equations[] = {
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

typedef struct {
    const char *name;
    const char *words[5][2];
} method;

static const method methods[] = {
    {"stratified", {{"method", "rhee_glynn"}}},
    {"single", {{"method", "rhee_glynn"}, {"levels", "single"}}},
    {"sum", {{"method", "rhee_glynn"}, {"levels", "sum"}}},
    {"sum l0=0 3/2", {{"method", "rhee_glynn"}, {"levels", "sum"}, {"base_level", "0"}, {"decay", "1.5"}}},
    {"sum l0=1 3/2", {{"method", "rhee_glynn"}, {"levels", "sum"}, {"base_level", "1"}, {"decay", "1.5"}}},
    {"sum l0=2 3/2", {{"method", "rhee_glynn"}, {"levels", "sum"}, {"base_level", "2"}, {"decay", "1.5"}}},
    {"exponential 1", {{"method", "renewal"}, {"gap_rate", "1"}}},
    {"exponential 2", {{"method", "renewal"}, {"gap_rate", "2"}}},
    {"exponential 3", {{"method", "renewal"}, {"gap_rate", "3"}}},
    {"uniform 1.2", {{"method", "renewal"}, {"gap", "uniform"}, {"gap_max", "1.2"}}},
    {"uniform 2", {{"method", "renewal"}, {"gap", "uniform"}, {"gap_max", "2"}}},
    {"gamma 1/2, 1", {{"method", "renewal"}, {"gap", "gamma"}, {"gap_shape", "0.5"}, {"gap_rate", "1"}}},
    {"mlmc", {{"method", "mlmc"}}},
    {"euler 8", {{"method", "euler"}, {"steps", "8"}}},
};

// Two unequal Gaussians in d dimensions, of standard deviations near 1.
static fol_target *two_gaussians(fol_context *ctx, size_t d)
{
    double mean[2 * MOST_VALUES], sd[2 * MOST_VALUES];
    const double weight[] = {0.35, 0.65};
    for (size_t j = 0; j < d; j++) {
        mean[j] = -0.6 - 0.02 * (double) j;
        mean[d + j] = 0.5 + 0.03 * (double) j;
        sd[j] = 0.9;
        sd[d + j] = 1.1;
    }
    return bench_mixture(ctx, 2, d, mean, sd, weight);
}

static double truth(const equation *eq, size_t j)
{
    if (!isnan(eq->truth))
        return eq->truth;
    return 0.35 * (-0.6 - 0.02 * (double) j) + 0.65 * (0.5 + 0.03 * (double) j);
}

static void run(const equation *eq, const method *m, const char *n)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.seed = 20260101;
    fol_drift_options formula;
    fol_functional_options functional;
    fol_expect_options options;
    fol_options_init(fol_drift_option_table, &formula);
    fol_options_init(fol_functional_option_table, &functional);
    fol_options_init(fol_expect_option_table, &options);
    bench_set(&ctx, fol_functional_option_table, &functional, "g", eq->g);
    bench_set(&ctx, fol_functional_option_table, &functional, "threshold", eq->threshold);
    for (size_t i = 0; i < 5 && m->words[i][0]; i++)
        bench_set(&ctx, fol_expect_option_table, &options, m->words[i][0], m->words[i][1]);
    if (options.method == FOL_MLMC)
        options.target_se = 2 / sqrt(atof(n)); // about as many drift evaluations
    else
        bench_set(&ctx, fol_expect_option_table, &options, "n", n);

    fol_target *target = NULL;
    fol_denoiser *den = NULL;
    fol_drift *drift;
    if (eq->drift) {
        bench_set(&ctx, fol_drift_option_table, &formula, "drift", eq->drift);
        bench_set(&ctx, fol_drift_option_table, &formula, "rate", eq->rate);
        bench_set(&ctx, fol_drift_option_table, &formula, "mean", eq->mean);
        bench_set(&ctx, fol_drift_option_table, &formula, "amplitude", eq->amplitude);
        bench_set(&ctx, fol_drift_option_table, &formula, "frequency", eq->frequency);
        bench_check(&ctx, fol_drift_builtin_new(&ctx, &formula, eq->d, &drift));
    } else {
        fol_process process;
        fol_options_init(fol_process_options, &process);
        process.kind = FOL_PROCESS_PBM;
        target = two_gaussians(&ctx, eq->d);
        bench_check(&ctx, fol_denoiser_mixture_new(&ctx, target, &process, &den));
        bench_check(&ctx, fol_drift_follmer_new(&ctx, den, 1, INFINITY, &drift));
    }
    double x0[MOST_VALUES];
    for (size_t j = 0; j < eq->d; j++)
        x0[j] = eq->x0;
    const fol_sde sde = {.drift = drift, .x0 = bench_rows(x0, 1, eq->d), .horizon = 1, .sigma = 1};
    const fol_functional g = fol_functional_builtin(&functional, eq->d);
    fol_tally *tally;
    const double start = bench_seconds();
    bench_check(&ctx, fol_expect(&ctx, &sde, &g, &options, NULL, &tally));
    const double seconds = bench_seconds() - start;
    fol_summary *s;
    const fol_tally *one = tally;
    bench_check(&ctx, fol_summarise(&ctx, 1, &one, &(fol_summary_options){.level = 0.95}, &s));
    double z = 0; // the largest over the values
    for (size_t j = 0; j < s->q; j++) {
        // mlmc: its error is statistical and remaining bias together
        const double error = options.method == FOL_MLMC ? options.target_se : s->se[j];
        const double zj = (s->estimate[j] - truth(eq, j)) / error;
        z = fabs(zj) > fabs(z) ? zj : z;
    }
    printf("%-15s %-14s %12.8f %9.2e %7.2f %10.4g %9.2g %8.3f %9.3g %6.2f %7.2f%s\n", eq->name, m->name, s->estimate[0],
           s->se[0], z, s->work[0], s->work_se[0], s->cost / s->n, s->kurtosis[0], s->tail_index[0], seconds,
           s->heavy ? " heavy" : "");
    fflush(stdout);
    fol_summary_free(s);
    fol_tally_free(tally);
    fol_drift_free(drift);
    fol_denoiser_free(den);
    fol_target_free(target);
}

int main(int argc, char **argv)
{
    const char *n = argc > 1 ? argv[1] : "1e6";
    printf("%-15s %-14s %12s %9s %7s %10s %9s %8s %9s %6s %7s\n", "equation", "method", "estimate", "se", "z",
           "var*cost", "its se", "cost", "kurtosis", "k", "seconds");
    for (size_t i = 0; i < sizeof equations / sizeof *equations; i++) {
        bool wanted = argc < 3;
        for (int a = 2; a < argc; a++)
            wanted = wanted || strstr(equations[i].name, argv[a]);
        for (size_t m = 0; wanted && m < sizeof methods / sizeof *methods; m++)
            run(equations + i, methods + m, n);
    }
    return 0;
}
