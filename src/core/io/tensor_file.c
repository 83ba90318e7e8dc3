// Tensor files: named arrays with a text of metadata in the safetensors format, whole or refused.
//
// A file is: 8 bytes, the length of the header, little-endian; the header, JSON, padded with blanks to a multiple of
// 8; the arrays, without gaps, float64 before float32 so that each is aligned.
#include "tensor_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/memory.h"
#include "json_text.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensor files are written and read as they stand in memory, which must be little-endian"
#endif

#define LENGTH_SIZE 8
#define MAX_HEADER ((size_t) 16 << 20) // bytes: enough for a million column names
#define METADATA "__metadata__"
#define CHECKSUM_KEY "\"checksum\":\""
#define DIGITS 16
#define NO_CHECKSUM "0000000000000000"
#define SHAPE_TEXT 100 // bytes of a type and a shape in a sentence

static const char *const type_name[] = {"F32", "F64"};
static const size_t type_size[] = {sizeof(float), sizeof(double)};

static bool tensor_size(const fol_tensor *tensor, size_t *size);
static bool print_contents(const char *metadata, const fol_tensor *tensors, size_t n_tensors, char *text);
static json_t *header_json(const char *metadata, const char *contents, const fol_tensor *tensors, size_t n_tensors,
                           size_t *data_size);
static unsigned char *find_checksum(const unsigned char *header, size_t length);
static void print_checksum(const unsigned char *bytes, size_t n, const unsigned char *digits, char *text);
static fol_status read_header(fol_context *ctx, const unsigned char *bytes, size_t n, const char *source,
                              json_t **header, size_t *data_start);
static bool is_sealed(const unsigned char *bytes, size_t n, size_t data_start, const json_t *header);
static fol_status check_contents(fol_context *ctx, const json_t *header, const char *source, fol_status status,
                                 fol_tensor_file *file);
static fol_status read_contents(fol_context *ctx, const unsigned char *data, size_t data_size, const char *source,
                                const json_t *header, fol_tensor_file *file);
static fol_status read_tensor(fol_context *ctx, const char *source, const char *name, const json_t *json,
                              const unsigned char *data, size_t data_size, fol_tensor *tensor);
static fol_status check_layout(fol_context *ctx, const char *source, fol_tensor_file *file, const unsigned char *data,
                               size_t data_size);

fol_status fol_tensor_file_pack(fol_context *ctx, const char *metadata, const fol_tensor *tensors, size_t n_tensors,
                                unsigned char **bytes, size_t *n)
{
    fol_status status = FOL_OK;
    size_t data_size;
    char *header = NULL, digits[DIGITS + 1];
    *bytes = NULL;
    json_t *json = print_contents(metadata, tensors, n_tensors, digits)
                       ? header_json(metadata, digits, tensors, n_tensors, &data_size)
                       : NULL;
    if (json)
        header = fol_json_text(json, JSON_COMPACT | JSON_SORT_KEYS);
    if (!header) {
        status = fol_fail_memory(ctx, "the header of a file");
        goto cleanup;
    }
    const size_t length = strlen(header), padded = (length + 7) / 8 * 8;
    if (padded > MAX_HEADER) {
        status = fol_fail_about(ctx, "metadata", "and names of tensors must fit into %zu bytes, not %zu.", MAX_HEADER,
                                length);
        goto cleanup;
    }
    *n = LENGTH_SIZE + padded + data_size;
    *bytes = data_size < SIZE_MAX - LENGTH_SIZE - padded ? fol_alloc(*n, 1) : NULL;
    if (!*bytes) {
        status = fol_fail_memory(ctx, "the bytes of a file");
        goto cleanup;
    }
    unsigned char *at = *bytes;
    memcpy(at, &(uint64_t){padded}, LENGTH_SIZE);
    memcpy(at + LENGTH_SIZE, header, length);
    memset(at + LENGTH_SIZE + length, ' ', padded - length);
    at += LENGTH_SIZE + padded;
    for (int type = FOL_F64; type >= FOL_F32; type--)
        for (size_t i = 0; i < n_tensors; i++)
            if ((int) tensors[i].type == type) {
                size_t size;
                tensor_size(&tensors[i], &size);
                if (size > 0)
                    memcpy(at, tensors[i].data, size);
                at += size;
            }
    unsigned char *place = find_checksum(*bytes + LENGTH_SIZE, length);
    print_checksum(*bytes, *n, place, digits);
    memcpy(place, digits, DIGITS);
cleanup:
    fol_free(header);
    json_decref(json);
    return status;
}

