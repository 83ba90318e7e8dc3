// Tests of the loss: the Bayes floors of MATH 2, excess, bins, standard errors, same bits, refusals.
#include "fit/loss.h"
#include "random/rng.h"
#include "testing.h"

static const fol_loss_options once = {.repeats = 1};

static fol_loss loss_of(const fol_denoiser *den, const fol_denoiser *exact, fol_rows x, const fol_loss_options *options,
                        uint64_t seed, fol_loss_bin *bins)
{
    fol_context ctx;
    fol_loss loss;
    fol_loss_options seeded = *options;
    seeded.seed = seed;
    fol_context_init(&ctx);
    if (fol_denoising_loss(&ctx, den, exact, x, &seeded, &loss, bins) != FOL_OK)
        fail_msg("%s", ctx.message);
    return loss;
}

// ---- floors ----

// One Gaussian N(0, I); 4 standard errors and half a last digit.
static void test_gaussian_floor(void **state)
{
    (void) state;
    enum { n = 20000, d = 4 };
    const double want[] = {0.2760, 0.3477}, mean[d] = {0}, sd[d] = {1, 1, 1, 1}, weight[] = {1};
    double *x = fol_alloc(n * d, sizeof *x);
    fol_target *gmm = new_gmm(1, d, mean, sd, weight);
    gmm->draw(gmm, 1, 0, n, x);
    for (int kind = 0; kind < 2; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(gmm, &process);
        const fol_loss loss = loss_of(den, den, (fol_rows){x, n, d, d, 1}, &once, 2, NULL);
        assert_near(loss.loss.mean, want[kind], 4 * loss.loss.se + 5e-5, fol_processes[kind]->name);
        assert_true(loss.loss.se > 0 && loss.loss.se < 0.005);
        assert_true(loss.floor.mean == loss.loss.mean && loss.excess.mean == 0);
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
    fol_free(x);
}

// Ten components N(mu_i, I), mu_i uniform in the ball of radius 6, averaged over draws of mu: the check values of
// MATH 2 within 4 standard errors over these draws and one unit of their last digit.
static void test_mixture_floors(void **state)
{
    (void) state;
    enum { n = 3000, k = 10, most = 50, n_draws = 12 };
    const size_t dims[] = {10, 25, 50};
    const double want[2][3] = {{0.318, 0.293, 0.285}, {0.415, 0.375, 0.361}};
    double *x = fol_alloc(n * most, sizeof *x);
    double sd[k * most], weight[k];
    for (size_t i = 0; i < k * most; i++)
        sd[i] = weight[i % k] = 1;
    for (size_t c = 0; c < 3; c++) {
        const size_t d = dims[c];
        double sum[2] = {0}, square[2] = {0};
        for (uint64_t seed = 1; seed <= n_draws; seed++) {
            float z[k * most];
            double radius[k], mean[k * most];
            fol_rng_normals(seed, FOL_STREAM_PILOT, 0, 0, k * d, z);
            fol_rng_uniforms(seed, FOL_STREAM_PILOT, 1, 0, k, radius);
            for (size_t i = 0; i < k; i++) {
                double norm = 0;
                for (size_t j = 0; j < d; j++)
                    norm += (double) z[i * d + j] * (double) z[i * d + j];
                for (size_t j = 0; j < d; j++)
                    mean[i * d + j] = 6 * pow(radius[i], 1 / (double) d) * (double) z[i * d + j] / sqrt(norm);
            }
            fol_target *gmm = new_gmm(k, d, mean, sd, weight);
            gmm->draw(gmm, seed, 0, n, x);
            for (int kind = 0; kind < 2; kind++) {
                const fol_process process = paper_process(kind);
                fol_denoiser *den = new_exact(gmm, &process);
                const double floor = loss_of(den, NULL, (fol_rows){x, n, d, d, 1}, &once, seed, NULL).loss.mean;
                sum[kind] += floor;
                square[kind] += floor * floor;
                fol_denoiser_free(den);
            }
            fol_target_free(gmm);
        }
        for (int kind = 0; kind < 2; kind++) {
            const double mean = sum[kind] / n_draws;
            const double se = sqrt((square[kind] / n_draws - mean * mean) / (n_draws - 1));
            assert_true(se < 0.003);
            assert_near(mean, want[kind][c], 4 * se + 0.001, fol_processes[kind]->name);
        }
    }
    fol_free(x);
}

// ---- excess, standard errors, bins ----

// A denoiser that is wrong by 0.3 / sqrt(1 + snr) in every column.
static const fol_denoiser *wrong_base;

static size_t wrong_work_size(const fol_field *den, size_t n)
{
    (void) den;
    return fol_field_work_size(&wrong_base->field, n);
}

static fol_status wrong_eval(const fol_field *den, size_t n, const double *x, const fol_instant *when, size_t stride,
                             double *denoised, void *work)
{
    fol_field_eval(&wrong_base->field, n, x, when, stride, denoised, work);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < den->n_in; j++)
            denoised[i * den->n_in + j] += 0.3 / sqrt(1 + when[i * stride].snr);
    return FOL_OK;
}

