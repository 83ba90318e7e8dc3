// The command `expect`: estimates E g(X_T) of a stochastic differential equation.
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "expectation_file.h"
#include "follmer.h"
#include "job.h"
#include "output.h"
#include "progress.h"

typedef struct {
    cli_common common;
    char model[FOL_TEXT_SIZE], x0[FOL_TEXT_SIZE], output[FOL_TEXT_SIZE], draws[FOL_TEXT_SIZE];
    int64_t dim;
    double start, horizon, sigma, snr_max;
    fol_drift_options drift;
    fol_functional_options g;
    fol_expect_options options;
    fol_summary_options interval;
} expect_job;

static const fol_option file_table[] = {
    {"output", FOL_OPTION_TEXT, offsetof(expect_job, output), "-", NULL,
     "file for the result (JSON); - for standard output, where otherwise all but its sums are shown"},
    {"draws", FOL_OPTION_TEXT, offsetof(expect_job, draws), "", NULL,
     "file for the draws themselves, a row for each: its values, layers (or level) and weight; .npy, or CSV under any "
     "other name"},
    {NULL, 0, 0, NULL, NULL, NULL},
};

static const fol_option equation_table[] = {
    {"model", FOL_OPTION_TEXT, offsetof(expect_job, model), "", NULL,
     "file of a model, whose Follmer process is the equation: from 0 at time 0 to the model's distribution at time 1"},
    {"snr_max", FOL_OPTION_REAL, offsetof(expect_job, snr_max), "", "(0,inf]",
     "of a model: signal-to-noise ratio from which on the drift stays as it is (100 / variance)"},
    {"dim", FOL_OPTION_INT, offsetof(expect_job, dim), "1", "[1,1e6]", "columns of x, each with the same drift"},
    {"start", FOL_OPTION_REAL, offsetof(expect_job, start), "0", "(-inf,inf)", "where every column starts"},
    {"x0", FOL_OPTION_TEXT, offsetof(expect_job, x0), "", NULL,
     "table of starts, one of its rows chosen at random for each draw: a .csv or .npy file, - for standard input"},
    {"horizon", FOL_OPTION_REAL, offsetof(expect_job, horizon), "1", "(0,inf)", "time at which x is looked at"},
    {"sigma", FOL_OPTION_REAL, offsetof(expect_job, sigma), "1", "(0,inf)", "scale of the noise"},
    {NULL, 0, 0, NULL, NULL, NULL},
};

// -- The equation --------------------------------------------------------------------------------------------------

// An equation and what it rests on. {0} is empty.
typedef struct {
    fol_model *model;
    fol_denoiser *den;
    fol_table starts;
    fol_field *drift;
    fol_sde sde;
    uint64_t input; // a hash of the model or the starts
} equation;

static void clear_equation(equation *eq)
{
    fol_field_free(eq->drift);
    fol_table_clear(&eq->starts);
    fol_denoiser_free(eq->den);
    fol_model_free(eq->model);
}

static fol_status hash_model(fol_context *ctx, equation *eq)
{
    unsigned char *bytes;
    size_t n;
    const fol_status status = fol_model_pack(ctx, eq->model, &bytes, &n);
    if (status != FOL_OK)
        return status;
    eq->input = fol_hash(FOL_HASH_START, bytes, n);
    fol_free(bytes);
    return FOL_OK;
}

// The Follmer process of a model: from 0 at time 0 to the model's distribution at time 1.
static fol_status follmer_equation(fol_context *ctx, const expect_job *job, equation *eq)
{
    static const double zero = 0;
    fol_status status = fol_model_read(ctx, job->model, &eq->model);
    if (status == FOL_OK)
        status = hash_model(ctx, eq);
    if (status == FOL_OK)
        status = fol_model_denoiser(ctx, eq->model, &eq->den);
    if (status == FOL_OK)
        status = fol_drift_follmer_new(ctx, eq->den, job->sigma, job->snr_max, &eq->drift);
    if (status != FOL_OK)
        return status;
    eq->sde =
        (fol_sde){eq->drift, {&zero, 1, eq->model->dim, 0, 0}, 1, job->sigma, eq->model->center, eq->model->scale};
    return FOL_OK;
}

