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
#include "../io/tensor_file.h"

#define FORMAT "follmer-model"
#define VERSION 1
#define OTHER_TENSORS 4 // than those of the layers
#define MAX_TENSORS (OTHER_TENSORS + 2 * (FOL_MAX_INTS + 1))
#define HISTORY_COLUMNS (sizeof(fol_history) / sizeof(double))

// What the metadata say beside dim, names, seed, rows and config.
static const fol_option model_options[] = {
    FOL_PROCESS_KEYS(offsetof(fol_model, process)),
    FOL_MLP_KEYS(offsetof(fol_model, network)),
    {"parametrization", FOL_OPTION_CHOICE, offsetof(fol_model, parametrization), "edm", FOL_PARAMETRIZATION_CHOICES,
     "what the network predicts"},
    {"data_sd", FOL_OPTION_REAL, offsetof(fol_model, data_sd), "1", "(0,inf)", "standard deviation of the data"},
    {NULL, 0, 0, NULL, NULL, NULL},
};

static fol_status model_metadata(fol_context *ctx, const fol_model *model, char **text);
static size_t model_tensors(const fol_model *model, const fol_mlp *mlp, fol_tensor *tensors);
static fol_status within(fol_context *ctx, const char *source, fol_status status);
static fol_status read_metadata(fol_context *ctx, const char *source, const json_t *meta, fol_model *model);
static fol_status read_names(fol_context *ctx, const char *source, const json_t *names, fol_model *model);
static fol_status read_config(fol_context *ctx, const char *source, const json_t *config, fol_model *model);
static fol_status read_arrays(fol_context *ctx, const char *source, const fol_tensor_file *file, fol_model *model);
static fol_status read_weights(fol_context *ctx, const char *source, const fol_tensor_file *file, const fol_mlp *mlp,
                               fol_model *model);

fol_status fol_model_pack(fol_context *ctx, const fol_model *model, unsigned char **bytes, size_t *n)
{
    fol_mlp mlp;
    fol_tensor tensors[MAX_TENSORS];
    char *metadata = NULL;
    *bytes = NULL;
    fol_status status = fol_mlp_init(ctx, &mlp, &model->network, model->dim, model->dim);
    if (status == FOL_OK && mlp.n_weights != model->n_weights)
        status = fol_fail(ctx, FOL_E_INPUT, "A network of this shape must have %zu weights, not %zu.", mlp.n_weights,
                          model->n_weights);
    if (status == FOL_OK)
        status = model_metadata(ctx, model, &metadata);
    if (status == FOL_OK)
        status = fol_tensor_file_pack(ctx, metadata, tensors, model_tensors(model, &mlp, tensors), bytes, n);
    free(metadata);
    return status;
}

