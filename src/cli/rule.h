// Rules: keys that count only beside some value of another key.
#ifndef FOL_RULE_H
#define FOL_RULE_H

#include <stdbool.h>

#include "io/options.h"

typedef struct cli_command cli_command;

// A key that counts only beside some value of another key; elsewhere it is refused, and left out of recorded jobs.
typedef struct {
    const char *key;   // NULL ends a list
    const char *other; // of a choice or a text
    const char *words; // where it counts: choices of `other`, "sin|tanh"; "": where `other` is given; NULL: where not
} cli_rule;

// Whether a key counts in a job, as far as one rule goes.
bool cli_rule_counts(const cli_rule *rule, const cli_command *command, const void *fields);

// FOL_E_INPUT with the sentence that refuses a key which does not count.
fol_status cli_rule_fail(fol_context *ctx, const cli_rule *rule, const cli_command *command, const void *fields);

#endif
