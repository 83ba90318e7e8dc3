// Model files: models to and from the bytes of tensor files.
#include "model_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../io/file.h"
#include "../io/json_text.h"
#include "../io/utf8.h"
#include "../network/network_record.h"
#include "columns_record.h"

#define OTHER_TENSORS (FOL_COLUMNS_TENSORS + 4) // than those of the network, at most
#define HISTORY_COLUMNS (sizeof(fol_history) / sizeof(double))
#define NETWORK "denoiser" // its name: its tensors are denoiser.layers.0.weight ...
#define NETWORK_KIND "mlp"

// Version 1 (follmer 0.1.0) had the network's options beside the other members, and its tensors without a prefix.
static const fol_record_kind model_kind = {"follmer-model", 2, 1};

// Members beside networks, dim, names, seed, rows and config.
static const fol_option model_options[] = {
    FOL_PROCESS_KEYS(offsetof(fol_model, process)),
    {"parametrization", FOL_OPTION_CHOICE, offsetof(fol_model, parametrization), "edm", FOL_PARAMETRIZATION_CHOICES,
     "what the network predicts"},
    {"data_sd", FOL_OPTION_REAL, offsetof(fol_model, data_sd), "1", "(0,inf)", "standard deviation of the data"},
    {"step", FOL_OPTION_REAL, offsetof(fol_model, step), "", "[0,1e9]", "step whose averaged weights were kept"},
    {NULL, 0, 0, NULL, NULL, NULL},
};
static const char *const other_members[] = {"format", "version", "dim", "rows", "seed", "names", "config", "networks"};

static fol_status model_members(fol_context *ctx, const fol_model *model, json_t **members);
static fol_status model_tensors(fol_context *ctx, const fol_model *model, double **arrays, fol_tensor **tensors,
                                size_t *n);
static fol_status read_members(fol_context *ctx, const fol_record *record, fol_model *model);
static fol_status read_arrays(fol_context *ctx, const fol_record *record, fol_model *model);
static fol_status read_names(fol_context *ctx, const fol_record *record, fol_model *model);
static fol_status read_config(fol_context *ctx, const fol_record *record, fol_model *model);
static fol_status read_network(fol_context *ctx, const fol_record *record, fol_model *model);

fol_status fol_model_pack(fol_context *ctx, const fol_model *model, unsigned char **bytes, size_t *n)
{
    json_t *members = NULL;
    double *arrays = NULL;
    fol_tensor *tensors = NULL;
    size_t n_tensors = 0;
    *bytes = NULL;
    fol_status status = model_members(ctx, model, &members);
    if (status == FOL_OK)
        status = model_tensors(ctx, model, &arrays, &tensors, &n_tensors);
    if (status == FOL_OK)
        status = fol_record_pack(ctx, &model_kind, members, tensors, n_tensors, bytes, n);
    fol_free(tensors);
    fol_free(arrays);
    json_decref(members);
    return status;
}

fol_status fol_model_unpack(fol_context *ctx, const unsigned char *bytes, size_t n, const char *source,
                            fol_model **model)
{
    fol_record record;
    *model = NULL;
    fol_status status = fol_record_unpack(ctx, &model_kind, bytes, n, source, &record);
    if (status != FOL_OK)
        goto cleanup;
    *model = fol_alloc_zero(1, sizeof **model);
    if (!*model) {
        status = fol_fail_memory(ctx, "a model");
        goto cleanup;
    }
    (*model)->unsealed = record.file.unsealed;
    status = read_members(ctx, &record, *model);
    if (status == FOL_OK)
        status = read_arrays(ctx, &record, *model);
    if (status == FOL_OK)
        status = read_names(ctx, &record, *model);
    if (status == FOL_OK)
        status = read_config(ctx, &record, *model);
    if (status == FOL_OK)
        status = read_network(ctx, &record, *model);
cleanup:
    fol_record_clear(&record);
    if (status != FOL_OK) {
        fol_model_free(*model);
        *model = NULL;
    }
    return status;
}

