// Training: learn the denoiser of a process from data by minibatch score matching (MATH 2).
#include "fit_denoiser.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/memory.h"
#include "../base/version.h"
#include "../chain/sample.h"
#include "../io/json_text.h"
#include "fit_data.h"
#include "trainer.h"

#define GAIN_IN_FOLDS 0.0015 // earlier weights follow the rows of a small table less
#define CALIBRATION_DRAWS 4096
#define CALIBRATION_STEPS 100

const fol_option fol_fit_option_table[] = {
    FOL_PROCESS_KEYS(offsetof(fol_fit_options, process)),
    FOL_MLP_KEYS(offsetof(fol_fit_options, network)),
    {"parametrization", FOL_OPTION_CHOICE, offsetof(fol_fit_options, parametrization), "edm",
     FOL_PARAMETRIZATION_CHOICES, "what the network predicts"},
    {"validation", FOL_OPTION_REAL, offsetof(fol_fit_options, validation), "0.1", "[0,0.9]",
     "fraction of the rows held out to choose the weights; few rows are held out in five folds by turns"},
    {"standardize", FOL_OPTION_FLAG, offsetof(fol_fit_options, standardize), "true", NULL,
     "centre and scale the columns first"},
    {"transform", FOL_OPTION_CHOICE, offsetof(fol_fit_options, transform), "auto", FOL_TRANSFORM_CHOICES,
     "auto: columns that are heavy-tailed, bounded, or have frequent values or whole numbers are drawn as such; none: "
     "all are only centred and scaled"},
    FOL_TRAINING_KEYS(offsetof(fol_fit_options, training)),
    {0},
};

// A fit under way.
typedef struct {
    fol_context *ctx;
    const fol_fit_options *options;
    fol_fit_data data;
    char *config; // JSON of the options, version and seed
    char *job;    // config and the data's fingerprint: which fit a checkpoint belongs to
    fol_network *network;
    fol_objective *objective;
    fol_trained trained;
} fit;

static fol_status prepare_data(fit *f, fol_rows x, const char *const *names);
static fol_status prepare_objective(fit *f);
static fol_status describe(fit *f);
static fol_status train(fit *f);
static fol_status make_model(fit *f, const char *const *names, fol_model **model);
static fol_status calibrate(fol_context *ctx, fol_rows x, fol_model *m);
static void clear(fit *f);

// The options with what is left to the number of rows: tables that are held out in turns have smaller networks.
static fol_fit_options settle(const fol_fit_options *options, size_t n)
{
    static const fol_ints narrow = {3, {64, 64, 64}}, wide = {3, {128, 128, 128}};
    fol_fit_options settled = *options;
    const bool few = n < FOL_CROSS_ROWS;
    if (settled.network.hidden.n == 0)
        settled.network.hidden = few ? narrow : wide;
    if (settled.training.batch < 0)
        settled.training.batch = few ? 256 : 1024;
    return settled;
}

fol_status fol_fit_denoiser(fol_context *ctx, fol_rows x, const char *const *names, const fol_fit_options *options,
                            fol_model **model)
{
    *model = NULL;
    fol_status status = fol_options_check(ctx, fol_fit_option_table, options);
    if (status != FOL_OK)
        return status;
    const fol_fit_options settled = settle(options, x.n);
    fit f = {.ctx = ctx, .options = &settled};
    status = prepare_data(&f, x, names);
    if (status == FOL_OK)
        status = prepare_objective(&f);
    if (status == FOL_OK)
        status = describe(&f);
    if (status == FOL_OK)
        status = train(&f);
    if (status == FOL_OK)
        status = make_model(&f, names, model);
    if (status == FOL_OK)
        status = calibrate(ctx, x, *model);
    if (status != FOL_OK) {
        fol_model_free(*model);
        *model = NULL;
    }
    clear(&f);
    return status;
}

// What polls are told before the first step.
static void tell_start(const void *data, fol_progress *progress)
{
    const fit *f = data;
    *progress = (fol_progress){"fit", 0, (size_t) f->options->training.steps, NAN};
}

static fol_status prepare_data(fit *f, fol_rows x, const char *const *names)
{
    const fol_fit_options *o = f->options;
    const fol_fit_preparation how = {
        .columns = {.standardize = o->standardize, .transform = o->transform, .whole = {tell_start, f}},
        .validation = o->validation,
        .axes = o->parametrization == FOL_EDM && x.d > 1 && fol_axes_serve(x.d),
        .seed = f->ctx->seed};
    return fol_fit_data_new(f->ctx, x, names, &how, &f->data);
}

static fol_status prepare_objective(fit *f)
{
    const fol_fit_data *data = &f->data;
    const fol_status status = fol_mlp_new(f->ctx, &f->options->network, data->d, data->d, &f->network);
    if (status != FOL_OK)
        return status;
    fol_score_problem problem = {
        .n_parts = data->n_parts,
        .d = data->d,
        .mean = data->mean,
        .data_sd = data->sd,
        .network = f->network,
        .process = f->options->process,
        .parametrization = f->options->parametrization,
        .batch = (size_t) f->options->training.batch,
        .seed = f->ctx->seed,
    };
    memcpy(problem.part, data->part, sizeof problem.part);
    return fol_score_objective_new(f->ctx, &problem, &f->objective);
}

