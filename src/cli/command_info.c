// The command `info`: what follmer runs on, or what a model file holds.
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "follmer.h"
#include "input.h"
#include "job/job_info.h"
#include "output.h"

static fol_status print_build(fol_context *ctx, const fol_job_info_fields *job)
{
    const fol_info info = fol_info_get();
    const int requested = job->common.threads > 0 ? (int) job->common.threads : 0;
    const int threads = fol_threads_for(requested);
    const char *reason = fol_threads_reason(requested);
    if (job->json)
        return cli_print_json(ctx, json_pack("{ss, ss, ss, sb, si, ss, so, so}", "version", info.version, "gemm",
                                             info.gemm, "simd", info.simd, "openmp", info.openmp, "threads", threads,
                                             "threads_reason", reason, "gemm_gflops", cli_json_number(info.gemm_gflops),
                                             "normals_ns", cli_json_number(info.normals_ns)));
    printf("follmer          %s\n", info.version);
    printf("matrix products  %s: %.0f GFLOP/s on one thread\n", info.gemm, info.gemm_gflops);
    printf("vector math      %s: %.2f ns a normal on one thread\n", info.simd, info.normals_ns);
    printf("threads          %d (%s)\n", threads, reason);
    return FOL_OK;
}

// NULL when memory runs out.
static json_t *names_json(const fol_model *model)
{
    json_t *names = json_array();
    bool whole = names != NULL;
    for (size_t j = 0; whole && model->names && j < model->dim; j++)
        whole = json_array_append_new(names, json_string(model->names[j])) == 0;
    if (whole)
        return names;
    json_decref(names);
    return NULL;
}

static fol_status print_model(fol_context *ctx, const char *path)
{
    fol_model *model;
    fol_status status = cli_read_model(ctx, path, &model);
    if (status != FOL_OK)
        return status;
    const fol_fit_end end = fol_model_end(model);
    json_t *result =
        json_pack("{ss, sI, so, sI, sI, sI, so, so, so, so, so}", "model", path, "columns", (json_int_t) model->dim,
                  "names", names_json(model), "weights", (json_int_t) model->network->n_weights, "rows",
                  (json_int_t) model->n_rows, "seed", (json_int_t) model->seed, "kept", cli_json_number(end.kept),
                  "loss", cli_json_number(end.loss), "validation", cli_json_number(end.validation), "untrained",
                  cli_json_number(end.untrained), "config", json_loads(model->config, 0, NULL));
    fol_model_free(model);
    return cli_print_json(ctx, result); // without a result memory has run out
}

static fol_status run_info(fol_context *ctx, const cli_command *command, void *fields)
{
    (void) command;
    const fol_job_info_fields *job = fields;
    if (*job->model)
        return print_model(ctx, job->model);
    return print_build(ctx, job);
}

const cli_command cli_info = {
    .name = "info",
    .summary = "say what follmer runs on, or what a model is",
    .description = "Says version, BLIS and its kernel, SIMD level, threads and measured speed; with `model`, what "
                   "a model file holds: columns, weights, loss, seed and every key of the fit that made it.",
    .job = &fol_job_info,
    .run = run_info,
};
