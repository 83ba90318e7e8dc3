// Sampling error of the exact denoiser: how it falls with the steps, and whether 500 steps are enough to be unseen.
// First a Gaussian, where the ancestral sampler's law is a Gaussian in closed form: its sd against the truth, the
// KL between the two, and a sample against that law. Then a mixture: means, covariances and component shares of
// a sample in units of their standard errors.
// Run: ./bootstrap build && make -C build bench && build/bench/sampling_error
#include <math.h>
#include <string.h>

#include "bench.h"

#define MEAN 1.5
#define SD 0.5

static fol_process make_process(fol_context *ctx, const char *kind)
{
    fol_process process;
    fol_options_init(fol_process_options, &process);
    bench_set(ctx, fol_process_options, &process, "process", kind);
    bench_check(ctx, fol_process_check(ctx, &process));
    return process;
}

static fol_sample_options sample_options(int64_t steps, fol_method method)
{
    fol_sample_options options;
    fol_options_init(fol_sample_option_table, &options);
    options.steps = steps;
    options.method = method;
    return options;
}

// Mean and variance of what the ancestral sampler returns for the target N(MEAN, SD^2) on a grid (MATH 3). With
// Y ~ N(m, v) at SNR t, the denoiser is linear, D = gain (Y + MEAN / SD^2) with gain = SD^2 / (1 + SD^2 t).
static void gaussian_law(const fol_process *process, const fol_instant *grid, size_t steps, double *mean, double *var)
{
    const fol_instant *first = &grid[0];
    const double start_sd = fol_process_kind_of(process)->start_sd(process) / first->scale;
    double m = 0, v = start_sd * start_sd;
    for (size_t k = 0;; k++) {
        const double gain = SD * SD / (1 + SD * SD * grid[k].snr);
        if (k + 1 == steps) {
            *mean = gain * (m + MEAN / (SD * SD));
            *var = gain * gain * v;
            return;
        }
        const double delta = grid[k + 1].snr - grid[k].snr;
        m += delta * gain * (m + MEAN / (SD * SD));
        v = v * (1 + delta * gain) * (1 + delta * gain) + delta;
    }
}

static void moments(const double *x, size_t n, size_t stride, double *mean, double *var)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i * stride];
    *mean = sum / (double) n;
    for (size_t i = 0; i < n; i++)
        square += (x[i * stride] - *mean) * (x[i * stride] - *mean);
    *var = square / (double) (n - 1);
}

static void report_gaussian(fol_context *ctx, const char *kind)
{
    enum { n = 100000, most = 1024 };
    const double truth_mean = MEAN, truth_sd = SD, weight = 1;
    const fol_process process = make_process(ctx, kind);
    fol_target *target = bench_mixture(ctx, 1, 1, &truth_mean, &truth_sd, &weight);
    fol_denoiser *exact;
    fol_instant grid[most + 1];
    double *x = bench_doubles(n), before = NAN;
    bench_check(ctx, fol_target_denoiser(ctx, target, &process, &exact));

    for (int64_t steps = 8; steps <= most; steps *= 2) {
        const fol_sample_options options = sample_options(steps, FOL_METHOD_ANCESTRAL);
        const fol_sample_job job = bench_job(x, n, 1);
        double law_mean, law_var, mean, var;
        bench_check(ctx, fol_sample_grid(ctx, exact, &options, grid));
        bench_check(ctx, fol_sample(ctx, exact, &options, &job));
        gaussian_law(&process, grid, (size_t) steps, &law_mean, &law_var);
        moments(x, n, 1, &mean, &var);
        const double ratio = law_var / (SD * SD), error = sqrt(ratio) - 1;
        const double shift = (law_mean - MEAN) / SD;
        const double kl = 0.5 * (ratio - 1 - log(ratio) + shift * shift);
        printf("  %-13s %5lld %10.6f %8.2f %10.2e %8.2f %8.2f\n", kind, (long long) steps, error, before / error, kl,
               (mean - law_mean) / sqrt(law_var / n), (var / law_var - 1) / sqrt(2.0 / (n - 1)));
        before = error;
    }
    fol_free(x);
    fol_denoiser_free(exact);
    fol_target_free(target);
}

// A mixture in the plane whose components overlap a little.
enum { N_COMPONENTS = 3, DIM = 2 };
static const double mixture_mean[N_COMPONENTS * DIM] = {-2, 0, 1, 2, 2, -1};
static const double mixture_sd[N_COMPONENTS * DIM] = {0.6, 0.8, 0.5, 0.5, 0.7, 0.4};
static const double mixture_weight[N_COMPONENTS] = {0.2, 0.3, 0.5};

// What is compared: means, covariances (upper triangle) and weights, one after the other.
enum { N_COVARIANCES = DIM * (DIM + 1) / 2, N_STATISTICS = DIM + N_COVARIANCES + N_COMPONENTS };

