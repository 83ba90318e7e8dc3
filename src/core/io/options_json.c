// Options as JSON objects, and back.
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "options.h"

// NULL when memory runs out, or where a text is not UTF-8.
static json_t *real_json(double value)
{
    return isinf(value) ? json_string(value > 0 ? "inf" : "-inf") : json_real(value);
}

static json_t *ints_json(const fol_ints *ints)
{
    json_t *array = json_array();
    for (int i = 0; array && i < ints->n; i++)
        if (json_array_append_new(array, json_integer(ints->value[i])) != 0) {
            json_decref(array);
            array = NULL;
        }
    return array;
}

static json_t *field_json(const fol_option *option, const void *field)
{
    char word[FOL_TEXT_SIZE];
    switch (option->type) {
    case FOL_OPTION_INT:
        return json_integer(*(const int64_t *) field);
    case FOL_OPTION_REAL:
        return real_json(*(const double *) field);
    case FOL_OPTION_FLAG:
        return json_boolean(*(const bool *) field);
    case FOL_OPTION_CHOICE:
        return json_string(fol_choice_word(option->range, *(const int *) field, word));
    case FOL_OPTION_INTS:
        return ints_json(field);
    case FOL_OPTION_KIND:
        return json_string(((const fol_instance *) field)->kind->name);
    case FOL_OPTION_TEXT:
        break;
    }
    return json_string(field);
}

// Adds the keys of an instance; whether all went well.
static bool add_parameters(json_t *object, const fol_instance *instance)
{
    const fol_option *keys = instance->kind->keys;
    bool whole = true;
    for (int i = 0; keys[i].key && whole; i++) {
        const double value = instance->value[i];
        json_t *json = keys[i].type == FOL_OPTION_INT ? json_integer((json_int_t) value) : real_json(value);
        whole = json_object_set_new(object, keys[i].key, json) == 0;
    }
    return whole;
}

void *fol_options_to_json(const fol_option *table, const void *fields)
{
    json_t *object = json_object();
    bool whole = object != NULL;
    for (const fol_option *option = table; whole && option->key; option++) {
        const void *field = (const char *) fields + option->offset;
        if (!fol_option_is_given(option, fields))
            continue;
        whole = json_object_set_new(object, option->key, field_json(option, field)) == 0;
        if (whole && option->type == FOL_OPTION_KIND)
            whole = add_parameters(object, field);
    }
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

// The kinds first, then all others.
fol_status fol_options_from_json(fol_context *ctx, const fol_option *table, void *fields, const void *object)
{
    if (!json_is_object((const json_t *) object))
        return fol_fail(ctx, FOL_E_INPUT, "Options must be a JSON object, {\"key\": value, ...}.");
    for (int kinds = 1; kinds >= 0; kinds--) {
        const char *key;
        json_t *json;
        json_object_foreach((json_t *) object, key, json)
        {
            const fol_option *option = fol_options_find(table, key).option;
            if ((option && option->type == FOL_OPTION_KIND) != kinds)
                continue;
            const fol_status status = fol_options_set_json(ctx, table, fields, key, json);
            if (status != FOL_OK)
                return status;
        }
    }
    return FOL_OK;
}

// A value that is of no type that an option can have: what it is called.
static const char *foreign(const json_t *json)
{
    if (json_is_null(json))
        return "null";
    if (json_is_object(json))
        return "an object";
    for (size_t i = 0; i < json_array_size(json); i++)
        if (!json_is_number(json_array_get(json, i)))
            return "a list of something else";
    return NULL;
}

fol_status fol_options_set_json(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                                const void *object)
{
    const json_t *json = object;
    const fol_option *option = fol_options_find(table, key).option;
    const char *other = foreign(json), *text = json_string_value(json);
    double numbers[FOL_MAX_INTS];
    fol_value value = {.kind = FOL_VALUE_NUMBERS, .numbers = numbers, .n = 1};
    if (other && option)
        return fol_fail_option(ctx, option, NAN, other);
    if (json_is_array(json)) {
        value.n = json_array_size(json);
        for (size_t i = 0; i < value.n && i < FOL_MAX_INTS; i++)
            numbers[i] = json_number_value(json_array_get(json, i));
    } else if (json_is_number(json)) {
        numbers[0] = json_number_value(json);
    } else if (json_is_boolean(json)) {
        value.kind = FOL_VALUE_FLAG;
        value.flag = json_is_true(json);
    } else if (text && option && option->type == FOL_OPTION_REAL && (!strcmp(text, "inf") || !strcmp(text, "-inf"))) {
        numbers[0] = *text == '-' ? -INFINITY : INFINITY; // JSON has no infinities
    } else {
        value.kind = FOL_VALUE_TEXT;
        value.text = text ? text : "";
    }
    return fol_options_set(ctx, table, fields, key, &value);
}