fol_status fol_model_write(fol_context *ctx, const fol_model *model, const char *path)
{
    unsigned char *bytes;
    size_t n;
    fol_status status = fol_model_pack(ctx, model, &bytes, &n);
    if (status == FOL_OK)
        status = fol_file_write(ctx, path, bytes, n);
    fol_free(bytes);
    return status;
}

fol_status fol_model_read(fol_context *ctx, const char *path, fol_model **model)
{
    unsigned char *bytes;
    size_t n;
    *model = NULL;
    fol_status status = fol_file_read(ctx, path, &bytes, &n);
    if (status == FOL_OK)
        status = fol_model_unpack(ctx, bytes, n, path, model);
    fol_free(bytes);
    return status;
}

// Packing -------------------------------------------------------------------------------------------------------------

static fol_status add_names(fol_context *ctx, const fol_model *model, json_t *members)
{
    json_t *names = json_array();
    if (json_object_set_new(members, "names", names) != 0)
        return fol_fail_memory(ctx, "the names of a model");
    for (size_t j = 0; j < model->dim; j++) {
        const char *name = model->names[j];
        if (!fol_utf8_valid(name, strlen(name)))
            return fol_fail_about(ctx, "names", "must be UTF-8.");
        if (json_array_append_new(names, json_string(name)) != 0)
            return fol_fail_memory(ctx, "the names of a model");
    }
    return FOL_OK;
}

static fol_status add_config(fol_context *ctx, const fol_model *model, json_t *members)
{
    json_error_t error;
    json_t *config = json_loads(model->config, JSON_REJECT_DUPLICATES, &error);
    if (!config && json_error_code(&error) == json_error_out_of_memory)
        return fol_fail_memory(ctx, "the configuration of a model");
    if (!json_is_object(config)) {
        json_decref(config);
        return fol_fail_about(ctx, "config", "must be a JSON object.");
    }
    if (json_object_set_new(members, "config", config) != 0)
        return fol_fail_memory(ctx, "the configuration of a model");
    return FOL_OK;
}

// {"denoiser": {"kind": "mlp", its options}}; NULL when memory runs out.
static json_t *networks_json(const fol_model *model)
{
    json_t *network = fol_options_to_json(fol_mlp_option_table, &model->network_options);
    if (json_object_set_new(network, "kind", json_string(NETWORK_KIND)) == 0)
        return json_pack("{so}", NETWORK, network);
    json_decref(network);
    return NULL;
}

// All members but format and version; the caller's, also after a failure.
static fol_status model_members(fol_context *ctx, const fol_model *model, json_t **members)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, model->seed); // as text: it may be beyond JSON's whole numbers
    json_t *json = *members = fol_options_to_json(model_options, model);
    const bool whole = json_object_set_new(json, "networks", networks_json(model)) == 0 &&
                       json_object_set_new(json, "dim", json_integer((json_int_t) model->dim)) == 0 &&
                       json_object_set_new(json, "rows", json_integer((json_int_t) model->n_rows)) == 0 &&
                       json_object_set_new(json, "seed", json_string(seed)) == 0;
    fol_status status = whole ? FOL_OK : fol_fail_memory(ctx, "the members of a model");
    if (status == FOL_OK && model->names)
        status = add_names(ctx, model, json);
    return status == FOL_OK ? add_config(ctx, model, json) : status;
}

static fol_tensor history_tensor(size_t n, const fol_history *history)
{
    return (fol_tensor){"history", FOL_F64, 2, {n, HISTORY_COLUMNS}, history};
}

static fol_tensor axis_tensor(size_t d, const float *axis)
{
    return (fol_tensor){"axes.axis", FOL_F32, 2, {d, d}, axis};
}

