// Members as JSON, and back.
#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "json_number.h"
#include "members.h"

// -- Writing -------------------------------------------------------------------------------------------------------

// A list of n items that `item` makes; NULL when memory runs out.
static json_t *list_json(size_t n, json_t *(*item)(const void *data, size_t i), const void *data)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < n; i++)
        if (json_array_append_new(list, item(data, i)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *place_json(const void *data, size_t i)
{
    return json_integer((json_int_t) ((const uint64_t *) data)[i]);
}

// A member of a struct, or for records the first of them.
typedef struct {
    const fol_members *table;
    const fol_member *member;
    const void *object;
    const char *const *names; // of records, or NULL
} source;

static json_t *row_json(const void *data, size_t i)
{
    const source *from = data;
    const size_t n = fol_member_extent(from->member, from->object, 1);
    const double *row = (const double *) fol_member_array(from->member, from->object) + i * n;
    size_t length = n;
    while (from->member->form == FOL_FORM_RAGGED && length > 0 && isnan(row[length - 1]))
        length--;
    return fol_json_numbers(length, row);
}

static json_t *record_json(const void *data, size_t i)
{
    const source *from = data;
    json_t *record = json_object();
    bool whole = !from->names || json_object_set_new(record, "name", json_string(from->names[i])) == 0;
    for (const fol_member *m = from->table->list; m->key && whole; m++)
        if (m->form == FOL_FORM_RECORDS) {
            const double *value = fol_member_array(m, from->object);
            whole = json_object_set_new(record, m->key, fol_json_number(value[i])) == 0;
        }
    if (!whole) {
        json_decref(record);
        return NULL;
    }
    return record;
}

static json_t *array_json(const source *from)
{
    const fol_member *m = from->member;
    const void *array = fol_member_array(m, from->object);
    size_t n = fol_member_length(m, from->object);
    if (m->kind == FOL_MEMBER_PLACES)
        return list_json(n, place_json, array);
    if (m->form == FOL_FORM_RECORDS)
        return list_json(n, record_json, from);
    if (m->form == FOL_FORM_ROWS || m->form == FOL_FORM_RAGGED)
        return list_json(fol_member_extent(m, from->object, 0), row_json, from);
    while (m->form == FOL_FORM_TRIMMED && n > 0 && ((const double *) array)[n - 1] == 0)
        n--;
    return fol_json_numbers(n, array);
}

static json_t *member_json(const source *from)
{
    const fol_member *m = from->member;
    const void *value = (const char *) from->object + m->offset;
    char text[FOL_TEXT_SIZE];
    switch (m->kind) {
    case FOL_MEMBER_REAL:
        return fol_json_number(*(const double *) value);
    case FOL_MEMBER_FLAG:
        return json_boolean(*(const bool *) value);
    case FOL_MEMBER_SIZE:
        return json_integer((json_int_t) * (const size_t *) value);
    case FOL_MEMBER_REALS:
    case FOL_MEMBER_PLACES:
    case FOL_MEMBER_INLINE:
        return array_json(from);
    default:
        return json_string(fol_member_text(m, from->object, text));
    }
}

// Whether a member has no place of its own in JSON.
static bool is_left_out(const fol_members *table, const fol_member *member, const void *object)
{
    const fol_member *first = table->list;
    while (first->key && first->form != FOL_FORM_RECORDS)
        first++;
    if (member->rule & FOL_OPTIONAL)
        return *(const unsigned *) (const void *) ((const char *) object + member->offset) == 0;
    return (member->rule & FOL_FROM_ARRAYS) || (member->form == FOL_FORM_RECORDS && member != first);
}

void *fol_members_to_json(const fol_members *table, const void *object, const char *const *names)
{
    json_t *json = json_object();
    for (const fol_member *m = table->list; json && m->key; m++) {
        const source from = {table, m, object, names};
        const char *key = m->form == FOL_FORM_RECORDS ? table->records : m->key;
        if (!is_left_out(table, m, object) && json_object_set_new(json, key, member_json(&from)) != 0) {
            json_decref(json);
            json = NULL;
        }
    }
    return json;
}

// -- Reading -------------------------------------------------------------------------------------------------------

static fol_status read_single(fol_context *ctx, const fol_member *m, const json_t *json, void *object)
{
    void *value = (char *) object + m->offset;
    char wanted[FOL_TEXT_SIZE];
    bool fits = false;
    if (!json && (m->rule & FOL_OPTIONAL))
        return FOL_OK;
    switch (m->kind) {
    case FOL_MEMBER_REAL:
        fits = json && fol_json_read_number(json, value);
        break;
    case FOL_MEMBER_FLAG:
        fits = json_is_boolean(json);
        *(bool *) value = json_is_true(json);
        break;
    case FOL_MEMBER_SIZE:
        fits = json_is_integer(json) && json_integer_value(json) >= 0;
        *(size_t *) value = fits ? (size_t) json_integer_value(json) : 0;
        break;
    default:
        fits = json_is_string(json) && fol_member_set_text(m, json_string_value(json), object);
    }
    return fits ? FOL_OK : fol_members_wrong(ctx, m->key, fol_member_wanted(m, wanted));
}

// What is no array, and the sizes of those that are.
static fol_status read_singles(fol_context *ctx, const fol_members *table, const json_t *json, void *object)
{
    fol_status status = FOL_OK;
    for (const fol_member *m = table->list; m->key && status == FOL_OK; m++) {
        if (m->rule & FOL_FROM_ARRAYS) {
            size_t axis;
            const char *key = fol_member_source(table, m, 1, &axis)->key;
            const json_t *list = json_object_get(json, key);
            if (!json_is_array(list))
                return fol_members_wrong(ctx, key, "an array");
            *(size_t *) (void *) ((char *) object + m->offset) = json_array_size(list);
        } else if (!fol_member_is_array(m)) {
            status = read_single(ctx, m, json_object_get(json, m->key), object);
        }
    }
    return status == FOL_OK && table->check_sizes ? table->check_sizes(ctx, object) : status;
}

static fol_status read_places(fol_context *ctx, const fol_member *m, const json_t *list, uint64_t *place)
{
    char wanted[FOL_TEXT_SIZE];
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *number = json_array_get(list, i);
        if (!json_is_integer(number) || json_integer_value(number) < 0)
            return fol_members_wrong(ctx, m->key, fol_member_wanted(m, wanted));
        place[i] = (uint64_t) json_integer_value(number);
    }
    return FOL_OK;
}

static fol_status read_numbers(fol_context *ctx, const fol_member *m, const json_t *list, double *value)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *number = json_array_get(list, i);
        if (!fol_json_read_number(number, &value[i]) || (m->form == FOL_FORM_RAGGED && isnan(value[i]))) {
            fol_fail_place(ctx, m->key, &(fol_place){.entry = i + 1}, "a number", "something else");
            return FOL_E_FORMAT;
        }
    }
    return FOL_OK;
}

