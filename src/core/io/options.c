// Options: tables of keys, their defaults and ranges, and the sentences when a value does not fit.
#include "options.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "c_locale.h"

#define MAX_EXACT 9007199254740991.0 // 2^53 - 1: every whole number up to it is a double of its own
#define WORD_SIZE 64                 // of a number as text; longer is none
#define KEY_SIZE 64                  // of a key; longer is near to nothing
#define PHRASE_SIZE 512              // of a part of a sentence

// An interval of numbers: "[1,1e9]" or "(0,inf)".
typedef struct {
    double low, high;
    bool low_open, high_open;
} interval;

static void *field_of(const fol_option *option, void *fields);
static bool is_given(const fol_option *option, const void *fields);
static json_t *to_json(const fol_option *option, const void *fields);
static fol_status set_json(fol_context *ctx, const fol_option *option, void *fields, const json_t *json);
static fol_status set_word(fol_context *ctx, const fol_option *option, void *fields, const char *word);
static fol_status set_value(fol_context *ctx, const fol_option *option, void *fields, const fol_value *value);
static fol_status fail_unknown(fol_context *ctx, const fol_option *table, const char *key);
static size_t edit_distance(const char *a, const char *b);

void fol_options_init(const fol_option *table, void *fields)
{
    fol_context ctx;
    fol_context_init(&ctx);
    for (const fol_option *option = table; option->key; option++) {
        void *field = field_of(option, fields);
        if (*option->initial) {
            set_word(&ctx, option, fields, option->initial);
            continue;
        }
        switch (option->type) {
        case FOL_OPTION_INT:
            *(int64_t *) field = -1;
            break;
        case FOL_OPTION_REAL:
            *(double *) field = NAN;
            break;
        case FOL_OPTION_FLAG:
            *(bool *) field = false;
            break;
        case FOL_OPTION_CHOICE:
            *(int *) field = -1;
            break;
        case FOL_OPTION_INTS:
            *(fol_ints *) field = (fol_ints){0};
            break;
        case FOL_OPTION_TEXT:
            *(char *) field = '\0';
            break;
        }
    }
}

fol_status fol_options_set(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                           const fol_value *value)
{
    const fol_option *option = fol_options_find(table, key);
    return option ? set_value(ctx, option, fields, value) : fail_unknown(ctx, table, key);
}

fol_status fol_options_set_word(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                                const char *word)
{
    const fol_option *option = fol_options_find(table, key);
    return option ? set_word(ctx, option, fields, word) : fail_unknown(ctx, table, key);
}

const fol_option *fol_options_find(const fol_option *table, const char *key)
{
    for (; table->key; table++)
        if (strcmp(table->key, key) == 0)
            return table;
    return NULL;
}

const char *fol_options_nearest(const fol_option *const *tables, const char *key)
{
    const char *nearest = NULL;
    const size_t length = strlen(key);
    size_t least = length / 4 + 2; // a quarter of the letters and one may be wrong
    if (length >= KEY_SIZE)
        return NULL;
    for (; *tables; tables++)
        for (const fol_option *option = *tables; option->key; option++) {
            const size_t distance = edit_distance(key, option->key);
            if (distance < least && distance < length) {
                least = distance;
                nearest = option->key;
            }
        }
    return nearest;
}

const char *fol_choice_word(const char *choices, int index, char *buffer)
{
    for (; index > 0; index--) {
        choices += strcspn(choices, "|");
        choices += *choices == '|';
    }
    snprintf(buffer, FOL_TEXT_SIZE, "%.*s", (int) strcspn(choices, "|"), choices);
    return buffer;
}

void *fol_options_to_json(const fol_option *table, const void *fields)
{
    json_t *object = json_object();
    for (const fol_option *option = table; object && option->key; option++)
        if (is_given(option, fields) && json_object_set_new(object, option->key, to_json(option, fields)) != 0) {
            json_decref(object);
            object = NULL;
        }
    return object;
}

fol_status fol_options_from_json(fol_context *ctx, const fol_option *table, void *fields, const void *object)
{
    if (!json_is_object((const json_t *) object))
        return fol_fail(ctx, FOL_E_INPUT, "Options must be a JSON object, {\"key\": value, ...}.");
    const char *key;
    json_t *json;
    json_object_foreach((json_t *) object, key, json)
    {
        const fol_option *option = fol_options_find(table, key);
        const fol_status status = option ? set_json(ctx, option, fields, json) : fail_unknown(ctx, table, key);
        if (status != FOL_OK)
            return status;
    }
    return FOL_OK;
}