static fol_status train(fit *f)
{
    const fol_training training = {.objective = f->objective,
                                   .options = &f->options->training,
                                   .job = f->job,
                                   .seed = f->ctx->seed,
                                   .gain = f->data.n_parts > 1 ? GAIN_IN_FOLDS : 0};
    return fol_train(f->ctx, &training, &f->trained);
}

// What the fit is, in words -------------------------------------------------------------------------------------------

static fol_status describe(fit *f)
{
    // Where and how often checkpoints are written has no part in what is computed.
    fol_fit_options options = *f->options, defaults;
    fol_options_init(fol_fit_option_table, &defaults);
    memcpy(options.training.checkpoint, defaults.training.checkpoint, sizeof options.training.checkpoint);
    options.training.checkpoint_every = defaults.training.checkpoint_every;
    char data[40];
    const fol_score_part *own = &f->data.part[f->data.n_parts - 1];
    uint64_t hash = fol_hash(FOL_HASH_START, own->x, own->n * f->data.d * sizeof *own->x);
    hash = fol_hash(hash, own->held_out, own->n_held_out * f->data.d * sizeof *own->held_out);
    snprintf(data, sizeof data, "%016llx", (unsigned long long) hash);

    json_t *json = fol_options_to_json(fol_fit_option_table, &options);
    bool whole = json && json_object_set_new(json, "version", json_string(fol_version())) == 0 &&
                 json_object_set_new(json, "seed", json_integer((json_int_t) f->ctx->seed)) == 0;
    f->config = whole ? fol_json_text(json, JSON_SORT_KEYS | JSON_REAL_PRECISION(17)) : NULL;
    whole = whole && json_object_set_new(json, "data", json_string(data)) == 0;
    f->job = whole ? fol_json_text(json, JSON_SORT_KEYS | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(json);
    return f->config && f->job ? FOL_OK : fol_fail_memory(f->ctx, "the description of the fit");
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

// What was learned and what it was learned by go over to the model: of several parts, the last.
static fol_status make_model(fit *f, const char *const *names, fol_model **model)
{
    const fol_fit_data *data = &f->data;
    const size_t last = data->n_parts - 1;
    fol_model *m = fol_alloc_zero(1, sizeof *m);
    if (!m)
        return fol_fail_memory(f->ctx, "the model");
    *m = (fol_model){
        .dim = data->d,
        .process = f->options->process,
        .network_options = f->options->network,
        .network = f->network,
        .parametrization = f->options->parametrization,
        .data_sd = data->sd,
        .columns = data->columns,
        .mean = data->mean,
        .axes = data->part[last].axes,
        .history = f->trained.history,
        .n_history = f->trained.n_history,
        .step = (double) f->trained.step,
        .seed = f->ctx->seed,
        .n_rows = data->n,
    };
    f->data.columns = (fol_columns){0};
    f->data.mean = NULL;
    f->data.part[last].axes = (fol_axes){0};
    f->network = NULL;
    f->trained.history = NULL;
    m->weights =
        copy_of(f->trained.weights + f->objective->networks.values[last], m->network->n_weights * sizeof *m->weights);
    m->config = copy_of(f->config, strlen(f->config) + 1);
    const bool named = !names || copy_names(names, m);
    if (!named || !m->weights || !m->config) {
        fol_model_free(m);
        return fol_fail_memory(f->ctx, "the model");
    }
    *model = m;
    return FOL_OK;
}

// Calibration ---------------------------------------------------------------------------------------------------------

static void tell_end(const void *data, fol_progress *progress)
{
    const size_t steps = (size_t) fol_model_end(data).steps;
    *progress = (fol_progress){"fit", steps, steps, NAN};
}

// (d, n) standardised draws of a model, with another seed than a user's.
static fol_status pilot_draws(fol_context *ctx, const fol_model *m, double *draws)
{
    const uint64_t seed = ctx->seed;
    const fol_sample_job job = {.out = {draws, CALIBRATION_DRAWS, m->dim, 1, CALIBRATION_DRAWS},
                                .whole = {tell_end, m}};
    fol_sample_options options;
    fol_denoiser *den;
    fol_status status = fol_model_denoiser(ctx, m, &den);
    if (status != FOL_OK)
        return status;
    fol_options_init(fol_sample_option_table, &options);
    options.steps = CALIBRATION_STEPS;
    ctx->seed = ~seed;
    status = fol_sample(ctx, den, &options, &job);
    ctx->seed = seed;
    fol_denoiser_free(den);
    return status;
}

// Values that are drawn exactly are drawn as often as the data have them. Where there are no draws to see it by, for a
// process or a network that has none, the columns stay as they are.
static fol_status calibrate(fol_context *ctx, fol_rows x, fol_model *m)
{
    if (!fol_columns_have_atoms(&m->columns))
        return FOL_OK;
    double *draws = fol_alloc(CALIBRATION_DRAWS, m->dim * sizeof *draws);
    fol_status status = draws ? pilot_draws(ctx, m, draws) : fol_fail_memory(ctx, "the calibration of columns");
    if (status == FOL_OK)
        fol_columns_calibrate(&m->columns, x, CALIBRATION_DRAWS, draws);
    fol_free(draws);
    return status == FOL_E_MEMORY || status == FOL_E_INTERRUPT ? status : FOL_OK;
}

static void clear(fit *f)
{
    fol_score_objective_free(f->objective);
    fol_network_free(f->network);
    fol_free(f->trained.weights);
    fol_free(f->trained.history);
    fol_free(f->config);
    fol_free(f->job);
    fol_fit_data_clear(&f->data);
}
