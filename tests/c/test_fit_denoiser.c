// Tests of training: it learns, for every process and parametrisation; same bits on any threads and after an
// interruption; refusals.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fit/fit_denoiser.h"
#include "fit/loss.h"
#include "fit/model_file.h"
#include "testing.h"

#define ROWS 2000

static fol_fit_options small_options(void)
{
    fol_fit_options options;
    fol_options_init(fol_fit_option_table, &options);
    options.process = paper_process(PROCESS_vp);
    options.network.hidden = (fol_ints){2, {32, 32}};
    options.training.steps = 60;
    options.training.batch = 200;
    options.training.report_every = 25;
    return options;
}

// ROWS draws of the plane mixture; the caller frees them.
static double *plane_rows(void)
{
    fol_target *gmm = new_plane();
    double *x = fol_alloc(ROWS * PLANE_D, sizeof *x);
    gmm->draw(gmm, 77, 0, ROWS, x);
    fol_target_free(gmm);
    return x;
}

static fol_rows as_rows(const double *x)
{
    return (fol_rows){x, ROWS, PLANE_D, PLANE_D, 1};
}

static fol_model *fit_with(fol_context *ctx, const double *x, const fol_fit_options *options)
{
    fol_model *model;
    if (fol_fit_denoiser(ctx, as_rows(x), NULL, options, &model) != FOL_OK)
        fail_msg("%s", ctx->message);
    return model;
}

// ---- learning ----

// A short training brings the excess over the Bayes floor down, and the history's validation loss is the loss. A
// network that predicts the denoised value is not accurate enough for the eps-MSE at high SNR, so there only late times
// count.
static void test_learns(void **state)
{
    (void) state;
    double *x = plane_rows();
    fol_target *gmm = new_plane();
    for (int kind = 0; kind < N_PROCESSES; kind++)
        for (int parametrization = 0; parametrization < 3; parametrization++) {
            char what[100];
            snprintf(what, sizeof what, "%s, parametrization %d", fol_processes[kind]->name, parametrization);
            fol_context ctx;
            fol_context_init(&ctx);
            ctx.seed = 5;
            ctx.threads = 1;
            fol_fit_options options = small_options();
            options.process = paper_process(kind);
            set_parameter(&options.process, "snr_end", 20); // localization: not almost all times at high SNR
            options.parametrization = parametrization;
            options.standardize = false;
            options.training.steps = 1500;
            fol_model *model = fit_with(&ctx, x, &options);
            fol_denoiser *learned, *exact = new_exact(gmm, &model->process);
            assert_int_equal(fol_model_denoiser(&ctx, model, &learned), FOL_OK);
            fol_loss loss;
            fol_loss_bin bins[2];
            const fol_loss_options loss_options = {.repeats = 4, .n_bins = 2, .seed = 5};
            assert_int_equal(fol_denoising_loss(&ctx, learned, exact, as_rows(x), &loss_options, &loss, bins), FOL_OK);
            const double excess = parametrization == FOL_DENOISED ? bins[1].loss.excess.mean : loss.excess.mean;
            assert_near(excess, 0, parametrization == FOL_EDM ? 0.02 : 0.06, what);
            const fol_fit_end end = fol_model_end(model);
            assert_true(end.steps <= 1500 && model->n_history == (size_t) end.steps / 25 + 1);
            assert_true(end.kept >= 400 && end.validation < end.untrained);
            // 4 standard errors of the difference: a tenth of the rows is held out.
            assert_near(end.validation, loss.loss.mean, 4 * sqrt(1 + 10) * loss.loss.se, what);
            assert_true(parametrization == FOL_DENOISED || loss.loss.se < 0.02);
            fol_denoiser_free(learned);
            fol_denoiser_free(exact);
            fol_model_free(model);
        }
    fol_target_free(gmm);
    fol_free(x);
}

