// Sentences: failures in the words of a command.
#include "sentence.h"

#include <stdio.h>
#include <string.h>

static void name_key(const cli_command *command, fol_failure *failure)
{
    for (const cli_word *word = command->words; word && word->argument; word++)
        if (!strcmp(failure->argument, word->argument))
            snprintf(failure->argument, sizeof failure->argument, "%s", word->key);
}

static void name_command(const cli_command *command, fol_failure *failure)
{
    if (failure->type != FOL_FAILURE_UNKNOWN)
        return;
    failure->type = FOL_FAILURE_OTHER;
    if (*failure->other)
        snprintf(failure->wanted, sizeof failure->wanted, "`follmer %s` has no key `%s`; did you mean `%s`?",
                 command->name, failure->argument, failure->other);
    else
        snprintf(failure->wanted, sizeof failure->wanted,
                 "`follmer %s` has no key `%s`; `follmer %s --help` lists them.", command->name, failure->argument,
                 command->name);
}

void cli_say_failure(fol_context *ctx, const cli_command *command)
{
    fol_failure said = ctx->failure;
    name_key(command, &said);
    name_command(command, &said);
    fol_failure_sentence(&said, ctx->message);
}
