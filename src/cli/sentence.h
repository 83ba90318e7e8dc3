// Sentences: failures in the words of a command.
#ifndef FOL_SENTENCE_H
#define FOL_SENTENCE_H

#include "command.h"

// Makes the message of the last failure anew: an argument of the core has the name of the command's key, and a key that
// there is not is one that the command has not.
void cli_say_failure(fol_context *ctx, const cli_command *command);

#endif
