// Tallies as JSON.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../io/json_number.h"
#include "../io/options.h"
#include "tally.h"

#define SEED_SIZE 24 // bytes of a 64-bit number as text

// Writing -------------------------------------------------------------------------------------------------------------

static json_t *places_json(const fol_tally *tally)
{
    json_t *array = json_array();
    for (size_t i = 0; i < tally->n_rows; i++)
        if (json_array_append_new(array, json_integer((json_int_t) tally->place[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

// For each function the values that are there.
static json_t *tails_json(const fol_tally *tally)
{
    json_t *array = json_array();
    for (size_t j = 0; j < tally->q; j++) {
        const double *tail = tally->tail + j * tally->n_tail;
        size_t length = 0;
        while (length < tally->n_tail && !isnan(tail[length]))
            length++;
        if (json_array_append_new(array, fol_json_numbers(length, tail)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

void *fol_tally_to_json(const fol_tally *tally)
{
    char method[FOL_TEXT_SIZE], seed[SEED_SIZE], fingerprint[SEED_SIZE];
    const size_t m = tally->n_rows;
    json_t *json = json_object();
    snprintf(seed, sizeof seed, "%" PRIu64, tally->seed); // as text: it may be beyond JSON's whole numbers
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, tally->fingerprint);
    const char *word = fol_choice_word(FOL_ESTIMATOR_CHOICES, tally->method, method);
    const bool whole =
        json_object_set_new(json, "method", json_string(word)) == 0 &&
        json_object_set_new(json, "independent", json_boolean(tally->independent)) == 0 &&
        json_object_set_new(json, "seed", json_string(seed)) == 0 &&
        json_object_set_new(json, "fingerprint", json_string(fingerprint)) == 0 &&
        json_object_set_new(json, "n_total", fol_json_number(tally->n_total)) == 0 &&
        json_object_set_new(json, "base_level", fol_json_number(tally->base_level)) == 0 &&
        json_object_set_new(json, "decay", fol_json_number(tally->decay)) == 0 &&
        json_object_set_new(json, "pilot_cost", fol_json_number(tally->pilot_cost)) == 0 &&
        json_object_set_new(json, "seconds", fol_json_number(tally->seconds)) == 0 &&
        json_object_set_new(json, "functions", json_integer((json_int_t) tally->q)) == 0 &&
        json_object_set_new(json, "centre", fol_json_numbers(tally->n_columns, tally->centre)) == 0 &&
        json_object_set_new(json, "place", places_json(tally)) == 0 &&
        json_object_set_new(json, "count", fol_json_numbers(m, tally->count)) == 0 &&
        json_object_set_new(json, "cost", fol_json_numbers(m, tally->cost)) == 0 &&
        json_object_set_new(json, "moments", fol_json_numbers(4 * m * tally->n_columns, tally->moments)) == 0 &&
        json_object_set_new(json, "n_tail", json_integer((json_int_t) tally->n_tail)) == 0 &&
        json_object_set_new(json, "tail", tails_json(tally)) == 0 &&
        json_object_set_new(json, "layers", fol_json_numbers(FOL_TALLY_LAYERS, tally->layers)) == 0;
    if (!whole) {
        json_decref(json);
        return NULL;
    }
    return json;
}

// Reading -------------------------------------------------------------------------------------------------------------

static fol_status wrong(fol_context *ctx, const char *key, const char *wanted)
{
    return fol_fail(ctx, FOL_E_FORMAT, "`%s` of a tally must be %s.", key, wanted);
}

static fol_status read_method(fol_context *ctx, const json_t *json, int *method)
{
    const char *came = json_string_value(json_object_get(json, "method"));
    char word[FOL_TEXT_SIZE];
    for (*method = FOL_RHEE_GLYNN; *method <= FOL_EULER; ++*method)
        if (came && strcmp(came, fol_choice_word(FOL_ESTIMATOR_CHOICES, *method, word)) == 0)
            return FOL_OK;
    return wrong(ctx, "method", "one of " FOL_ESTIMATOR_CHOICES);
}

// A text that stands for a 64-bit number in one way alone.
static fol_status read_word(fol_context *ctx, const json_t *json, const char *key, int base, uint64_t *value)
{
    const char *text = json_string_value(json_object_get(json, key));
    char canonical[SEED_SIZE] = "";
    if (text) {
        *value = strtoull(text, NULL, base);
        snprintf(canonical, sizeof canonical, base == 16 ? "%016" PRIx64 : "%" PRIu64, *value);
    }
    if (!text || strcmp(text, canonical) != 0)
        return wrong(ctx, key, base == 16 ? "a text of 16 hexadecimal digits" : "a text of a whole number below 2^64");
    return FOL_OK;
}

static fol_status read_size(fol_context *ctx, const json_t *json, const char *key, size_t *value)
{
    const json_t *number = json_object_get(json, key);
    if (!json_is_integer(number) || json_integer_value(number) < 0)
        return wrong(ctx, key, "a whole number of at least 0");
    *value = (size_t) json_integer_value(number);
    return FOL_OK;
}

// A number of at least 0; `absent`: or null, for NAN.
static fol_status read_number(fol_context *ctx, const json_t *json, const char *key, bool absent, double *value)
{
    const json_t *number = json_object_get(json, key);
    if (!number || !fol_json_read_number(number, value) || !(*value >= 0 || (absent && isnan(*value))))
        return wrong(ctx, key, absent ? "a number of at least 0, or null" : "a number of at least 0");
    return FOL_OK;
}

// n numbers, each of at least `least`; with `least` NAN they may be any, NAN and infinities, too.
static fol_status read_numbers(fol_context *ctx, const json_t *array, const char *key, size_t n, double least,
                               double *value)
{
    if (!json_is_array(array) || json_array_size(array) != n)
        return fol_fail(ctx, FOL_E_FORMAT, "`%s` of a tally must be %zu numbers, not %zu.", key, n,
                        json_array_size(array));
    for (size_t i = 0; i < n; i++) {
        if (!fol_json_read_number(json_array_get(array, i), &value[i]))
            return fol_fail(ctx, FOL_E_FORMAT, "Entry %zu of `%s` of a tally must be a number.", i + 1, key);
        if (!isnan(least) && !(value[i] >= least))
            return fol_fail(ctx, FOL_E_FORMAT, "Entry %zu of `%s` of a tally must be at least %g, not %g.", i + 1, key,
                            least, value[i]);
    }
    return FOL_OK;
}

static fol_status read_places(fol_context *ctx, const json_t *array, fol_tally *tally)
{
    for (size_t i = 0; i < tally->n_rows; i++) {
        const json_t *number = json_array_get(array, i);
        const json_int_t place = json_integer_value(number);
        if (!json_is_integer(number) || place < 0 || (i > 0 && (uint64_t) place <= tally->place[i - 1]))
            return wrong(ctx, "place", "whole numbers of at least 0, each above the one before");
        if (tally->method == FOL_MLMC && (size_t) place != i)
            return wrong(ctx, "place", "0, 1, 2 and so on for the levels of mlmc");
        tally->place[i] = (uint64_t) place;
    }
    return FOL_OK;
}

static fol_status read_tails(fol_context *ctx, const json_t *array, fol_tally *tally)
{
    fol_status status = FOL_OK;
    if (!json_is_array(array) || json_array_size(array) != tally->q)
        return wrong(ctx, "tail", "an array of numbers for each function");
    for (size_t j = 0; j < tally->q && status == FOL_OK; j++) {
        const json_t *own = json_array_get(array, j);
        const size_t length = json_array_size(own);
        double *tail = tally->tail + j * tally->n_tail;
        if (!json_is_array(own) || length > tally->n_tail)
            return wrong(ctx, "tail", "at most `n_tail` numbers for each function");
        status = read_numbers(ctx, own, "tail", length, 0, tail);
        for (size_t i = 1; i < length && status == FOL_OK; i++)
            if (tail[i] > tail[i - 1])
                status = wrong(ctx, "tail", "descending numbers for each function");
    }
    return status;
}

static fol_status read_arrays(fol_context *ctx, const json_t *json, fol_tally *tally)
{
    const size_t m = tally->n_rows, n = tally->n_columns;
    fol_status status = read_places(ctx, json_object_get(json, "place"), tally);
    if (status == FOL_OK)
        status = read_numbers(ctx, json_object_get(json, "centre"), "centre", n, NAN, tally->centre);
    if (status == FOL_OK)
        status = read_numbers(ctx, json_object_get(json, "count"), "count", m, 1, tally->count);
    if (status == FOL_OK)
        status = read_numbers(ctx, json_object_get(json, "cost"), "cost", m, 0, tally->cost);
    if (status == FOL_OK)
        status = read_numbers(ctx, json_object_get(json, "moments"), "moments", 4 * m * n, NAN, tally->moments);
    if (status == FOL_OK)
        status = read_numbers(ctx, json_object_get(json, "layers"), "layers", FOL_TALLY_LAYERS, 0, tally->layers);
    if (status == FOL_OK)
        status = read_tails(ctx, json_object_get(json, "tail"), tally);
    return status;
}

static fol_status read_scalars(fol_context *ctx, const json_t *json, fol_tally *tally)
{
    const json_t *independent = json_object_get(json, "independent");
    if (!json_is_boolean(independent))
        return wrong(ctx, "independent", "true or false");
    tally->independent = json_is_true(independent);
    fol_status status = read_word(ctx, json, "seed", 10, &tally->seed);
    if (status == FOL_OK)
        status = read_word(ctx, json, "fingerprint", 16, &tally->fingerprint);
    if (status == FOL_OK)
        status = read_number(ctx, json, "n_total", false, &tally->n_total);
    if (status == FOL_OK)
        status = read_number(ctx, json, "base_level", true, &tally->base_level);
    if (status == FOL_OK)
        status = read_number(ctx, json, "decay", true, &tally->decay);
    if (status == FOL_OK)
        status = read_number(ctx, json, "pilot_cost", false, &tally->pilot_cost);
    if (status == FOL_OK)
        status = read_number(ctx, json, "seconds", false, &tally->seconds);
    return status;
}

// The sizes are known to fit what is there before room is made for it.
fol_status fol_tally_from_json(fol_context *ctx, const void *object, fol_tally **tally)
{
    const json_t *json = object, *centre = json_object_get(json, "centre"), *place = json_object_get(json, "place");
    const size_t n_columns = json_array_size(centre);
    size_t q, n_tail;
    int method;
    *tally = NULL;
    if (!json_is_object(json))
        return fol_fail(ctx, FOL_E_FORMAT, "A tally must be an object.");
    fol_status status = read_method(ctx, json, &method);
    if (status == FOL_OK)
        status = read_size(ctx, json, "functions", &q);
    if (status == FOL_OK)
        status = read_size(ctx, json, "n_tail", &n_tail);
    if (status != FOL_OK)
        return status;
    const bool twice = method == FOL_MLMC || method == FOL_EULER;
    if (q < 1 || q > n_columns || n_columns != (twice ? 2 : 1) * q)
        return wrong(ctx, "centre", twice ? "two numbers for each function" : "a number for each function");
    if (!json_is_array(place))
        return wrong(ctx, "place", "an array");
    if (n_tail > fol_tally_tail_size(INFINITY))
        return wrong(ctx, "n_tail", "at most that of the largest run");
    status = fol_tally_new(ctx, q, n_columns, json_array_size(place), n_tail, tally);
    if (status != FOL_OK)
        return status;
    (*tally)->method = method;
    status = read_scalars(ctx, json, *tally);
    if (status == FOL_OK)
        status = read_arrays(ctx, json, *tally);
    if (status != FOL_OK) {
        fol_tally_free(*tally);
        *tally = NULL;
    }
    return status;
}