static void test_excess(void **state)
{
    (void) state;
    enum { n = 30000, n_bins = 5 };
    const fol_loss_options options = {.repeats = 2, .n_bins = n_bins};
    fol_target *gmm = new_plane();
    double *x = fol_alloc(n * 2, sizeof *x);
    gmm->draw(gmm, 1, 0, n, x);
    const fol_process process = paper_process(PROCESS_pbm);
    fol_denoiser *exact = new_exact(gmm, &process);
    const fol_denoiser wrong = {
        {.n_in = 2, .n_out = 2, .work_size = wrong_work_size, .eval = wrong_eval}, process, exact->data_var};
    wrong_base = exact;
    fol_loss_bin bins[n_bins];
    // excess 0.09 snr / (1 + snr), whose mean over time is the floor of N(0, I)
    const fol_loss loss = loss_of(&wrong, exact, (fol_rows){x, n, 2, 2, 1}, &options, 2, bins);
    assert_near(loss.excess.mean, 0.09 * 0.3477, 1e-5, "excess: the same noise, so hardly any error");
    assert_near(loss.loss.mean - loss.floor.mean, loss.excess.mean, 4 * loss.loss.se, "difference");
    double n_all = 0, sum = 0;
    for (size_t b = 0; b < n_bins; b++) {
        assert_near(bins[b].tau_low, 0.2 * (double) b, 1e-15, "bin");
        assert_near(bins[b].tau_high, 0.2 * (double) (b + 1), 1e-15, "bin");
        assert_near(bins[b].n, 2.0 * n / n_bins, 4, "times fill the bins evenly");
        n_all += bins[b].n;
        sum += bins[b].n * bins[b].loss.excess.mean;
    }
    assert_near(n_all, 2.0 * n, 0, "evaluations");
    assert_near(sum / n_all, loss.excess.mean, 1e-12, "bins add up");
    fol_denoiser_free(exact);
    fol_target_free(gmm);
    fol_free(x);
}