static void *field_of(const fol_option *option, void *fields)
{
    return (char *) fields + option->offset;
}

static bool is_given(const fol_option *option, const void *fields)
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
    case FOL_OPTION_TEXT:
        break;
    }
    return *(const char *) field != '\0';
}

static json_t *to_json(const fol_option *option, const void *fields)
{
    const void *field = (const char *) fields + option->offset;
    char word[FOL_TEXT_SIZE];
    switch (option->type) {
    case FOL_OPTION_INT:
        return json_integer(*(const int64_t *) field);
    case FOL_OPTION_REAL: {
        const double value = *(const double *) field;
        return isinf(value) ? json_string(value > 0 ? "inf" : "-inf") : json_real(value);
    }
    case FOL_OPTION_FLAG:
        return json_boolean(*(const bool *) field);
    case FOL_OPTION_CHOICE:
        return json_string(fol_choice_word(option->range, *(const int *) field, word));
    case FOL_OPTION_INTS: {
        const fol_ints *ints = field;
        json_t *array = json_array();
        for (int i = 0; array && i < ints->n; i++)
            json_array_append_new(array, json_integer(ints->value[i]));
        return array;
    }
    case FOL_OPTION_TEXT:
        break;
    }
    return json_string(field);
}

// Numbers as text -----------------------------------------------------------------------------------------------------

// Whether a word of that length is, as a whole, a decimal number or an infinity.
static bool parse_real(const char *word, size_t length, double *value)
{
    char text[WORD_SIZE], *end;
    if (length == 0 || length >= sizeof text)
        return false;
    memcpy(text, word, length);
    text[length] = '\0';
    if (strspn(text, "+-.0123456789eE") != length && strcmp(text + (*text == '-'), "inf") != 0)
        return false;
    const fol_c_locale entered = fol_c_locale_enter();
    *value = strtod(text, &end);
    fol_c_locale_leave(entered);
    return *end == '\0';
}

static const char *print_real(double value, char *text)
{
    const fol_c_locale entered = fol_c_locale_enter();
    const bool whole = value == floor(value) && fabs(value) <= MAX_EXACT + 1;
    snprintf(text, WORD_SIZE, whole ? "%.0f" : "%.15g", value);
    fol_c_locale_leave(entered);
    return isnan(value) ? "NaN" : text;
}

// Sentences: what is wanted and what came -----------------------------------------------------------------------------

static interval parse_interval(const char *range)
{
    interval wanted = {-INFINITY, INFINITY, true, true};
    if (range) {
        const char *comma = strchr(range, ','), *last = range + strlen(range) - 1;
        parse_real(range + 1, (size_t) (comma - range - 1), &wanted.low);
        parse_real(comma + 1, (size_t) (last - comma - 1), &wanted.high);
        wanted.low_open = *range == '(';
        wanted.high_open = *last == ')';
    }
    return wanted;
}

static bool is_below(interval wanted, double value)
{
    return value < wanted.low || (value == wanted.low && wanted.low_open);
}

static bool is_above(interval wanted, double value)
{
    return value > wanted.high || (value == wanted.high && wanted.high_open);
}

// "a whole number of at least 1": the bound that `value` breaks, or both if it breaks none.
static void describe_number(const fol_option *option, double value, char *phrase)
{
    interval wanted = parse_interval(option->range);
    if (option->type != FOL_OPTION_REAL && isfinite(value) && value > MAX_EXACT && wanted.high > MAX_EXACT)
        wanted.high = MAX_EXACT, wanted.high_open = false;
    const bool low = isfinite(wanted.low) && !(isfinite(value) && is_above(wanted, value));
    const bool high = isfinite(wanted.high) && !is_below(wanted, value);
    const char *noun = option->type != FOL_OPTION_REAL ? "a whole number"
                       : value == INFINITY             ? "a finite number"
                                                       : "a number";
    char low_text[WORD_SIZE], high_text[WORD_SIZE];
    print_real(wanted.low, low_text);
    print_real(wanted.high, high_text);
    if (low && high && !wanted.low_open && !wanted.high_open)
        snprintf(phrase, PHRASE_SIZE, "%s from %s to %s", noun, low_text, high_text);
    else
        snprintf(phrase, PHRASE_SIZE, "%s%s%s%s%s%s", noun,
                 !low              ? ""
                 : wanted.low_open ? " greater than "
                                   : " of at least ",
                 low ? low_text : "", low && high ? " and" : "",
                 !high              ? ""
                 : wanted.high_open ? " less than "
                                    : " of at most ",
                 high ? high_text : "");
}

