// Training: learn the denoiser of a process from data by minibatch score matching (MATH 2).
#include "fit_denoiser.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/memory.h"
#include "../base/version.h"
#include "../random/rng.h"
#include "fit_checkpoint.h"
#include "loss.h"

#define MAX_ROWS 0xffffffffu        // a row is drawn with 32 random bits
#define SPLIT_GROUP 64              // rows whose random numbers for the split are drawn at once
#define VALIDATION_ROWS 2048        // of the held-out rows, the most that a validation looks at;
#define VALIDATION_EVALUATIONS 2048 // few rows are noised several times
#define VALIDATION_SEED 0x5bd1e995u // added to the seed: validation noise is not training noise
#define POLL_SECONDS 0.05

const fol_option fol_fit_option_table[] = {
    FOL_PROCESS_KEYS(offsetof(fol_fit_options, process)),
    FOL_MLP_KEYS(offsetof(fol_fit_options, network)),
    {"parametrization", FOL_OPTION_CHOICE, offsetof(fol_fit_options, parametrization), "edm",
     FOL_PARAMETRIZATION_CHOICES, "what the network predicts"},
    {"steps", FOL_OPTION_INT, offsetof(fol_fit_options, steps), "8000", "[1,1e9]", "optimiser steps"},
    {"batch", FOL_OPTION_INT, offsetof(fol_fit_options, batch), "1024", "[1,1e6]", "rows per optimiser step"},
    FOL_ADAM_KEYS(offsetof(fol_fit_options, adam)),
    {"validation", FOL_OPTION_REAL, offsetof(fol_fit_options, validation), "0.1", "[0,0.9]",
     "fraction of the rows held out to check the loss"},
    {"standardize", FOL_OPTION_FLAG, offsetof(fol_fit_options, standardize), "true", NULL,
     "centre and scale the columns first"},
    {"report_every", FOL_OPTION_INT, offsetof(fol_fit_options, report_every), "200", "[1,1e9]",
     "steps between entries of the loss history"},
    {"checkpoint", FOL_OPTION_TEXT, offsetof(fol_fit_options, checkpoint), "", NULL,
     "file to save to at intervals and to resume from"},
    {"checkpoint_every", FOL_OPTION_REAL, offsetof(fol_fit_options, checkpoint_every), "30", "(0,inf)",
     "seconds between checkpoints"},
    {NULL, 0, 0, NULL, NULL, NULL},
};

// A fit under way.
typedef struct {
    fol_context *ctx;
    const fol_fit_options *options;
    size_t n, n_train, d;
    float *x;                      // (n, d) standardised rows less their mean; the first n_train are trained on
    double *center, *scale, *mean; // (d) each, see model.h
    double sd;
    fol_mlp mlp;
    float *state_block;
    fol_fit_progress progress;
    size_t history_room;
    double *held_out; // (n_held_out, d) rows for validation, on the denoiser's coordinates
    size_t n_held_out;
    char *config; // JSON of the options, version and seed
    char *job;    // config and the data's fingerprint: which fit a checkpoint belongs to
    fol_denoiser *averaged;
    fol_score_trainer *trainer;
} fit;

static fol_status check_data(fol_context *ctx, fol_rows x, const char *const *names);
static fol_status prepare_data(fit *f, fol_rows x, const char *const *names);
static fol_status prepare_network(fit *f);
static fol_status describe(fit *f);
static fol_status resume(fit *f);
static fol_status train(fit *f);
static fol_status make_model(fit *f, const char *const *names, fol_model **model);
static void clear(fit *f);

fol_status fol_fit_denoiser(fol_context *ctx, fol_rows x, const char *const *names, const fol_fit_options *options,
                            fol_model **model)
{
    *model = NULL;
    fol_fit_options checked = *options;
    fol_status status = fol_process_check(ctx, &checked.process);
    if (status == FOL_OK)
        status = check_data(ctx, x, names);
    if (status != FOL_OK)
        return status;
    fit f = {.ctx = ctx, .options = &checked, .n = x.n, .d = x.d};
    status = prepare_data(&f, x, names);
    if (status == FOL_OK)
        status = prepare_network(&f);
    if (status == FOL_OK)
        status = describe(&f);
    if (status == FOL_OK && checked.checkpoint[0])
        status = resume(&f);
    if (status == FOL_OK)
        status = train(&f);
    if (status == FOL_OK)
        status = make_model(&f, names, model);
    clear(&f);
    return status;
}

