// Commands: the list, and look-ups in it.
#include "command.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define COMMAND_ADDRESS(name) &cli_##name,
const cli_command *const cli_commands[] = {CLI_COMMAND_LIST(COMMAND_ADDRESS) NULL};
#undef COMMAND_ADDRESS

fol_status cli_common_begin(fol_context *ctx, fol_job_common *common, cli_progress *progress)
{
    if (common->seed < 0) {
        uint64_t bits;
        if (getentropy(&bits, sizeof bits))
            return fol_fail(ctx, FOL_E_FILE, "No seed can be drawn, give `seed`: %s.", strerror(errno));
        common->seed = (int64_t) (bits >> 11); // 53 bits: exact in JSON and in R
    }
    ctx->seed = (uint64_t) common->seed;
    ctx->threads = common->threads > 0 ? (int) common->threads : 0;
    cli_progress_begin(ctx, progress, common->progress);
    return FOL_OK;
}

const cli_command *cli_command_find(const char *name)
{
    for (const cli_command *const *c = cli_commands; *c; c++)
        if (!strcmp((*c)->name, name))
            return *c;
    return NULL;
}

const char *cli_command_nearest(const char *name)
{
#define COMMAND_KEY(command) {#command, FOL_OPTION_TEXT, 0, "", NULL, ""},
    static const fol_option names[] = {CLI_COMMAND_LIST(COMMAND_KEY) COMMAND_KEY(help) COMMAND_KEY(manual){0}};
#undef COMMAND_KEY
    const fol_option *const tables[] = {names, NULL};
    return fol_options_nearest(tables, name);
}

const char *cli_command_words(const cli_command *command)
{
    return command->job && command->job->takes_files ? "FILE..." : command->job ? "[JOB.json]" : "JOB.json";
}
