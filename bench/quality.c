// Learning quality: the excess of a fitted denoiser's loss over the exact Bayes floor on GMM-10 (MATH 2, RVKB24).
// Ten equal components N(mu_i, I), mu_i uniform in the ball of radius 6; 100,000 training points, as many fresh
// ones for the loss; beta 0.1 to 20 on [0, 1]; five hidden layers; everything else as the defaults have it.
// Run: ./bootstrap build && make -C build bench && build/bench/quality [key value]...   (keys of a fit: steps 5000)
#include <math.h>

#include "bench.h"
#include "random/rng.h"

#define COMPONENTS 10
#define ROWS 100000
#define RADIUS 6.0

typedef struct {
    size_t dim;
    const char *process, *hidden;
    double paper, wanted; // excess loss: the curve of RVKB24, and at most
} setting;

static const setting settings[] = {
    {10, "vp", "64,64,64,64,64", 0.003, 0.0012},
    {10, "pbm", "64,64,64,64,64", 0.015, 0.0015},
    {50, "vp", "128,128,128,128,128", 0.023, 0.0055},
    {50, "pbm", "128,128,128,128,128", 0.052, 0.0055},
};

// GMM-10 in d dimensions: a direction from a normal, a radius from a uniform.
static fol_target *gmm10(fol_context *ctx, size_t d)
{
    float *normal = fol_alloc(COMPONENTS * d, sizeof *normal);
    double *mean = bench_doubles(COMPONENTS * d), *sd = bench_doubles(COMPONENTS * d);
    double uniform[COMPONENTS], weight[COMPONENTS];
    if (!normal)
        exit(1);
    fol_rng_normals(ctx->seed, FOL_STREAM_PILOT, 0, 0, COMPONENTS * d, normal);
    fol_rng_uniforms(ctx->seed, FOL_STREAM_PILOT, 1, 0, COMPONENTS, uniform);
    for (size_t i = 0; i < COMPONENTS; i++) {
        double square = 0;
        for (size_t j = 0; j < d; j++)
            square += (double) normal[i * d + j] * normal[i * d + j];
        for (size_t j = 0; j < d; j++) {
            mean[i * d + j] = RADIUS * pow(uniform[i], 1 / (double) d) * normal[i * d + j] / sqrt(square);
            sd[i * d + j] = 1;
        }
        weight[i] = 1;
    }
    fol_target *target = bench_mixture(ctx, COMPONENTS, d, mean, sd, weight);
    fol_free(sd);
    fol_free(mean);
    fol_free(normal);
    return target;
}

static fol_fit_options fit_options(fol_context *ctx, const setting *s, int n_words, char **words)
{
    fol_fit_options options;
    const char *const fixed[] = {"process", s->process, "beta_min",    "0.1",   "beta_max",   "20",
                                 "hidden",  s->hidden,  "standardize", "false", "validation", "0"};
    fol_options_init(fol_fit_option_table, &options);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i += 2)
        bench_set(ctx, fol_fit_option_table, &options, fixed[i], fixed[i + 1]);
    for (int i = 0; i + 1 < n_words; i += 2)
        bench_set(ctx, fol_fit_option_table, &options, words[i], words[i + 1]);
    return options;
}

static void report(fol_context *ctx, const setting *s, const fol_fit_options *options)
{
    const size_t d = s->dim;
    const fol_loss_options loss_options = {.repeats = 1};
    fol_model *model;
    fol_denoiser *learned, *exact;
    fol_loss loss;
    fol_target *target = gmm10(ctx, d);
    double *x = bench_draws(target, 1, ROWS), *fresh = bench_draws(target, 2, ROWS);

    const double start = bench_seconds();
    bench_check(ctx, fol_fit_denoiser(ctx, bench_rows(x, ROWS, d), NULL, options, &model));
    const double seconds = bench_seconds() - start;

    bench_check(ctx, fol_model_denoiser(ctx, model, &learned));
    bench_check(ctx, fol_target_denoiser(ctx, target, &model->process, &exact));
    bench_check(ctx, fol_denoising_loss(ctx, learned, exact, bench_rows(fresh, ROWS, d), &loss_options, &loss, NULL));
    printf("%3zu  %-4s %8.5f (%.5f) %8.5f (%.5f) %9.6f (%.6f) %7.4f %7.3f %8.1f\n", d, s->process, loss.loss.mean,
           loss.loss.se, loss.floor.mean, loss.floor.se, loss.excess.mean, loss.excess.se, s->wanted, s->paper,
           seconds);
    fflush(stdout);

    fol_denoiser_free(exact);
    fol_denoiser_free(learned);
    fol_model_free(model);
    fol_free(fresh);
    fol_free(x);
    fol_target_free(target);
}

int main(int argc, char **argv)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.seed = 1;
    if (argc % 2 == 0) {
        fprintf(stderr, "usage: quality [KEY VALUE]...\n");
        return 2;
    }
    printf("%3s  %-4s %8s %9s %8s %9s %9s %10s %7s %7s %8s\n", "d", "", "loss", "(se)", "floor", "(se)", "excess",
           "(se)", "wanted", "paper", "seconds");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const fol_fit_options options = fit_options(&ctx, &settings[i], argc - 1, argv + 1);
        report(&ctx, &settings[i], &options);
    }
    return 0;
}
