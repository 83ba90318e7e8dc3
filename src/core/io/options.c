// Options: tables of keys, how their fields are set, and the sentences when a value does not fit.
#include "options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "edit_distance.h"
#include "real_text.h"

// Where the value of a key goes: a field, or a parameter of the kind that is chosen.
typedef struct {
    const fol_option *option;
    void *field;
    double *parameter; // NULL for a field
} target;

static fol_status find_target(fol_context *ctx, const fol_option *table, void *fields, const char *key, target *to);
static fol_status set_word(fol_context *ctx, const target *to, const char *word);
static fol_status set_value(fol_context *ctx, const target *to, const fol_value *value);

// Walking -------------------------------------------------------------------------------------------------------------

// Whether an earlier kind of the family has the key.
static bool seen_before(const fol_option_walk *at, const char *key)
{
    for (size_t kind = 0; kind < at->kind; kind++)
        if (fol_kind_key(at->entry->family[kind], key) >= 0)
            return true;
    return false;
}

fol_option_walk fol_options_walk(const fol_option *table)
{
    return (fol_option_walk){.option = table->key ? table : NULL, .entry = table};
}

void fol_options_next(fol_option_walk *at)
{
    const fol_kind *const *family = at->entry->family;
    at->key += at->family != NULL;
    while (family && family[at->kind]) {
        const fol_option *key = &family[at->kind]->keys[at->key];
        if (key->key && !seen_before(at, key->key)) {
            at->option = key;
            at->family = at->entry;
            return;
        }
        at->kind += !key->key;
        at->key = key->key ? at->key + 1 : 0;
    }
    *at = fol_options_walk(at->entry + 1);
}

fol_option_walk fol_options_find(const fol_option *table, const char *key)
{
    fol_option_walk at = fol_options_walk(table);
    while (at.option && strcmp(at.option->key, key) != 0)
        fol_options_next(&at);
    return at;
}

const char *fol_options_nearest(const fol_option *const *tables, const char *key)
{
    const char *nearest = NULL;
    const size_t length = strlen(key);
    size_t least = length / 4 + 2; // a quarter of the letters and one may be wrong
    if (length >= FOL_KEY_SIZE)
        return NULL;
    for (; *tables; tables++)
        for (fol_option_walk at = fol_options_walk(*tables); at.option; fol_options_next(&at)) {
            const size_t distance = fol_edit_distance(key, at.option->key);
            if (distance < least && distance < length) {
                least = distance;
                nearest = at.option->key;
            }
        }
    return nearest;
}

// The index of a word among the choices or kinds, or -1.
static int find_word(const fol_option *option, const char *word)
{
    char other[FOL_TEXT_SIZE];
    for (int index = 0; *fol_option_word(option, index, other); index++)
        if (strcmp(other, word) == 0)
            return index;
    return -1;
}

// Setting -------------------------------------------------------------------------------------------------------------

void fol_options_init(const fol_option *table, void *fields)
{
    fol_context ctx;
    fol_context_init(&ctx);
    for (const fol_option *option = table; option->key; option++) {
        const target to = {option, (char *) fields + option->offset, NULL};
        if (*option->initial) {
            set_word(&ctx, &to, option->initial);
            continue;
        }
        switch (option->type) {
        case FOL_OPTION_INT:
            *(int64_t *) to.field = -1;
            break;
        case FOL_OPTION_REAL:
            *(double *) to.field = NAN;
            break;
        case FOL_OPTION_FLAG:
            *(bool *) to.field = false;
            break;
        case FOL_OPTION_CHOICE:
            *(int *) to.field = -1;
            break;
        case FOL_OPTION_INTS:
            *(fol_ints *) to.field = (fol_ints){0};
            break;
        case FOL_OPTION_TEXT:
            *(char *) to.field = '\0';
            break;
        case FOL_OPTION_KIND:
            *(fol_instance *) to.field = (fol_instance){0};
            break;
        }
    }
}

fol_status fol_options_set(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                           const fol_value *value)
{
    target to;
    const fol_status status = find_target(ctx, table, fields, key, &to);
    return status == FOL_OK ? set_value(ctx, &to, value) : status;
}

