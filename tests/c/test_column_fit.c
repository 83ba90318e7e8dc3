// Tests of what columns show: kinds, atoms, ends, and that draws of a normal distribution get a column's values back.
#include "testing.h"

#include <stdlib.h>

#include "fit/column_fit.h"
#include "random/rng.h"
#include "stats/quantile.h"

enum { MOST = 10000 };

static double u[2 * MOST], x[MOST], normal[MOST];

// n rows of a column, by inversion of uniform numbers.
static void fill(size_t n, uint64_t seed, double (*quantile)(double u))
{
    fol_rng_uniforms(seed, FOL_STREAM_PILOT, 0, 0, n, u);
    for (size_t i = 0; i < n; i++)
        x[i] = quantile(u[i]);
}

static double of_normal(double p)
{
    return fol_t_quantile(p, INFINITY);
}

static double of_cauchy(double p)
{
    return tan(M_PI * (p - 0.5));
}

static double of_exponential(double p)
{
    return -log1p(-p);
}

static double of_uniform(double p)
{
    return 20 + 60 * p;
}

static double of_zeros(double p) // 89 % zeros beside an exponential distribution
{
    return p < 0.89 ? 0 : -log((1 - p) / 0.11);
}

static double of_flag(double p)
{
    return p > 0.9;
}

static double of_counts(double p) // whole numbers of which none is frequent
{
    return floor(100 * of_normal(p));
}

// The column that n rows show. fol_columns_clear afterwards.
static const fol_column *fit(size_t n, int threads, fol_columns *columns)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.threads = threads;
    double mean, sd;
    const fol_column_choice how = {.standardize = true, .transform = FOL_TRANSFORM_AUTO};
    assert_int_equal(fol_columns_fit(&ctx, (fol_rows){x, n, 1, 1, 1}, NULL, &how, columns, &mean, &sd), FOL_OK);
    assert_true(mean == 0 && sd == 1);
    return columns->column;
}

static fol_column_kind kind(size_t n, uint64_t seed, double (*quantile)(double u))
{
    fol_columns columns;
    fill(n, seed, quantile);
    const fol_column_kind kind = fit(n, 1, &columns)->kind;
    fol_columns_clear(&columns);
    return kind;
}

static double share_of(size_t n, uint64_t n_seeds, double (*quantile)(double u), fol_column_kind wanted)
{
    size_t count = 0;
    for (uint64_t seed = 0; seed < n_seeds; seed++)
        count += kind(n, seed, quantile) == wanted;
    return (double) count / (double) n_seeds;
}

static void test_kinds(void **state)
{
    (void) state;
    // Few normal columns are called anything else, and none of many rows.
    assert_true(share_of(30, 200, of_normal, FOL_COLUMN_PLAIN) >= 0.95);
    assert_true(share_of(150, 200, of_normal, FOL_COLUMN_PLAIN) >= 0.95);
    assert_true(share_of(1000, 100, of_normal, FOL_COLUMN_PLAIN) == 1);
    assert_true(share_of(300, 100, of_uniform, FOL_COLUMN_SCORES) >= 0.9);
    assert_true(share_of(300, 100, of_exponential, FOL_COLUMN_SCORES) >= 0.9);
    assert_true(share_of(300, 100, of_cauchy, FOL_COLUMN_SCORES) >= 0.95);
    assert_true(share_of(300, 20, of_zeros, FOL_COLUMN_ATOMS) == 1);
    assert_true(share_of(30, 20, of_flag, FOL_COLUMN_ATOMS) >= 0.7); // where three rows or more have it
    assert_true(share_of(300, 20, of_counts, FOL_COLUMN_PLAIN) == 1);
}

static int ascending(const void *a, const void *b)
{
    const double s = *(const double *) a, t = *(const double *) b;
    return (s > t) - (s < t);
}

// The draws that a denoiser which learned nothing but mean and variance has of the column, in order.
static void draw_normal(const fol_columns *columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        normal[i] = fol_t_quantile(((double) i + 0.5) / (double) n, INFINITY);
    fol_columns_draw(columns, 0, n, 1, normal);
    qsort(x, n, sizeof *x, ascending);
}

static double count(size_t n, const double *values, double low, double high)
{
    double within = 0;
    for (size_t i = 0; i < n; i++)
        within += values[i] >= low && values[i] <= high;
    return within / (double) n;
}

// A normal distribution of scores is the column again.
static void test_scores(void **state)
{
    (void) state;
    double (*const quantiles[])(double) = {of_cauchy, of_uniform, of_exponential};
    fol_columns columns;
    for (int k = 0; k < 3; k++) {
        fill(MOST, 3, quantiles[k]);
        assert_int_equal(fit(MOST, 1, &columns)->kind, FOL_COLUMN_SCORES);
        assert_true(columns.column->n_knots < 300);
        draw_normal(&columns, MOST);
        const double width = x[3 * MOST / 4] - x[MOST / 4];
        for (size_t i = MOST / 100; i < MOST; i += MOST / 100)
            assert_near(normal[i], x[i], 0.02 * width + 0.05 * fabs(x[i]),
                        "quantile"); // knots are rows, which are noisy
        if (k > 0) // no draw below the least row, nor far beyond the greatest of a column that ends there
            assert_true(normal[0] >= x[0] && (k == 2 || normal[MOST - 1] <= x[MOST - 1]));
        fol_columns_clear(&columns);
    }
}

