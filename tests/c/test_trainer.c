// Tests of the trainer with objectives of their own: two networks in one vector of weights, threads, resuming, and
// what fails.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/threads.h"
#include "fit/trainer.h"
#include "network/mlp.h"
#include "random/rng.h"
#include "testing.h"

#define ROWS 300
#define FAIL_AT 7

// What goes wrong at step FAIL_AT.
typedef enum { NOTHING, SLICES_FAIL, LOSS_NOT_FINITE, VALIDATION_FAILS, VALIDATION_NOT_FINITE } fault;

// f(x) + g(x) = sin(2 x) on [-1, 1], squared error; a row is a point.
typedef struct {
    fol_objective base;
    fol_network *f, *g;
    fault fault;
    bool off_thread; // a slice ran on another thread than the calling one
    bool worsens;    // the held-out loss grows as the loss falls
    bool slow;       // the slices of step FAIL_AT take long
} toy;

typedef struct {
    fol_network_work f, g;
} toy_work;

static size_t lay_out(const toy *t, char *block, toy_work *work)
{
    size_t total = 0;
    const size_t rows = t->base.slice_rows;
    const size_t f = fol_layout_add(&total, t->f->work_size(t->f, rows, FOL_GRADIENT), 1);
    const size_t g = fol_layout_add(&total, t->g->work_size(t->g, rows, FOL_GRADIENT), 1);
    if (block) {
        t->f->work_init(t->f, rows, FOL_GRADIENT, block + f, &work->f);
        t->g->work_init(t->g, rows, FOL_GRADIENT, block + g, &work->g);
    }
    return total;
}

static fol_status toy_slice(const fol_objective *objective, const fol_slice *slice, fol_weights weights,
                            float *gradient, double *loss, void *block)
{
    toy *t = (toy *) objective;
    const size_t f_width = 1 + t->f->n_features, g_width = 1 + t->g->n_features;
    const bool due = slice->step == FAIL_AT;
    toy_work work;
    double x[ROWS];
    if (fol_thread_index() != 0)
        __atomic_store_n(&t->off_thread, true, __ATOMIC_RELAXED);
    if (due && t->fault == SLICES_FAIL && slice->first > 0) // all but the first, each in its own way
        return slice->first == objective->slice_rows ? FOL_E_NUMERIC : FOL_E_FORMAT;
    if (due && t->slow)
        usleep(50000);
    lay_out(t, block, &work);
    fol_rng_uniforms(1, FOL_STREAM_BATCH, (uint32_t) slice->step, slice->first, slice->rows, x);
    for (size_t i = 0; i < slice->rows; i++) {
        x[i] = 2 * x[i] - 1;
        work.f.in[i * f_width] = work.g.in[i * g_width] = (float) x[i];
        t->f->features(t->f, 1, &(double){0}, 0, work.f.in + i * f_width + 1);
        t->g->features(t->g, 1, &(double){0}, 0, work.g.in + i * g_width + 1);
    }
    const fol_weights of_f = fol_network_set_weights(&objective->networks, 0, weights);
    const fol_weights of_g = fol_network_set_weights(&objective->networks, 1, weights);
    t->f->forward(t->f, of_f, slice->rows, NULL, &work.f);
    t->g->forward(t->g, of_g, slice->rows, NULL, &work.g);
    *loss = due && t->fault == LOSS_NOT_FINITE ? NAN : 0;
    for (size_t i = 0; i < slice->rows; i++) {
        const float difference = work.f.out[i] + work.g.out[i] - (float) sin(2 * x[i]);
        *loss += (double) difference * (double) difference;
        work.f.out_gradient[i] = work.g.out_gradient[i] = 2 * difference / (float) objective->loss_terms;
    }
    t->f->backward(t->f, of_f, slice->rows, &work.f, false, gradient + objective->networks.values[0], NULL);
    t->g->backward(t->g, of_g, slice->rows, &work.g, false, gradient + objective->networks.values[1], NULL);
    return FOL_OK;
}

// A block of a validation, which does nothing.
static fol_status toy_block(void *job, size_t block, void *work, fol_run *run)
{
    (void) job;
    (void) block;
    (void) work;
    return fol_run_stopped(run) ? FOL_E_INTERRUPT : FOL_OK;
}