fol_status fol_tensor_file_unpack(fol_context *ctx, const unsigned char *bytes, size_t n, const char *source,
                                  fol_tensor_file *file)
{
    *file = (fol_tensor_file){0};
    json_t *header = NULL;
    size_t data_start;
    fol_status status = read_header(ctx, bytes, n, source, &header, &data_start);
    if (status != FOL_OK)
        goto cleanup;
    const unsigned char *data = bytes + data_start;
    if (data_start % LENGTH_SIZE != 0) {
        file->moved = fol_alloc(n - data_start, 1);
        if (!file->moved) {
            status = fol_fail_memory(ctx, "the contents of a file");
            goto cleanup;
        }
        if (n > data_start)
            memcpy(file->moved, data, n - data_start);
        data = file->moved;
    }
    status = read_contents(ctx, data, n - data_start, source, header, file);
    if ((status == FOL_OK || status == FOL_E_FORMAT) && !is_sealed(bytes, n, data_start, header))
        status = check_contents(ctx, header, source, status, file);
cleanup:
    json_decref(header);
    if (status != FOL_OK)
        fol_tensor_file_clear(file);
    return status;
}

static fol_status read_contents(fol_context *ctx, const unsigned char *data, size_t data_size, const char *source,
                                const json_t *header, fol_tensor_file *file)
{
    const char *metadata = json_string_value(json_object_get(json_object_get(header, METADATA), "follmer"));
    if (!metadata)
        return fol_fail_file(ctx, FOL_E_FORMAT, source,
                             "is not a follmer file: it has no follmer metadata, which a program that saves it anew "
                             "must keep.");
    file->metadata = fol_alloc(strlen(metadata) + 1, 1);
    file->tensors = fol_alloc_zero(json_object_size(header) - 1, sizeof *file->tensors);
    if (!file->metadata || !file->tensors)
        return fol_fail_memory(ctx, "the contents of a file");
    strcpy(file->metadata, metadata);

    const char *name;
    json_t *json;
    json_object_foreach((json_t *) header, name, json)
    {
        if (strcmp(name, METADATA) == 0)
            continue;
        const fol_status status =
            read_tensor(ctx, source, name, json, data, data_size, &file->tensors[file->n_tensors++]);
        if (status != FOL_OK)
            return status;
    }
    return check_layout(ctx, source, file, data, data_size);
}

void fol_tensor_file_clear(fol_tensor_file *file)
{
    fol_free(file->metadata);
    fol_free(file->tensors);
    fol_free(file->moved);
    *file = (fol_tensor_file){0};
}

// "F32 (3, 2)", as sentences have it.
static const char *describe(const fol_tensor *tensor, char *text, size_t size)
{
    int n = snprintf(text, size, "%s (%zu", type_name[tensor->type], tensor->shape[0]);
    for (int k = 1; k < tensor->n_dims; k++)
        n += snprintf(text + n, size - (size_t) n, ", %zu", tensor->shape[k]);
    snprintf(text + n, size - (size_t) n, ")");
    return text;
}

static bool same_shape(const fol_tensor *a, const fol_tensor *b)
{
    bool same = a->type == b->type && a->n_dims == b->n_dims;
    for (int k = 0; same && k < a->n_dims; k++)
        same = a->shape[k] == b->shape[k];
    return same;
}