// Over seeds the loss scatters about its mean by no more than its standard error, and by not much less than half.
static void test_standard_error(void **state)
{
    (void) state;
    enum { n = 700, n_seeds = 200 };
    fol_target *gmm = new_plane();
    double x[n * 2], sum = 0, square = 0, se = 0;
    const fol_process process = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(gmm, &process);
    for (uint64_t seed = 0; seed < n_seeds; seed++) {
        gmm->draw(gmm, seed, 0, n, x);
        const fol_loss loss = loss_of(den, NULL, (fol_rows){x, n, 2, 2, 1}, &once, 1000 + seed, NULL);
        assert_true(isnan(loss.floor.mean) && isnan(loss.excess.mean));
        sum += loss.loss.mean;
        square += loss.loss.mean * loss.loss.mean;
        se += loss.loss.se / n_seeds;
    }
    const double mean = sum / n_seeds, scatter = sqrt((square - n_seeds * mean * mean) / (n_seeds - 1));
    const double slack = 1 + 4 / sqrt(2.0 * n_seeds); // 4 standard errors of a standard deviation
    assert_true(scatter < se * slack);
    assert_true(scatter > se / 2 / slack);
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

// ---- bits and faults ----

static void test_same_bits(void **state)
{
    (void) state;
    enum { n = 1500 };
    const fol_loss_options options = {.repeats = 3, .n_bins = 4};
    fol_target *gmm = new_plane();
    double x[n * 2], columns[2 * n];
    gmm->draw(gmm, 1, 0, n, x);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < 2; j++)
            columns[j * n + i] = x[i * 2 + j];
    const fol_process process = paper_process(PROCESS_localization);
    fol_denoiser *den = new_exact(gmm, &process);
    fol_loss first, other;
    fol_loss_bin first_bins[4], bins[4];
    fol_context ctx;
    fol_context_init(&ctx);
    for (int threads = 1; threads <= 4; threads++) {
        ctx.threads = threads;
        const fol_rows rows = threads % 2 ? (fol_rows){x, n, 2, 2, 1} : (fol_rows){columns, n, 2, 1, n};
        assert_int_equal(fol_denoising_loss(&ctx, den, den, rows, &options, threads == 1 ? &first : &other,
                                            threads == 1 ? first_bins : bins),
                         FOL_OK);
        if (threads == 1)
            continue;
        assert_memory_equal(&first, &other, sizeof first);
        assert_memory_equal(first_bins, bins, sizeof bins);
    }
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

// The loss as part of a longer computation: what polls are told is the whole's.
static void tell_half(const void *data, fol_progress *progress)
{
    *progress = (fol_progress){"whole", 1, 2, *(const double *) data};
}

static int check_half(const fol_progress *progress, void *data)
{
    (void) data;
    assert_string_equal(progress->task, "whole");
    assert_true(progress->done == 1 && progress->total == 2 && progress->loss == 0.5);
    return 1;
}

static int stop_at_once(const fol_progress *progress, void *data)
{
    (void) data;
    assert_string_equal(progress->task, "loss");
    return 1;
}

static void test_faults(void **state)
{
    (void) state;
    enum { n = 100000 };
    fol_target *gmm = new_plane();
    const fol_process process = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(gmm, &process);
    fol_context ctx;
    fol_loss loss;
    fol_context_init(&ctx);
    double bad[] = {1, 2, 3, INFINITY};
    const fol_loss_options none = {.repeats = 0}, many = {.repeats = 100000};
    assert_int_equal(fol_denoising_loss(&ctx, den, NULL, (fol_rows){bad, 2, 2, 2, 1}, &once, &loss, NULL), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`x` must be finite, but row 2, column 2 is inf.");
    assert_int_equal(fol_denoising_loss(&ctx, den, NULL, (fol_rows){bad, 3, 1, 1, 1}, &once, &loss, NULL), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`x` must have 2 columns, as the denoiser has, not 1.");
    assert_int_equal(fol_denoising_loss(&ctx, den, NULL, (fol_rows){bad, 0, 2, 2, 1}, &once, &loss, NULL), FOL_E_INPUT);
    assert_int_equal(fol_denoising_loss(&ctx, den, NULL, (fol_rows){bad, 1, 2, 2, 1}, &none, &loss, NULL), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`repeats`"));
    ctx.poll = stop_at_once;
    double *x = fol_alloc_zero(n * 2, sizeof *x);
    assert_int_equal(fol_denoising_loss(&ctx, den, NULL, (fol_rows){x, n, 2, 2, 1}, &many, &loss, NULL),
                     FOL_E_INTERRUPT);
    const double half = 0.5;
    const fol_loss_options part = {.repeats = 100000, .whole = {tell_half, &half}};
    ctx.poll = check_half;
    assert_int_equal(fol_denoising_loss(&ctx, den, NULL, (fol_rows){x, n, 2, 2, 1}, &part, &loss, NULL),
                     FOL_E_INTERRUPT);
    fol_free(x);
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaussian_floor), cmocka_unit_test(test_mixture_floors), cmocka_unit_test(test_excess),
        cmocka_unit_test(test_standard_error), cmocka_unit_test(test_same_bits),      cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
