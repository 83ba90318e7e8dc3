// Tests of summaries: estimates against plain formulas, quantiles, tail index, bootstrap, coverage, tables of levels.
#include "example_tally.h"

#include <jansson.h>
#include <stdlib.h>

#include "estimate/tally_bootstrap.h"
#include "estimate/level_table.h"
#include "estimate/summary.h"
#include "stats/quantile.h"
#include "stats/tail_index.h"

static const fol_summary_options plain = {.level = 0.95, .resamples = 0};

static fol_summary *summarise(size_t n, fol_tally *const *tallies, fol_summary_options options)
{
    fol_context ctx;
    fol_summary *summary;
    fol_context_init(&ctx);
    assert_int_equal(fol_summarise(&ctx, n, (const fol_tally *const *) tallies, &options, &summary), FOL_OK);
    return summary;
}

static void assert_relative(double got, double want, double bound, const char *what)
{
    assert_near(got, want, bound * fabs(want), what);
}

// Quantiles -----------------------------------------------------------------------------------------------------------

static void test_quantile(void **state)
{
    (void) state;
    static const struct {
        double df, p, t;
    } known[] = {
        {0.5, 0.6, 0.39797542678478237},     {0.5, 0.9999, 10284911.56318235},      {1, 0.9, 3.0776835371752544},
        {1, 0.975, 12.706204736174694},      {2, 0.6, 0.28867513459481314},         {2, 0.9999, 70.700071074968179},
        {3.7, 0.9, 1.5575658388615072},      {3.7, 0.975, 2.8675207071911917},      {10, 0.975, 2.2281388519862739},
        {10, 0.9999, 5.6938201014575931},    {30, 0.501, 0.0025276030072151159},    {1e6, 0.501, 0.0025066315262335069},
        {255, 0.6, 0.25361158854536692},     {255, 0.975, 1.9693105698498741},      {1e4, 0.9, 1.2816362297304777},
        {1e4, 0.9999, 3.720395869117668},    {1e6, 0.975, 1.9599663568141066},      {1e6, 0.9999, 3.7190302747625714},
        {INFINITY, 0.9, 1.2815515655446008}, {INFINITY, 0.9999, 3.7190164854557084}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_relative(fol_t_quantile(known[i].p, known[i].df), known[i].t, 1e-8, "upper");
        assert_relative(fol_t_quantile(1 - known[i].p, known[i].df), -known[i].t, 1e-8, "lower");
    }
    assert_true(fol_t_quantile(0.5, 3) == 0 && isnan(fol_t_quantile(1, 3)) && isnan(fol_t_quantile(0, 3)));
    assert_true(isnan(fol_t_quantile(0.9, 0)) && isnan(fol_t_quantile(NAN, 3)) && isnan(fol_t_quantile(0.9, NAN)));
}

// Tail index ----------------------------------------------------------------------------------------------------------

static int descending(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x < y) - (x > y);
}

// The index of the largest values of a sample, as a summary looks at them.
static fol_tail_index index_of(size_t n, const double *value)
{
    const size_t size = fol_tally_tail_size((double) n);
    double *tail = fol_alloc(2 * size, sizeof *tail);
    for (size_t i = 0; i < size; i++)
        tail[i] = NAN;
    fol_tail_offer(tail, size, n, value);
    const fol_tail_index index = fol_tail_index_fit(size, tail, tail + size);
    fol_free(tail);
    return index;
}

static bool heavy_among(size_t q, size_t n, const double *x)
{
    double mean = 0, m2 = 0, m4 = 0;
    for (size_t i = 0; i < n; i++)
        mean += x[i] / (double) n;
    for (size_t i = 0; i < n; i++) {
        m2 += pow(x[i] - mean, 2) / (double) n;
        m4 += pow(x[i] - mean, 4) / (double) n;
    }
    return fol_tail_is_heavy(index_of(n, x), q, (double) n, m4 / (m2 * m2), false);
}

static bool heavy_of(size_t n, const double *x)
{
    return heavy_among(1, n, x);
}

static void fill_gpd(size_t n, const double *u, double k, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = k == 0 ? -log(u[i]) : expm1(-k * log(u[i])) / k;
}

// Exceedances of a generalized Pareto distribution have its index: within 3 standard errors (1 + k) / sqrt(n).
static void test_tail_index(void **state)
{
    (void) state;
    enum { N = 1000000 };
    static const double known[] = {-0.5, 0, 0.3, 0.7, 1.2};
    double *u = example_uniforms(3, N), *x = fol_alloc(N, sizeof *x);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        fill_gpd(N, u, known[i], x);
        const fol_tail_index index = index_of(N, x);
        assert_int_equal(index.n, 2999);
        assert_near(index.k, known[i], 3 * (1 + known[i]) / sqrt(2999), "index");
        assert_true(heavy_of(N, x) == (known[i] > 0.5));
    }
    fol_free(u);
    fol_free(x);
}