static fol_status read_ragged(fol_context *ctx, const fol_members *table, const fol_member *m, const json_t *lists,
                              const void *object)
{
    const size_t n = fol_member_extent(m, object, 0), most = fol_member_extent(m, object, 1);
    char wanted[FOL_TEXT_SIZE];
    fol_status status = FOL_OK;
    if (!json_is_array(lists) || json_array_size(lists) != n)
        return fol_members_wrong_lists(ctx, table, m->key, "an array of numbers");
    snprintf(wanted, sizeof wanted, "at most `%s` numbers", fol_member_extent_key(table, m, 1));
    for (size_t i = 0; i < n && status == FOL_OK; i++) {
        const json_t *list = json_array_get(lists, i);
        if (!json_is_array(list) || json_array_size(list) > most)
            return fol_members_wrong_lists(ctx, table, m->key, wanted);
        status = read_numbers(ctx, m, list, (double *) fol_member_array(m, object) + i * most);
    }
    return status;
}

static fol_status read_array(fol_context *ctx, const fol_members *table, const fol_member *m, const json_t *list,
                             const void *object)
{
    const size_t n = fol_member_length(m, object);
    if (m->form == FOL_FORM_RAGGED)
        return read_ragged(ctx, table, m, list, object);
    if (!json_is_array(list) || json_array_size(list) != n) {
        fol_fail_about(ctx, m->key, "must be %zu numbers, not %zu.", n, json_array_size(list));
        return FOL_E_FORMAT;
    }
    void *array = fol_member_array(m, object);
    return m->kind == FOL_MEMBER_PLACES ? read_places(ctx, m, list, array) : read_numbers(ctx, m, list, array);
}

fol_status fol_members_from_json(fol_context *ctx, const fol_members *table, const void *json, void *made)
{
    void *object = NULL;
    memcpy(made, &object, sizeof object);
    if (!json_is_object((const json_t *) json))
        return fol_fail(ctx, FOL_E_FORMAT, "%c%s must be an object.", toupper(*table->what), table->what + 1);
    void *single = fol_alloc(1, table->size);
    if (!single)
        return fol_fail_memory(ctx, table->what);
    fol_members_init(table, single);
    fol_status status = read_singles(ctx, table, json, single); // sizes fit what is there before space is made for it
    if (status == FOL_OK)
        status = fol_members_new(ctx, table, single, &object);
    fol_free(single);
    for (const fol_member *m = table->list; m->key && status == FOL_OK; m++)
        if (fol_member_is_array(m))
            status = read_array(ctx, table, m, json_object_get(json, m->key), object);
    if (status == FOL_OK)
        status = fol_members_check(ctx, table, object);
    if (status == FOL_OK)
        memcpy(made, &object, sizeof object);
    else
        fol_free(object);
    return status;
}
