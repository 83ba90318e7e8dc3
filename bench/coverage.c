// Coverage of the 95 % intervals of expectations, t and bootstrap-t, over runs of 10,000 draws with seeds of their own,
// and how often a run warns of its tail. The intervals should hold the truth in 93.5 to 96.5 % of runs where the
// kurtosis is moderate; where it is not, most runs should warn.
// Options: number of runs (default 2000), then names of equations.
// Run: ./bootstrap build && make -C build bench && build/bench/coverage
#include <string.h>

#include "base/blocks.h"
#include "equations.h"

#define DRAWS 10000
#define LEVEL 0.95
#define RESAMPLES 1999
#define FIRST_SEED 20260101

typedef struct {
    const char *name;
    const char *words[6];
} method;

static const method methods[] = {
    {"stratified", {"method", "rhee_glynn"}},
    {"single", {"method", "rhee_glynn", "levels", "single"}},
    {"sum", {"method", "rhee_glynn", "levels", "sum"}},
    {"exponential 1", {"method", "renewal", "gap_rate", "1"}},
    {"uniform 2", {"method", "renewal", "gap", "uniform", "gap_max", "2"}},
};

#define RENEWAL 3 // the first of its methods

// What is measured: an equation of equations.h from one of the methods on.
static const struct {
    const char *name;
    size_t first;
} cases[] = {
    {"ou-1 mean", 0},   {"ou-1 square", 0},   {"sin cos", 0},        {"sin square", 0},     {"tanh cos", 0},
    {"tanh square", 0}, {"product-4 0.7", 0}, {"product-16 0.7", 0}, {"product-16 1.2", 0}, {"mixture-16", RENEWAL},
};

// What a run said of its first value.
typedef struct {
    double t, bootstrap; // whether the interval holds the truth, 0 or 1
    double heavy;        // whether it warned
    double kurtosis;
} verdict;

typedef struct {
    const bench_problem *problem;
    fol_expect_options options;
    double truth;
    verdict *verdicts; // (runs)
} coverage;

static fol_status run_once(void *job, size_t i, void *work, fol_run *run)
{
    const coverage *c = job;
    fol_context ctx;
    fol_tally *tally;
    fol_summary *s;
    (void) work;
    (void) run;
    fol_context_init(&ctx);
    ctx.threads = 1;
    ctx.seed = FIRST_SEED + i;
    bench_check(&ctx, fol_expect(&ctx, &c->problem->sde, &c->problem->g.field, &c->options, NULL, &tally));
    const fol_tally *one = tally;
    const fol_summary_options summary = {.level = LEVEL, .resamples = RESAMPLES};
    bench_check(&ctx, fol_summarise(&ctx, 1, &one, &summary, &s));
    c->verdicts[i] = (verdict){.t = s->lower[0] <= c->truth && c->truth <= s->upper[0],
                               .bootstrap = s->lower_t[0] <= c->truth && c->truth <= s->upper_t[0],
                               .heavy = s->heavy,
                               .kurtosis = s->kurtosis[0]};
    fol_summary_free(s);
    fol_tally_free(tally);
    return FOL_OK;
}

// In per cent, with its standard error.
static void print_share(double sum, size_t n)
{
    const double share = sum / (double) n;
    printf(" %7.2f %5.2f", 100 * share, 100 * sqrt(share * (1 - share) / (double) n));
}

static void measure(const bench_equation *eq, const method *m, size_t runs, verdict *verdicts)
{
    fol_context ctx;
    bench_problem problem;
    fol_context_init(&ctx);
    bench_problem_init(&ctx, eq, &problem);
    coverage c = {.problem = &problem, .truth = bench_truth(eq, 0), .verdicts = verdicts};
    fol_options_init(fol_expect_option_table, &c.options);
    c.options.n = DRAWS;
    for (size_t i = 0; i < 6 && m->words[i]; i += 2)
        bench_set(&ctx, fol_expect_option_table, &c.options, m->words[i], m->words[i + 1]);
    const double start = bench_seconds();
    bench_check(&ctx, fol_run_blocks(
                          &ctx, &(fol_block_plan){.task = "coverage", .n_blocks = runs, .block = run_once, .job = &c}));
    verdict sum = {0};
    for (size_t i = 0; i < runs; i++) {
        sum.t += verdicts[i].t;
        sum.bootstrap += verdicts[i].bootstrap;
        sum.heavy += verdicts[i].heavy;
        sum.kurtosis += verdicts[i].kurtosis;
    }
    printf("%-15s %-14s", eq->name, m->name);
    print_share(sum.t, runs);
    print_share(sum.bootstrap, runs);
    printf(" %10.4g %7.2f %7.2f\n", sum.kurtosis / (double) runs, 100 * sum.heavy / (double) runs,
           bench_seconds() - start);
    fflush(stdout);
    bench_problem_clear(&problem);
}

static const bench_equation *find(const char *name)
{
    for (size_t i = 0; i < BENCH_N_EQUATIONS; i++)
        if (strcmp(bench_equations[i].name, name) == 0)
            return bench_equations + i;
    fprintf(stderr, "no equation is called %s\n", name);
    exit(1);
}

int main(int argc, char **argv)
{
    const size_t runs = argc > 1 ? (size_t) atof(argv[1]) : 2000;
    verdict *verdicts = malloc(runs * sizeof *verdicts);
    if (!verdicts)
        return 1;
    printf("%-15s %-14s %7s %5s %7s %5s %10s %7s %7s\n", "equation", "method", "t %", "se", "boot %", "se", "kurtosis",
           "warns %", "seconds");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool wanted = argc < 3;
        for (int a = 2; a < argc; a++)
            wanted = wanted || strstr(cases[i].name, argv[a]);
        for (size_t m = cases[i].first; wanted && m < sizeof methods / sizeof *methods; m++)
            measure(find(cases[i].name), methods + m, runs, verdicts);
    }
    free(verdicts);
    return 0;
}
