// Our side of speed.py: times training steps or trajectory-steps and prints one number.
#include <string.h>

#include "bench.h"

#define ROWS 100000
#define TRAJECTORIES 20000
#define STEPS "100"

static double time_fit(fol_context *ctx, fol_rows x, fol_fit_options *options, int64_t steps)
{
    fol_model *model;
    options->training.steps = options->training.report_every = steps;
    const double start = bench_seconds();
    bench_check(ctx, fol_fit_denoiser(ctx, x, NULL, options, &model));
    const double seconds = bench_seconds() - start;
    fol_model_free(model);
    return seconds;
}

// Microseconds a step, without what happens once a fit: the difference of a long and a short one.
static double measure_fit(fol_context *ctx, fol_rows x, fol_fit_options *options, double seconds)
{
    const int64_t few = 20;
    time_fit(ctx, x, options, few);
    const double base = time_fit(ctx, x, options, few);
    const double trial = time_fit(ctx, x, options, 5 * few) - base;
    const double estimate = (trial > 1e-4 ? trial : 1e-4) / (4 * (double) few);
    const int64_t steps = few + 1 + (int64_t) (seconds / estimate);
    return 1e6 * (time_fit(ctx, x, options, steps) - base) / (double) (steps - few);
}

// Trajectory-steps a second.
static double measure_sample(fol_context *ctx, fol_rows x, fol_fit_options *options)
{
    fol_sample_options sample;
    fol_model *model;
    fol_denoiser *den;
    fol_options_init(fol_sample_option_table, &sample);
    bench_set(ctx, fol_sample_option_table, &sample, "method", "euler");
    bench_set(ctx, fol_sample_option_table, &sample, "steps", STEPS);
    options->training.steps = 1;
    x.n = 64; // any weights will do
    bench_check(ctx, fol_fit_denoiser(ctx, x, NULL, options, &model));
    bench_check(ctx, fol_model_denoiser(ctx, model, &den));

    double *draws = bench_doubles(TRAJECTORIES * x.d);
    const fol_sample_job job = bench_job(draws, TRAJECTORIES, x.d);
    const double start = bench_seconds();
    bench_check(ctx, fol_sample(ctx, den, &sample, &job));
    const double seconds = bench_seconds() - start;

    fol_free(draws);
    fol_denoiser_free(den);
    fol_model_free(model);
    return TRAJECTORIES * (double) sample.steps / seconds;
}

int main(int argc, char **argv)
{
    const bool fit = argc == 7 && strcmp(argv[1], "fit") == 0;
    const bool sample = argc == 5 && strcmp(argv[1], "sample") == 0;
    if (!fit && !sample) {
        fprintf(stderr, "usage: speed fit D HIDDEN BATCH THREADS SECONDS\n"
                        "       speed sample D HIDDEN THREADS\n");
        return 2;
    }
    fol_context ctx;
    fol_fit_options options;
    char hidden[64];
    const size_t d = strtoul(argv[2], NULL, 10);
    fol_context_init(&ctx);
    fol_options_init(fol_fit_option_table, &options);
    snprintf(hidden, sizeof hidden, "%s,%s,%s", argv[3], argv[3], argv[3]);
    bench_set(&ctx, fol_fit_option_table, &options, "hidden", hidden);
    bench_set(&ctx, fol_fit_option_table, &options, "validation", "0");
    bench_set(&ctx, fol_fit_option_table, &options, "batch", fit ? argv[4] : "64");
    ctx.threads = atoi(argv[fit ? 5 : 4]);

    double *zero_one = bench_doubles(2 * d);
    for (size_t j = 0; j < d; j++) {
        zero_one[j] = 0;
        zero_one[d + j] = 1;
    }
    fol_target *normal = bench_mixture(&ctx, 1, d, zero_one, zero_one + d, zero_one + d);
    double *x = bench_draws(normal, 1, ROWS);
    const fol_rows rows = bench_rows(x, ROWS, d);
    printf("%.9g\n", fit ? measure_fit(&ctx, rows, &options, atof(argv[6])) : measure_sample(&ctx, rows, &options));

    fol_free(x);
    fol_target_free(normal);
    fol_free(zero_one);
    return 0;
}