// The formulas of Zhang and Stephens as they are printed, on a sample of 40.
static double plain_index(size_t n, const double *ascending)
{
    enum { MOST = 64 };
    const int m = 20 + (int) floor(sqrt((double) n));
    double theta[MOST], level[MOST], mean = 0, k = 0;
    for (int j = 0; j < m; j++) {
        theta[j] = 1 / ascending[n - 1] +
                   (1 - sqrt(m / (j + 1 - 0.5))) / (3 * ascending[(size_t) floor((double) n / 4 + 0.5) - 1]);
        double kappa = 0;
        for (size_t i = 0; i < n; i++)
            kappa -= log(1 - theta[j] * ascending[i]) / (double) n;
        level[j] = (double) n * (log(theta[j] / kappa) + kappa - 1);
    }
    for (int j = 0; j < m; j++) {
        double sum = 0;
        for (int i = 0; i < m; i++)
            sum += exp(level[i] - level[j]);
        mean += theta[j] / sum;
    }
    for (size_t i = 0; i < n; i++)
        k += log(1 - mean * ascending[i]) / (double) n;
    return k;
}

static void test_tail_index_plain(void **state)
{
    (void) state;
    enum { N = 40 };
    double *u = example_uniforms(4, N), x[N], value[N + 1], excess[N + 1];
    for (double k = -0.45; k < 1.5; k += 0.3) {
        fill_gpd(N, u, k, x);
        qsort(x, N, sizeof *x, descending);
        for (size_t i = 0; i < N; i++)
            value[i] = 5 + 2 * x[i];
        value[N] = 5;
        const fol_tail_index index = fol_tail_index_fit(N + 1, value, excess);
        for (size_t i = 0; i < N / 2; i++) {
            const double keep = x[i];
            x[i] = x[N - 1 - i];
            x[N - 1 - i] = keep;
        }
        assert_int_equal(index.n, N);
        assert_near(index.k, plain_index(N, x), 1e-10, "index");
    }
    fol_free(u);
}

// Normal draws are never taken for heavy, tails of 0.7 nearly always are: of 300 samples the estimate, whose standard
// error is 0.1, misses 18 on average, and more than 32 once in 1000 times.
static void test_heavy(void **state)
{
    (void) state;
    enum { N = 10000, REPEATS = 300 };
    double *x = fol_alloc(N, sizeof *x);
    size_t missed = 0, wrong = 0, wrong_small = 0;
    for (uint32_t r = 0; r < REPEATS; r++) {
        double *z = example_normals(r, N), *u = example_uniforms(r, N);
        for (size_t i = 0; i < N; i++)
            z[i] = fabs(z[i]);
        wrong += heavy_of(N, z);
        wrong_small += heavy_of(150, z);
        fill_gpd(N, u, 0.7, x);
        missed += !heavy_of(N, x);
        fol_free(z);
        fol_free(u);
    }
    assert_int_equal(wrong, 0);
    assert_in_range(wrong_small, 0, 2);
    assert_in_range(missed, 0, 32);
    fol_free(x);
}

// Atoms, ties and lattices: nothing is heavy but what is.
static void test_atoms(void **state)
{
    (void) state;
    enum { N = 10000 };
    double *u = example_uniforms(5, N), x[N], excess[N];
    for (size_t i = 0; i < N; i++)
        x[i] = 0.25;
    assert_true(isnan(index_of(N, x).k) && !heavy_of(N, x)); // a constant
    for (size_t i = 0; i < N; i++)
        x[i] = u[i] < 0.3 ? 0.7 : 0.3;
    assert_true(isnan(index_of(N, x).k)); // an indicator
    for (size_t i = 0; i < N; i++)
        x[i] = u[i] < 0.01 ? 0.99 : 0.01;
    assert_true(index_of(N, x).k < 0); // a rare one: exceedances all equal
    for (size_t i = 0; i < N; i++)
        x[i] = u[i] < 0.001 ? 0.999 : 0.001;
    assert_true(isnan(index_of(N, x).k)); // rarer still
    for (size_t i = 0; i <= 410; i++)
        x[i] = i < 410 ? 2 : 1;
    assert_true(fol_tail_index_fit(411, x, excess).k < 0); // the grid of the fit holds theta = 0
    for (size_t i = 0; i < N; i++)
        x[i] = u[i];
    assert_near(index_of(N, x).k, -1, 0.25, "uniform");
    for (size_t i = 0; i < N; i++)
        x[i] = exp2(floor(-0.75 * log2(u[i]))); // powers of two, P(x >= y) = y^(-4/3)
    assert_near(index_of(N, x).k, 0.75, 0.35, "lattice");
    fol_free(u);
}

// What speaks against a heavy tail: a small kurtosis, and lumps of levels or many values unless k is well above 1/2.
static void test_not_heavy(void **state)
{
    (void) state;
    const fol_tail_index index = {.k = 0.6, .n = 300}, higher = {.k = 0.8, .n = 300};
    assert_true(fol_tail_is_heavy(index, 1, 1e4, 501, false) && !fol_tail_is_heavy(index, 1, 1e4, 499, false));
    assert_true(!fol_tail_is_heavy(index, 12, 1e4, 1000, false));
    assert_true(!fol_tail_is_heavy(index, 1, 1e4, 1000, true));
    assert_true(fol_tail_is_heavy(higher, 1, 1e4, 1000, true) && fol_tail_is_heavy(higher, 12, 1e4, 1000, false));
    assert_true(!fol_tail_is_heavy(higher, 12, 1e4, 1000, true));
}