// Atoms are drawn exactly, and as often as they are.
static void test_atoms(void **state)
{
    (void) state;
    fol_columns columns;
    fill(MOST, 4, of_zeros);
    const fol_column *column = fit(MOST, 1, &columns);
    assert_int_equal(fol_column_atoms(column), 1);
    assert_true(column->slope[0] == 0 && !column->whole);
    const double end = column->at[2], next = column->at[3]; // of the stretch of zeros, and the least other value
    assert_true(end - column->at[1] > 0.25 * (next - column->at[1]) && next - end > 0.25 * (next - column->at[1]));
    assert_true(fol_column_value(column, end) == 0 && fol_column_value(column, -99) == 0);
    fol_columns_clear(&columns);
    fill(MOST, 4, of_flag);
    column = fit(MOST, 1, &columns);
    assert_int_equal(fol_column_atoms(column), 2);
    assert_true(column->whole);
    draw_normal(&columns, MOST);
    assert_near(count(MOST, normal, 0, 0), count(MOST, x, 0, 0), 1e-3, "0");
    assert_near(count(MOST, normal, 1, 1), count(MOST, x, 1, 1), 1e-3, "1");
    fol_columns_clear(&columns);
}

// Draws that hover between the values of whole numbers become these values, as often as the rows have them.
static void test_calibrate(void **state)
{
    (void) state;
    enum { N = 1000, DRAWS = 5000 };
    static double draws[DRAWS], again[DRAWS];
    fol_columns columns;
    for (size_t i = 0; i < N; i++)
        x[i] = i < 400 ? 1 : i < 600 ? 2 : i < 900 ? 3 : 7;
    assert_int_equal(fol_column_atoms(fit(N, 1, &columns)), 4);
    assert_true(fol_columns_have_atoms(&columns));
    fol_rng_uniforms(1, FOL_STREAM_PILOT, 0, 0, DRAWS, u);
    for (size_t i = 0; i < DRAWS; i++)
        draws[i] = again[i] = 1.2 * fol_t_quantile(u[i], INFINITY);
    fol_columns_calibrate(&columns, (fol_rows){x, N, 1, 1, 1}, DRAWS, draws);
    fol_columns_draw(&columns, 0, DRAWS, 1, again);
    assert_near(count(DRAWS, again, 1, 1), 0.4, 1e-3, "1");
    assert_near(count(DRAWS, again, 2, 2), 0.2, 1e-3, "2");
    assert_near(count(DRAWS, again, 3, 3), 0.3, 1e-3, "3");
    assert_near(count(DRAWS, again, 7, 7), 0.1, 1e-3, "7");
    const fol_column *column = columns.column;
    for (size_t k = 1; k < column->n_knots; k++)
        assert_true(column->at[k] >= column->at[k - 1]);
    fol_columns_clear(&columns);
}

// Columns of different kinds, the same knots for any number of threads.
static void test_threads(void **state)
{
    (void) state;
    enum { N = 500, D = 5 };
    double (*const quantiles[])(double) = {of_cauchy, of_normal, of_zeros, of_uniform, of_flag};
    static double table[N * D], mean[D];
    fol_columns columns[2];
    fol_context ctx;
    fol_context_init(&ctx);
    for (size_t j = 0; j < D; j++) {
        fill(N, j, quantiles[j]);
        memcpy(table + j * N, x, N * sizeof *x);
    }
    for (int k = 0; k < 2; k++) {
        double sd;
        ctx.threads = 1 + 2 * k;
        const fol_column_choice how = {.standardize = true};
        assert_int_equal(fol_columns_fit(&ctx, (fol_rows){table, N, D, 1, N}, NULL, &how, &columns[k], mean, &sd),
                         FOL_OK);
    }
    for (size_t j = 0; j < D; j++) {
        const fol_column *a = &columns[0].column[j], *b = &columns[1].column[j];
        assert_int_equal(a->n_knots, b->n_knots);
        if (a->n_knots > 0) {
            assert_memory_equal(a->at, b->at, a->n_knots * sizeof *a->at);
            assert_memory_equal(a->value, b->value, a->n_knots * sizeof *a->value);
        }
    }
    assert_memory_equal(columns[0].center, columns[1].center, D * sizeof(double));
    fol_columns_clear(&columns[0]);
    fol_columns_clear(&columns[1]);
}

// What varies is not constant, however small beside its mean or by itself; what does not is.
static void test_constant(void **state)
{
    (void) state;
    fol_columns columns;
    for (int k = 0; k < 2; k++) {
        fill(100, 1, of_normal);
        for (size_t i = 0; i < 100; i++)
            x[i] = k ? 1e-300 * x[i] : 1e12 + x[i];
        fit(100, 1, &columns);
        assert_near(columns.scale[0] * (k ? 1e300 : 1), 1, 0.2, "scale");
        fol_columns_clear(&columns);
    }
    fol_context ctx;
    fol_context_init(&ctx);
    double mean, sd;
    for (size_t i = 0; i < 100; i++)
        x[i] = 0.1;
    const fol_column_choice how = {.standardize = true};
    assert_int_equal(fol_columns_fit(&ctx, (fol_rows){x, 100, 1, 1, 1}, NULL, &how, &columns, &mean, &sd), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "column 1 is constant"));
    fol_columns_clear(&columns);
}

// transform none: plain, whatever the values show.
static void test_none(void **state)
{
    (void) state;
    fol_columns columns;
    fol_context ctx;
    fol_context_init(&ctx);
    double mean, sd;
    fill(1000, 1, of_flag);
    const fol_column_choice how = {.standardize = true, .transform = FOL_TRANSFORM_NONE};
    assert_int_equal(fol_columns_fit(&ctx, (fol_rows){x, 1000, 1, 1, 1}, NULL, &how, &columns, &mean, &sd), FOL_OK);
    assert_true(columns.column[0].n_knots == 0 && !columns.column[0].whole);
    fol_columns_clear(&columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),     cmocka_unit_test(test_scores),  cmocka_unit_test(test_atoms),
        cmocka_unit_test(test_calibrate), cmocka_unit_test(test_threads), cmocka_unit_test(test_constant),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
