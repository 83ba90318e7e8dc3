// The command `expect`: estimates E g(X_T) of a stochastic differential equation.
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "expectation_file.h"
#include "estimate/run_estimate.h"
#include "follmer.h"
#include "job.h"
#include "input.h"
#include "job/job_expect.h"
#include "output.h"
#include "progress.h"

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
static fol_status follmer_equation(fol_context *ctx, const fol_job_expect_fields *job, equation *eq)
{
    static const double zero = 0;
    fol_status status = cli_read_model(ctx, job->model, &eq->model);
    if (status == FOL_OK)
        status = hash_model(ctx, eq);
    if (status == FOL_OK)
        status = fol_model_denoiser(ctx, eq->model, &eq->den);
    if (status == FOL_OK)
        status = fol_drift_follmer_new(ctx, eq->den, job->sigma, job->snr_max, &eq->drift);
    if (status != FOL_OK)
        return status;
    eq->sde = (fol_sde){eq->drift, {&zero, 1, eq->model->dim, 0, 0}, 1, job->sigma, &eq->model->columns};
    return FOL_OK;
}

static fol_status builtin_equation(fol_context *ctx, const fol_job_expect_fields *job, equation *eq)
{
    fol_status status = FOL_OK;
    fol_rows x0 = {&job->start, 1, (size_t) job->dim, 0, 0};
    if (*job->x0) {
        status = cli_read_table(ctx, job->x0, (fol_header) job->header, &eq->starts);
        if (status != FOL_OK)
            return status;
        x0 = fol_table_rows(&eq->starts);
        eq->input = fol_hash(FOL_HASH_START, eq->starts.data, x0.n * x0.d * sizeof *x0.data);
    }
    status = fol_drift_new(ctx, &job->drift, x0.d, &eq->drift);
    eq->sde = (fol_sde){eq->drift, x0, job->horizon, job->sigma, NULL};
    return status;
}

static fol_status open_equation(fol_context *ctx, const fol_job_expect_fields *job, equation *eq)
{
    const fol_status status = *job->model ? follmer_equation(ctx, job, eq) : builtin_equation(ctx, job, eq);
    return status == FOL_OK ? fol_sde_check(ctx, &eq->sde) : status;
}

// -- Results -------------------------------------------------------------------------------------------------------