// Of 12 values at once the worst is no reason to warn: tails of 1/4 and 2/5 do so in at most 5 of 100 runs, tails of 1
// in all but 5.
static void test_heavy_of_many(void **state)
{
    (void) state;
    enum { N = 5000, Q = 12, RUNS = 100 };
    static const double known[] = {0.25, 0.4, 1};
    double *x = fol_alloc(N, sizeof *x);
    for (size_t t = 0; t < sizeof known / sizeof *known; t++) {
        size_t heavy = 0;
        for (uint32_t r = 0; r < RUNS; r++) {
            bool any = false;
            for (uint32_t j = 0; j < Q; j++) {
                double *u = example_uniforms(Q * r + j, N);
                fill_gpd(N, u, known[t], x);
                any = any || heavy_among(Q, N, x);
                fol_free(u);
            }
            heavy += any;
        }
        assert_in_range(known[t] > 0.5 ? RUNS - heavy : heavy, 0, 5);
    }
    fol_free(x);
}

// One run -------------------------------------------------------------------------------------------------------------

enum { N = 22, BATCH = 4, BATCHES = 6 };
static const double centres[] = {0.3, -1, 7};

// Three functions: one of normal draws, one that goes with it, a constant. Free the draws.
static example_run three_functions(uint32_t step, bool independent)
{
    double *z = example_normals(step, 2 * N), *draws = fol_alloc(3 * N, sizeof *draws);
    for (size_t i = 0; i < N; i++) {
        draws[3 * i] = z[i];
        draws[3 * i + 1] = 0.5 * z[i] - z[N + i] - 1;
        draws[3 * i + 2] = 7;
    }
    fol_free(z);
    return (example_run){
        .n = N, .q = 3, .batch = BATCH, .draws = draws, .centre = centres, .seed = step, .independent = independent};
}

static double mean_of(const example_run *run, size_t first, size_t end, size_t j)
{
    double sum = 0;
    for (size_t i = first; i < end && i < run->n; i++)
        sum += run->draws[i * run->q + j];
    return sum / (double) ((end < run->n ? end : run->n) - first);
}

// Sums over draws or batches of (x_j - mean)^a (x_k - mean)^b, batches weighted by their draws.
static double spread(const example_run *run, bool batches, size_t j, size_t k)
{
    const double mean_j = mean_of(run, 0, run->n, j), mean_k = mean_of(run, 0, run->n, k);
    const size_t size = batches ? run->batch : 1;
    double sum = 0;
    for (size_t i = 0; i < run->n; i += size) {
        const size_t end = i + size < run->n ? i + size : run->n;
        sum += (double) (end - i) * (mean_of(run, i, end, j) - mean_j) * (mean_of(run, i, end, k) - mean_k);
    }
    return sum;
}

static double plain_se(const example_run *run, size_t j)
{
    return sqrt(spread(run, !run->independent, j, j) / (double) ((run->independent ? N : BATCHES) - 1) / N);
}

static void test_one_run(void **state)
{
    (void) state;
    for (int independent = 0; independent < 2; independent++) {
        const example_run run = three_functions(1, independent);
        fol_tally *tally = example_tally(&run);
        fol_summary *sum = summarise(1, &tally, (fol_summary_options){0.9, 0});
        const double df = independent ? N - 1 : BATCHES - 1, cost = 43; // of 22 draws: 1, 2, 3, 1, ...
        assert_true(sum->n == N && sum->cost == cost && sum->pilot_cost == 100 && sum->seconds == 0.25);
        assert_true(sum->level == 0.9 && !sum->heavy);
        assert_relative(sum->df, df, 1e-12, "df");
        assert_near(sum->layers[0] + sum->layers[1] + sum->layers[2], 1, 1e-15, "shares of layers");
        assert_near(sum->layers[2], 7.0 / 22, 1e-15, "two layers");
        for (size_t j = 0; j < 2; j++) {
            const double mean = mean_of(&run, 0, N, j), se = plain_se(&run, j), m2 = spread(&run, false, j, j) / N;
            double fourth = 0, largest = 0;
            for (size_t i = 0; i < N; i++)
                fourth += pow(run.draws[3 * i + j] - mean, 4) / N;
            assert_relative(sum->estimate[j], mean, 1e-12, "estimate");
            assert_relative(sum->se[j], se, 1e-12, "se");
            assert_relative(sum->variance[j], N * se * se, 1e-12, "variance");
            assert_relative(sum->work[j], cost * se * se, 1e-12, "work");
            assert_relative(sum->kurtosis[j], fourth / (m2 * m2), 1e-11, "kurtosis");
            assert_relative(sum->lower[j], mean - fol_t_quantile(0.95, df) * se, 1e-11, "lower");
            assert_relative(sum->upper[j], mean + fol_t_quantile(0.95, df) * se, 1e-11, "upper");
            assert_relative(sum->work_se[j], sum->variance_se[j] * cost / N, 1e-12, "se of work");
            assert_true(isnan(sum->bias[j]) && isnan(sum->tail_index[j]) && isnan(sum->lower_t[j]));
            const double s2 = N * se * se;
            double y4 = independent ? fourth : 0;
            for (size_t b = 0; b < BATCHES && !independent; b++) {
                const size_t end = 4 * b + 4 < N ? 4 * b + 4 : N;
                largest = (double) (end - 4 * b) * pow(mean_of(&run, 4 * b, end, j) - mean, 2);
                y4 += largest * largest / BATCHES;
            }
            const double m = df + 1;
            assert_relative(sum->variance_se[j], sqrt((y4 - s2 * s2 * (m - 3) / (m - 1)) / m), 1e-10, "its se");
        }
        const double correlation = spread(&run, true, 0, 1) / sqrt(spread(&run, true, 0, 0) * spread(&run, true, 1, 1));
        assert_relative(sum->vcov[1], correlation * sum->se[0] * sum->se[1], 1e-11, "covariance");
        assert_true(sum->vcov[1] == sum->vcov[3] && sum->vcov[0] == sum->se[0] * sum->se[0]);
        assert_true(sum->estimate[2] == 7 && sum->se[2] == 0 && sum->vcov[2] == 0 && sum->vcov[8] == 0);
        assert_true(sum->lower[2] == 7 && sum->upper[2] == 7 && isnan(sum->kurtosis[2]));
        fol_summary_free(sum);
        fol_tally_free(tally);
        fol_free((void *) run.draws);
    }
}