// A standardised fit of shifted and stretched data is the fit of the data, but for centre and scale.
static void test_standardize(void **state)
{
    (void) state;
    double *x = plane_rows(), *moved = fol_alloc(ROWS * PLANE_D, sizeof *moved);
    for (size_t i = 0; i < ROWS; i++) {
        moved[2 * i] = 100 + 8 * x[2 * i];
        moved[2 * i + 1] = -3 + 0.25 * x[2 * i + 1];
    }
    fol_context ctx;
    fol_context_init(&ctx);
    const fol_fit_options options = small_options();
    fol_model *a = fit_with(&ctx, x, &options), *b = fit_with(&ctx, moved, &options);
    assert_near(b->columns.center[0], 100 + 8 * a->columns.center[0], 1e-10, "center");
    assert_near(b->columns.scale[1], 0.25 * a->columns.scale[1], 1e-12, "scale");
    assert_true(a->data_sd == 1 && a->mean[0] == 0);
    for (size_t i = 0; i < a->network->n_weights; i++)
        assert_near(b->weights[i], a->weights[i], 1e-3, "weight");
    fol_model_free(b);
    fol_model_free(a);
    fol_free(moved);
    fol_free(x);
}

// ---- same bits ----

static void assert_same_model(fol_context *ctx, const fol_model *a, const fol_model *b)
{
    unsigned char *bytes_a, *bytes_b;
    size_t n_a, n_b;
    assert_int_equal(fol_model_pack(ctx, a, &bytes_a, &n_a), FOL_OK);
    assert_int_equal(fol_model_pack(ctx, b, &bytes_b, &n_b), FOL_OK);
    assert_int_equal(n_a, n_b);
    assert_memory_equal(bytes_a, bytes_b, n_a);
    fol_free(bytes_b);
    fol_free(bytes_a);
}

static void test_threads(void **state)
{
    (void) state;
    double *x = plane_rows();
    fol_context ctx;
    fol_context_init(&ctx);
    fol_fit_options options = small_options();
    for (int clip = 0; clip < 2; clip++) {
        options.training.adam.clip = clip ? 0.1 : INFINITY;
        ctx.threads = 1;
        fol_model *one = fit_with(&ctx, x, &options);
        for (ctx.threads = 2; ctx.threads <= 4; ctx.threads++) {
            fol_model *several = fit_with(&ctx, x, &options);
            assert_same_model(&ctx, one, several);
            fol_model_free(several);
        }
        fol_model_free(one);
    }
    fol_free(x);
}

// Column-major data, as R has it, are the same data.
static void test_strides(void **state)
{
    (void) state;
    double *x = plane_rows(), *columns = fol_alloc(ROWS * PLANE_D, sizeof *columns);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < PLANE_D; j++)
            columns[j * ROWS + i] = x[i * PLANE_D + j];
    fol_context ctx;
    fol_context_init(&ctx);
    const fol_fit_options options = small_options();
    fol_model *a = fit_with(&ctx, x, &options), *b;
    assert_int_equal(fol_fit_denoiser(&ctx, (fol_rows){columns, ROWS, PLANE_D, 1, ROWS}, NULL, &options, &b), FOL_OK);
    assert_same_model(&ctx, a, b);
    fol_model_free(b);
    fol_model_free(a);
    fol_free(columns);
    fol_free(x);
}

static int stop_after(const fol_progress *progress, void *data)
{
    return progress->done >= *(const size_t *) data;
}

// Stops at the call of that number.
struct stopper {
    int calls, last;
};

static int stop_at_last(const fol_progress *progress, void *data)
{
    struct stopper *s = data;
    (void) progress;
    return ++s->calls == s->last;
}

