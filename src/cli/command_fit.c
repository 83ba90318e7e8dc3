// The command `fit`: learns a denoiser from a table and writes the model.
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "command.h"
#include "follmer.h"
#include "output.h"
#include "progress.h"

typedef struct {
    cli_common common;
    char data[FOL_TEXT_SIZE], output[FOL_TEXT_SIZE];
    fol_fit_options options;
} fit_job;

static json_t *result(const fol_context *ctx, const fit_job *job, const fol_model *model, double seconds)
{
    const fol_history *last = model->n_history ? &model->history[model->n_history - 1] : NULL;
    return json_pack("{ss, ss, ss, ss, sI, sI, sI, sI, so, so, sI, si, so}", "command", "fit", "version", fol_version(),
                     "data", job->data, "output", job->output, "rows", (json_int_t) model->n_rows, "columns",
                     (json_int_t) model->dim, "weights", (json_int_t) model->network->n_weights, "steps",
                     (json_int_t) job->options.training.steps, "loss", cli_json_number(last ? last->loss : NAN),
                     "validation", cli_json_number(last ? last->validation : NAN), "seed", (json_int_t) ctx->seed,
                     "threads", fol_threads_for(ctx->threads), "seconds", cli_json_number(seconds));
}

static fol_status check_fit(fol_context *ctx, const void *fields)
{
    const fit_job *job = fields;
    fol_process process = job->options.process;
    if (!strcmp(job->output, "-"))
        return fol_fail(ctx, FOL_E_INPUT, "`output` must be a file: a model is not written to standard output.");
    if (*job->options.training.checkpoint && job->common.seed < 0)
        return fol_fail(ctx, FOL_E_INPUT,
                        "`seed` must be given with `checkpoint`, so that the same command resumes the fit.");
    fol_status status = cli_check_apart(ctx, "data", job->data, "output", job->output);
    if (status == FOL_OK)
        status = cli_check_apart(ctx, "data", job->data, "checkpoint", job->options.training.checkpoint);
    if (status == FOL_OK)
        status = cli_check_apart(ctx, "output", job->output, "checkpoint", job->options.training.checkpoint);
    return status == FOL_OK ? fol_process_check(ctx, &process) : status;
}

// The core calls the data `x`, as R does; here their key is `data`.
static void name_data(fol_context *ctx, fol_status status)
{
    char message[FOL_MESSAGE_SIZE];
    memcpy(message, ctx->message, sizeof message);
    if (!strncmp(message, "`x` ", 4))
        fol_fail(ctx, status, "`data` %s", message + 4);
}

static fol_status run_fit(fol_context *ctx, const cli_command *command, void *fields)
{
    (void) command;
    fit_job *job = fields;
    fol_table table = {0};
    fol_model *model = NULL;
    cli_progress progress;
    fol_status status = cli_check_writable(ctx, "output", job->output);
    if (status == FOL_OK)
        status = cli_check_writable(ctx, "checkpoint", job->options.training.checkpoint);
    if (status == FOL_OK)
        status = fol_table_read(ctx, job->data, &table);
    if (status != FOL_OK)
        return status;
    status = cli_common_begin(ctx, &job->common, &progress);
    if (status != FOL_OK)
        goto cleanup;
    const double start = fol_seconds();
    status = fol_fit_denoiser(ctx, fol_table_rows(&table), (const char *const *) table.names, &job->options, &model);
    cli_progress_end(ctx);
    if (status != FOL_OK)
        name_data(ctx, status);
    if (status == FOL_OK)
        status = fol_model_write(ctx, model, job->output);
    if (status == FOL_OK)
        status = cli_print_json(ctx, result(ctx, job, model, fol_seconds() - start));
cleanup:
    fol_model_free(model);
    fol_table_clear(&table);
    return status;
}

static const fol_option file_table[] = {
    {"data", FOL_OPTION_TEXT, offsetof(fit_job, data), "", NULL,
     "table to learn from, a row for each observation: a .csv or .npy file, - for standard input"},
    {"output", FOL_OPTION_TEXT, offsetof(fit_job, output), "", NULL, "file for the model (safetensors)"},
    {NULL, 0, 0, NULL, NULL, NULL},
};

static const cli_section sections[] = {
    {"Files", file_table, 0},
    {"Model and training", fol_fit_option_table, offsetof(fit_job, options)},
    {"Run", cli_common_table, offsetof(fit_job, common)},
    {NULL, NULL, 0},
};

static const char *const required[] = {"data", "output", NULL};

const cli_command cli_fit = {
    .name = "fit",
    .summary = "learn a denoising diffusion from a table",
    .description = "Learns a denoising diffusion from the rows of a table by minibatch score matching, writes the "
                   "model to a file and the result as JSON to standard output: the loss (mean squared error of the "
                   "predicted noise per dimension), the same on held-out rows, steps, seed and seconds. With "
                   "`checkpoint` and `seed` an interrupted fit goes on where it stopped when the same command is "
                   "given again, and ends with the same bytes.",
    .sections = sections,
    .required = required,
    .job_size = sizeof(fit_job),
    .check = check_fit,
    .run = run_fit,
};
