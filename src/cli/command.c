// Commands: the list, and look-ups in it.
#include "command.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define COMMAND_ADDRESS(name) &cli_##name,
const cli_command *const cli_commands[] = {CLI_COMMAND_LIST(COMMAND_ADDRESS) NULL};
#undef COMMAND_ADDRESS

#define THREADS_KEY                                                                                                    \
    {                                                                                                                  \
        "threads", FOL_OPTION_INT, offsetof(cli_common, threads), "", "[1,1024]",                                      \
            "threads; when not given, the cores that it may use; results do not depend on it"                          \
    }

const fol_option cli_threads_table[] = {
    THREADS_KEY,
    {NULL, 0, 0, NULL, NULL, NULL},
};

const fol_option cli_common_table[] = {
    {"seed", FOL_OPTION_INT, offsetof(cli_common, seed), "", "[0,9007199254740991]",
     "seed of the whole randomness, drawn and reported when not given"},
    THREADS_KEY,
    {"progress", FOL_OPTION_CHOICE, offsetof(cli_common, progress), "auto", CLI_PROGRESS_CHOICES,
     "progress on standard error: true writes lines where there is no terminal for a bar, auto does not"},
    {NULL, 0, 0, NULL, NULL, NULL},
};

fol_status cli_common_begin(fol_context *ctx, cli_common *common, cli_progress *progress)
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
    static const fol_option names[] = {CLI_COMMAND_LIST(COMMAND_KEY) COMMAND_KEY(help)
                                           COMMAND_KEY(manual){NULL, 0, 0, NULL, NULL, NULL}};
#undef COMMAND_KEY
    const fol_option *const tables[] = {names, NULL};
    return fol_options_nearest(tables, name);
}

const fol_option *cli_command_option(const cli_command *command, const char *key, const cli_section **section)
{
    for (const cli_section *s = command->sections; s->table; s++) {
        const fol_option *option = fol_options_find(s->table, key);
        if (option) {
            *section = s;
            return option;
        }
    }
    return NULL;
}

const char *cli_command_words(const cli_command *command)
{
    return command->takes_files ? "FILE..." : command->run ? "[JOB.json]" : "JOB.json";
}
