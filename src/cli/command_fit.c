// The command `fit`: learns a denoiser from a table and writes the model.
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "command.h"
#include "follmer.h"
#include "input.h"
#include "job/job_fit.h"
#include "output.h"
#include "progress.h"

static json_t *result(const fol_context *ctx, const fol_job_fit_fields *job, const fol_model *model, double seconds)
{
    const fol_fit_end end = fol_model_end(model);
    return json_pack("{ss, ss, ss, ss, sI, sI, sI, so, so, so, so, so, sI, si, so}", "command", "fit", "version",
                     fol_version(), "data", job->data, "output", job->output, "rows", (json_int_t) model->n_rows,
                     "columns", (json_int_t) model->dim, "weights", (json_int_t) model->network->n_weights, "steps",
                     cli_json_number(end.steps), "kept", cli_json_number(end.kept), "loss", cli_json_number(end.loss),
                     "validation", cli_json_number(end.validation), "untrained", cli_json_number(end.untrained), "seed",
                     (json_int_t) ctx->seed, "threads", fol_threads_for(ctx->threads), "seconds",
                     cli_json_number(seconds));
}

static fol_status check_fit(fol_context *ctx, const void *fields)
{
    const fol_job_fit_fields *job = fields;
    if (!strcmp(job->output, "-"))
        return fol_fail_about(ctx, "output", "must be a file: a model is not written to standard output.");
    if (*job->options.training.checkpoint && job->common.seed < 0)
        return fol_fail_about(ctx, "seed",
                              "must be given with `checkpoint`, so that the same command resumes the fit.");
    fol_status status = cli_check_apart(ctx, "data", job->data, "output", job->output);
    if (status == FOL_OK)
        status = cli_check_apart(ctx, "data", job->data, "checkpoint", job->options.training.checkpoint);
    if (status == FOL_OK)
        status = cli_check_apart(ctx, "output", job->output, "checkpoint", job->options.training.checkpoint);
    return status;
}

static fol_status run_fit(fol_context *ctx, const cli_command *command, void *fields)
{
    (void) command;
    fol_job_fit_fields *job = fields;
    fol_table table = {0};
    fol_model *model = NULL;
    cli_progress progress;
    fol_status status = cli_check_writable(ctx, "output", job->output);
    if (status == FOL_OK)
        status = cli_check_writable(ctx, "checkpoint", job->options.training.checkpoint);
    if (status == FOL_OK)
        status = cli_read_table(ctx, job->data, (fol_header) job->header, &table);
    if (status != FOL_OK)
        return status;
    status = cli_common_begin(ctx, &job->common, &progress);
    if (status != FOL_OK)
        goto cleanup;
    const double start = fol_seconds();
    status = fol_fit_denoiser(ctx, fol_table_rows(&table), (const char *const *) table.names, &job->options, &model);
    cli_progress_end(ctx);
    if (status == FOL_OK)
        status = fol_model_write(ctx, model, job->output);
    if (status == FOL_OK)
        status = cli_print_json(ctx, result(ctx, job, model, fol_seconds() - start));
cleanup:
    fol_model_free(model);
    fol_table_clear(&table);
    return status;
}

static const cli_word words[] = {{"x", "data"}, {0}};

const cli_command cli_fit = {
    .name = "fit",
    .summary = "learn a denoising diffusion from a table",
    .description = "Learns a denoising diffusion from the rows of a table by minibatch score matching, writes the "
                   "model to a file and the result as JSON to standard output: the loss (mean squared error of the "
                   "predicted noise per dimension), the same on held-out rows, steps, seed and seconds. With "
                   "`checkpoint` and `seed` an interrupted fit goes on where it stopped when the same command is "
                   "given again, and ends with the same bytes.",
    .job = &fol_job_fit,
    .words = words,
    .check = check_fit,
    .run = run_fit,
};