// "one of vp, pbm or localization"
static void describe_choices(const char *choices, char *phrase)
{
    size_t used = (size_t) snprintf(phrase, PHRASE_SIZE, "one of ");
    for (const char *word = choices; *word && used < PHRASE_SIZE;) {
        const size_t length = strcspn(word, "|");
        const char *next = word + length + (word[length] == '|');
        const char *joint = word == choices ? "" : *next ? ", " : " or ";
        used += (size_t) snprintf(phrase + used, PHRASE_SIZE - used, "%s%.*s", joint, (int) length, word);
        word = next;
    }
}

static const char *describe_wanted(const fol_option *option, double value, char *phrase)
{
    switch (option->type) {
    case FOL_OPTION_INT:
    case FOL_OPTION_REAL:
        describe_number(option, value, phrase);
        break;
    case FOL_OPTION_FLAG:
        snprintf(phrase, PHRASE_SIZE, "true or false");
        break;
    case FOL_OPTION_CHOICE:
        describe_choices(option->range, phrase);
        break;
    case FOL_OPTION_INTS:
        snprintf(phrase, PHRASE_SIZE, "1 to %d whole numbers", FOL_MAX_INTS);
        break;
    case FOL_OPTION_TEXT:
        snprintf(phrase, PHRASE_SIZE, "a text of at most %d bytes", FOL_TEXT_SIZE - 1);
        break;
    }
    return phrase;
}

static const char *describe_value(const fol_value *value, char *phrase)
{
    const size_t shown = 60;
    char text[WORD_SIZE];
    if (value->kind == FOL_VALUE_FLAG)
        snprintf(phrase, PHRASE_SIZE, "%s", value->flag ? "true" : "false");
    else if (value->kind == FOL_VALUE_TEXT)
        snprintf(phrase, PHRASE_SIZE, "'%.*s%s'", (int) shown, value->text, strlen(value->text) > shown ? "..." : "");
    else if (value->n == 1)
        snprintf(phrase, PHRASE_SIZE, "%s", print_real(value->numbers[0], text));
    else
        snprintf(phrase, PHRASE_SIZE, "%zu numbers", value->n);
    return phrase;
}

static fol_status fail_value(fol_context *ctx, const fol_option *option, const fol_value *value)
{
    char wanted[PHRASE_SIZE], came[PHRASE_SIZE];
    const double number = value->kind == FOL_VALUE_NUMBERS && value->n == 1 ? value->numbers[0] : NAN;
    return fol_fail(ctx, FOL_E_INPUT, "`%s` must be %s, not %s.", option->key, describe_wanted(option, number, wanted),
                    describe_value(value, came));
}

static fol_status fail_unknown(fol_context *ctx, const fol_option *table, const char *key)
{
    const char *nearest = fol_options_nearest((const fol_option *const[]){table, NULL}, key);
    if (nearest)
        return fol_fail(ctx, FOL_E_INPUT, "There is no key `%s`; did you mean `%s`?", key, nearest);
    return fol_fail(ctx, FOL_E_INPUT, "There is no key `%.*s`.", KEY_SIZE, key);
}

// Setting -------------------------------------------------------------------------------------------------------------

static bool fits_number(const fol_option *option, double value)
{
    const interval wanted = parse_interval(option->range);
    if (isnan(value) || is_below(wanted, value) || is_above(wanted, value))
        return false;
    return option->type == FOL_OPTION_REAL || (value == floor(value) && fabs(value) <= MAX_EXACT);
}

static fol_status set_ints(fol_context *ctx, const fol_option *option, fol_ints *ints, const fol_value *value)
{
    char wanted[PHRASE_SIZE], came[WORD_SIZE];
    if (value->kind != FOL_VALUE_NUMBERS || value->n < 1 || value->n > FOL_MAX_INTS)
        return fail_value(ctx, option, value);
    for (size_t i = 0; i < value->n; i++)
        if (!fits_number(option, value->numbers[i])) {
            describe_number(option, value->numbers[i], wanted);
            return fol_fail(ctx, FOL_E_INPUT, "Entry %zu of `%s` must be %s, not %s.", i + 1, option->key, wanted,
                            print_real(value->numbers[i], came));
        }
    ints->n = (int) value->n;
    for (size_t i = 0; i < value->n; i++)
        ints->value[i] = (int) value->numbers[i];
    return FOL_OK;
}

// The index of a word among "a|b|c", or -1.
static int find_choice(const char *choices, const char *word)
{
    const size_t length = strlen(word);
    for (int index = 0;; index++) {
        const size_t n = strcspn(choices, "|");
        if (n == length && memcmp(choices, word, n) == 0)
            return index;
        if (choices[n] == '\0')
            return -1;
        choices += n + 1;
    }
}