// The tensors, a block of the caller's, and their number; so are the arrays that some of them point into.
static fol_status model_tensors(fol_context *ctx, const fol_model *model, double **arrays, fol_tensor **tensors,
                                size_t *n)
{
    size_t n_columns = 0;
    fol_tensor *next = *tensors = fol_alloc(OTHER_TENSORS + model->network->n_arrays, sizeof **tensors);
    if (!next || !fol_columns_tensors(&model->columns, next, &n_columns, arrays))
        return fol_fail_memory(ctx, "the tensors of a model");
    next += n_columns;
    *next++ = fol_record_column("mean", model->dim, model->mean);
    *next++ = history_tensor(model->n_history, model->history);
    if (model->axes.axis) {
        *next++ = fol_record_column("axes.sd", model->dim, model->axes.sd);
        *next++ = axis_tensor(model->dim, model->axes.axis);
    }
    fol_network_tensors(model->network, NETWORK ".", model->weights, next);
    *n = (size_t) (next - *tensors) + model->network->n_arrays;
    return FOL_OK;
}

// Unpacking -----------------------------------------------------------------------------------------------------------

static fol_status read_option(fol_context *ctx, const fol_record *record, const json_t *meta, const char *key,
                              bool required, json_t *values)
{
    json_t *value = json_object_get(meta, key);
    if (value)
        return json_object_set(values, key, value) == 0 ? FOL_OK : fol_fail_memory(ctx, "the settings of a model");
    return required ? fol_fail_file(ctx, FOL_E_FORMAT, record->source, "has no key `%s`.", key) : FOL_OK;
}

// The keys of the kind that stands there, if it is one.
static fol_status read_kind(fol_context *ctx, const fol_record *record, const json_t *meta, const fol_option *option,
                            json_t *values)
{
    fol_status status = FOL_OK;
    const char *name = json_string_value(json_object_get(meta, option->key));
    const fol_kind *kind = name ? fol_kind_find(option->family, name) : NULL;
    for (int i = 0; kind && kind->keys[i].key && status == FOL_OK; i++)
        status = read_option(ctx, record, meta, kind->keys[i].key, true, values);
    return status;
}

// Sets options from the members of an object; those with a default of their own must stand there.
static fol_status read_options(fol_context *ctx, const fol_record *record, const fol_option *table, const json_t *json,
                               void *fields)
{
    fol_status status = FOL_OK;
    json_t *values = json_object();
    fol_options_init(table, fields);
    for (const fol_option *option = table; option->key && status == FOL_OK; option++) {
        status = read_option(ctx, record, json, option->key, *option->initial, values);
        if (status == FOL_OK && option->type == FOL_OPTION_KIND)
            status = read_kind(ctx, record, json, option, values);
    }
    if (status == FOL_OK)
        status = fol_fail_format(ctx, record->source, fol_options_from_json(ctx, table, fields, values));
    if (status == FOL_OK)
        status = fol_fail_format(ctx, record->source, fol_options_check(ctx, table, fields));
    json_decref(values);
    return status;
}

static fol_status read_count(fol_context *ctx, const fol_record *record, const char *key, json_int_t least,
                             json_int_t *value)
{
    const json_t *json = json_object_get(record->json, key);
    *value = json_integer_value(json);
    if (!json_is_integer(json) || *value < least)
        return fol_fail_format(ctx, record->source,
                               fol_fail_about(ctx, key, "must be a whole number of at least %d.", (int) least));
    return FOL_OK;
}

static fol_status read_seed(fol_context *ctx, const fol_record *record, fol_model *model)
{
    const char *seed = json_string_value(json_object_get(record->json, "seed"));
    char canonical[24] = "";
    if (seed) {
        model->seed = strtoull(seed, NULL, 10);
        snprintf(canonical, sizeof canonical, "%" PRIu64, model->seed);
    }
    if (!seed || strcmp(seed, canonical) != 0)
        return fol_fail_format(ctx, record->source,
                               fol_fail_about(ctx, "seed", "must be a text of a whole number below 2^64."));
    return FOL_OK;
}

