// Rules of options: which keys count beside which values of others.
#include "option_rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// A condition, taken apart: "!model", "checkpoint", "method=euler|mlmc", "method!=mlmc".
typedef struct {
    bool absent; // not given, or none of the words
    char key[FOL_KEY_SIZE];
    char words[FOL_TEXT_SIZE]; // "" where it asks only whether the key is given
} condition;

// Takes the first condition off a rule.
static const char *next_condition(const char *rule, condition *c)
{
    const size_t length = strcspn(rule, ",");
    const char *key = rule + (*rule == '!');
    const size_t n = strcspn(key, ",=!");
    const char *words = key + n;
    c->absent = *rule == '!' || *words == '!';
    words += *words == '!';
    words += *words == '=';
    snprintf(c->key, sizeof c->key, "%.*s", (int) n, key);
    snprintf(c->words, sizeof c->words, "%.*s", (int) (rule + length - words), words);
    return rule + length + (rule[length] == ',');
}

// The part with a key, whose option it is or whose family has it; NULL if there is none.
static const fol_option_part *find_part(const fol_option_part *parts, const char *key, fol_option_walk *at)
{
    for (; parts->table; parts++) {
        *at = fol_options_find(parts->table, key);
        if (at->option)
            return parts;
    }
    return NULL;
}

// The word of a choice or kind; "" for others.
static void word_of(const fol_option *option, const void *fields, char *word)
{
    const void *field = (const char *) fields + option->offset;
    *word = '\0';
    if (option->type == FOL_OPTION_CHOICE)
        fol_choice_word(option->range, *(const int *) field, word);
    else if (option->type == FOL_OPTION_KIND && ((const fol_instance *) field)->kind)
        snprintf(word, FOL_TEXT_SIZE, "%s", ((const fol_instance *) field)->kind->name);
}

static bool among(const char *words, const char *word)
{
    char one[FOL_TEXT_SIZE];
    for (int i = 0; *fol_choice_word(words, i, one); i++)
        if (strcmp(one, word) == 0)
            return true;
    return false;
}

static bool holds(const fol_option_part *parts, const condition *c)
{
    char word[FOL_TEXT_SIZE];
    fol_option_walk at;
    const fol_option_part *part = find_part(parts, c->key, &at);
    if (!part)
        return true;
    word_of(at.option, part->fields, word);
    return (*c->words ? among(c->words, word) : fol_option_is_given(at.option, part->fields)) != c->absent;
}

// The first condition of a rule that does not hold; false if all do.
static bool find_broken(const fol_option_part *parts, const char *rule, condition *broken)
{
    while (rule && *rule) {
        rule = next_condition(rule, broken);
        if (!holds(parts, broken))
            return true;
    }
    return false;
}

// The first condition under which a key does not count: of its part, of its family, of itself.
static bool find_failure(const fol_option_part *parts, const char *key, condition *broken)
{
    fol_option_walk at;
    const fol_option_part *part = find_part(parts, key, &at);
    return part &&
           (find_broken(parts, part->beside, broken) || (at.family && find_broken(parts, at.family->beside, broken)) ||
            find_broken(parts, at.option->beside, broken));
}

bool fol_options_counts(const fol_option_part *parts, const char *key)
{
    condition broken;
    return !find_failure(parts, key, &broken);
}

static fol_status fail(fol_context *ctx, const fol_option_part *parts, const char *key, const condition *broken)
{
    fol_failure failure = {.type = broken->absent ? FOL_FAILURE_AGAINST : FOL_FAILURE_BESIDE};
    fol_option_walk at = {0};
    char word[FOL_TEXT_SIZE];
    const fol_option_part *part = find_part(parts, broken->key, &at);
    snprintf(failure.argument, sizeof failure.argument, "%s", key);
    snprintf(failure.other, sizeof failure.other, "%s", broken->key);
    if (!broken->absent)
        fol_phrase_choices(failure.wanted, broken->words);
    if (*broken->words) {
        word_of(at.option, part->fields, word);
        snprintf(failure.given, sizeof failure.given, "%.*s", FOL_KEY_SIZE, word);
    }
    return fol_fail_fields(ctx, &failure);
}

fol_status fol_options_check_rules(fol_context *ctx, const fol_option_part *parts, size_t n, const char *const *given)
{
    condition broken;
    for (size_t i = 0; i < n; i++)
        if (find_failure(parts, given[i], &broken))
            return fail(ctx, parts, given[i], &broken);
    return FOL_OK;
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_instance(const fol_instance *a, const fol_instance *b)
{
    bool same = a->kind == b->kind;
    for (int i = 0; same && a->kind && a->kind->keys[i].key; i++)
        same = a->value[i] == b->value[i];
    return same;
}

static bool is_default(const fol_option *option, const void *fields)
{
    union {
        int64_t whole;
        double real;
        bool flag;
        int choice;
        fol_ints ints;
        char text[FOL_TEXT_SIZE];
        fol_instance instance;
    } first;
    const void *field = (const char *) fields + option->offset;
    fol_option alone[2] = {*option, {0}};
    alone->offset = 0;
    fol_options_init(alone, &first);
    switch (option->type) {
    case FOL_OPTION_INT:
        return first.whole == *(const int64_t *) field;
    case FOL_OPTION_REAL:
        return same_number(first.real, *(const double *) field);
    case FOL_OPTION_FLAG:
        return first.flag == *(const bool *) field;
    case FOL_OPTION_CHOICE:
        return first.choice == *(const int *) field;
    case FOL_OPTION_INTS:
        return first.ints.n == ((const fol_ints *) field)->n &&
               memcmp(first.ints.value, ((const fol_ints *) field)->value,
                      (size_t) first.ints.n * sizeof *first.ints.value) == 0;
    case FOL_OPTION_KIND:
        return same_instance(&first.instance, field);
    case FOL_OPTION_TEXT:
        break;
    }
    return strcmp(first.text, field) == 0;
}

fol_status fol_options_check_changed(fol_context *ctx, const fol_option_part *parts)
{
    fol_status status = FOL_OK;
    for (const fol_option_part *part = parts; part->table; part++)
        for (const fol_option *option = part->table; option->key && status == FOL_OK; option++)
            if (!is_default(option, part->fields))
                status = fol_options_check_rules(ctx, parts, 1, &option->key);
    return status;
}