// f(x) + g(x) at some points.
static void toy_values(const toy *t, const float *values, size_t n, const double *x, double *sum)
{
    const fol_network *networks[] = {t->f, t->g};
    for (size_t k = 0; k < 2; k++) {
        const fol_network *net = networks[k];
        float *prepared = fol_alloc_zero(net->n_prepared[FOL_FORWARD], sizeof *prepared);
        void *block = fol_alloc(net->work_size(net, n, FOL_FORWARD), 1);
        const float *own = values + t->base.networks.values[k];
        fol_network_work work;
        fol_network_prepare(net, own, FOL_FORWARD, prepared);
        net->work_init(net, n, FOL_FORWARD, block, &work);
        for (size_t i = 0; i < n; i++) {
            float *in = work.in + i * (1 + net->n_features);
            *in = (float) x[i];
            net->features(net, 1, &(double){0}, 0, in + 1);
        }
        net->forward(net, (fol_weights){own, prepared}, n, NULL, &work);
        for (size_t i = 0; i < n; i++)
            sum[i] = (k > 0 ? sum[i] : 0) + (double) work.out[i];
        fol_free(block);
        fol_free(prepared);
    }
}

// The squared error at points of its own.
static double toy_loss(const toy *t, const float *values)
{
    enum { N = 16 };
    double x[N], sum[N], loss = 0;
    for (size_t i = 0; i < N; i++)
        x[i] = ((double) i + 0.5) / (N / 2) - 1;
    toy_values(t, values, N, x, sum);
    for (size_t i = 0; i < N; i++)
        loss += (sum[i] - sin(2 * x[i])) * (sum[i] - sin(2 * x[i])) / N;
    return t->worsens ? 1 - loss : loss;
}

static fol_status toy_validate(const fol_objective *objective, fol_context *ctx, const float *values,
                               fol_block_whole whole, double *loss)
{
    const toy *t = (const toy *) objective;
    const fol_block_plan plan = {.task = "loss", .n_blocks = 3, .block = toy_block, .whole = whole};
    *loss = t->fault == VALIDATION_NOT_FINITE ? INFINITY : toy_loss(t, values);
    return t->fault == VALIDATION_FAILS ? fol_fail_memory(ctx, "the validation") : fol_run_blocks(ctx, &plan);
}

static toy new_toy(fault fault)
{
    fol_context ctx;
    fol_context_init(&ctx);
    toy t = {.fault = fault};
    const fol_mlp_options wide = {{2, {16, 8}}, {&fol_activation_silu.base}, FOL_TIME_RAW, 1},
                          narrow = {{1, {5}}, {&fol_activation_tanh.base}, FOL_TIME_RAW, 1};
    assert_int_equal(fol_mlp_new(&ctx, &wide, 1, 1, &t.f), FOL_OK);
    assert_int_equal(fol_mlp_new(&ctx, &narrow, 1, 1, &t.g), FOL_OK);
    t.base = (fol_objective){.rows = ROWS,
                             .slice_rows = fol_slice_rows(ROWS),
                             .loss_terms = ROWS,
                             .networks = fol_network_set_of(2, (const fol_network *[]){t.f, t.g}, FOL_GRADIENT),
                             .slice = toy_slice,
                             .validate = toy_validate};
    t.base.work_size = lay_out(&t, NULL, NULL);
    return t;
}

static void free_toy(toy *t)
{
    fol_network_free(t->g);
    fol_network_free(t->f);
}

static fol_training_options small_options(void)
{
    static const fol_option table[] = {FOL_TRAINING_KEYS(0), {NULL, 0, 0, NULL, NULL, NULL}};
    fol_training_options options;
    fol_options_init(table, &options);
    options.steps = 30;
    options.report_every = FAIL_AT;
    options.adam.learning_rate = 0.01;
    options.adam.warmup = 0;
    options.adam.clip = 1;
    options.adam.ema = 0.9;
    return options;
}

static fol_status train(fol_context *ctx, const toy *t, const fol_training_options *options, const char *job,
                        fol_trained *trained)
{
    const fol_training training = {.objective = &t->base, .options = options, .job = job, .seed = 3};
    return fol_train(ctx, &training, trained);
}

static void free_trained(fol_trained *trained)
{
    fol_free(trained->weights);
    fol_free(trained->history);
}

// ---- learning ----

static void test_learns(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    toy t = new_toy(NOTHING);
    fol_training_options options = small_options();
    fol_trained trained;
    options.steps = 400;
    options.report_every = 150;
    assert_int_equal(train(&ctx, &t, &options, "{}", &trained), FOL_OK);
    assert_int_equal(trained.n_history, 4); // before the first step, and at the end
    assert_true(trained.history[0].step == 0 && isnan(trained.history[0].loss));
    assert_true(trained.history[2].step == 300 && trained.history[3].step == 400);
    assert_true(trained.history[1].loss > 4 * trained.history[3].loss);
    assert_near(trained.history[3].loss, 0, 2e-3, "loss"); // of sin(2 x), whose variance is 0.4
    assert_true(trained.step == 400 && trained.history[3].validation == toy_loss(&t, trained.weights));

    // Both networks have learned.
    float *first = fol_alloc(t.base.networks.n_weights, sizeof *first);
    fol_network_set_init(&t.base.networks, 3, first);
    for (size_t k = 0; k < 2; k++)
        assert_true(first[t.base.networks.values[k]] != trained.weights[t.base.networks.values[k]]);
    fol_free(first);
    free_trained(&trained);
    free_toy(&t);
}