static fol_status builtin_equation(fol_context *ctx, const expect_job *job, equation *eq)
{
    fol_status status = FOL_OK;
    fol_rows x0 = {&job->start, 1, (size_t) job->dim, 0, 0};
    if (*job->x0) {
        status = fol_table_read(ctx, job->x0, &eq->starts);
        if (status != FOL_OK)
            return status;
        x0 = fol_table_rows(&eq->starts);
        eq->input = fol_hash(FOL_HASH_START, eq->starts.data, x0.n * x0.d * sizeof *x0.data);
    }
    status = fol_drift_builtin_new(ctx, &job->drift, x0.d, &eq->drift);
    eq->sde = (fol_sde){eq->drift, x0, job->horizon, job->sigma, NULL, NULL};
    return status;
}

// -- Results -------------------------------------------------------------------------------------------------------

// "mean eruptions" where columns have names, else "mean 1"; a model's are at least x1, x2, ... as in its draws. NULL
// when memory runs out.
static json_t *names_json(const equation *eq, const fol_functional *g)
{
    const bool each = g->kind != FOL_G_SQUARED_NORM && g->kind != FOL_G_COSINE;
    char *const *columns = eq->model ? eq->model->names : eq->starts.names;
    char word[FOL_TEXT_SIZE], name[FOL_TEXT_SIZE];
    json_t *names = json_array();
    fol_choice_word(FOL_FUNCTIONAL_CHOICES, g->kind, word);
    for (size_t j = 0; j < g->field.n_out; j++) {
        json_t *text = each && columns     ? json_sprintf("%s %s", word, columns[j])
                       : each && eq->model ? json_sprintf("%s x%zu", word, j + 1)
                                           : json_string(fol_functional_name(g, j, name));
        if (json_array_append_new(names, text) != 0) {
            json_decref(names);
            return NULL;
        }
    }
    return names;
}

// What is estimated: the keys of equation and function, and a hash of what they read in place of its name. NULL when
// memory runs out.
static json_t *problem_json(const cli_command *command, const expect_job *job, const equation *eq)
{
    static const char *const files[] = {"model", "x0", NULL};
    const fol_option *const tables[] = {equation_table, fol_drift_option_table, fol_functional_option_table};
    char text[17];
    json_t *all = cli_job_to_json(command, job), *problem = json_object();
    bool whole = all && problem;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const fol_option *o = tables[i]; o->key && whole; o++) {
            json_t *value = json_object_get(all, o->key);
            whole = !value || json_object_set(problem, o->key, value) == 0;
        }
    snprintf(text, sizeof text, "%016" PRIx64, eq->input);
    for (const char *const *key = files; *key && whole; key++)
        whole = !json_object_get(problem, *key) || json_object_set_new(problem, *key, json_string(text)) == 0;
    json_decref(all);
    if (!whole) {
        json_decref(problem);
        return NULL;
    }
    return problem;
}

static fol_status write_result(fol_context *ctx, const cli_command *command, const expect_job *job,
                               const cli_expectation *result)
{
    json_t *head = json_pack("{ss, ss, so, si}", "command", "expect", "version", fol_version(), "job",
                             cli_job_to_json(command, job), "threads", fol_threads_for(ctx->threads));
    return cli_expectation_write(ctx, job->output, strcmp(job->draws, "-") != 0, head, result, &job->interval);
}

// -- Draws ---------------------------------------------------------------------------------------------------------

// Room for the draws in one block, which fol_free(draws->psi) frees.
static fol_status make_room(fol_context *ctx, size_t n, size_t q, fol_expect_draws *draws)
{
    size_t total = 0;
    fol_layout_add(&total, n, q * sizeof *draws->psi);
    const size_t layers_at = fol_layout_add(&total, n, sizeof *draws->layers);
    const size_t weight_at = fol_layout_add(&total, n, sizeof *draws->weight);
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "the draws");
    *draws = (fol_expect_draws){(double *) block, (int32_t *) (block + layers_at), (double *) (block + weight_at), n};
    return FOL_OK;
}