fol_status fol_options_set_word(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                                const char *word)
{
    target to;
    const fol_status status = find_target(ctx, table, fields, key, &to);
    return status == FOL_OK ? set_word(ctx, &to, word) : status;
}

// `snr_end` goes with `process` localization, not with vp.
static fol_status fail_other_kind(fol_context *ctx, const fol_option *family, const fol_kind *chosen, const char *key)
{
    fol_failure failure = {.type = FOL_FAILURE_BESIDE};
    char kinds[FOL_TEXT_SIZE] = "";
    for (const fol_kind *const *kind = family->family; *kind; kind++)
        if (fol_kind_key(*kind, key) >= 0)
            fol_choice_add(kinds, (*kind)->name);
    fol_phrase_choices(failure.wanted, kinds);
    snprintf(failure.argument, sizeof failure.argument, "%s", key);
    snprintf(failure.other, sizeof failure.other, "%s", family->key);
    snprintf(failure.given, sizeof failure.given, "%s", chosen ? chosen->name : "none");
    return fol_fail_fields(ctx, &failure);
}

static fol_status find_target(fol_context *ctx, const fol_option *table, void *fields, const char *key, target *to)
{
    const fol_option_walk at = fol_options_find(table, key);
    if (!at.option)
        return fol_fail_unknown(ctx, key, fol_options_nearest((const fol_option *const[]){table, NULL}, key));
    *to = (target){.option = at.option, .field = (char *) fields + at.entry->offset};
    if (!at.family)
        return FOL_OK;
    fol_instance *instance = to->field;
    const int place = instance->kind ? fol_kind_key(instance->kind, key) : -1;
    if (place < 0)
        return fail_other_kind(ctx, at.family, instance->kind, key);
    to->option = &instance->kind->keys[place];
    to->parameter = &instance->value[place];
    return FOL_OK;
}

fol_status fol_fail_unknown(fol_context *ctx, const char *key, const char *nearest)
{
    fol_failure failure = {.type = FOL_FAILURE_UNKNOWN};
    snprintf(failure.argument, sizeof failure.argument, "%s", key);
    snprintf(failure.other, sizeof failure.other, "%s", nearest ? nearest : "");
    return fol_fail_fields(ctx, &failure);
}

static const char *describe_value(const fol_value *value, char *phrase)
{
    const size_t shown = 60;
    char text[FOL_REAL_SIZE];
    if (value->kind == FOL_VALUE_FLAG)
        snprintf(phrase, FOL_PHRASE_SIZE, "%s", value->flag ? "true" : "false");
    else if (value->kind == FOL_VALUE_TEXT)
        snprintf(phrase, FOL_PHRASE_SIZE, "'%.*s%s'", (int) shown, value->text,
                 strlen(value->text) > shown ? "..." : "");
    else if (value->n == 1)
        snprintf(phrase, FOL_PHRASE_SIZE, "%s", fol_print_real(value->numbers[0], text));
    else
        snprintf(phrase, FOL_PHRASE_SIZE, "%zu numbers", value->n);
    return phrase;
}

fol_status fol_fail_option(fol_context *ctx, const fol_option *option, double number, const char *given)
{
    fol_failure failure = {.type = FOL_FAILURE_VALUE, .flag = option->type == FOL_OPTION_FLAG};
    fol_option_describe(option, number, failure.wanted);
    snprintf(failure.argument, sizeof failure.argument, "%s", option->key);
    snprintf(failure.given, sizeof failure.given, "%s", given);
    return fol_fail_fields(ctx, &failure);
}

static fol_status fail_value(fol_context *ctx, const fol_option *option, const fol_value *value)
{
    char given[FOL_PHRASE_SIZE];
    const double number = value->kind == FOL_VALUE_NUMBERS && value->n == 1 ? value->numbers[0] : NAN;
    return fol_fail_option(ctx, option, number, describe_value(value, given));
}