// Runs pooled in proportion to their draws; the bits do not depend on how a run was split.
static void test_pooled(void **state)
{
    (void) state;
    example_run a = three_functions(1, true), b = three_functions(2, false);
    b.n = 14;
    fol_tally *runs[] = {example_tally(&a), example_tally(&b)};
    fol_summary *sum = summarise(2, runs, plain), *one = summarise(1, runs, plain),
                *two = summarise(1, runs + 1, plain);
    const double w = 22.0 / 36, v = 14.0 / 36;
    double df = INFINITY;
    assert_true(sum->n == 36 && sum->cost == one->cost + two->cost && sum->pilot_cost == 200);
    for (size_t j = 0; j < 2; j++) {
        const double first = pow(w * one->se[j], 2), second = pow(v * two->se[j], 2), se2 = first + second;
        df = fmin(df, se2 * se2 / (first * first / one->df + second * second / two->df));
        assert_relative(sum->estimate[j], w * one->estimate[j] + v * two->estimate[j], 1e-13, "estimate");
        assert_relative(sum->se[j], sqrt(se2), 1e-13, "se");
        assert_relative(sum->variance[j], w * one->variance[j] + v * two->variance[j], 1e-13, "variance");
        assert_relative(sum->variance_se[j], hypot(w * one->variance_se[j], v * two->variance_se[j]), 1e-13, "its se");
        double mean = 0, m2 = 0, m4 = 0;
        for (size_t i = 0; i < 36; i++)
            mean += (i < 22 ? a.draws[3 * i + j] : b.draws[3 * (i - 22) + j]) / 36;
        for (size_t i = 0; i < 36; i++) {
            const double d = (i < 22 ? a.draws[3 * i + j] : b.draws[3 * (i - 22) + j]) - mean;
            m2 += d * d / 36;
            m4 += d * d * d * d / 36;
        }
        assert_relative(sum->kurtosis[j], m4 / (m2 * m2), 1e-11, "kurtosis");
    }
    assert_relative(sum->df, df, 1e-12, "df");
    assert_relative(sum->vcov[1], w * w * one->vcov[1] + v * v * two->vcov[1], 1e-12, "covariance");
    fol_summary_free(sum);
    fol_summary_free(one);
    fol_summary_free(two);
    for (size_t i = 0; i < 2; i++)
        fol_tally_free(runs[i]);
    fol_free((void *) a.draws);
    fol_free((void *) b.draws);
}

// The tail of two runs together is that of all their draws.
static void test_pooled_tail(void **state)
{
    (void) state;
    enum { LONG = 20000 };
    const double centre = 0;
    double *u = example_uniforms(6, LONG), *x = fol_alloc(LONG, sizeof *x);
    fill_gpd(LONG, u, 0.7, x);
    const example_run whole = {.n = LONG, .q = 1, .batch = 100, .draws = x, .centre = &centre, .independent = true};
    example_run first = whole, second = whole;
    first.n = second.n = LONG / 2;
    second.draws += LONG / 2;
    second.seed = 1;
    fol_tally *all = example_tally(&whole), *parts[] = {example_tally(&first), example_tally(&second)};
    fol_summary *one = summarise(1, &all, plain), *two = summarise(2, parts, plain);
    assert_true(one->heavy == two->heavy);
    assert_near(two->tail_index[0], one->tail_index[0], 1e-12, "tail index");
    assert_near(one->tail_index[0], index_of(LONG, x).k, 1e-12, "tail index");
    fol_summary_free(one);
    fol_summary_free(two);
    for (size_t i = 0; i < 2; i++)
        fol_tally_free(parts[i]);
    fol_tally_free(all);
    fol_free(u);
    fol_free(x);
}