static fol_status set_value(fol_context *ctx, const fol_option *option, void *fields, const fol_value *value)
{
    void *field = field_of(option, fields);
    const bool text = value->kind == FOL_VALUE_TEXT;
    double number = NAN;
    if (value->kind == FOL_VALUE_NUMBERS && value->n == 1)
        number = value->numbers[0];
    switch (option->type) {
    case FOL_OPTION_INT:
        if (!fits_number(option, number))
            break;
        *(int64_t *) field = (int64_t) number;
        return FOL_OK;
    case FOL_OPTION_REAL:
        if (!fits_number(option, number))
            break;
        *(double *) field = number;
        return FOL_OK;
    case FOL_OPTION_FLAG:
        if (value->kind != FOL_VALUE_FLAG)
            break;
        *(bool *) field = value->flag;
        return FOL_OK;
    case FOL_OPTION_CHOICE: {
        const int index = text ? find_choice(option->range, value->text) : -1;
        if (index < 0)
            break;
        *(int *) field = index;
        return FOL_OK;
    }
    case FOL_OPTION_INTS:
        return set_ints(ctx, option, field, value);
    case FOL_OPTION_TEXT:
        if (!text || strlen(value->text) >= FOL_TEXT_SIZE)
            break;
        strcpy(field, value->text);
        return FOL_OK;
    }
    return fail_value(ctx, option, value);
}

// Splits "64,64" into numbers; 0 when an entry is none, else how many there are (only the first FOL_MAX_INTS are kept).
static size_t parse_list(const char *word, double *numbers)
{
    for (size_t n = 0;; n++) {
        const size_t length = strcspn(word, ",");
        if (!parse_real(word, length, &numbers[n < FOL_MAX_INTS ? n : 0]))
            return 0;
        if (word[length] == '\0')
            return n + 1;
        word += length + 1;
    }
}

static fol_status set_word(fol_context *ctx, const fol_option *option, void *fields, const char *word)
{
    double numbers[FOL_MAX_INTS];
    fol_value value = {.kind = FOL_VALUE_TEXT, .text = word};
    switch (option->type) {
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
        break;
    }
    return set_value(ctx, option, fields, &value);
}

static fol_status set_json(fol_context *ctx, const fol_option *option, void *fields, const json_t *json)
{
    double numbers[FOL_MAX_INTS];
    const char *came = json_is_null(json) ? "null" : json_is_object(json) ? "an object" : NULL;
    fol_value value = {.kind = FOL_VALUE_NUMBERS, .numbers = numbers, .n = 1};
    if (json_is_array(json)) {
        value.n = json_array_size(json);
        for (size_t i = 0; !came && i < value.n; i++) {
            const json_t *entry = json_array_get(json, i);
            if (!json_is_number(entry))
                came = "a list of something else";
            else if (i < FOL_MAX_INTS)
                numbers[i] = json_number_value(entry);
        }
    } else if (json_is_number(json)) {
        numbers[0] = json_number_value(json);
    } else if (json_is_boolean(json)) {
        value.kind = FOL_VALUE_FLAG;
        value.flag = json_is_true(json);
    } else if (json_is_string(json)) {
        value.kind = FOL_VALUE_TEXT;
        value.text = json_string_value(json);
        if (option->type == FOL_OPTION_REAL && (strcmp(value.text, "inf") == 0 || strcmp(value.text, "-inf") == 0)) {
            value.kind = FOL_VALUE_NUMBERS; // JSON has no infinities
            numbers[0] = *value.text == '-' ? -INFINITY : INFINITY;
        }
    }
    if (came) {
        char wanted[PHRASE_SIZE];
        return fol_fail(ctx, FOL_E_INPUT, "`%s` must be %s, not %s.", option->key, describe_wanted(option, NAN, wanted),
                        came);
    }
    return set_value(ctx, option, fields, &value);
}

// Damerau-Levenshtein distance: insertions, deletions, substitutions and swaps of neighbours that make a into b.
static size_t edit_distance(const char *a, const char *b)
{
    const size_t n = strlen(b);
    size_t rows[3][KEY_SIZE], *before = rows[0], *last = rows[1], *row = rows[2];
    if (n >= KEY_SIZE)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *const oldest = before;
        before = last;
        last = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t least = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < least)
                least = last[j] + 1;
            if (row[j - 1] + 1 < least)
                least = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < least)
                least = before[j - 2] + 1;
            row[j] = least;
        }
    }
    return row[n];
}