const fol_tensor *fol_tensor_file_find(const fol_tensor_file *file, const char *name)
{
    for (size_t i = 0; i < file->n_tensors; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

fol_status fol_tensor_file_get(fol_context *ctx, const fol_tensor_file *file, const char *source, fol_tensor *tensor)
{
    char wanted[SHAPE_TEXT], given[SHAPE_TEXT];
    const fol_tensor *found = fol_tensor_file_find(file, tensor->name);
    if (!found)
        return fol_fail_file(ctx, FOL_E_FORMAT, source, "has no tensor `%s`.", tensor->name);
    if (!same_shape(found, tensor))
        return fol_fail_format(ctx, source,
                               fol_fail_argument(ctx, tensor->name, describe(tensor, wanted, sizeof wanted), "%s",
                                                 describe(found, given, sizeof given)));
    tensor->data = found->data;
    return FOL_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(const fol_tensor *const *) a)->name, (*(const fol_tensor *const *) b)->name);
}

static uint64_t hash_tensor(uint64_t hash, const fol_tensor *tensor)
{
    size_t size;
    const bool fits = tensor_size(tensor, &size);
    hash = fol_hash(hash, tensor->name, strlen(tensor->name) + 1);
    hash = fol_hash(hash, type_name[tensor->type], strlen(type_name[tensor->type]) + 1);
    for (int k = 0; k < tensor->n_dims; k++)
        hash = fol_hash(hash, &(uint64_t){tensor->shape[k]}, sizeof(uint64_t));
    return fits && size > 0 ? fol_hash(hash, tensor->data, size) : hash;
}

// The hash of the text of the metadata, with its zero at the end, and of the tensors in the order of their names: name
// and type with theirs, shape in 64 bits each, data. False when memory runs out.
static bool print_contents(const char *metadata, const fol_tensor *tensors, size_t n_tensors, char *text)
{
    const fol_tensor **sorted = fol_alloc(n_tensors, sizeof *sorted);
    if (!sorted)
        return false;
    for (size_t i = 0; i < n_tensors; i++)
        sorted[i] = &tensors[i];
    qsort(sorted, n_tensors, sizeof *sorted, compare_names);
    uint64_t hash = fol_hash(FOL_HASH_START, metadata, strlen(metadata) + 1);
    for (size_t i = 0; i < n_tensors; i++)
        hash = hash_tensor(hash, sorted[i]);
    fol_free(sorted);
    snprintf(text, DIGITS + 1, "%016" PRIx64, hash);
    return true;
}

// The arrays of a file ------------------------------------------------------------------------------------------------

// Bytes of an array; false when there are more than memory can have.
static bool tensor_size(const fol_tensor *tensor, size_t *size)
{
    bool fits = true;
    *size = type_size[tensor->type];
    for (int k = 0; fits && k < tensor->n_dims; k++)
        fits = !__builtin_mul_overflow(*size, tensor->shape[k], size);
    return fits;
}

static json_t *tensor_json(const fol_tensor *tensor, size_t begin, size_t end)
{
    json_t *shape = json_array();
    for (int k = 0; k < tensor->n_dims; k++)
        if (json_array_append_new(shape, json_integer((json_int_t) tensor->shape[k])) != 0) {
            json_decref(shape);
            return NULL;
        }
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", type_name[tensor->type], "shape", shape, "data_offsets",
                     (json_int_t) begin, (json_int_t) end);
}

// The header with zeros for its checksum, and the bytes that the arrays take; NULL when memory runs out.
static json_t *header_json(const char *metadata, const char *contents, const fol_tensor *tensors, size_t n_tensors,
                           size_t *data_size)
{
    json_t *header =
        json_pack("{s:{s:s, s:s, s:s}}", METADATA, "checksum", NO_CHECKSUM, "contents", contents, "follmer", metadata);
    *data_size = 0;
    for (int type = FOL_F64; header && type >= FOL_F32; type--)
        for (size_t i = 0; i < n_tensors; i++) {
            size_t size, end;
            if ((int) tensors[i].type != type)
                continue;
            if (!tensor_size(&tensors[i], &size) || __builtin_add_overflow(*data_size, size, &end) ||
                json_object_set_new(header, tensors[i].name, tensor_json(&tensors[i], *data_size, end)) != 0) {
                json_decref(header);
                return NULL;
            }
            *data_size = end;
        }
    return header;
}