// Many functions of few batches: no direction has a negative variance (pivots of Gaussian elimination).
static void test_semidefinite(void **state)
{
    (void) state;
    enum { Q = 12 };
    double *draws = example_normals(7, 40 * Q), centre[Q] = {0}, a[Q][Q];
    const example_run run = {.n = 40, .q = Q, .batch = 10, .draws = draws, .centre = centre, .independent = true};
    fol_tally *tally = example_tally(&run);
    fol_summary *sum = summarise(1, &tally, plain);
    memcpy(a, sum->vcov, sizeof a);
    size_t rank = 0;
    for (size_t k = 0; k < Q; k++) {
        assert_true(a[k][k] > -1e-14);
        rank += a[k][k] > 1e-14;
        for (size_t i = k + 1; i < Q && a[k][k] > 1e-14; i++) {
            const double factor = a[i][k] / a[k][k];
            for (size_t j = k; j < Q; j++)
                a[i][j] -= factor * a[k][j];
        }
    }
    assert_int_equal(rank, 3); // of four batches
    fol_summary_free(sum);
    fol_tally_free(tally);
    fol_free(draws);
}

// Bootstrap -----------------------------------------------------------------------------------------------------------

static int ascending(const void *a, const void *b)
{
    return descending(b, a);
}

// Mean and standard error of function j over the batches that the words choose; without words the batches themselves.
static void plain_resample(size_t n_runs, const example_run *runs, size_t j, const uint32_t *word, double *mean,
                           double *se)
{
    enum { MOST = 64 };
    double total = 0, sums = 0, error = 0;
    for (size_t r = 0; r < n_runs; r++) {
        const size_t m = example_batches(&runs[r]), size = runs[r].batch;
        double count = 0, sum = 0, square = 0, n[MOST], own[MOST];
        for (size_t b = 0; b < m; b++) {
            const size_t from = word ? (size_t) ((uint64_t) *word++ * m >> 32) : b;
            const size_t end = (from + 1) * size < runs[r].n ? (from + 1) * size : runs[r].n;
            n[b] = (double) (end - from * size);
            own[b] = mean_of(&runs[r], from * size, end, j);
            count += n[b];
            sum += n[b] * own[b];
        }
        for (size_t b = 0; b < m; b++)
            square += n[b] * pow(own[b] - sum / count, 2);
        total += count;
        sums += sum;
        error += count * square / (double) (m - 1);
    }
    *mean = sums / total;
    *se = sqrt(error) / total;
}

// The definition, with the same random words.
static void test_bootstrap(void **state)
{
    (void) state;
    enum { RESAMPLES = 199, WORDS = 64 };
    double *draws = example_normals(8, 1000), t[RESAMPLES], mean, se, lower[2], upper[2];
    for (size_t i = 0; i < 1000; i++)
        draws[i] = i % 2 ? draws[i] : exp(draws[i]);
    const example_run runs[] = {
        {.n = 290, .q = 2, .batch = 20, .draws = draws, .centre = centres, .seed = 5, .independent = true},
        {.n = 180, .q = 2, .batch = 10, .draws = draws + 600, .centre = centres + 1, .seed = 6}};
    fol_tally *tallies[] = {example_tally(&runs[0]), example_tally(&runs[1])};
    fol_context ctx;
    fol_context_init(&ctx);
    for (size_t n = 1; n <= 2; n++) {
        assert_int_equal(
            fol_tally_bootstrap_t(&ctx, n, (const fol_tally *const *) tallies, 0.9, RESAMPLES, lower, upper), FOL_OK);
        fol_summary *sum = summarise(n, tallies, (fol_summary_options){0.9, RESAMPLES});
        for (size_t j = 0; j < 2; j++) {
            double own_mean, own_se;
            plain_resample(n, runs, j, NULL, &mean, &se);
            for (uint32_t i = 0; i < RESAMPLES; i++) {
                uint32_t word[WORDS];
                fol_rng_bits(5, FOL_STREAM_BOOTSTRAP, i, 0, WORDS, word);
                plain_resample(n, runs, j, word, &own_mean, &own_se);
                t[i] = (own_mean - mean) / own_se;
            }
            qsort(t, RESAMPLES, sizeof *t, ascending);
            assert_relative(lower[j], mean - t[189] * se, 1e-11, "lower");
            assert_relative(upper[j], mean - t[9] * se, 1e-11, "upper");
            assert_true(sum->lower_t[j] == lower[j] && sum->upper_t[j] == upper[j]);
        }
        fol_summary_free(sum);
    }
    tallies[0]->n_rows = 9;
    assert_int_equal(fol_tally_bootstrap_t(&ctx, 2, (const fol_tally *const *) tallies, 0.9, RESAMPLES, lower, upper),
                     FOL_OK);
    assert_true(isnan(lower[0]) && isnan(upper[1]));
    for (size_t r = 0; r < 2; r++)
        fol_tally_free(tallies[r]);
    fol_free(draws);
}

