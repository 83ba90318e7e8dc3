// Speed of expectations: layers (drift evaluations) a second of renewal and Rhee-Glynn draws, on scalar drifts and on a
// network of three layers of 128 in d = 10 beside the plain sampler, with one thread and with two, in alternating
// rounds. A layer is one row at one time. Options: rounds (default 5), seconds of a measurement (default 0.3). Run:
// ./bootstrap build && make -C build bench && build/bench/expect_speed
#include <math.h>
#include <string.h>

#include "bench.h"

#define MOST_ROUNDS 100

typedef struct {
    const char *name;
    const char *words[6];
} method;

static const method methods[] = {
    {"renewal", {"method", "renewal"}},
    {"stratified", {"method", "rhee_glynn"}},
    {"sum", {"method", "rhee_glynn", "levels", "sum"}},
    {"euler 64", {"method", "euler"}},
};
enum { N_METHODS = sizeof methods / sizeof *methods };

// A drift that counts what it is asked.
typedef struct {
    fol_field base; // first
    const fol_field *drift;
    double after;     // the time after which a layer counts
    uint64_t *layers; // atomic
} counting;

static size_t count_work_size(const fol_field *drift, size_t n)
{
    return fol_field_work_size(((const counting *) drift)->drift, n);
}

static fol_status count_eval(const fol_field *drift, size_t n, const double *x, const fol_instant *at, size_t stride,
                             double *out, void *work)
{
    const counting *c = (const counting *) drift;
    uint64_t layers = 0;
    for (size_t i = 0; i < n; i++)
        layers += at[i * stride].tau > c->after;
    __atomic_fetch_add(c->layers, layers, __ATOMIC_RELAXED);
    return fol_field_eval(c->drift, n, x, at, stride, out, work);
}

static double rounds_of(double *rate, int n)
{
    double best = 0; // the least disturbed
    for (int i = 0; i < n; i++)
        best = rate[i] > best ? rate[i] : best;
    return best;
}

// Million layers a second over about that time.
static double measure(int threads, const fol_sde *asked, const method *m, double after, double seconds)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.threads = threads;
    fol_expect_options options;
    fol_options_init(fol_expect_option_table, &options);
    for (const char *const *word = m->words; *word; word += 2)
        bench_set(&ctx, fol_expect_option_table, &options, word[0], word[1]);
    uint64_t layers;
    const counting count = {
        {.n_in = asked->drift->n_in, .n_out = asked->drift->n_in, .work_size = count_work_size, .eval = count_eval},
        asked->drift,
        after,
        &layers};
    fol_sde sde = *asked;
    sde.drift = &count.base;
    fol_instance functional;
    fol_options_init(fol_functional_option_table, &functional);
    bench_set(&ctx, fol_functional_option_table, &functional, "g", "squared_norm");
    const fol_functional g = fol_functional_of(&functional, asked->drift->n_in);
    options.n = 1 << 16;
    for (;;) {
        fol_tally *tally;
        layers = 0;
        const double start = bench_seconds();
        bench_check(&ctx, fol_expect(&ctx, &sde, &g.field, &options, NULL, &tally));
        const double time = bench_seconds() - start;
        fol_tally_free(tally);
        if (time > seconds / 2)
            return 1e-6 * (double) layers / time;
        const double more = seconds / (time > 1e-3 ? time : 1e-3);
        options.n = (int64_t) ((double) options.n * (more > 16 ? 16 : more));
    }
}

// The sampler's million evaluations a second.
static double measure_sampler(int threads, const fol_denoiser *den, double seconds)
{
    enum { STEPS = 100 };
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.threads = threads;
    fol_sample_options options;
    fol_options_init(fol_sample_option_table, &options);
    options.steps = STEPS;
    size_t n = 2048;
    for (;;) {
        double *draws = bench_doubles(n * den->field.n_in);
        const fol_sample_job job = bench_job(draws, n, den->field.n_in);
        const double start = bench_seconds();
        bench_check(&ctx, fol_sample(&ctx, den, &options, &job));
        const double time = bench_seconds() - start;
        fol_free(draws);
        if (time > seconds / 2)
            return 1e-6 * STEPS * (double) n / time;
        n = (size_t) ((double) n * (seconds / time > 16 ? 16 : seconds / time));
    }
}