// Interrupted again and again, each time a poll later, on varying threads: the bits of a run in one go. The first poll
// comes after one step, the second at most at the next report, so there are two interruptions or more.
static void test_resume(void **state)
{
    (void) state;
    char path[] = "checkpoint-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    remove(path);
    double *x = plane_rows();
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.seed = 9;
    fol_fit_options options = small_options();
    options.training.adam.clip = 1;
    fol_model *whole = fit_with(&ctx, x, &options), *model;

    struct stopper stopper;
    strcpy(options.training.checkpoint, path);
    ctx.poll = stop_at_last;
    ctx.data = &stopper;
    for (int i = 0;; i++) {
        ctx.threads = i % 4 + 1;
        stopper = (struct stopper){0, i + 2};
        const fol_status status = fol_fit_denoiser(&ctx, as_rows(x), NULL, &options, &model);
        if (status == FOL_OK) {
            assert_true(i >= 2);
            break;
        }
        assert_int_equal(status, FOL_E_INTERRUPT);
        assert_null(model);
        assert_true(access(path, F_OK) != 0 || strstr(ctx.message, path)); // earlier there is nothing to go on from
    }
    ctx.poll = NULL;
    assert_same_model(&ctx, whole, model);
    fol_model_free(model);

    // Finished: the checkpoint holds the whole run, for the same fit alone.
    model = fit_with(&ctx, x, &options);
    assert_same_model(&ctx, whole, model);
    fol_model_free(model);
    options.training.adam.learning_rate = 0.5;
    assert_int_equal(fol_fit_denoiser(&ctx, as_rows(x), NULL, &options, &model), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`learning_rate`"));
    options = small_options();
    options.training.adam.clip = 1;
    strcpy(options.training.checkpoint, path);
    x[0] += 1;
    assert_int_equal(fol_fit_denoiser(&ctx, as_rows(x), NULL, &options, &model), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`data`"));
    x[0] -= 1;

    // A torn checkpoint is refused.
    assert_int_equal(truncate(path, 3000), 0);
    assert_int_equal(fol_fit_denoiser(&ctx, as_rows(x), NULL, &options, &model), FOL_E_FORMAT);
    assert_non_null(strstr(ctx.message, path));
    remove(path);
    fol_model_free(whole);
    fol_free(x);
}

static void test_interrupt_without_checkpoint(void **state)
{
    (void) state;
    double *x = plane_rows();
    fol_context ctx;
    fol_context_init(&ctx);
    size_t stop = 10;
    ctx.poll = stop_after;
    ctx.data = &stop;
    const fol_fit_options options = small_options();
    fol_model *model;
    assert_int_equal(fol_fit_denoiser(&ctx, as_rows(x), NULL, &options, &model), FOL_E_INTERRUPT);
    assert_null(model);
    fol_free(x);
}

// ---- refusals ----

static void assert_refused(fol_rows x, const fol_fit_options *options, fol_status status, const char *phrase)
{
    const char *const names[] = {"a", "b"};
    fol_context ctx;
    fol_context_init(&ctx);
    fol_model *model;
    assert_int_equal(fol_fit_denoiser(&ctx, x, names, options, &model), status);
    assert_null(model);
    if (!strstr(ctx.message, phrase))
        fail_msg("'%s' is not in: %s", phrase, ctx.message);
}

static void test_refusals(void **state)
{
    (void) state;
    double *x = plane_rows();
    fol_fit_options options = small_options();
    assert_refused((fol_rows){x, 1, 2, 2, 1}, &options, FOL_E_INPUT, "at least 2 rows");
    assert_refused((fol_rows){x, 5, 0, 2, 1}, &options, FOL_E_INPUT, "at least 1 column");
    x[2 * 3 + 1] = NAN;
    assert_refused(as_rows(x), &options, FOL_E_INPUT, "`x` must be finite, but row 4, column 2 is nan.");
    x[2 * 3 + 1] = -INFINITY;
    assert_refused(as_rows(x), &options, FOL_E_INPUT, "-inf");
    for (size_t i = 0; i < ROWS; i++)
        x[2 * i + 1] = 3;
    assert_refused(as_rows(x), &options, FOL_E_INPUT, "column 2 (`b`) is constant");
    for (size_t i = 0; i < ROWS; i++)
        x[2 * i + 1] = i % 2 ? 1e200 : -1e200;
    assert_refused(as_rows(x), &options, FOL_E_INPUT, "too large");
    set_parameter(&options.process, "beta_max", -1);
    assert_refused(as_rows(x), &options, FOL_E_INPUT, "`beta_max`");
    fol_free(x);
}

static void test_non_finite_loss(void **state)
{
    (void) state;
    double *x = plane_rows();
    fol_fit_options options = small_options();
    options.parametrization = FOL_EPSILON;
    options.standardize = false;
    for (size_t i = 0; i < ROWS * PLANE_D; i++)
        x[i] *= 1e28;
    assert_refused(as_rows(x), &options, FOL_E_NUMERIC, "at step 2 of 60");
    assert_refused(as_rows(x), &options, FOL_E_NUMERIC, "`standardize`");
    fol_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns),   cmocka_unit_test(test_standardize),
        cmocka_unit_test(test_threads),  cmocka_unit_test(test_strides),
        cmocka_unit_test(test_resume),   cmocka_unit_test(test_interrupt_without_checkpoint),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_non_finite_loss),
    };
    return cmocka_run_group_tests_name("fit_denoiser", tests, NULL, NULL);
}