fol_status fol_model_unpack(fol_context *ctx, const unsigned char *bytes, size_t n, const char *source,
                            fol_model **model)
{
    fol_tensor_file file;
    fol_mlp mlp;
    json_t *meta = NULL;
    *model = NULL;
    fol_status status = fol_tensor_file_unpack(ctx, bytes, n, source, &file);
    if (status != FOL_OK)
        return status;
    *model = fol_alloc_zero(1, sizeof **model);
    if (!*model) {
        status = fol_fail_memory(ctx, "a model");
        goto cleanup;
    }
    meta = json_loads(file.metadata, JSON_REJECT_DUPLICATES, NULL);
    status = read_metadata(ctx, source, meta, *model);
    if (status == FOL_OK)
        status = read_arrays(ctx, source, &file, *model);
    if (status == FOL_OK)
        status = read_names(ctx, source, json_object_get(meta, "names"), *model);
    if (status == FOL_OK)
        status = read_config(ctx, source, json_object_get(meta, "config"), *model);
    if (status == FOL_OK)
        status = within(ctx, source, fol_mlp_init(ctx, &mlp, &(*model)->network, (*model)->dim, (*model)->dim));
    if (status == FOL_OK)
        status = read_weights(ctx, source, &file, &mlp, *model);
cleanup:
    json_decref(meta);
    fol_tensor_file_clear(&file);
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

static json_t *names_json(const fol_model *model)
{
    json_t *names = json_array();
    for (size_t j = 0; j < model->dim; j++)
        if (json_array_append_new(names, json_string(model->names[j])) != 0) {
            json_decref(names);
            return NULL;
        }
    return names;
}

// The metadata as text with sorted keys; free() it.
static fol_status model_metadata(fol_context *ctx, const fol_model *model, char **text)
{
    fol_status status = FOL_OK;
    char seed[24];
    json_t *meta = fol_options_to_json(model_options, model);
    snprintf(seed, sizeof seed, "%" PRIu64, model->seed); // as text: it may be beyond JSON's whole numbers
    bool whole = json_object_set_new(meta, "format", json_string(FORMAT)) == 0 &&
                 json_object_set_new(meta, "version", json_integer(VERSION)) == 0 &&
                 json_object_set_new(meta, "dim", json_integer((json_int_t) model->dim)) == 0 &&
                 json_object_set_new(meta, "rows", json_integer((json_int_t) model->n_rows)) == 0 &&
                 json_object_set_new(meta, "seed", json_string(seed)) == 0;
    if (whole && model->names && json_object_set_new(meta, "names", names_json(model)) != 0) {
        status = fol_fail(ctx, FOL_E_INPUT, "The names of the columns must be UTF-8.");
        goto cleanup;
    }
    json_t *config = json_loads(model->config, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(config)) {
        json_decref(config);
        status = fol_fail(ctx, FOL_E_INPUT, "The configuration of a model must be a JSON object.");
        goto cleanup;
    }
    whole = json_object_set_new(meta, "config", config) == 0 && whole;
    *text = whole ? json_dumps(meta, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    if (!*text)
        status = fol_fail_memory(ctx, "the metadata of a model");
cleanup:
    json_decref(meta);
    return status;
}

// Names and shapes of a layer's weight and bias.
static void layer_tensors(const fol_mlp *mlp, int l, fol_tensor tensor[2])
{
    tensor[0] = (fol_tensor){"", FOL_F32, 2, {mlp->width[l], mlp->width[l + 1]}, NULL};
    tensor[1] = (fol_tensor){"", FOL_F32, 1, {mlp->width[l + 1], 0}, NULL};
    snprintf(tensor[0].name, FOL_TENSOR_NAME, "layers.%d.weight", l);
    snprintf(tensor[1].name, FOL_TENSOR_NAME, "layers.%d.bias", l);
}

// Fills in the tensors and returns their number.
static size_t model_tensors(const fol_model *model, const fol_mlp *mlp, fol_tensor *tensors)
{
    size_t n = 0;
    tensors[n++] = (fol_tensor){"standardize.center", FOL_F64, 1, {model->dim, 0}, model->center};
    tensors[n++] = (fol_tensor){"standardize.scale", FOL_F64, 1, {model->dim, 0}, model->scale};
    tensors[n++] = (fol_tensor){"mean", FOL_F64, 1, {model->dim, 0}, model->mean};
    tensors[n++] = (fol_tensor){"history", FOL_F64, 2, {model->n_history, HISTORY_COLUMNS}, model->history};
    for (int l = 0; l < mlp->n_layers; l++, n += 2) {
        layer_tensors(mlp, l, &tensors[n]);
        tensors[n].data = model->weights + mlp->weight[l];
        tensors[n + 1].data = model->weights + mlp->bias[l];
    }
    return n;
}

// Unpacking -----------------------------------------------------------------------------------------------------------

// A failure of what a file says becomes a failure of the file.
static fol_status within(fol_context *ctx, const char *source, fol_status status)
{
    if (status != FOL_E_INPUT)
        return status;
    char sentence[FOL_MESSAGE_SIZE];
    strcpy(sentence, ctx->message);
    return fol_fail(ctx, FOL_E_FORMAT, "%s: %s", source, sentence);
}

// Sets the options from the metadata; those with a default of their own must stand there.
static fol_status read_options(fol_context *ctx, const char *source, const json_t *meta, fol_model *model)
{
    fol_status status = FOL_OK;
    json_t *values = json_object();
    for (const fol_option *option = model_options; option->key && status == FOL_OK; option++) {
        json_t *value = json_object_get(meta, option->key);
        if (value && json_object_set(values, option->key, value) != 0)
            status = fol_fail_memory(ctx, "the settings of a model");
        else if (!value && *option->initial)
            status = fol_fail(ctx, FOL_E_FORMAT, "%s has no key `%s`.", source, option->key);
    }
    fol_options_init(model_options, model);
    if (status == FOL_OK)
        status = within(ctx, source, fol_options_from_json(ctx, model_options, model, values));
    if (status == FOL_OK)
        status = within(ctx, source, fol_process_check(ctx, &model->process));
    json_decref(values);
    return status;
}

static fol_status read_count(fol_context *ctx, const char *source, const json_t *meta, const char *key,
                             json_int_t least, json_int_t *value)
{
    const json_t *json = json_object_get(meta, key);
    *value = json_integer_value(json);
    if (!json_is_integer(json) || *value < least)
        return fol_fail(ctx, FOL_E_FORMAT, "%s: `%s` must be a whole number of at least %d.", source, key, (int) least);
    return FOL_OK;
}

static fol_status read_metadata(fol_context *ctx, const char *source, const json_t *meta, fol_model *model)
{
    const char *format = json_string_value(json_object_get(meta, "format"));
    const char *seed = json_string_value(json_object_get(meta, "seed"));
    json_int_t version, dim, rows;
    char canonical[24] = "";
    if (!format || strcmp(format, FORMAT) != 0)
        return fol_fail(ctx, FOL_E_FORMAT, "%s is not a model; its format must be '" FORMAT "', not '%.60s'.", source,
                        format ? format : "");
    fol_status status = read_count(ctx, source, meta, "version", 1, &version);
    if (status == FOL_OK && version != VERSION)
        return fol_fail(ctx, FOL_E_FORMAT, "%s is of version %lld of the format; this follmer reads version %d.",
                        source, (long long) version, VERSION);
    if (status == FOL_OK)
        status = read_count(ctx, source, meta, "dim", 1, &dim);
    if (status == FOL_OK)
        status = read_count(ctx, source, meta, "rows", 0, &rows);
    if (status != FOL_OK)
        return status;
    model->dim = (size_t) dim;
    model->n_rows = (uint64_t) rows;
    if (seed) {
        model->seed = strtoull(seed, NULL, 10);
        snprintf(canonical, sizeof canonical, "%" PRIu64, model->seed);
    }
    if (!seed || strcmp(seed, canonical) != 0)
        return fol_fail(ctx, FOL_E_FORMAT, "%s: `seed` must be a text of a whole number below 2^64.", source);
    return read_options(ctx, source, meta, model);
}

static fol_status read_names(fol_context *ctx, const char *source, const json_t *names, fol_model *model)
{
    if (!names)
        return FOL_OK;
    if (!json_is_array(names) || json_array_size(names) != model->dim)
        return fol_fail(ctx, FOL_E_FORMAT, "%s: `names` must be %zu texts.", source, model->dim);
    model->names = fol_alloc_zero(model->dim, sizeof *model->names);
    if (!model->names)
        return fol_fail_memory(ctx, "the names of a model");
    for (size_t j = 0; j < model->dim; j++) {
        const char *name = json_string_value(json_array_get(names, j));
        if (!name)
            return fol_fail(ctx, FOL_E_FORMAT, "%s: `names` must be %zu texts.", source, model->dim);
        model->names[j] = fol_alloc(strlen(name) + 1, 1);
        if (!model->names[j])
            return fol_fail_memory(ctx, "the names of a model");
        strcpy(model->names[j], name);
    }
    return FOL_OK;
}

static fol_status read_config(fol_context *ctx, const char *source, const json_t *config, fol_model *model)
{
    if (!json_is_object(config))
        return fol_fail(ctx, FOL_E_FORMAT, "%s: `config` must be an object.", source);
    const size_t n = json_dumpb(config, NULL, 0, JSON_COMPACT | JSON_SORT_KEYS);
    model->config = n > 0 ? fol_alloc(n + 1, 1) : NULL;
    if (!model->config)
        return fol_fail_memory(ctx, "the configuration of a model");
    json_dumpb(config, model->config, n, JSON_COMPACT | JSON_SORT_KEYS);
    model->config[n] = '\0';
    return FOL_OK;
}

// A column of finite, and if `positive` positive, numbers.
static fol_status read_column(fol_context *ctx, const char *source, const fol_tensor_file *file, const char *name,
                              size_t n, bool positive, double **column)
{
    const void *data;
    const fol_status status = fol_tensor_file_get(ctx, file, source, name, FOL_F64, 1, n, 0, &data);
    if (status != FOL_OK)
        return status;
    *column = fol_alloc(n, sizeof **column);
    if (!*column)
        return fol_fail_memory(ctx, "a model");
    memcpy(*column, data, n * sizeof **column);
    for (size_t j = 0; j < n; j++)
        if (!isfinite((*column)[j]) || (positive && (*column)[j] <= 0))
            return fol_fail(ctx, FOL_E_FORMAT, "%s: entry %zu of `%s` must be a finite%s number, not %g.", source,
                            j + 1, name, positive ? " positive" : "", (*column)[j]);
    return FOL_OK;
}

static fol_status read_history(fol_context *ctx, const char *source, const fol_tensor_file *file, fol_model *model)
{
    const void *data;
    size_t n = 0;
    for (size_t i = 0; i < file->n_tensors; i++)
        if (strcmp(file->tensors[i].name, "history") == 0)
            n = file->tensors[i].shape[0];
    const fol_status status = fol_tensor_file_get(ctx, file, source, "history", FOL_F64, 2, n, HISTORY_COLUMNS, &data);
    if (status != FOL_OK)
        return status;
    model->history = fol_alloc(n, sizeof *model->history);
    if (!model->history)
        return fol_fail_memory(ctx, "a model");
    if (n > 0)
        memcpy(model->history, data, n * sizeof *model->history);
    model->n_history = n;
    return FOL_OK;
}

static fol_status read_arrays(fol_context *ctx, const char *source, const fol_tensor_file *file, fol_model *model)
{
    fol_status status = read_column(ctx, source, file, "standardize.center", model->dim, false, &model->center);
    if (status == FOL_OK)
        status = read_column(ctx, source, file, "standardize.scale", model->dim, true, &model->scale);
    if (status == FOL_OK)
        status = read_column(ctx, source, file, "mean", model->dim, false, &model->mean);
    if (status == FOL_OK)
        status = read_history(ctx, source, file, model);
    return status;
}

// Copies one layer's array to its place in the weights, which must all be finite.
static fol_status copy_weights(fol_context *ctx, const char *source, const fol_tensor *tensor, const void *data,
                               size_t n, float *weights)
{
    memcpy(weights, data, n * sizeof *weights);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(weights[i]))
            return fol_fail(ctx, FOL_E_FORMAT, "%s: entry %zu of `%s` must be a finite number, not %g.", source, i + 1,
                            tensor->name, (double) weights[i]);
    return FOL_OK;
}

// Nothing is allocated before every shape is known to be right.
static fol_status read_weights(fol_context *ctx, const char *source, const fol_tensor_file *file, const fol_mlp *mlp,
                               fol_model *model)
{
    fol_status status = FOL_OK;
    fol_tensor tensor[FOL_MAX_INTS + 1][2];
    const void *data[FOL_MAX_INTS + 1][2];
    const size_t n_tensors = OTHER_TENSORS + 2 * (size_t) mlp->n_layers;
    for (int l = 0; l < mlp->n_layers; l++) {
        layer_tensors(mlp, l, tensor[l]);
        for (int k = 0; k < 2 && status == FOL_OK; k++)
            status = fol_tensor_file_get(ctx, file, source, tensor[l][k].name, FOL_F32, tensor[l][k].n_dims,
                                         tensor[l][k].shape[0], tensor[l][k].shape[1], &data[l][k]);
    }
    if (status == FOL_OK && file->n_tensors != n_tensors)
        status = fol_fail(ctx, FOL_E_FORMAT, "%s must hold %zu tensors, not %zu.", source, n_tensors, file->n_tensors);
    if (status != FOL_OK)
        return status;
    model->weights = fol_alloc(mlp->n_weights, sizeof *model->weights);
    if (!model->weights)
        return fol_fail_memory(ctx, "the weights of a model");
    model->n_weights = mlp->n_weights;
    for (int l = 0; l < mlp->n_layers && status == FOL_OK; l++) {
        const size_t n_in = mlp->width[l], n_out = mlp->width[l + 1];
        status = copy_weights(ctx, source, &tensor[l][0], data[l][0], n_in * n_out, model->weights + mlp->weight[l]);
        if (status == FOL_OK)
            status = copy_weights(ctx, source, &tensor[l][1], data[l][1], n_out, model->weights + mlp->bias[l]);
    }
    return status;
}