// "mean eruptions" where columns have names, else "mean 1"; a model's are at least x1, x2, ... as in its draws. NULL
// when memory runs out.
static json_t *names_json(const equation *eq, const fol_functional *g)
{
    const fol_functional_kind *kind = fol_functional_kind_of(&g->formula);
    char *const *columns = eq->model ? eq->model->names : eq->starts.names;
    const char *word = kind->base.name;
    char name[FOL_TEXT_SIZE];
    json_t *names = json_array();
    for (size_t j = 0; j < g->field.n_out; j++) {
        json_t *text = kind->each && columns     ? json_sprintf("%s %s", word, columns[j])
                       : kind->each && eq->model ? json_sprintf("%s x%zu", word, j + 1)
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
static json_t *problem_json(const cli_command *command, const fol_job_expect_fields *job, const equation *eq)
{
    static const char *const files[] = {"model", "x0", NULL};
    const fol_option *const tables[] = {fol_job_equation_table, fol_drift_option_table, fol_functional_option_table};
    char text[17];
    json_t *all = fol_job_to_json(command->job, job), *problem = json_object();
    bool whole = all && problem;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (fol_option_walk at = fol_options_walk(tables[i]); at.option && whole; fol_options_next(&at)) {
            json_t *value = json_object_get(all, at.option->key);
            whole = !value || json_object_set(problem, at.option->key, value) == 0;
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

static fol_status write_result(fol_context *ctx, const cli_command *command, const fol_job_expect_fields *job,
                               const cli_expectation *result)
{
    json_t *head = json_pack("{ss, ss, so, si}", "command", "expect", "version", fol_version(), "job",
                             fol_job_to_json(command->job, job), "threads", fol_threads_for(ctx->threads));
    return cli_expectation_write(ctx, job->output, strcmp(job->draws, "-") != 0, head, result, &job->interval);
}

// -- Draws ---------------------------------------------------------------------------------------------------------

// Space for the draws in one block, which fol_free(draws->psi) frees.
static fol_status make_space(fol_context *ctx, size_t n, size_t q, fol_expect_draws *draws)
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

static fol_status write_draws(fol_context *ctx, const cli_command *command, const fol_job_expect_fields *job,
                              const json_t *names, const fol_expect_draws *draws)
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
    free(head);
    fol_free(columns);
    return status;
}

// -- The command ---------------------------------------------------------------------------------------------------

static fol_status check_expect(fol_context *ctx, const void *fields)
{
    enum { MODEL, X0, OUTPUT, DRAWS, N_FILES };
    const fol_job_expect_fields *job = fields;
    const char *const keys[N_FILES] = {"model", "x0", "output", "draws"};
    const char *const paths[N_FILES] = {job->model, job->x0, job->output, job->draws};
    fol_status status = fol_expect_check(ctx, &job->options);
    if (status == FOL_OK && *job->draws && job->options.n < 0)
        status = fol_fail_about(ctx, "n", "must be given with `draws`, so that there is space for them.");
    for (int i = OUTPUT; i < N_FILES; i++)
        for (int j = MODEL; j < i && status == FOL_OK; j++)
            if (j >= OUTPUT || strcmp(paths[j], "-")) // one may read standard input and write standard output
                status = cli_check_apart(ctx, keys[j], paths[j], keys[i], paths[i]);
    return status;
}

static fol_status estimate(fol_context *ctx, fol_job_expect_fields *job, const equation *eq, const fol_field *g,
                           fol_expect_draws *draws, fol_tally **tally)
{
    cli_progress progress;
    fol_status status = cli_common_begin(ctx, &job->common, &progress);
    if (status != FOL_OK)
        return status;
    status = fol_expect(ctx, &eq->sde, g, &job->options, draws, tally);
    cli_progress_end(ctx);
    if (status == FOL_E_INTERRUPT)
        fol_fail(ctx, status, "Interrupted; no result is written.");
    return status;
}

static fol_status run_expect(fol_context *ctx, const cli_command *command, void *fields)
{
    fol_job_expect_fields *job = fields;
    equation eq = {0};
    fol_tally *tally = NULL;
    fol_expect_draws draws = {0};
    cli_expectation result = {0};
    fol_status status = cli_check_writable(ctx, "output", job->output);
    if (status == FOL_OK)
        status = cli_check_writable(ctx, "draws", job->draws);
    if (status == FOL_OK)
        status = open_equation(ctx, job, &eq);
    if (status != FOL_OK)
        goto cleanup;
    const fol_functional g = fol_functional_of(&job->g, eq.drift->n_in);
    if (*job->draws)
        status = make_space(ctx, (size_t) job->options.n, g.field.n_out, &draws);
    if (status == FOL_OK)
        status = estimate(ctx, job, &eq, &g.field, *job->draws ? &draws : NULL, &tally);
    if (status != FOL_OK)
        goto cleanup;
    result = (cli_expectation){problem_json(command, job, &eq), names_json(&eq, &g), &tally, 1, job->options.target_se};
    if (!result.problem || !result.names)
        status = fol_fail_memory(ctx, "the result");
    if (status == FOL_OK && *job->draws)
        status = write_draws(ctx, command, job, result.names, &draws);
    if (status == FOL_OK)
        status = write_result(ctx, command, job, &result);
    if (status == FOL_OK && tally->ended)
        status = fol_fail(ctx, FOL_E_INTERRUPT, "Interrupted; the result is that of %.0f %s.", fol_tally_draws(tally),
                          fol_tally_kind(tally)->levels ? "paths" : "draws");
cleanup:
    json_decref(result.problem);
    json_decref(result.names);
    fol_tally_free(tally);
    fol_free(draws.psi);
    clear_equation(&eq);
    return status;
}

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
    .job = &fol_job_expect,
    .check = check_expect,
    .run = run_expect,
};
