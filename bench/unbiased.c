// Unbiased estimators against known truths: z-scores of every method on every equation, and variance times cost.
// Options: number of draws (default 1e6; the figures in the notes of releases are of 1e7), then names of cases.
// Run: ./bootstrap build && make -C build bench && build/bench/unbiased 1e7
#include <string.h>

#include "equations.h"

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

static void run(const bench_equation *eq, const method *m, const char *n)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.seed = 20260101;
    fol_expect_options options;
    fol_options_init(fol_expect_option_table, &options);
    for (size_t i = 0; i < 5 && m->words[i][0]; i++)
        bench_set(&ctx, fol_expect_option_table, &options, m->words[i][0], m->words[i][1]);
    if (options.method.kind == &fol_estimator_mlmc.base)
        options.target_se = 2 / sqrt(atof(n)); // about as many drift evaluations
    else
        bench_set(&ctx, fol_expect_option_table, &options, "n", n);

    bench_problem problem;
    bench_problem_init(&ctx, eq, &problem);
    fol_tally *tally;
    const double start = bench_seconds();
    bench_check(&ctx, fol_expect(&ctx, &problem.sde, &problem.g.field, &options, NULL, &tally));
    const double seconds = bench_seconds() - start;
    fol_summary *s;
    const fol_tally *one = tally;
    bench_check(&ctx, fol_summarise(&ctx, 1, &one, &(fol_summary_options){.level = 0.95}, &s));
    double z = 0; // the largest over the values
    for (size_t j = 0; j < s->q; j++) {
        // mlmc: its error is statistical and remaining bias together
        const double error = options.method.kind == &fol_estimator_mlmc.base ? options.target_se : s->se[j];
        const double zj = (s->estimate[j] - bench_truth(eq, j)) / error;
        z = fabs(zj) > fabs(z) ? zj : z;
    }
    printf("%-15s %-14s %12.8f %9.2e %7.2f %10.4g %9.2g %8.3f %9.3g %6.2f %7.2f%s\n", eq->name, m->name, s->estimate[0],
           s->se[0], z, s->work[0], s->work_se[0], s->cost / s->n, s->kurtosis[0], s->tail_index[0], seconds,
           s->heavy ? " heavy" : "");
    fflush(stdout);
    fol_summary_free(s);
    fol_tally_free(tally);
    bench_problem_clear(&problem);
}

int main(int argc, char **argv)
{
    const char *n = argc > 1 ? argv[1] : "1e6";
    printf("%-15s %-14s %12s %9s %7s %10s %9s %8s %9s %6s %7s\n", "equation", "method", "estimate", "se", "z",
           "var*cost", "its se", "cost", "kurtosis", "k", "seconds");
    for (size_t i = 0; i < BENCH_N_EQUATIONS; i++) {
        bool wanted = argc < 3;
        for (int a = 2; a < argc; a++)
            wanted = wanted || strstr(bench_equations[i].name, argv[a]);
        for (size_t m = 0; wanted && m < sizeof methods / sizeof *methods; m++)
            run(bench_equations + i, methods + m, n);
    }
    return 0;
}
