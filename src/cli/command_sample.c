// The command `sample`: draws from a model, chunk by chunk.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/blocks.h"
#include "command.h"
#include "follmer.h"
#include "job.h"
#include "job/job_sample.h"
#include "output.h"
#include "progress.h"

#define CHUNK_BYTES (4 << 20) // of draws and paths held at a time, where the threads are busy with less

// What is written where: draws, and paths if they are wanted.
typedef struct {
    size_t n, d, points;
    fol_table_writer *draws, *paths; // paths may be NULL
} sinks;

// Rows that are drawn at once: whole blocks, two for each thread at least.
static size_t chunk_rows(const fol_context *ctx, const sinks *to)
{
    const double block_bytes = 8.0 * FOL_BLOCK_ROWS * (double) to->d * (double) (1 + (to->paths ? to->points : 0));
    const double fit = CHUNK_BYTES / block_bytes, least = 2.0 * fol_threads_for(ctx->threads);
    const size_t blocks = (size_t) (fit > least ? fit : least);
    const size_t all = fol_block_count(to->n);
    return FOL_BLOCK_ROWS * (blocks < all ? blocks : all);
}

static fol_status draw_chunks(fol_context *ctx, const fol_model *model, const fol_denoiser *den,
                              const fol_sample_options *options, const sinks *to)
{
    fol_status status = FOL_OK;
    const size_t d = to->d, path = to->points * d, rows = chunk_rows(ctx, to);
    size_t total = 0;
    const size_t draws_at = fol_layout_add(&total, rows * d, sizeof(double));
    const size_t paths_at = fol_layout_add(&total, to->paths ? rows : 0, path * sizeof(double));
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "a chunk of draws");
    double *draws = (double *) (block + draws_at), *paths = (double *) (block + paths_at);
    for (size_t first = 0; first < to->n && status == FOL_OK; first += rows) {
        const size_t n = to->n - first < rows ? to->n - first : rows;
        const fol_sample_job job = {
            .first = first,
            .columns = &model->columns,
            .out = {draws, n, d, d, 1},
            .paths = {to->paths ? paths : NULL, path, d, 1},
        };
        cli_progress_part(ctx, first / FOL_BLOCK_ROWS, fol_block_count(to->n));
        status = fol_sample(ctx, den, options, &job);
        if (status == FOL_E_INTERRUPT)
            fol_fail(ctx, status, "Interrupted after %zu of %zu draws.", first, to->n);
        if (status == FOL_OK)
            status = fol_table_writer_append(ctx, to->draws, n, draws);
        if (status == FOL_OK && to->paths)
            status = fol_table_writer_append(ctx, to->paths, n, paths);
    }
    fol_free(block);
    return status;
}

// Opens the files, draws into them and closes them.
static fol_status draw(fol_context *ctx, const cli_command *command, const fol_job_sample_fields *job,
                       const fol_model *model, const fol_denoiser *den)
{
    sinks to = {.n = (size_t) job->n, .d = model->dim, .points = (size_t) job->options.steps + 1};
    char *head = cli_job_comment(ctx, command, job);
    if (!head)
        return fol_fail_memory(ctx, "the head of the draws");
    fol_table_layout layout = {to.n, 0, to.d, (const char *const *) model->names, head};
    fol_status status = fol_table_writer_open(ctx, job->output, &layout, &to.draws);
    if (status == FOL_OK && *job->paths) {
        layout.points = to.points;
        status = fol_table_writer_open(ctx, job->paths, &layout, &to.paths);
    }
    if (status == FOL_OK)
        status = draw_chunks(ctx, model, den, &job->options, &to);
    if (status == FOL_OK && to.paths) {
        status = fol_table_writer_close(ctx, to.paths);
        to.paths = NULL;
    }
    if (status == FOL_OK) {
        status = fol_table_writer_close(ctx, to.draws);
        to.draws = NULL;
    }
    fol_table_writer_discard(to.paths);
    fol_table_writer_discard(to.draws);
    free(head);
    return status;
}

static fol_status print_result(fol_context *ctx, const fol_job_sample_fields *job, const fol_model *model)
{
    if (!strcmp(job->output, "-") || !strcmp(job->paths, "-"))
        return FOL_OK;
    json_t *result = json_pack("{ss, ss, ss, ss, sI, sI, sI, sI, si}", "command", "sample", "version", fol_version(),
                               "model", job->model, "output", job->output, "n", (json_int_t) job->n, "columns",
                               (json_int_t) model->dim, "steps", (json_int_t) job->options.steps, "seed",
                               (json_int_t) ctx->seed, "threads", fol_threads_for(ctx->threads));
    if (result && *job->paths)
        json_object_set_new(result, "paths", json_string(job->paths));
    return cli_print_json(ctx, result);
}

static fol_status check_sample(fol_context *ctx, const void *fields)
{
    const fol_job_sample_fields *job = fields;
    fol_status status = cli_check_apart(ctx, "output", job->output, "paths", job->paths);
    if (status == FOL_OK)
        status = cli_check_apart(ctx, "model", job->model, "output", job->output);
    if (status == FOL_OK)
        status = cli_check_apart(ctx, "model", job->model, "paths", job->paths);
    return status;
}

static fol_status run_sample(fol_context *ctx, const cli_command *command, void *fields)
{
    fol_job_sample_fields *job = fields;
    fol_model *model = NULL;
    fol_denoiser *den = NULL;
    cli_progress progress;
    fol_status status = cli_check_writable(ctx, "output", job->output);
    if (status == FOL_OK)
        status = cli_check_writable(ctx, "paths", job->paths);
    if (status == FOL_OK)
        status = fol_model_read(ctx, job->model, &model);
    if (status == FOL_OK)
        status = fol_model_denoiser(ctx, model, &den);
    if (status == FOL_OK)
        status = cli_common_begin(ctx, &job->common, &progress);
    if (status == FOL_OK) {
        status = draw(ctx, command, job, model, den);
        cli_progress_end(ctx);
    }
    if (status == FOL_OK)
        status = print_result(ctx, job, model);
    fol_denoiser_free(den);
    fol_model_free(model);
    return status;
}

const cli_command cli_sample = {
    .name = "sample",
    .summary = "draw from a model",
    .description = "Draws from a model that was written by `follmer fit` or by R's write_model(), on the scale of the "
                   "data and with its column names. Draws are written chunk by chunk, so that memory does not grow "
                   "with their number. A CSV file begins with lines after # that record version, job, seed and "
                   "threads. Unless the draws go to standard output, a JSON object there says what was drawn.",
    .job = &fol_job_sample,
    .check = check_sample,
    .run = run_sample,
};