static void true_statistics(double *out)
{
    memset(out, 0, N_STATISTICS * sizeof *out);
    for (size_t i = 0; i < N_COMPONENTS; i++) {
        for (size_t j = 0; j < DIM; j++)
            out[j] += mixture_weight[i] * mixture_mean[i * DIM + j];
        out[DIM + N_COVARIANCES + i] = mixture_weight[i];
    }
    for (size_t i = 0; i < N_COMPONENTS; i++) {
        const double *mean = mixture_mean + i * DIM, *sd = mixture_sd + i * DIM;
        for (size_t j = 0, at = DIM; j < DIM; j++)
            for (size_t l = j; l < DIM; l++)
                out[at++] += mixture_weight[i] * ((mean[j] - out[j]) * (mean[l] - out[l]) + (j == l) * sd[j] * sd[j]);
    }
}

// The same of one point: terms whose means are the truth. A weight's is the posterior probability of the component.
static void statistics(const double *x, const double *truth, double *out)
{
    double density[N_COMPONENTS], total = 0;
    for (size_t j = 0, at = DIM; j < DIM; j++) {
        out[j] = x[j];
        for (size_t l = j; l < DIM; l++)
            out[at++] = (x[j] - truth[j]) * (x[l] - truth[l]);
    }
    for (size_t i = 0; i < N_COMPONENTS; i++) {
        density[i] = mixture_weight[i];
        for (size_t j = 0; j < DIM; j++) {
            const double sd = mixture_sd[i * DIM + j], z = (x[j] - mixture_mean[i * DIM + j]) / sd;
            density[i] *= exp(-0.5 * z * z) / sd;
        }
        total += density[i];
    }
    for (size_t i = 0; i < N_COMPONENTS; i++)
        out[DIM + N_COVARIANCES + i] = density[i] / total;
}

// The largest |z| of the statistics first .. first + count - 1.
static double largest(const double *z, size_t first, size_t count)
{
    double top = 0;
    for (size_t i = first; i < first + count; i++)
        top = fmax(top, fabs(z[i]));
    return top;
}

static void report_mixture(fol_context *ctx, const char *kind, const char *grid)
{
    enum { n = 20000 };
    const fol_process process = make_process(ctx, kind);
    fol_sample_options options = sample_options(500, FOL_METHOD_MULTISTEP);
    fol_target *target = bench_mixture(ctx, N_COMPONENTS, DIM, mixture_mean, mixture_sd, mixture_weight);
    fol_denoiser *exact;
    double *x = bench_doubles(n * DIM), *value = bench_doubles(n * N_STATISTICS);
    double truth[N_STATISTICS], z[N_STATISTICS];
    const fol_sample_job job = bench_job(x, n, DIM);
    bench_set(ctx, fol_sample_option_table, &options, "grid", grid);
    bench_check(ctx, fol_target_denoiser(ctx, target, &process, &exact));
    bench_check(ctx, fol_sample(ctx, exact, &options, &job));

    true_statistics(truth);
    for (size_t i = 0; i < n; i++)
        statistics(x + i * DIM, truth, value + i * N_STATISTICS);
    for (size_t k = 0; k < N_STATISTICS; k++) {
        double mean, var;
        moments(value + k, n, N_STATISTICS, &mean, &var);
        z[k] = (mean - truth[k]) / sqrt(var / n);
    }
    printf("  %-13s %-8s %8.2f %11.2f %8.2f\n", kind, grid, largest(z, 0, DIM), largest(z, DIM, N_COVARIANCES),
           largest(z, DIM + N_COVARIANCES, N_COMPONENTS));

    fol_free(value);
    fol_free(x);
    fol_denoiser_free(exact);
    fol_target_free(target);
}

int main(void)
{
    static const char *const kinds[] = {"vp", "pbm", "localization"};
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.seed = 1;
    printf(
        "Gaussian, ancestral, 100,000 draws: relative error of the law's sd, its last value over this one (towards 2:\n"
        "first order), KL(law || truth) (towards a quarter each time); the sample against the law, z\n"
        "  %-13s %5s %10s %8s %10s %8s %8s\n",
        "", "steps", "sd error", "ratio", "KL", "z mean", "z var");
    for (size_t i = 0; i < 3; i++)
        report_gaussian(&ctx, kinds[i]);
    printf("\nMixture, 500 multistep steps, 20,000 draws: largest |z| against the truth (wanted: at most 4; the steps\n"
           "of localization in time are 2 in SNR, which is too coarse for any sampler, and refused)\n"
           "  %-13s %-8s %8s %11s %8s\n",
           "", "grid", "means", "covariances", "shares");
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(kinds[i], "localization") != 0)
            report_mixture(&ctx, kinds[i], "time");
        report_mixture(&ctx, kinds[i], "log_snr");
    }
    return 0;
}