static fol_status append_draws(fol_context *ctx, const fol_expect_draws *draws, size_t q, fol_table_writer *writer)
{
    fol_status status = FOL_OK;
    double *row = fol_alloc(q + 2, sizeof *row);
    if (!row)
        return fol_fail_memory(ctx, "the draws");
    for (size_t i = 0; i < draws->n && status == FOL_OK; i++) {
        memcpy(row, draws->psi + i * q, q * sizeof *row);
        row[q] = draws->layers[i];
        row[q + 1] = draws->weight[i];
        status = fol_table_writer_append(ctx, writer, 1, row);
    }
    fol_free(row);
    return status;
}

static fol_status write_draws(fol_context *ctx, const cli_command *command, const expect_job *job, const json_t *names,
                              const fol_expect_draws *draws)
{
    const size_t q = json_array_size(names);
    fol_table_writer *writer = NULL;
    const char **columns = fol_alloc(q + 2, sizeof *columns);
    char *head = cli_job_comment(ctx, command, job);
    fol_status status = columns && head ? FOL_OK : fol_fail_memory(ctx, "the head of the draws");
    if (status != FOL_OK)
        goto cleanup;
    for (size_t j = 0; j < q; j++)
        columns[j] = json_string_value(json_array_get(names, j));
    columns[q] = "layers";
    columns[q + 1] = "weight";
    const fol_table_layout layout = {draws->n, 0, q + 2, columns, head};
    status = fol_table_writer_open(ctx, job->draws, &layout, &writer);
    if (status == FOL_OK)
        status = append_draws(ctx, draws, q, writer);
    if (status == FOL_OK) {
        status = fol_table_writer_close(ctx, writer);
        writer = NULL;
    }
    fol_table_writer_discard(writer);
cleanup:
    fol_free(head);
    fol_free(columns);
    return status;
}

// -- The command ---------------------------------------------------------------------------------------------------

static fol_status check_expect(fol_context *ctx, const void *fields)
{
    const expect_job *job = fields;
    const char *const keys[] = {"model", "x0", "output", "draws"};
    const char *const paths[] = {job->model, job->x0, job->output, job->draws};
    fol_status status = fol_expect_check(ctx, &job->options);
    if (status == FOL_OK && *job->draws && job->options.n < 0)
        status = fol_fail(ctx, FOL_E_INPUT, "`n` must be given with `draws`, so that there is room for them.");
    for (size_t i = 2; i < 4; i++)
        for (size_t j = 0; j < i && status == FOL_OK; j++)
            if (*paths[j] && (j >= 2 || strcmp(paths[j], "-")))
                status = cli_check_apart(ctx, keys[j], paths[j], keys[i], paths[i]);
    return status;
}