static void scalar(const char *kind, size_t d, int rounds, double seconds)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_instance formula;
    fol_options_init(fol_drift_option_table, &formula);
    bench_set(&ctx, fol_drift_option_table, &formula, "drift", kind);
    fol_field *drift;
    bench_check(&ctx, fol_drift_new(&ctx, &formula, d, &drift));
    const double x0[16] = {0};
    const fol_sde sde = {.drift = drift, .x0 = bench_rows(x0, 1, d), .horizon = 1, .sigma = 1};
    for (int m = 0; m < N_METHODS; m++) {
        double one[MOST_ROUNDS], two[MOST_ROUNDS];
        for (int r = 0; r < rounds; r++) {
            one[r] = measure(1, &sde, methods + m, -1, seconds);
            two[r] = measure(2, &sde, methods + m, -1, seconds);
        }
        const double rate = rounds_of(one, rounds), both = rounds_of(two, rounds);
        printf("%-8s %3zu  %-12s %9.2f %9.2f %6.2f\n", kind, d, methods[m].name, rate, both, both / rate);
    }
    fol_field_free(drift);
}

static void network(int rounds, double seconds)
{
    enum { D = 10, ROWS = 64 };
    fol_context ctx;
    fol_context_init(&ctx);
    double mean[D] = {0}, sd[D], weight = 1;
    for (int j = 0; j < D; j++)
        sd[j] = 1;
    fol_target *target = bench_mixture(&ctx, 1, D, mean, sd, &weight);
    double *x = bench_draws(target, 1, ROWS);
    fol_fit_options options;
    fol_options_init(fol_fit_option_table, &options);
    bench_set(&ctx, fol_fit_option_table, &options, "process", "pbm");
    bench_set(&ctx, fol_fit_option_table, &options, "steps", "20"); // any weights will do
    bench_set(&ctx, fol_fit_option_table, &options, "batch", "64");
    fol_model *model;
    fol_denoiser *den;
    fol_field *drift;
    bench_check(&ctx, fol_fit_denoiser(&ctx, bench_rows(x, ROWS, D), NULL, &options, &model));
    bench_check(&ctx, fol_model_denoiser(&ctx, model, &den));
    bench_check(&ctx, fol_drift_follmer_new(&ctx, den, 1, NAN, &drift));
    const double x0[D] = {0};
    const fol_sde sde = {.drift = drift, .x0 = bench_rows(x0, 1, D), .horizon = 1, .sigma = 1};
    double rate[2][N_METHODS + 1][MOST_ROUNDS];
    for (int r = 0; r < rounds; r++)
        for (int t = 0; t < 2; t++) {
            rate[t][N_METHODS][r] = measure_sampler(t + 1, den, seconds);
            for (int m = 0; m < N_METHODS; m++)
                rate[t][m][r] = measure(t + 1, &sde, methods + m, 0, seconds);
        }
    const double plain = rounds_of(rate[0][N_METHODS], rounds);
    for (int m = N_METHODS; m >= 0; m--) {
        const double one = rounds_of(rate[0][m], rounds), two = rounds_of(rate[1][m], rounds);
        printf("%-8s %3d  %-12s %9.2f %9.2f %6.2f %6.2f\n", "network", D, m == N_METHODS ? "sampler" : methods[m].name,
               one, two, two / one, one / plain);
    }
    fol_field_free(drift);
    fol_denoiser_free(den);
    fol_model_free(model);
    fol_target_free(target);
    fol_free(x);
}

int main(int argc, char **argv)
{
    const int asked = argc > 1 ? atoi(argv[1]) : 5, rounds = asked < 1 ? 1 : asked > MOST_ROUNDS ? MOST_ROUNDS : asked;
    const double seconds = argc > 2 ? atof(argv[2]) : 0.3;
    printf("%-8s %3s  %-12s %9s %9s %6s %6s\n", "drift", "d", "method", "1 thread", "2 threads", "ratio", "plain");
    scalar("sin", 1, rounds, seconds);
    scalar("tanh", 1, rounds, seconds);
    scalar("ou", 1, rounds, seconds);
    scalar("tanh", 16, rounds, seconds);
    network(rounds, seconds);
    return 0;
}
