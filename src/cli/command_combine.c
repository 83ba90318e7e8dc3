// The command `combine`: one result from those of several runs of `expect`.
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "expectation_file.h"
#include "follmer.h"
#include "job.h"
#include "job/job_combine.h"
#include "output.h"

static fol_status check_combine(fol_context *ctx, const void *fields)
{
    const fol_job_combine_fields *job = fields;
    fol_status status = FOL_OK;
    for (size_t i = 0; i < job->files.n && status == FOL_OK; i++)
        if (strcmp(job->files.path[i], "-"))
            status = cli_check_apart(ctx, "files", job->files.path[i], "output", job->output);
    return status;
}

// Adds what a file holds; a refusal names the file.
static fol_status add_file(fol_context *ctx, const char *path, cli_expectation *whole)
{
    cli_expectation part;
    fol_status status = cli_expectation_read(ctx, path, &part);
    if (status != FOL_OK)
        return status;
    status = cli_expectation_join(ctx, whole, &part);
    if (status == FOL_E_INPUT)
        fol_fail_within(ctx, "%s", path);
    cli_expectation_clear(&part);
    return status;
}

static fol_status run_combine(fol_context *ctx, const cli_command *command, void *fields)
{
    const fol_job_combine_fields *job = fields;
    cli_expectation whole = {0};
    fol_status status = cli_check_writable(ctx, "output", job->output);
    for (size_t i = 0; i < job->files.n && status == FOL_OK; i++)
        status = add_file(ctx, job->files.path[i], &whole);
    if (status == FOL_OK) {
        json_t *head = json_pack("{ss, ss, so}", "command", "combine", "version", fol_version(), "job",
                                 fol_job_to_json(command->job, job));
        status = cli_expectation_write(ctx, job->output, true, head, &whole, &job->interval);
    }
    cli_expectation_clear(&whole);
    return status;
}

static const cli_word words[] = {{"tallies", "files"}, {0}};

const cli_command cli_combine = {
    .name = "combine",
    .summary = "join the results of several runs of expect",
    .description =
        "Joins results that `follmer expect` or `follmer combine` wrote, named as words (in job files, a list under "
        "the key `files`), and writes a result of the same form. The parts of one run, which have its seed, give what "
        "the whole run would have given, to the bit; a warning says so where they do not, as the network of a model "
        "differs in its last digits between processors with other vector instructions. Runs of different seeds are "
        "pooled in proportion to their draws. All must be of the same equation and function; the same part or seed "
        "twice is refused.",
    .job = &fol_job_combine,
    .words = words,
    .check = check_combine,
    .run = run_combine,
};