// Beyond 1024 batches neighbours go together; a constant has an interval of no length.
static void test_bootstrap_groups(void **state)
{
    (void) state;
    enum { LONG = 4100 };
    double *draws = example_normals(9, LONG), centre[] = {0}, constant[LONG], lower, upper;
    const example_run fine = {.n = 4096, .q = 1, .batch = 1, .draws = draws, .centre = centre, .seed = 5};
    example_run coarse = fine, still = fine;
    coarse.batch = 4;
    still.draws = constant;
    for (size_t i = 0; i < LONG; i++)
        constant[i] = 0.1;
    fol_tally *tallies[] = {example_tally(&fine), example_tally(&coarse), example_tally(&still)};
    fol_context ctx;
    double interval[2][2];
    fol_context_init(&ctx);
    for (size_t r = 0; r < 2; r++)
        assert_int_equal(fol_tally_bootstrap_t(&ctx, 1, (const fol_tally *const *) tallies + r, 0.95, 99,
                                               &interval[r][0], &interval[r][1]),
                         FOL_OK);
    assert_relative(interval[0][0], interval[1][0], 1e-12, "lower");
    assert_relative(interval[0][1], interval[1][1], 1e-12, "upper");
    assert_int_equal(fol_tally_bootstrap_t(&ctx, 1, (const fol_tally *const *) tallies + 2, 0.95, 99, &lower, &upper),
                     FOL_OK);
    assert_near(lower, 0.1, 1e-13, "constant");
    assert_near(upper, 0.1, 1e-13, "constant");
    for (size_t r = 0; r < 3; r++)
        fol_tally_free(tallies[r]);
    fol_free(draws);
}

// Coverage ------------------------------------------------------------------------------------------------------------

// Shares of intervals that hold the truth. Batches of 20 draws, 40 of them; batches without `independent` share a
// normal of variance 0 or more, which the draws' own variance does not see.
static void coverage(bool independent, bool lognormal, double shared, double share[2])
{
    enum { REPEATS = 1000, DRAWS = 800, SIZE = 20 };
    const double centre = lognormal ? 1.6 : 0, truth = lognormal ? exp(0.5) : 0;
    share[0] = share[1] = 0;
    for (uint32_t r = 0; r < REPEATS; r++) {
        double *draws = example_normals(100 + r, DRAWS + DRAWS / SIZE);
        for (size_t i = 0; i < DRAWS; i++) {
            draws[i] += shared * draws[DRAWS + i / SIZE];
            draws[i] = lognormal ? exp(draws[i]) : draws[i];
        }
        const example_run run = {.n = DRAWS,
                                 .q = 1,
                                 .batch = SIZE,
                                 .draws = draws,
                                 .centre = &centre,
                                 .seed = r,
                                 .independent = independent};
        fol_tally *tally = example_tally(&run);
        fol_summary *sum = summarise(1, &tally, (fol_summary_options){0.95, lognormal ? 399 : 0});
        share[0] += (sum->lower[0] < truth && truth < sum->upper[0]) / (double) REPEATS;
        share[1] += (sum->lower_t[0] < truth && truth < sum->upper_t[0]) / (double) REPEATS;
        fol_summary_free(sum);
        fol_tally_free(tally);
        fol_free(draws);
    }
}

// 4 standard errors of a share of 0.95 are 0.0276.
static void test_coverage(void **state)
{
    (void) state;
    double share[2];
    coverage(true, false, 0, share);
    assert_near(share[0], 0.95, 0.0276, "independent normal draws");
    coverage(false, false, 1, share);
    assert_near(share[0], 0.95, 0.0276, "batches that share");
    coverage(true, true, 0, share);
    assert_near(share[1], 0.95, 0.0276, "bootstrap-t, lognormal draws");
    assert_true(share[1] > share[0]);
}

// Euler's method and multilevel ---------------------------------------------------------------------------------------

// g_h has the mean 1 + c h, and so fine minus coarse -c h: the bias is c h.
static void test_euler(void **state)
{
    (void) state;
    enum { DRAWS = 1000 };
    double *z = example_normals(10, 4 * DRAWS), pairs[4 * DRAWS];
    const double bias = 0.25;
    for (size_t i = 0; i < 2 * DRAWS; i++) {
        pairs[2 * i] = 1 + bias + z[2 * i];
        pairs[2 * i + 1] = -bias + 0.1 * z[2 * i + 1];
    }
    fol_tally *tally = example_pairs(FOL_ESTIMATOR_euler, 2, DRAWS, pairs);
    fol_summary *sum = summarise(1, &tally, plain);
    assert_near(sum->estimate[0], 1.25, 4 / sqrt(2 * DRAWS), "estimate"); // 4 standard errors
    assert_near(sum->bias[0], 0.25, 0.4 / sqrt(2 * DRAWS), "bias");
    assert_relative(sum->bias_se[0], 0.1 / sqrt(2 * DRAWS), 0.1, "its se");
    fol_summary_free(sum);
    fol_tally_free(tally);
    fol_free(z);
}

enum { LEVELS = 6, PATHS = 4 };