static fol_status fail_entry(fol_context *ctx, const fol_option *option, size_t i, double value)
{
    fol_failure failure = {.type = FOL_FAILURE_VALUE, .at.entry = i + 1};
    const fol_option entry = {option->key, FOL_OPTION_INT, 0, "", option->range, ""};
    fol_option_describe(&entry, value, failure.wanted);
    fol_print_real(value, failure.given);
    snprintf(failure.argument, sizeof failure.argument, "%s", option->key);
    return fol_fail_fields(ctx, &failure);
}

static fol_status set_ints(fol_context *ctx, const fol_option *option, fol_ints *ints, const fol_value *value)
{
    if (value->kind != FOL_VALUE_NUMBERS || value->n < 1 || value->n > FOL_MAX_INTS)
        return fail_value(ctx, option, value);
    for (size_t i = 0; i < value->n; i++)
        if (!fol_option_fits(option, value->numbers[i]))
            return fail_entry(ctx, option, i, value->numbers[i]);
    ints->n = (int) value->n;
    for (size_t i = 0; i < value->n; i++)
        ints->value[i] = (int) value->numbers[i];
    return FOL_OK;
}

static fol_status set_number(fol_context *ctx, const target *to, const fol_value *value)
{
    const bool one = value->kind == FOL_VALUE_NUMBERS && value->n == 1;
    if (!one || !fol_option_fits(to->option, value->numbers[0]))
        return fail_value(ctx, to->option, value);
    if (to->parameter)
        *to->parameter = value->numbers[0];
    else if (to->option->type == FOL_OPTION_INT)
        *(int64_t *) to->field = (int64_t) value->numbers[0];
    else
        *(double *) to->field = value->numbers[0];
    return FOL_OK;
}

static fol_status set_value(fol_context *ctx, const target *to, const fol_value *value)
{
    const fol_option *option = to->option;
    const bool text = value->kind == FOL_VALUE_TEXT;
    int index;
    switch (option->type) {
    case FOL_OPTION_INT:
    case FOL_OPTION_REAL:
        return set_number(ctx, to, value);
    case FOL_OPTION_FLAG:
        if (value->kind != FOL_VALUE_FLAG)
            break;
        *(bool *) to->field = value->flag;
        return FOL_OK;
    case FOL_OPTION_CHOICE:
        index = text ? find_word(option, value->text) : -1;
        if (index < 0)
            break;
        *(int *) to->field = index;
        return FOL_OK;
    case FOL_OPTION_KIND:
        index = text ? find_word(option, value->text) : -1;
        if (index < 0)
            break;
        fol_instance_init(to->field, option->family[index]);
        return FOL_OK;
    case FOL_OPTION_INTS:
        return set_ints(ctx, option, to->field, value);
    case FOL_OPTION_TEXT:
        if (!text || strlen(value->text) >= FOL_TEXT_SIZE)
            break;
        strcpy(to->field, value->text);
        return FOL_OK;
    }
    return fail_value(ctx, option, value);
}

// Splits "64,64" into numbers; 0 when an entry is none, else how many there are (only the first FOL_MAX_INTS are kept).
static size_t parse_list(const char *word, double *numbers)
{
    for (size_t n = 0;; n++) {
        const size_t length = strcspn(word, ",");
        if (!fol_parse_real(word, length, &numbers[n < FOL_MAX_INTS ? n : 0]))
            return 0;
        if (word[length] == '\0')
            return n + 1;
        word += length + 1;
    }
}

static fol_status set_word(fol_context *ctx, const target *to, const char *word)
{
    double numbers[FOL_MAX_INTS];
    fol_value value = {.kind = FOL_VALUE_TEXT, .text = word};
    switch (to->option->type) {
    case FOL_OPTION_INT:
    case FOL_OPTION_REAL:
    case FOL_OPTION_INTS:
        value.n = parse_list(word, numbers);
        if (value.n > 0) {
            value.kind = FOL_VALUE_NUMBERS;
            value.numbers = numbers;
        }
        break;
    case FOL_OPTION_FLAG:
        if (strcasecmp(word, "true") == 0 || strcasecmp(word, "false") == 0) {
            value.kind = FOL_VALUE_FLAG;
            value.flag = strcasecmp(word, "true") == 0;
        }
        break;
    case FOL_OPTION_CHOICE:
    case FOL_OPTION_TEXT:
    case FOL_OPTION_KIND:
        break;
    }
    return set_value(ctx, to, &value);
}