// Makes path, which ends in XXXXXX, the name of no file.
static void free_name(char *path)
{
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    remove(path);
}

// The weights of the least held-out loss are kept, be they the first, and the run stops when none has been better for a
// while; so it does when it goes on from its checkpoint.
static void test_keeps_best(void **state)
{
    (void) state;
    char path[] = "trainer-XXXXXX";
    free_name(path);
    fol_context ctx;
    fol_context_init(&ctx);
    toy t = new_toy(NOTHING);
    t.worsens = true;
    fol_training_options options = small_options();
    options.steps = 400;
    options.patience = 2 * FAIL_AT;
    strcpy(options.checkpoint, path);
    float *first = fol_alloc(t.base.networks.n_weights, sizeof *first);
    fol_network_set_init(&t.base.networks, 3, first);
    for (int again = 0; again < 2; again++) {
        fol_trained trained;
        assert_int_equal(train(&ctx, &t, &options, "{}", &trained), FOL_OK);
        assert_true(trained.step == 0 && trained.n_history == 3 && trained.history[2].step == 2 * FAIL_AT);
        assert_memory_equal(trained.weights, first, t.base.networks.n_weights * sizeof *first);
        free_trained(&trained);
    }
    remove(path);
    fol_free(first);
    free_toy(&t);
}

// With a gain, weights are left only for a loss that is less by that share.
static void test_gain(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    toy t = new_toy(NOTHING);
    fol_training_options options = small_options();
    options.steps = 400;
    options.report_every = 20;
    options.patience = 400;
    const double gains[] = {0, 0.3, 0.999999};
    for (int k = 0; k < 3; k++) {
        const fol_training training = {
            .objective = &t.base, .options = &options, .job = "{}", .seed = 3, .gain = gains[k]};
        fol_trained trained;
        assert_int_equal(fol_train(&ctx, &training, &trained), FOL_OK);
        size_t kept = 0;
        for (size_t i = 1; i < trained.n_history; i++)
            if (trained.history[i].validation < (1 - gains[k]) * trained.history[kept].validation)
                kept = i;
        assert_true(trained.step == (int64_t) trained.history[kept].step);
        assert_true((k == 0) == (kept == trained.n_history - 1) && (k == 2) == (kept == 0));
        free_trained(&trained);
    }
    free_toy(&t);
}

static void assert_same(const toy *t, const fol_trained *a, const fol_trained *b)
{
    assert_memory_equal(a->weights, b->weights, t->base.networks.n_weights * sizeof(float));
    assert_int_equal(a->n_history, b->n_history);
    assert_memory_equal(a->history, b->history, a->n_history * sizeof *a->history);
    assert_int_equal(a->step, b->step);
}

// The same bits on any threads; a serial objective stays on the calling one.
static void test_threads(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    toy t = new_toy(NOTHING);
    const fol_training_options options = small_options();
    fol_trained one, several;
    ctx.threads = 1;
    assert_int_equal(train(&ctx, &t, &options, "{}", &one), FOL_OK);
    ctx.threads = 3;
    assert_int_equal(train(&ctx, &t, &options, "{}", &several), FOL_OK);
    assert_same(&t, &one, &several);
    free_trained(&several);
    t.base.serial = true;
    t.off_thread = false;
    assert_int_equal(train(&ctx, &t, &options, "{}", &several), FOL_OK);
    assert_false(t.off_thread);
    assert_same(&t, &one, &several);
    free_trained(&several);
    free_trained(&one);
    free_toy(&t);
}

// Stops runs at their second, third, fourth, ... poll, which may come from a validation.
struct stopper {
    int calls, most;
};

static int stop_later_and_later(const fol_progress *progress, void *data)
{
    struct stopper *s = data;
    assert_string_equal(progress->task, "fit");
    assert_int_equal(progress->total, 30);
    assert_true(progress->done <= 30 && (progress->loss > 0 || progress->done == 0));
    return ++s->calls == s->most;
}