// Levels with exact moments: means 3 2^(-1.5 l) and variances (of 4 paths at -1, -1, 1, 1) 2^(-2 l) times 4/3; fine
// means that fit, but for level 3.
static fol_tally *levels_tally(double scale)
{
    static const double sign[] = {-1, 1, -1, 1};
    double pairs[2 * LEVELS * PATHS], fine = 0;
    for (size_t l = 0; l < LEVELS; l++) {
        const double mean = scale * 3 * exp2(-1.5 * (double) l);
        fine += mean + (l == 3 ? 30 : 0);
        for (size_t i = 0; i < PATHS; i++) {
            pairs[2 * (PATHS * l + i)] = mean + sign[i] * exp2(-(double) l);
            pairs[2 * (PATHS * l + i) + 1] = fine + 2 * sign[i];
        }
    }
    return example_pairs(FOL_ESTIMATOR_mlmc, LEVELS, PATHS, pairs);
}

static void test_levels(void **state)
{
    (void) state;
    fol_context ctx;
    fol_level_table *table;
    fol_tally *tally = levels_tally(1);
    fol_context_init(&ctx);
    assert_int_equal(fol_level_table_new(&ctx, tally, 0, &table), FOL_OK);
    assert_int_equal(table->n, LEVELS);
    assert_near(table->alpha, 1.5, 1e-12, "alpha");
    assert_near(table->beta, 2, 1e-12, "beta");
    assert_near(table->gamma, 1, 1e-12, "gamma");
    double fine = 0;
    for (size_t l = 0; l < LEVELS; l++) {
        const double mean = 3 * exp2(-1.5 * (double) l), variance = 4.0 / 3 * exp2(-2 * (double) l);
        fine += mean + (l == 3 ? 30 : 0);
        assert_true(table->count[l] == PATHS && table->cost[l] == (l == 0 ? 1 : 1.5 * exp2((double) l)));
        assert_relative(table->mean[l], mean, 1e-12, "mean");
        assert_relative(table->variance[l], variance, 1e-12, "variance");
        assert_relative(table->fine_mean[l], fine, 1e-12, "mean of the fine path");
        assert_relative(table->fine_variance[l], 16.0 / 3, 1e-12, "variance of the fine path");
        if (l == 0) {
            assert_true(isnan(table->kurtosis[l]) && isnan(table->check[l]));
            continue;
        }
        assert_near(table->kurtosis[l], 1, 1e-9, "kurtosis");
        const double bound = 3 * (sqrt(variance / PATHS) + 2 * sqrt(16.0 / 3 / PATHS));
        assert_near(table->check[l], l == 3 ? 30 / bound : 0, 1e-12, "check");
    }
    assert_true(table->check[3] > 1);
    fol_level_table_free(table);
    for (size_t i = 0; i < LEVELS; i++) // a constant: fine paths agree, and their difference is 0
        for (size_t p = 0; p < 4; p++) {
            tally->moments[8 * i + 2 * p] = PATHS * pow(i == 0 ? 0.1 : 0, (double) p + 1);
            tally->moments[8 * i + 2 * p + 1] = PATHS * pow(0.6, (double) p + 1);
        }
    assert_int_equal(fol_level_table_new(&ctx, tally, 0, &table), FOL_OK);
    assert_true(isnan(table->alpha) && table->variance[1] == 0 && isnan(table->kurtosis[1]) && table->check[1] == 0);
    fol_level_table_free(table);
    assert_int_equal(fol_level_table_new(&ctx, tally, 1, &table), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`j` must be below 1, the number of functions, not 1.");
    tally->method = FOL_ESTIMATOR_renewal;
    assert_int_equal(fol_level_table_new(&ctx, tally, 0, &table), FOL_E_INPUT);
    assert_string_equal(ctx.message,
                        "`tally` must be of method mlmc, which has a table of levels, not of method renewal.");
    fol_tally_free(tally);
}

static void test_multilevel(void **state)
{
    (void) state;
    fol_tally *tallies[] = {levels_tally(1), levels_tally(2)};
    fol_summary *sum = summarise(1, tallies, plain);
    double mean = 0, se2 = 0, error = 0, over_df = 0, left = 0;
    for (size_t l = 0; l < 200; l++) {
        const double own = 3 * exp2(-1.5 * (double) l), variance = 4.0 / 3 * exp2(-2 * (double) l);
        if (l >= LEVELS) {
            left += own; // what the infinite sum still has
            continue;
        }
        mean += own;
        se2 += variance / PATHS;
        over_df += pow(variance / PATHS, 2) / (PATHS - 1);
        // of 4 values at distance 2^-l from their mean
        error += (exp2(-4 * (double) l) - variance * variance / 3) / PATHS / (PATHS * PATHS);
    }
    const double cost = PATHS * (1 + 1.5 * (2 + 4 + 8 + 16 + 32));
    assert_true(sum->n == LEVELS * PATHS && sum->cost == cost);
    assert_relative(sum->estimate[0], mean, 1e-12, "estimate");
    assert_relative(sum->se[0], sqrt(se2), 1e-12, "se");
    assert_relative(sum->df, se2 * se2 / over_df, 1e-12, "df");
    assert_relative(sum->work[0], se2 * cost, 1e-12, "work");
    assert_relative(sum->work_se[0], sqrt(error) * cost, 1e-6, "se of work");
    assert_near(sum->kurtosis[0], 1, 1e-9, "kurtosis");
    assert_relative(sum->bias[0], left, 1e-10, "remaining bias");
    assert_relative(sum->bias_se[0], sqrt(4.0 / 3 / PATHS) * exp2(-5) / (exp2(1.5) - 1), 0.5, "its se");
    assert_true(isnan(sum->tail_index[0]) && isnan(sum->lower_t[0]) && !sum->heavy);
    fol_summary_free(sum);
    tallies[1]->seed = 1;
    tallies[1]->cost[0] += 2 * cost; // three times the cost of the other
    sum = summarise(2, tallies, plain);
    assert_relative(sum->estimate[0], mean * (1 + 3 * 2) / 4, 1e-12, "pooled by cost");
    assert_relative(sum->se[0], sqrt(se2 * 10) / 4, 1e-12, "its se");
    fol_summary_free(sum);
    for (size_t i = 0; i < 2; i++)
        fol_tally_free(tallies[i]);
}

// JSON and refusals ---------------------------------------------------------------------------------------------------

static void test_json(void **state)
{
    (void) state;
    const example_run run = three_functions(1, true);
    static const char *const names[] = {"mean 1", "mean 2", "one"};
    fol_tally *tally = example_tally(&run);
    fol_summary *sum = summarise(1, &tally, plain);
    sum->df = INFINITY;
    for (int named = 0; named < 2; named++) {
        json_t *json = fol_summary_to_json(sum, named ? names : NULL);
        const json_t *value = json_array_get(json_object_get(json, "values"), 1);
        const json_t *row = json_array_get(json_object_get(json, "vcov"), 1);
        assert_true(json_real_value(json_object_get(value, "estimate")) == sum->estimate[1]);
        assert_true(json_real_value(json_object_get(value, "work_se")) == sum->work_se[1]);
        assert_true(json_is_null(json_object_get(value, "tail_index")));
        assert_true(json_real_value(json_array_get(row, 0)) == sum->vcov[3]);
        assert_int_equal(json_array_size(json_object_get(json, "layers")), 3);
        assert_string_equal(json_string_value(json_object_get(json, "df")), "inf");
        assert_true(json_is_false(json_object_get(json, "heavy")));
        if (named)
            assert_string_equal(json_string_value(json_object_get(value, "name")), "mean 2");
        else
            assert_null(json_object_get(value, "name"));
        json_decref(json);
    }
    fol_summary_free(sum);
    fol_tally_free(tally);
    fol_free((void *) run.draws);
}

static void assert_refused(size_t n, fol_tally *const *tallies, fol_summary_options options, const char *sentence)
{
    fol_context ctx;
    fol_summary *summary;
    fol_context_init(&ctx);
    assert_int_equal(fol_summarise(&ctx, n, (const fol_tally *const *) tallies, &options, &summary), FOL_E_INPUT);
    assert_string_equal(ctx.message, sentence);
    assert_true(*ctx.failure.argument);
    assert_null(summary);
}

static void test_refusals(void **state)
{
    (void) state;
    const example_run run = three_functions(1, true);
    fol_tally *tallies[] = {example_tally(&run), levels_tally(1)};
    assert_refused(1, tallies, (fol_summary_options){1, 0}, "`level` must be a number between 0 and 1, not 1.");
    assert_refused(1, tallies, (fol_summary_options){NAN, 0}, "`level` must be a number between 0 and 1, not nan.");
    assert_refused(1, tallies, (fol_summary_options){0.9, -1},
                   "`resamples` must be a whole number from 0 to 4294967295, not -1.");
    assert_refused(0, tallies, plain, "`tallies` must be one or more, not none.");
    assert_refused(2, tallies, plain, "`tallies` must have the same number of functions, not 3 and 1.");
    tallies[0]->n_rows = 1;
    assert_refused(1, tallies, plain,
                   "`tallies` must have at least 2 batches of draws for a standard error; the run of seed 1 has 1.");
    tallies[1]->count[2] = 1;
    assert_refused(
        1, tallies + 1, plain,
        "`tallies` must have at least 2 paths of each level for a standard error; level 2 of the run of seed 0 has 1.");
    tallies[1]->n_rows = 0;
    assert_refused(1, tallies + 1, plain, "`tallies` must have at least 1 level; the run of seed 0 has 0.");
    for (size_t i = 0; i < 2; i++)
        fol_tally_free(tallies[i]);
    fol_free((void *) run.draws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile),
        cmocka_unit_test(test_tail_index),
        cmocka_unit_test(test_tail_index_plain),
        cmocka_unit_test(test_heavy),
        cmocka_unit_test(test_atoms),
        cmocka_unit_test(test_not_heavy),
        cmocka_unit_test(test_heavy_of_many),
        cmocka_unit_test(test_one_run),
        cmocka_unit_test(test_pooled),
        cmocka_unit_test(test_pooled_tail),
        cmocka_unit_test(test_semidefinite),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_bootstrap_groups),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_euler),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_multilevel),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