static bool read_whole(const json_t *json, size_t *value)
{
    if (!json_is_integer(json) || json_integer_value(json) < 0)
        return false;
    *value = (size_t) json_integer_value(json);
    return true;
}

static bool read_shape(const json_t *json, fol_tensor *tensor)
{
    const size_t n = json_array_size(json);
    bool whole = n >= 1 && n <= FOL_TENSOR_RANK;
    for (size_t k = 0; whole && k < n; k++)
        whole = read_whole(json_array_get(json, k), &tensor->shape[k]);
    tensor->n_dims = (int) n;
    return whole;
}

static fol_status read_tensor(fol_context *ctx, const char *source, const char *name, const json_t *json,
                              const unsigned char *data, size_t data_size, fol_tensor *tensor)
{
    const char *type = json_string_value(json_object_get(json, "dtype"));
    const json_t *shape = json_object_get(json, "shape"), *offsets = json_object_get(json, "data_offsets");
    size_t begin, end, size;
    if (*name == '\0' || strlen(name) >= sizeof tensor->name)
        return fol_fail_file(ctx, FOL_E_FORMAT, source, "must have tensors with a name of 1 to %d bytes, not %zu.",
                             FOL_TENSOR_NAME - 1, strlen(name));
    if (!type || (strcmp(type, "F32") != 0 && strcmp(type, "F64") != 0))
        return fol_fail_format(ctx, source, fol_fail_about(ctx, name, "must be a tensor of F32 or F64."));
    strcpy(tensor->name, name);
    tensor->type = strcmp(type, "F32") == 0 ? FOL_F32 : FOL_F64;
    if (!read_shape(shape, tensor))
        return fol_fail_format(
            ctx, source, fol_fail_about(ctx, name, "must have a shape of one to %d whole numbers.", FOL_TENSOR_RANK));
    if (json_array_size(offsets) != 2 || !read_whole(json_array_get(offsets, 0), &begin) ||
        !read_whole(json_array_get(offsets, 1), &end) || begin > end || end > data_size ||
        !tensor_size(tensor, &size) || size != end - begin || begin % type_size[tensor->type] != 0)
        return fol_fail_format(
            ctx, source,
            fol_fail_about(ctx, name, "has a place that does not fit its shape or the %zu bytes of all tensors.",
                           data_size));
    tensor->data = data + begin;
    return FOL_OK;
}

static int compare_places(const void *a, const void *b)
{
    const fol_tensor *const first = a, *const second = b;
    size_t size[2];
    if (first->data != second->data)
        return (const char *) first->data < (const char *) second->data ? -1 : 1;
    tensor_size(first, &size[0]);
    tensor_size(second, &size[1]);
    return (size[0] > size[1]) - (size[0] < size[1]);
}

// Sorts the arrays by their place; together they must be the data, without gaps and overlaps.
static fol_status check_layout(fol_context *ctx, const char *source, fol_tensor_file *file, const unsigned char *data,
                               size_t data_size)
{
    const unsigned char *end = data;
    qsort(file->tensors, file->n_tensors, sizeof *file->tensors, compare_places);
    for (size_t i = 0; i < file->n_tensors; i++) {
        size_t size;
        if (file->tensors[i].data != end)
            return fol_fail_format(
                ctx, source, fol_fail_about(ctx, file->tensors[i].name, "must begin where the tensor before it ends."));
        tensor_size(&file->tensors[i], &size);
        end += size;
    }
    if (end != data + data_size)
        return fol_fail_file(ctx, FOL_E_FORMAT, source, "must have tensors that fill %zu bytes, not %zu.", data_size,
                             (size_t) (end - data));
    return FOL_OK;
}