// Interrupted and resumed, the run is that in one go; the checkpoint is refused for another job, and as another file.
static void test_resume(void **state)
{
    (void) state;
    char path[] = "trainer-XXXXXX";
    free_name(path);
    fol_context ctx;
    fol_context_init(&ctx);
    toy t = new_toy(NOTHING);
    fol_training_options options = small_options();
    fol_trained whole, parts;
    assert_int_equal(train(&ctx, &t, &options, "{}", &whole), FOL_OK);

    struct stopper stopper = {0, 2};
    strcpy(options.checkpoint, path);
    ctx.poll = stop_later_and_later;
    ctx.data = &stopper;
    fol_status status;
    while ((status = train(&ctx, &t, &options, "{\"a\":1,\"b\":[2]}", &parts)) == FOL_E_INTERRUPT) {
        assert_null(parts.weights);
        stopper = (struct stopper){0, stopper.most + 1};
    }
    assert_int_equal(status, FOL_OK);
    assert_true(stopper.most >= 4);
    assert_same(&t, &whole, &parts);
    free_trained(&parts);

    assert_int_equal(train(&ctx, &t, &options, "{\"a\":1,\"b\":[3]}", &parts), FOL_E_INPUT);
    assert_string_equal(ctx.failure.source, path);
    assert_string_equal(ctx.failure.argument, "checkpoint");
    assert_string_equal(ctx.failure.wanted,
                        "belongs to another fit (its `b` is different). Give another file, or remove it.");
    assert_int_equal(train(&ctx, &t, &options, "{\"a\":1}", &parts), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "(its `b` is different)"));
    remove(path);
    free_trained(&whole);
    free_toy(&t);
}

// Stops at the second poll in a row that is told the same, which comes in the midst of a step.
static int stop_within_step(const fol_progress *progress, void *data)
{
    size_t *last = data;
    const bool again = progress->done == *last;
    *last = progress->done;
    return again;
}

// A step that takes a second ends at once, as if it had not begun.
static void test_interrupt_within_step(void **state)
{
    (void) state;
    for (int threads = 1; threads <= 2; threads++) {
        char path[] = "trainer-XXXXXX";
        free_name(path);
        fol_context ctx;
        fol_context_init(&ctx);
        ctx.threads = threads;
        toy t = new_toy(NOTHING);
        t.base.slice_rows = 16;
        t.base.validate = NULL;
        fol_training_options options = small_options();
        fol_trained whole, parts;
        assert_int_equal(train(&ctx, &t, &options, "{}", &whole), FOL_OK);
        strcpy(options.checkpoint, path);
        size_t last = SIZE_MAX;
        t.slow = true;
        ctx.poll = stop_within_step;
        ctx.data = &last;
        assert_int_equal(train(&ctx, &t, &options, "{}", &parts), FOL_E_INTERRUPT);
        assert_non_null(strstr(ctx.message, "Interrupted at step 6 of 30."));
        ctx.poll = NULL;
        t.slow = false;
        assert_int_equal(train(&ctx, &t, &options, "{}", &parts), FOL_OK);
        assert_same(&t, &whole, &parts);
        remove(path);
        free_trained(&whole);
        free_trained(&parts);
        free_toy(&t);
    }
}

// ---- failures ----

static const struct {
    fault fault;
    fol_status status;
    const char *remedy, *sentence;
} failures[] = {
    {SLICES_FAIL, FOL_E_NUMERIC, NULL, "Training stopped at step 7 of 30: a value became non-finite."},
    {LOSS_NOT_FINITE, FOL_E_NUMERIC, NULL,
     "The loss became non-finite at step 7 of 30. Try a smaller `learning_rate` (now 0.01) or a finite `clip`."},
    {LOSS_NOT_FINITE, FOL_E_NUMERIC, "more `rest`",
     "The loss became non-finite at step 7 of 30. Try a smaller `learning_rate` (now 0.01), a finite `clip`, or more "
     "`rest`."},
    {VALIDATION_FAILS, FOL_E_MEMORY, NULL, "There is not enough memory for the validation."},
    {VALIDATION_NOT_FINITE, FOL_E_NUMERIC, NULL,
     "The validation loss became non-finite at step 0 of 30. Try a smaller `learning_rate` (now 0.01) or a finite "
     "`clip`."},
};

static void test_failures(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        for (int threads = 1; threads <= 4; threads++) {
            fol_context ctx;
            fol_context_init(&ctx);
            ctx.threads = threads;
            toy t = new_toy(failures[i].fault);
            t.base.remedy = failures[i].remedy;
            const fol_training_options options = small_options();
            fol_trained trained;
            assert_int_equal(train(&ctx, &t, &options, "{}", &trained), failures[i].status);
            assert_string_equal(ctx.message, failures[i].sentence);
            assert_true(!trained.weights && !trained.history && trained.n_history == 0);
            free_toy(&t);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns),   cmocka_unit_test(test_keeps_best),
        cmocka_unit_test(test_gain),     cmocka_unit_test(test_threads),
        cmocka_unit_test(test_resume),   cmocka_unit_test(test_interrupt_within_step),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests_name("trainer", tests, NULL, NULL);
}