// Models to come: a model may get more members and tensors without another version, since a reader refuses those
// that it does not know, by name.
static fol_status fail_unknown(fol_context *ctx, const fol_record *record, const char *what, const char *name)
{
    return fol_fail_file(ctx, FOL_E_FORMAT, record->source,
                         "has a %s `%.60s` that this follmer does not know. Use a newer follmer.", what, name);
}

static bool knows_member(const fol_record *record, const char *name)
{
    bool knows = fol_options_find(model_options, name).option ||
                 (record->version == 1 && fol_options_find(fol_mlp_option_table, name).option);
    for (size_t i = 0; i < sizeof other_members / sizeof *other_members; i++)
        knows = knows || strcmp(name, other_members[i]) == 0;
    return knows;
}

static fol_status read_members(fol_context *ctx, const fol_record *record, fol_model *model)
{
    json_int_t dim, rows;
    const char *name;
    json_t *unused;
    json_object_foreach(record->json, name, unused)
    {
        if (!knows_member(record, name))
            return fail_unknown(ctx, record, "key", name);
    }
    fol_status status = read_count(ctx, record, "dim", 1, &dim);
    if (status == FOL_OK)
        status = read_count(ctx, record, "rows", 0, &rows);
    if (status == FOL_OK)
        status = read_seed(ctx, record, model);
    if (status == FOL_OK)
        status = read_options(ctx, record, model_options, record->json, model);
    if (status != FOL_OK)
        return status;
    model->dim = (size_t) dim;
    model->n_rows = (uint64_t) rows;
    return FOL_OK;
}

static fol_status fail_names(fol_context *ctx, const fol_record *record, size_t n)
{
    return fol_fail_format(ctx, record->source, fol_fail_about(ctx, "names", "must be %zu texts.", n));
}

static fol_status read_names(fol_context *ctx, const fol_record *record, fol_model *model)
{
    const json_t *names = json_object_get(record->json, "names");
    if (!names)
        return FOL_OK;
    if (!json_is_array(names) || json_array_size(names) != model->dim)
        return fail_names(ctx, record, model->dim);
    model->names = fol_alloc_zero(model->dim, sizeof *model->names);
    if (!model->names)
        return fol_fail_memory(ctx, "the names of a model");
    for (size_t j = 0; j < model->dim; j++) {
        const char *name = json_string_value(json_array_get(names, j));
        if (!name)
            return fail_names(ctx, record, model->dim);
        model->names[j] = fol_alloc(strlen(name) + 1, 1);
        if (!model->names[j])
            return fol_fail_memory(ctx, "the names of a model");
        strcpy(model->names[j], name);
    }
    return FOL_OK;
}

static fol_status read_config(fol_context *ctx, const fol_record *record, fol_model *model)
{
    const json_t *config = json_object_get(record->json, "config");
    if (!json_is_object(config))
        return fol_fail_format(ctx, record->source, fol_fail_about(ctx, "config", "must be an object."));
    model->config = fol_json_text(config, JSON_COMPACT | JSON_SORT_KEYS);
    return model->config ? FOL_OK : fol_fail_memory(ctx, "the configuration of a model");
}

static fol_status read_history(fol_context *ctx, const fol_record *record, fol_model *model)
{
    const fol_tensor *found = fol_tensor_file_find(&record->file, "history");
    const size_t n = found ? found->shape[0] : 0;
    fol_tensor tensor = history_tensor(n, NULL);
    const fol_status status = fol_record_get(ctx, record, &tensor);
    if (status != FOL_OK)
        return status;
    model->history = fol_alloc(n, sizeof *model->history);
    if (!model->history)
        return fol_fail_memory(ctx, "a model");
    if (n > 0)
        memcpy(model->history, tensor.data, n * sizeof *model->history);
    model->n_history = n;
    return FOL_OK;
}

