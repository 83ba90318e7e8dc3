// Training: learn the denoiser of a process from data by minibatch score matching (MATH 2).
#include "fit_denoiser.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/memory.h"
#include "../base/version.h"
#include "../io/json_text.h"
#include "../random/rng.h"
#include "score_matching.h"
#include "trainer.h"

#define MAX_ROWS 0xffffffffu // a row is drawn with 32 random bits
#define SPLIT_GROUP 64       // rows whose random numbers for the split are drawn at once
#define VALIDATION_ROWS 2048 // of the held-out rows, the most that a validation looks at

const fol_option fol_fit_option_table[] = {
    FOL_PROCESS_KEYS(offsetof(fol_fit_options, process)),
    FOL_MLP_KEYS(offsetof(fol_fit_options, network)),
    {"parametrization", FOL_OPTION_CHOICE, offsetof(fol_fit_options, parametrization), "edm",
     FOL_PARAMETRIZATION_CHOICES, "what the network predicts"},
    {"validation", FOL_OPTION_REAL, offsetof(fol_fit_options, validation), "0.1", "[0,0.9]",
     "fraction of the rows held out to check the loss"},
    {"standardize", FOL_OPTION_FLAG, offsetof(fol_fit_options, standardize), "true", NULL,
     "centre and scale the columns first"},
    FOL_TRAINING_KEYS(offsetof(fol_fit_options, training)),
    {0},
};

// A fit under way.
typedef struct {
    fol_context *ctx;
    const fol_fit_options *options;
    size_t n, n_train, d;
    float *x;                      // (n, d) standardised rows less their mean; the first n_train are trained on
    double *center, *scale, *mean; // (d) each, see model.h
    double sd;
    double *held_out; // (n_held_out, d) rows for validation, on the denoiser's coordinates
    size_t n_held_out;
    char *config; // JSON of the options, version and seed
    char *job;    // config and the data's fingerprint: which fit a checkpoint belongs to
    fol_network *network;
    fol_objective *objective;
    fol_trained trained;
} fit;

static fol_status check_data(fol_context *ctx, fol_rows x);
static fol_status prepare_data(fit *f, fol_rows x, const char *const *names);
static fol_status prepare_objective(fit *f);
static fol_status describe(fit *f);
static fol_status train(fit *f);
static fol_status make_model(fit *f, const char *const *names, fol_model **model);
static void clear(fit *f);

fol_status fol_fit_denoiser(fol_context *ctx, fol_rows x, const char *const *names, const fol_fit_options *options,
                            fol_model **model)
{
    *model = NULL;
    fol_status status = fol_options_check(ctx, fol_fit_option_table, options);
    if (status == FOL_OK)
        status = check_data(ctx, x);
    if (status != FOL_OK)
        return status;
    fit f = {.ctx = ctx, .options = options, .n = x.n, .d = x.d};
    status = prepare_data(&f, x, names);
    if (status == FOL_OK)
        status = prepare_objective(&f);
    if (status == FOL_OK)
        status = describe(&f);
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

static fol_status check_data(fol_context *ctx, fol_rows x)
{
    if (x.d < 1)
        return fol_fail_about(ctx, "x", "must have at least 1 column, not 0.");
    if (x.n < 2 || x.n > MAX_ROWS)
        return fol_fail_about(ctx, "x", "must have at least 2 rows and fewer than 2^32, not %zu.", x.n);
    return fol_rows_check_finite(ctx, "x", x);
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
            return fol_fail_about(f->ctx, "x", "has entries that are too large in %s; rescale it.",
                                  column_text(j, names, column, sizeof column));
        if (f->options->standardize && !(sd > 1e-12 * fabs(mean)))
            return fol_fail_about(f->ctx, "x",
                                  "must vary in every column to be standardised; %s is constant. "
                                  "Leave it out, or set `standardize` to false.",
                                  column_text(j, names, column, sizeof column));
        f->center[j] = f->options->standardize ? mean : 0;
        f->scale[j] = f->options->standardize ? sd : 1;
        f->mean[j] = f->options->standardize ? 0 : mean;
        variance += f->options->standardize ? 1 : sd * sd;
    }
    f->sd = sqrt(variance / (double) f->d);
    if (!(f->sd > 0))
        return fol_fail_about(f->ctx, "x", "must vary in at least one column; all are constant.");
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

// Objective -----------------------------------------------------------------------------------------------------------

static fol_status prepare_objective(fit *f)
{
    const fol_status status = fol_mlp_new(f->ctx, &f->options->network, f->d, f->d, &f->network);
    if (status != FOL_OK)
        return status;
    const fol_score_problem problem = {
        .x = f->x,
        .n = f->n_train,
        .d = f->d,
        .held_out = f->held_out,
        .n_held_out = f->n_held_out,
        .mean = f->mean,
        .data_sd = f->sd,
        .network = f->network,
        .process = f->options->process,
        .parametrization = f->options->parametrization,
        .batch = (size_t) f->options->training.batch,
        .seed = f->ctx->seed,
    };
    return fol_score_objective_new(f->ctx, &problem, &f->objective);
}

static fol_status train(fit *f)
{
    const fol_training training = {
        .objective = f->objective, .options = &f->options->training, .job = f->job, .seed = f->ctx->seed};
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
    const uint64_t hash = fol_hash(FOL_HASH_START, f->x, f->n * f->d * sizeof *f->x);
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

// What was learned and what it was learned by go over to the model.
static fol_status make_model(fit *f, const char *const *names, fol_model **model)
{
    fol_model *m = fol_alloc_zero(1, sizeof *m);
    if (!m)
        return fol_fail_memory(f->ctx, "the model");
    *m = (fol_model){
        .dim = f->d,
        .process = f->options->process,
        .network_options = f->options->network,
        .network = f->network,
        .parametrization = f->options->parametrization,
        .data_sd = f->sd,
        .weights = f->trained.weights,
        .history = f->trained.history,
        .n_history = f->trained.n_history,
        .seed = f->ctx->seed,
        .n_rows = f->n,
    };
    f->network = NULL;
    f->trained = (fol_trained){0};
    m->center = copy_of(f->center, f->d * sizeof(double));
    m->scale = copy_of(f->scale, f->d * sizeof(double));
    m->mean = copy_of(f->mean, f->d * sizeof(double));
    m->config = copy_of(f->config, strlen(f->config) + 1);
    const bool named = !names || copy_names(names, m);
    if (!named || !m->center || !m->scale || !m->mean || !m->config) {
        fol_model_free(m);
        return fol_fail_memory(f->ctx, "the model");
    }
    *model = m;
    return FOL_OK;
}

static void clear(fit *f)
{
    fol_score_objective_free(f->objective);
    fol_network_free(f->network);
    fol_free(f->trained.weights);
    fol_free(f->trained.history);
    fol_free(f->config);
    fol_free(f->job);
    fol_free(f->held_out);
    fol_free(f->center);
    fol_free(f->x);
}
