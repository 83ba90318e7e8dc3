// Rules: keys that count only beside some value of another key.
#include "rule.h"

#include <stdio.h>
#include <string.h>

#include "command.h"

// The option that decides, and its field.
static const fol_option *find_other(const cli_rule *rule, const cli_command *command, const void *fields,
                                    const void **field)
{
    const cli_section *section;
    const fol_option *other = cli_command_option(command, rule->other, &section);
    *field = (const char *) fields + section->offset + other->offset;
    return other;
}

bool cli_rule_counts(const cli_rule *rule, const cli_command *command, const void *fields)
{
    char came[FOL_TEXT_SIZE], word[FOL_TEXT_SIZE];
    const void *field;
    const fol_option *other = find_other(rule, command, fields, &field);
    if (!rule->words)
        return *(const char *) field == '\0';
    if (!*rule->words)
        return *(const char *) field != '\0';
    fol_choice_word(other->range, *(const int *) field, came);
    for (int i = 0; *fol_choice_word(rule->words, i, word); i++)
        if (!strcmp(word, came))
            return true;
    return false;
}

fol_status cli_rule_fail(fol_context *ctx, const cli_rule *rule, const cli_command *command, const void *fields)
{
    char came[FOL_TEXT_SIZE], words[FOL_TEXT_SIZE];
    const void *field;
    const fol_option *other = find_other(rule, command, fields, &field);
    if (!rule->words)
        return fol_fail(ctx, FOL_E_INPUT, "`%s` does not go with `%s`: give one of them.", rule->key, rule->other);
    if (!*rule->words)
        return fol_fail(ctx, FOL_E_INPUT, "`%s` goes with `%s`, which is not given.", rule->key, rule->other);
    size_t n = 0;
    for (const char *c = rule->words; *c && n < sizeof words; c++)
        n += (size_t) snprintf(words + n, sizeof words - n, *c == '|' ? " or " : "%c", *c);
    return fol_fail(ctx, FOL_E_INPUT, "`%s` goes with `%s` %s, not with %s.", rule->key, rule->other, words,
                    fol_choice_word(other->range, *(const int *) field, came));
}