// The axes, if the file has any.
static fol_status read_axes(fol_context *ctx, const fol_record *record, fol_model *model)
{
    const size_t d = model->dim;
    fol_tensor axis = axis_tensor(d, NULL);
    if (!fol_tensor_file_find(&record->file, axis.name) && !fol_tensor_file_find(&record->file, "axes.sd"))
        return FOL_OK;
    fol_status status = fol_record_get_column(ctx, record, "axes.sd", d, true, &model->axes.sd);
    if (status == FOL_OK)
        status = fol_record_get(ctx, record, &axis);
    if (status != FOL_OK)
        return status;
    model->axes.axis = fol_alloc(d * d, sizeof *model->axes.axis);
    if (!model->axes.axis)
        return fol_fail_memory(ctx, "a model");
    memcpy(model->axes.axis, axis.data, d * d * sizeof *model->axes.axis);
    for (size_t i = 0; i < d * d; i++)
        if (!isfinite(model->axes.axis[i]))
            return fol_fail_format(ctx, record->source,
                                   fol_fail_place(ctx, axis.name, &(fol_place){.entry = i + 1}, "a finite number", "%g",
                                                  (double) model->axes.axis[i]));
    return FOL_OK;
}

static fol_status read_arrays(fol_context *ctx, const fol_record *record, fol_model *model)
{
    fol_status status = fol_columns_read(ctx, record, model->dim, &model->columns);
    if (status == FOL_OK)
        status = fol_record_get_column(ctx, record, "mean", model->dim, false, &model->mean);
    if (status == FOL_OK)
        status = read_axes(ctx, record, model);
    if (status == FOL_OK)
        status = read_history(ctx, record, model);
    return status;
}

// The object of the network's options: that of networks.denoiser.
static fol_status find_network(fol_context *ctx, const fol_record *record, const json_t **options)
{
    json_t *networks = json_object_get(record->json, "networks");
    json_t *network = json_object_get(networks, NETWORK);
    const char *kind = json_string_value(json_object_get(network, "kind")), *name;
    json_t *unused;
    if (!json_is_object(network))
        return fol_fail_file(ctx, FOL_E_FORMAT, record->source, "has no network `" NETWORK "`.");
    json_object_foreach(networks, name, unused)
    {
        if (strcmp(name, NETWORK) != 0)
            return fail_unknown(ctx, record, "network", name);
    }
    if (!kind || strcmp(kind, NETWORK_KIND) != 0)
        return fail_unknown(ctx, record, "kind of network", kind ? kind : "");
    json_object_foreach(network, name, unused)
    {
        if (strcmp(name, "kind") != 0 && !fol_options_find(fol_mlp_option_table, name).option)
            return fail_unknown(ctx, record, "key", name);
    }
    *options = network;
    return FOL_OK;
}

// Refuses the first tensor that is not one of the model's.
static fol_status check_tensors(fol_context *ctx, const fol_record *record, const fol_model *model, const char *prefix)
{
    static const char *const others[] = {"mean", "history", "axes.sd", "axes.axis"};
    for (size_t i = 0; i < record->file.n_tensors; i++) {
        const char *name = record->file.tensors[i].name;
        bool known = fol_network_has_tensor(model->network, prefix, name) || fol_columns_has_tensor(name);
        for (size_t k = 0; k < sizeof others / sizeof *others; k++)
            known = known || strcmp(name, others[k]) == 0;
        if (!known)
            return fail_unknown(ctx, record, "tensor", name);
    }
    return FOL_OK;
}

static fol_status read_network(fol_context *ctx, const fol_record *record, fol_model *model)
{
    const char *prefix = record->version == 1 ? "" : NETWORK ".";
    const json_t *options = record->json;
    fol_status status = record->version == 1 ? FOL_OK : find_network(ctx, record, &options);
    if (status == FOL_OK)
        status = read_options(ctx, record, fol_mlp_option_table, options, &model->network_options);
    if (status == FOL_OK)
        status = fol_fail_format(ctx, record->source,
                                 fol_mlp_new(ctx, &model->network_options, model->dim, model->dim, &model->network));
    if (status == FOL_OK)
        status = fol_network_read(ctx, record, model->network, prefix, &model->weights);
    return status == FOL_OK ? check_tensors(ctx, record, model, prefix) : status;
}