// Checking ------------------------------------------------------------------------------------------------------------

bool fol_option_is_given(const fol_option *option, const void *fields)
{
    const void *field = (const char *) fields + option->offset;
    switch (option->type) {
    case FOL_OPTION_INT:
        return *option->initial || *(const int64_t *) field != -1;
    case FOL_OPTION_REAL:
        return !isnan(*(const double *) field);
    case FOL_OPTION_FLAG:
        return true;
    case FOL_OPTION_CHOICE:
        return *(const int *) field >= 0;
    case FOL_OPTION_INTS:
        return ((const fol_ints *) field)->n > 0;
    case FOL_OPTION_KIND:
        return ((const fol_instance *) field)->kind != NULL;
    case FOL_OPTION_TEXT:
        break;
    }
    return *(const char *) field != '\0';
}

static fol_status check_number(fol_context *ctx, const fol_option *option, double value)
{
    if (fol_option_fits(option, value))
        return FOL_OK;
    return fail_value(ctx, option, &(fol_value){.kind = FOL_VALUE_NUMBERS, .numbers = &value, .n = 1});
}

static fol_status check_ints(fol_context *ctx, const fol_option *option, const fol_ints *ints)
{
    for (int i = 0; i < ints->n; i++)
        if (!fol_option_fits(option, ints->value[i]))
            return fail_entry(ctx, option, (size_t) i, ints->value[i]);
    return FOL_OK;
}

static fol_status check_index(fol_context *ctx, const fol_option *option, int index)
{
    char given[FOL_PHRASE_SIZE], word[FOL_TEXT_SIZE];
    if (index >= 0 && *fol_option_word(option, index, word))
        return FOL_OK;
    snprintf(given, sizeof given, "number %d", index);
    return fol_fail_option(ctx, option, NAN, given);
}

static fol_status check_option(fol_context *ctx, const fol_option *option, const void *field)
{
    switch (option->type) {
    case FOL_OPTION_INT:
        return check_number(ctx, option, (double) *(const int64_t *) field);
    case FOL_OPTION_REAL:
        return check_number(ctx, option, *(const double *) field);
    case FOL_OPTION_CHOICE:
        return check_index(ctx, option, *(const int *) field);
    case FOL_OPTION_INTS:
        return check_ints(ctx, option, field);
    case FOL_OPTION_KIND:
        if (((const fol_instance *) field)->kind)
            return fol_instance_check(ctx, field);
        return fol_fail_option(ctx, option, NAN, "none");
    case FOL_OPTION_FLAG:
    case FOL_OPTION_TEXT:
        break;
    }
    return FOL_OK;
}

// Whether a value is less than the one that it must be below; so is NAN, which is not given.
static fol_status check_below(fol_context *ctx, const fol_option *table, const fol_option *option, const void *fields)
{
    if (!option->below)
        return FOL_OK;
    const fol_option *above = fol_options_find(table, option->below).option;
    const double value = *(const double *) (const void *) ((const char *) fields + option->offset);
    const double most = *(const double *) (const void *) ((const char *) fields + above->offset);
    return value >= most ? fol_fail_about(ctx, option->key, "must be below `%s`, %g, not %g.", above->key, most, value)
                         : FOL_OK;
}

fol_status fol_options_check(fol_context *ctx, const fol_option *table, const void *fields)
{
    fol_status status = FOL_OK;
    for (const fol_option *option = table; option->key && status == FOL_OK; option++)
        if (*option->initial || fol_option_is_given(option, fields))
            status = check_option(ctx, option, (const char *) fields + option->offset);
    for (const fol_option *option = table; option->key && status == FOL_OK; option++)
        status = check_below(ctx, table, option, fields);
    return status;
}