static fol_status run_expect(fol_context *ctx, const cli_command *command, void *fields)
{
    expect_job *job = fields;
    equation eq = {0};
    fol_tally *tally = NULL;
    fol_expect_draws draws = {0};
    cli_expectation result = {0};
    cli_progress progress;
    fol_status status = cli_check_writable(ctx, "output", job->output);
    if (status == FOL_OK)
        status = cli_check_writable(ctx, "draws", job->draws);
    if (status == FOL_OK)
        status = *job->model ? follmer_equation(ctx, job, &eq) : builtin_equation(ctx, job, &eq);
    if (status == FOL_OK)
        status = fol_sde_check(ctx, &eq.sde);
    if (status != FOL_OK)
        goto cleanup;
    const fol_functional g = fol_functional_builtin(&job->g, eq.drift->n_in);
    if (*job->draws)
        status = make_room(ctx, (size_t) job->options.n, g.field.n_out, &draws);
    if (status == FOL_OK)
        status = cli_common_begin(ctx, &job->common, &progress);
    if (status != FOL_OK)
        goto cleanup;
    status = fol_expect(ctx, &eq.sde, &g.field, &job->options, *job->draws ? &draws : NULL, &tally);
    cli_progress_end(ctx);
    if (status == FOL_E_INTERRUPT)
        fol_fail(ctx, status, "Interrupted; no result is written.");
    if (status != FOL_OK)
        goto cleanup;
    result = (cli_expectation){problem_json(command, job, &eq), names_json(&eq, &g), &tally, 1, job->options.target_se};
    if (!result.problem || !result.names)
        status = fol_fail_memory(ctx, "the result");
    if (status == FOL_OK && *job->draws)
        status = write_draws(ctx, command, job, result.names, &draws);
    if (status == FOL_OK)
        status = write_result(ctx, command, job, &result);
cleanup:
    json_decref(result.problem);
    json_decref(result.names);
    fol_tally_free(tally);
    fol_free(draws.psi);
    clear_equation(&eq);
    return status;
}

static const cli_section sections[] = {
    {"Files", file_table, 0},
    {"Equation", equation_table, 0},
    {"Drift", fol_drift_option_table, offsetof(expect_job, drift)},
    {"Function", fol_functional_option_table, offsetof(expect_job, g)},
    {"Estimator", fol_expect_option_table, offsetof(expect_job, options)},
    {"Interval", cli_interval_table, offsetof(expect_job, interval)},
    {"Run", cli_common_table, offsetof(expect_job, common)},
    {NULL, NULL, 0},
};

static const cli_rule rules[] = {
    {"drift", "model", NULL},
    {"rate", "model", NULL},
    {"mean", "model", NULL},
    {"amplitude", "model", NULL},
    {"frequency", "model", NULL},
    {"dim", "model", NULL},
    {"start", "model", NULL},
    {"x0", "model", NULL},
    {"horizon", "model", NULL},
    {"snr_max", "model", ""},
    {"dim", "x0", NULL},
    {"start", "x0", NULL},
    {"rate", "drift", "ou"},
    {"mean", "drift", "ou"},
    {"amplitude", "drift", "sin|tanh"},
    {"frequency", "drift", "sin|tanh"},
    {"draws", "method", "rhee_glynn|renewal|euler"},
    {"threshold", "g", "exceedance|excess"},
    {"batch", "method", "rhee_glynn|renewal|euler"},
    {"levels", "method", "rhee_glynn"},
    {"base_level", "method", "rhee_glynn|mlmc"},
    {"decay", "method", "rhee_glynn"},
    {"steps", "method", "euler"},
    {"gap", "method", "renewal"},
    {"gap_rate", "method", "renewal"},
    {"gap_shape", "method", "renewal"},
    {"gap_max", "method", "renewal"},
    {"gap_rate", "gap", "exponential|gamma"},
    {"gap_shape", "gap", "gamma"},
    {"gap_max", "gap", "uniform"},
    {NULL, NULL, NULL},
};

static const char *const required[] = {"output", NULL};

const cli_command cli_expect = {
    .name = "expect",
    .summary = "estimate an expectation of a diffusion, without bias",
    .description =
        "Estimates E g(X_T) for dX = b(X, t) dt + sigma dW, T the horizon, with b a built-in drift or that of a model "
        "written by `follmer fit`, whose draws are those of the model on the scale of its data. The estimators "
        "rhee_glynn and renewal have no bias of time steps, mlmc one within its target, euler the one that its steps "
        "have. The result is JSON: estimate, standard error, intervals, variance, cost in evaluations of the drift, "
        "variance x cost, kurtosis and tail index of each function, warnings, and the sums from which `follmer "
        "combine` makes the result of several runs: of other seeds, or the parts 1/4 to 4/4 of one run.",
    .sections = sections,
    .rules = rules,
    .required = required,
    .job_size = sizeof(expect_job),
    .check = check_expect,
    .run = run_expect,
};