// Data ----------------------------------------------------------------------------------------------------------------

static double entry(fol_rows x, size_t i, size_t j)
{
    return x.data[i * x.row_stride + j * x.col_stride];
}

// "column 2 (`waiting`)", as sentences have it.
static const char *column_text(size_t j, const char *const *names, char *text, size_t size)
{
    if (names)
        snprintf(text, size, "column %zu (`%s`)", j + 1, names[j]);
    else
        snprintf(text, size, "column %zu", j + 1);
    return text;
}

static fol_status check_data(fol_context *ctx, fol_rows x, const char *const *names)
{
    char column[256];
    if (x.d < 1)
        return fol_fail(ctx, FOL_E_INPUT, "`x` must have at least 1 column, not 0.");
    if (x.n < 2 || x.n > MAX_ROWS)
        return fol_fail(ctx, FOL_E_INPUT, "`x` must have at least 2 rows and fewer than 2^32, not %zu.", x.n);
    for (size_t j = 0; j < x.d; j++)
        for (size_t i = 0; i < x.n; i++)
            if (!isfinite(entry(x, i, j)))
                return fol_fail(ctx, FOL_E_INPUT, "`x` must be finite; row %zu, %s is %g.", i + 1,
                                column_text(j, names, column, sizeof column), entry(x, i, j));
    return FOL_OK;
}

// Mean and standard deviation of a column.
static void column_moments(fol_rows x, size_t j, double *mean, double *sd)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < x.n; i++)
        sum += entry(x, i, j);
    *mean = sum / (double) x.n;
    for (size_t i = 0; i < x.n; i++)
        square += (entry(x, i, j) - *mean) * (entry(x, i, j) - *mean);
    *sd = sqrt(square / (double) (x.n - 1));
}

static fol_status column_scales(fit *f, fol_rows x, const char *const *names)
{
    double variance = 0;
    char column[256];
    for (size_t j = 0; j < f->d; j++) {
        double mean, sd;
        column_moments(x, j, &mean, &sd);
        if (!isfinite(mean) || !isfinite(sd) || sd > 1e30)
            return fol_fail(f->ctx, FOL_E_INPUT, "`x` has entries that are too large in %s; rescale it.",
                            column_text(j, names, column, sizeof column));
        if (f->options->standardize && !(sd > 1e-12 * fabs(mean)))
            return fol_fail(f->ctx, FOL_E_INPUT,
                            "`x` must vary in every column to be standardised; %s is constant. "
                            "Leave it out, or set `standardize` to false.",
                            column_text(j, names, column, sizeof column));
        f->center[j] = f->options->standardize ? mean : 0;
        f->scale[j] = f->options->standardize ? sd : 1;
        f->mean[j] = f->options->standardize ? 0 : mean;
        variance += f->options->standardize ? 1 : sd * sd;
    }
    f->sd = sqrt(variance / (double) f->d);
    if (!(f->sd > 0))
        return fol_fail(f->ctx, FOL_E_INPUT, "`x` must vary in at least one column; all are constant.");
    return FOL_OK;
}

static void copy_row(const fit *f, fol_rows x, size_t i, float *to)
{
    for (size_t j = 0; j < f->d; j++)
        to[j] = (float) ((entry(x, i, j) - f->center[j]) / f->scale[j] - f->mean[j]);
}

// Copies the rows: those to train on from the front, those held out, each by its own random number, from the back.
static void split_rows(fit *f, fol_rows x)
{
    double u[SPLIT_GROUP];
    size_t front = 0, back = f->n;
    for (size_t i = 0; i < f->n; i++) {
        if (i % SPLIT_GROUP == 0)
            fol_rng_uniforms(f->ctx->seed, FOL_STREAM_SPLIT, 0, i, SPLIT_GROUP, u);
        const bool last_hope = i + 1 == f->n && front == 0; // at least one row is trained on
        const bool held_out = u[i % SPLIT_GROUP] < f->options->validation && !last_hope;
        copy_row(f, x, i, f->x + (held_out ? --back : front++) * f->d);
    }
    f->n_train = front;
}

