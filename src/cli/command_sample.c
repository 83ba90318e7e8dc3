// The command `sample`: draws from a model, chunk by chunk.
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/blocks.h"
#include "command.h"
#include "follmer.h"
#include "input.h"
#include "job.h"
#include "job/job_sample.h"
#include "output.h"
#include "progress.h"

#define CHUNK_BYTES (4 << 20) // of draws and paths held at a time, where the threads are busy with less
#define STREAM_SECONDS 0.25   // of a chunk for a reader who waits

// What is written where: draws, and paths if they are wanted.
typedef struct {
    size_t n, d, points;
    fol_table_writer *draws, *paths; // paths may be NULL
} sinks;

// Rows that are drawn at once: whole blocks, two for each thread at least.
static size_t least_rows(const fol_context *ctx, const sinks *to)
{
    const size_t least = 2 * (size_t) fol_threads_for(ctx->threads), all = fol_block_count(to->n);
    return FOL_BLOCK_ROWS * (least < all ? least : all);
}

static size_t most_rows(const fol_context *ctx, const sinks *to)
{
    const double block_bytes = 8.0 * FOL_BLOCK_ROWS * (double) to->d * (double) (1 + (to->paths ? to->points : 0));
    const size_t fit = FOL_BLOCK_ROWS * (size_t) (CHUNK_BYTES / block_bytes), least = least_rows(ctx, to);
    const size_t all = FOL_BLOCK_ROWS * fol_block_count(to->n), most = fit > least ? fit : least;
    return most < all ? most : all;
}

// Writes a chunk; a reader gets it at once.
static fol_status write_chunk(fol_context *ctx, fol_table_writer *writer, size_t n, const double *data)
{
    const fol_status status = fol_table_writer_append(ctx, writer, n, data);
    return status == FOL_OK && fol_table_writer_streams(writer) ? fol_table_writer_flush(ctx, writer) : status;
}

// Whether somebody may wait for the draws or the paths.
static bool is_streamed(const sinks *to)
{
    return fol_table_writer_streams(to->draws) || (to->paths && fol_table_writer_streams(to->paths));
}

// An interrupt: of the user, or since a reader has left.
static fol_status explain(fol_context *ctx, const sinks *to, size_t done)
{
    fol_status status = fol_table_writer_flush(ctx, to->draws);
    if (status == FOL_OK && to->paths)
        status = fol_table_writer_flush(ctx, to->paths);
    return status != FOL_OK ? status
                            : fol_fail(ctx, FOL_E_INTERRUPT, "Interrupted after %zu of %zu draws.", done, to->n);
}

static fol_status draw_chunks(fol_context *ctx, const fol_model *model, const fol_denoiser *den,
                              const fol_sample_options *options, const sinks *to)
{
    fol_status status = FOL_OK;
    const size_t d = to->d, path = to->points * d, most = most_rows(ctx, to);
    const bool streamed = is_streamed(to);
    size_t total = 0, rows = streamed ? least_rows(ctx, to) : most;
    const size_t draws_at = fol_layout_add(&total, most * d, sizeof(double));
    const size_t paths_at = fol_layout_add(&total, to->paths ? most : 0, path * sizeof(double));
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "a chunk of draws");
    double *draws = (double *) (block + draws_at), *paths = (double *) (block + paths_at);
    for (size_t first = 0, n; first < to->n && status == FOL_OK; first += n) {
        n = to->n - first < rows ? to->n - first : rows;
        const double start = fol_seconds();
        const fol_sample_job job = {
            .first = first,
            .columns = &model->columns,
            .out = {draws, n, d, d, 1},
            .paths = {to->paths ? paths : NULL, path, d, 1},
        };
        cli_progress_part(ctx, first / FOL_BLOCK_ROWS, fol_block_count(to->n));
        status = fol_sample(ctx, den, options, &job);
        if (status == FOL_E_INTERRUPT)
            status = explain(ctx, to, first);
        if (streamed && fol_seconds() - start < STREAM_SECONDS / 2)
            rows = 2 * rows < most ? 2 * rows : most;
        if (status == FOL_OK)
            status = write_chunk(ctx, to->draws, n, draws);
        if (status == FOL_OK && to->paths)
            status = write_chunk(ctx, to->paths, n, paths);
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
    cli_progress_watch(ctx, to.draws, to.paths);
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
    cli_progress_watch(ctx, NULL, NULL);
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
        status = cli_read_model(ctx, job->model, &model);
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