// Header and checksum -------------------------------------------------------------------------------------------------

static fol_status read_header(fol_context *ctx, const unsigned char *bytes, size_t n, const char *source,
                              json_t **header, size_t *data_start)
{
    uint64_t length = 0;
    if (n >= LENGTH_SIZE)
        memcpy(&length, bytes, LENGTH_SIZE);
    if (length == 0 || length > MAX_HEADER)
        return fol_fail_file(ctx, FOL_E_FORMAT, source, "is not a follmer file.");
    if (length > n - LENGTH_SIZE)
        return fol_fail_file(ctx, FOL_E_FORMAT, source, "is cut short: it must have more than %llu bytes, not %zu.",
                             (unsigned long long) length + LENGTH_SIZE, n);
    json_error_t error;
    *header = json_loadb((const char *) bytes + LENGTH_SIZE, length, JSON_REJECT_DUPLICATES, &error);
    if (!*header && json_error_code(&error) == json_error_out_of_memory)
        return fol_fail_memory(ctx, "the header of a file");
    if (!json_is_object(*header))
        return fol_fail_file(ctx, FOL_E_FORMAT, source,
                             "is damaged or not a follmer file: its header is not a JSON object.");
    *data_start = LENGTH_SIZE + length;
    return FOL_OK;
}

// Whether the file is to the bit as it was written.
static bool is_sealed(const unsigned char *bytes, size_t n, size_t data_start, const json_t *header)
{
    char digits[DIGITS + 1];
    const char *stated = json_string_value(json_object_get(json_object_get(header, METADATA), "checksum"));
    const unsigned char *place = find_checksum(bytes + LENGTH_SIZE, data_start - LENGTH_SIZE);
    if (!stated || !place)
        return false;
    print_checksum(bytes, n, place, digits);
    return strcmp(stated, digits) == 0 && memcmp(place, digits, DIGITS) == 0;
}

// Of a file that is not, read with that status: its contents must be right, by their checksum if it has one.
static fol_status check_contents(fol_context *ctx, const json_t *header, const char *source, fol_status status,
                                 fol_tensor_file *file)
{
    char digits[DIGITS + 1];
    const json_t *metadata = json_object_get(header, METADATA);
    const char *contents = json_string_value(json_object_get(metadata, "contents"));
    file->unsealed = !contents && !json_is_string(json_object_get(metadata, "checksum"));
    if (file->unsealed)
        return status;
    if (status == FOL_OK && !print_contents(file->metadata, file->tensors, file->n_tensors, digits))
        return fol_fail_memory(ctx, "the contents of a file");
    if (status == FOL_OK && contents && strcmp(contents, digits) == 0)
        return FOL_OK;
    return fol_fail_file(ctx, FOL_E_FORMAT, source,
                         "is damaged or cut short: its checksum is not that of its contents.");
}

// Where the digits of the checksum stand in the text of a header, or NULL. Quotes inside JSON strings are escaped, so
// that the first match is a key.
static unsigned char *find_checksum(const unsigned char *header, size_t length)
{
    const size_t key = strlen(CHECKSUM_KEY);
    for (size_t i = 0; i + key + DIGITS <= length; i++)
        if (memcmp(header + i, CHECKSUM_KEY, key) == 0)
            return (unsigned char *) header + i + key;
    return NULL;
}

// The hash of the bytes with zeros in place of the digits.
static void print_checksum(const unsigned char *bytes, size_t n, const unsigned char *digits, char *text)
{
    const size_t before = (size_t) (digits - bytes);
    uint64_t hash = fol_hash(FOL_HASH_START, bytes, before);
    hash = fol_hash(hash, NO_CHECKSUM, DIGITS);
    hash = fol_hash(hash, digits + DIGITS, n - before - DIGITS);
    snprintf(text, DIGITS + 1, "%016" PRIx64, hash);
}
