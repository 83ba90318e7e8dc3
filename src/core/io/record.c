// Records: files of a kind and a version, with a JSON object and named tensors; a model is one, a checkpoint another.
#include "record.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "file.h"
#include "json_text.h"

fol_status fol_record_pack(fol_context *ctx, const fol_record_kind *kind, json_t *json, const fol_tensor *tensors,
                           size_t n_tensors, unsigned char **bytes, size_t *n)
{
    *bytes = NULL;
    const bool whole = json_object_set_new(json, "format", json_string(kind->name)) == 0 &&
                       json_object_set_new(json, "version", json_integer(kind->version)) == 0;
    char *text = whole ? fol_json_text(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    const fol_status status = text ? fol_tensor_file_pack(ctx, text, tensors, n_tensors, bytes, n)
                                   : fol_fail_memory(ctx, "the contents of a file");
    fol_free(text);
    return status;
}

// The object that the file's text is.
static fol_status read_object(fol_context *ctx, fol_record *record)
{
    json_error_t error;
    record->json = json_loads(record->file.metadata, JSON_REJECT_DUPLICATES, &error);
    if (!record->json && json_error_code(&error) == json_error_out_of_memory)
        return fol_fail_memory(ctx, "the contents of a file");
    if (!json_is_object(record->json))
        return fol_fail_file(ctx, FOL_E_FORMAT, record->source,
                             "is damaged: its follmer metadata are not a JSON object.");
    return FOL_OK;
}

static fol_status fail_version(fol_context *ctx, const fol_record_kind *kind, const char *source, long long version)
{
    char reads[40];
    if (kind->oldest == kind->version)
        snprintf(reads, sizeof reads, "%d", kind->version);
    else
        snprintf(reads, sizeof reads, "%d %s %d", kind->oldest, kind->version - kind->oldest > 1 ? "to" : "or",
                 kind->version);
    return fol_fail_file(ctx, FOL_E_FORMAT, source,
                         "is of version %lld of the format '%s'; this follmer reads version %s. Use %s follmer.",
                         version, kind->name, reads, version > kind->version ? "a newer" : "an older");
}

static fol_status check_kind(fol_context *ctx, const fol_record_kind *kind, fol_record *record)
{
    const char *name = json_string_value(json_object_get(record->json, "format"));
    const json_t *json = json_object_get(record->json, "version");
    const json_int_t version = json_integer_value(json);
    if (!name)
        return fol_fail_file(ctx, FOL_E_FORMAT, record->source, "must be a file of format '%s', but it says no format.",
                             kind->name);
    if (strcmp(name, kind->name) != 0)
        return fol_fail_file(ctx, FOL_E_FORMAT, record->source,
                             "must be a file of format '%s', but it is one of format '%.60s'.", kind->name, name);
    if (!json_is_integer(json) || version < 1)
        return fol_fail_format(ctx, record->source,
                               fol_fail_about(ctx, "version", "must be a whole number of at least 1."));
    if (version > kind->version || version < kind->oldest)
        return fail_version(ctx, kind, record->source, (long long) version);
    record->version = (int) version;
    return FOL_OK;
}

fol_status fol_record_unpack(fol_context *ctx, const fol_record_kind *kind, const unsigned char *bytes, size_t n,
                             const char *source, fol_record *record)
{
    *record = (fol_record){.source = source};
    fol_status status = fol_tensor_file_unpack(ctx, bytes, n, source, &record->file);
    if (status == FOL_OK)
        status = read_object(ctx, record);
    return status == FOL_OK ? check_kind(ctx, kind, record) : status;
}

void fol_record_clear(fol_record *record)
{
    json_decref(record->json);
    fol_tensor_file_clear(&record->file);
    fol_free(record->bytes);
    *record = (fol_record){0};
}

fol_status fol_record_write(fol_context *ctx, const fol_record_kind *kind, json_t *json, const fol_tensor *tensors,
                            size_t n_tensors, const char *path)
{
    unsigned char *bytes;
    size_t n;
    fol_status status = fol_record_pack(ctx, kind, json, tensors, n_tensors, &bytes, &n);
    if (status == FOL_OK)
        status = fol_file_write(ctx, path, bytes, n);
    fol_free(bytes);
    return status;
}

fol_status fol_record_read(fol_context *ctx, const fol_record_kind *kind, const char *path, fol_record *record)
{
    unsigned char *bytes;
    size_t n;
    *record = (fol_record){0};
    fol_status status = fol_file_read(ctx, path, &bytes, &n);
    if (status == FOL_OK)
        status = fol_record_unpack(ctx, kind, bytes, n, path, record);
    record->bytes = bytes;
    return status;
}

fol_status fol_record_get(fol_context *ctx, const fol_record *record, fol_tensor *tensor)
{
    return fol_tensor_file_get(ctx, &record->file, record->source, tensor);
}

fol_tensor fol_record_column(const char *name, size_t n, const double *column)
{
    fol_tensor tensor = {.type = FOL_F64, .n_dims = 1, .shape = {n}, .data = column};
    strcpy(tensor.name, name);
    return tensor;
}

fol_status fol_record_get_column(fol_context *ctx, const fol_record *record, const char *name, size_t n, bool positive,
                                 double **column)
{
    fol_tensor tensor = fol_record_column(name, n, NULL);
    const fol_status status = fol_record_get(ctx, record, &tensor);
    if (status != FOL_OK)
        return status;
    *column = fol_alloc(n, sizeof **column);
    if (!*column)
        return fol_fail_memory(ctx, "a column");
    memcpy(*column, tensor.data, n * sizeof **column);
    for (size_t j = 0; j < n; j++)
        if (!isfinite((*column)[j]) || (positive && (*column)[j] <= 0))
            return fol_fail_format(ctx, record->source,
                                   fol_fail_place(ctx, name, &(fol_place){.entry = j + 1},
                                                  positive ? "a finite positive number" : "a finite number", "%g",
                                                  (*column)[j]));
    return FOL_OK;
}