static fol_status prepare_data(fit *f, fol_rows x, const char *const *names)
{
    f->x = fol_alloc(f->n, f->d * sizeof *f->x);
    f->center = fol_alloc(3 * f->d, sizeof *f->center);
    if (!f->x || !f->center)
        return fol_fail_memory(f->ctx, "the data");
    f->scale = f->center + f->d;
    f->mean = f->scale + f->d;
    const fol_status status = column_scales(f, x, names);
    if (status != FOL_OK)
        return status;
    split_rows(f, x);
    const size_t n_held_out = f->n - f->n_train;
    f->n_held_out = n_held_out < VALIDATION_ROWS ? n_held_out : VALIDATION_ROWS;
    f->held_out = fol_alloc(f->n_held_out, f->d * sizeof *f->held_out);
    if (!f->held_out)
        return fol_fail_memory(f->ctx, "the held-out rows");
    for (size_t i = 0; i < f->n_held_out; i++)
        for (size_t j = 0; j < f->d; j++)
            f->held_out[i * f->d + j] = (double) f->x[(f->n_train + i) * f->d + j] + f->mean[j];
    return FOL_OK;
}

// Network -------------------------------------------------------------------------------------------------------------

static fol_status prepare_network(fit *f)
{
    fol_score_state *state = &f->progress.state;
    fol_status status = fol_mlp_init(f->ctx, &f->mlp, &f->options->network, f->d, f->d);
    if (status != FOL_OK)
        return status;
    const size_t n = f->mlp.n_weights;
    f->state_block = fol_alloc_zero(n, 4 * sizeof(float));
    if (!f->state_block)
        return fol_fail_memory(f->ctx, "the network");
    *state =
        (fol_score_state){0, n, f->state_block, f->state_block + n, f->state_block + 2 * n, f->state_block + 3 * n};
    fol_mlp_init_weights(&f->mlp, f->ctx->seed, state->weights);
    memcpy(state->average, state->weights, n * sizeof(float));

    const fol_network_parts parts = {
        .mlp = f->mlp,
        .weights = state->average,
        .mean = f->mean,
        .process = f->options->process,
        .parametrization = f->options->parametrization,
        .data_sd = f->sd,
    };
    status = fol_denoiser_network_new(f->ctx, &parts, &f->averaged);
    if (status != FOL_OK)
        return status;
    const fol_score_problem problem = {
        .x = f->x,
        .n = f->n_train,
        .d = f->d,
        .mlp = f->mlp,
        .process = f->options->process,
        .parametrization = f->options->parametrization,
        .data_sd = f->sd,
        .adam = f->options->adam,
        .steps = f->options->steps,
        .batch = (size_t) f->options->batch,
        .seed = f->ctx->seed,
    };
    return fol_score_trainer_new(f->ctx, &problem, &f->trainer);
}

// What the fit is, in words -------------------------------------------------------------------------------------------

// FNV-1a over the words of the data that the fit sees.
static uint64_t fingerprint(const fit *f)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < f->n * f->d; i++) {
        uint32_t word;
        memcpy(&word, &f->x[i], sizeof word);
        hash = (hash ^ word) * 0x100000001b3u;
    }
    return hash;
}

static fol_status describe(fit *f)
{
    // Where and how often checkpoints are written has no part in what is computed.
    fol_fit_options options = *f->options, defaults;
    fol_options_init(fol_fit_option_table, &defaults);
    memcpy(options.checkpoint, defaults.checkpoint, sizeof options.checkpoint);
    options.checkpoint_every = defaults.checkpoint_every;
    char data[40];
    snprintf(data, sizeof data, "%016llx", (unsigned long long) fingerprint(f));

    json_t *json = fol_options_to_json(fol_fit_option_table, &options);
    bool whole = json && json_object_set_new(json, "version", json_string(fol_version())) == 0 &&
                 json_object_set_new(json, "seed", json_integer((json_int_t) f->ctx->seed)) == 0;
    f->config = whole ? json_dumps(json, JSON_SORT_KEYS | JSON_REAL_PRECISION(17)) : NULL;
    whole = whole && json_object_set_new(json, "data", json_string(data)) == 0;
    f->job = whole ? json_dumps(json, JSON_SORT_KEYS | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(json);
    return f->config && f->job ? FOL_OK : fol_fail_memory(f->ctx, "the description of the fit");
}

// Training ------------------------------------------------------------------------------------------------------------

static fol_status resume(fit *f)
{
    struct stat unused;
    if (stat(f->options->checkpoint, &unused) != 0)
        return FOL_OK;
    const fol_status status = fol_fit_checkpoint_read(f->ctx, f->options->checkpoint, f->job, &f->progress);
    f->history_room = f->progress.n_history;
    return status;
}

static fol_status save(const fit *f)
{
    return fol_fit_checkpoint_write(f->ctx, f->options->checkpoint, f->job, &f->progress);
}

static double validate(fit *f)
{
    if (f->n_held_out == 0)
        return NAN;
    fol_denoiser_network_refresh(f->averaged);
    const fol_loss_options options = {.repeats = (VALIDATION_EVALUATIONS + f->n_held_out - 1) / f->n_held_out};
    const fol_rows rows = {f->held_out, f->n_held_out, f->d, f->d, 1};
    fol_context quiet = *f->ctx;
    quiet.poll = NULL;
    quiet.seed += VALIDATION_SEED;
    fol_loss loss;
    const fol_status status = fol_denoising_loss(&quiet, f->averaged, NULL, rows, &options, &loss, NULL);
    return status == FOL_OK ? loss.loss.mean : NAN;
}

// An entry of the history, when one is due after the present step.
static fol_status report(fit *f)
{
    fol_fit_progress *p = &f->progress;
    if (p->state.step % f->options->report_every != 0 && p->state.step != f->options->steps)
        return FOL_OK;
    if (p->n_history == f->history_room) {
        const size_t room = 2 * f->history_room + 64;
        fol_history *larger = fol_alloc(room, sizeof *larger);
        if (!larger)
            return fol_fail_memory(f->ctx, "the history of the fit");
        if (p->n_history)
            memcpy(larger, p->history, p->n_history * sizeof *larger);
        fol_free(p->history);
        p->history = larger;
        f->history_room = room;
    }
    p->history[p->n_history++] = (fol_history){(double) p->state.step, p->loss_sum / p->loss_n, validate(f)};
    p->loss_sum = p->loss_n = 0;
    return FOL_OK;
}

// Takes n steps and adds up their losses; stops at the first that is not finite.
static fol_status take_steps(fit *f, size_t n)
{
    fol_fit_progress *p = &f->progress;
    double loss[FOL_SCORE_STEPS];
    const int64_t before = p->state.step;
    fol_score_train(f->trainer, &p->state, n, loss);
    for (size_t k = 0; k < n; k++) {
        if (!isfinite(loss[k]))
            return fol_fail(
                f->ctx, FOL_E_NUMERIC,
                "The loss became non-finite at step %lld of %lld. Try a smaller `learning_rate` (now %g), a "
                "finite `clip`, or `standardize` = true.",
                (long long) before + (long long) k + 1, (long long) f->options->steps, f->options->adam.learning_rate);
        p->loss_sum += loss[k];
        p->loss_n++;
    }
    return FOL_OK;
}

static fol_status interrupted(fit *f)
{
    const long long step = (long long) f->progress.state.step, steps = (long long) f->options->steps;
    if (!f->options->checkpoint[0])
        return fol_fail(f->ctx, FOL_E_INTERRUPT,
                        "Interrupted at step %lld of %lld. With `checkpoint` the same fit could go on from there.",
                        step, steps);
    const fol_status status = save(f);
    if (status != FOL_OK)
        return status;
    return fol_fail(f->ctx, FOL_E_INTERRUPT, "Interrupted at step %lld of %lld. The same fit goes on from %s.", step,
                    steps, f->options->checkpoint);
}

// Steps go in runs that end at the next report, and are short enough to poll between them; how long they are has no
// influence on the result.
static fol_status train(fit *f)
{
    fol_context *ctx = f->ctx;
    fol_score_state *state = &f->progress.state;
    const int64_t steps = f->options->steps, every = f->options->report_every;
    fol_status status = FOL_OK;
    size_t run = 1;
    double last_save = fol_seconds();
    while (status == FOL_OK && state->step < steps) {
        const int64_t to_report = every - state->step % every, to_end = steps - state->step;
        const int64_t most = to_report < to_end ? to_report : to_end;
        const size_t n = most < (int64_t) run ? (size_t) most : run;
        const double start = fol_seconds();
        status = take_steps(f, n);
        if (status == FOL_OK)
            status = report(f);
        if (status != FOL_OK)
            break;
        const double end = fol_seconds(), wanted = POLL_SECONDS / ((end - start) / (double) n + 1e-9);
        run = wanted < 1 ? 1 : wanted > FOL_SCORE_STEPS ? FOL_SCORE_STEPS : (size_t) wanted;
        const double loss = f->progress.loss_n > 0 ? f->progress.loss_sum / f->progress.loss_n
                                                   : f->progress.history[f->progress.n_history - 1].loss;
        const fol_progress told = {"fit", (size_t) state->step, (size_t) steps, loss};
        if (ctx->poll && ctx->poll(&told, ctx->data) && state->step < steps)
            return interrupted(f);
        if (f->options->checkpoint[0] && (end - last_save > f->options->checkpoint_every || state->step == steps)) {
            status = save(f);
            last_save = fol_seconds();
        }
    }
    return status;
}

// Model ---------------------------------------------------------------------------------------------------------------

// A copy of n bytes as a block of its own.
static void *copy_of(const void *from, size_t n)
{
    void *copy = fol_alloc(n, 1);
    if (copy && n)
        memcpy(copy, from, n);
    return copy;
}

static bool copy_names(const char *const *names, fol_model *m)
{
    m->names = fol_alloc_zero(m->dim, sizeof *m->names);
    for (size_t j = 0; m->names && j < m->dim; j++)
        if (!(m->names[j] = copy_of(names[j], strlen(names[j]) + 1)))
            return false;
    return m->names != NULL;
}

static fol_status make_model(fit *f, const char *const *names, fol_model **model)
{
    fol_model *m = fol_alloc_zero(1, sizeof *m);
    if (!m)
        return fol_fail_memory(f->ctx, "the model");
    m->dim = f->d;
    m->process = f->options->process;
    m->network = f->options->network;
    m->parametrization = f->options->parametrization;
    m->data_sd = f->sd;
    m->seed = f->ctx->seed;
    m->n_rows = f->n;
    m->center = copy_of(f->center, f->d * sizeof(double));
    m->scale = copy_of(f->scale, f->d * sizeof(double));
    m->mean = copy_of(f->mean, f->d * sizeof(double));
    m->n_weights = f->mlp.n_weights;
    m->weights = copy_of(f->progress.state.average, m->n_weights * sizeof(float));
    m->n_history = f->progress.n_history;
    m->history = copy_of(f->progress.history, m->n_history * sizeof *m->history);
    m->config = copy_of(f->config, strlen(f->config) + 1);
    const bool named = !names || copy_names(names, m);
    if (!named || !m->center || !m->scale || !m->mean || !m->weights || !m->history || !m->config) {
        fol_model_free(m);
        return fol_fail_memory(f->ctx, "the model");
    }
    *model = m;
    return FOL_OK;
}

static void clear(fit *f)
{
    fol_score_trainer_free(f->trainer);
    fol_denoiser_free(f->averaged);
    free(f->config); // jansson's allocator is malloc
    free(f->job);
    fol_free(f->held_out);
    fol_free(f->progress.history);
    fol_free(f->state_block);
    fol_free(f->center);
    fol_free(f->x);
}
