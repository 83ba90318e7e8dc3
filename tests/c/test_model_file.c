// Tests of model files: the round trip to the bit, and the refusal of models that are not whole.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "example_model.h"
#include "fit/model_file.h"
#include "io/tensor_file.h"

static void assert_same_array(const void *a, const void *b, size_t size)
{
    assert_memory_equal(a, b, size);
}

static void assert_same_column(const fol_column *a, const fol_column *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->whole, b->whole);
    assert_int_equal(a->n_knots, b->n_knots);
    assert_true(a->slope[0] == b->slope[0] && a->slope[1] == b->slope[1]);
    for (size_t k = 0; k < a->n_knots; k++)
        assert_true(a->at[k] == b->at[k] && a->value[k] == b->value[k]);
}

static void assert_same_model(const fol_model *a, const fol_model *b)
{
    assert_int_equal(a->dim, b->dim);
    assert_ptr_equal(a->process.kind, b->process.kind);
    assert_memory_equal(a->process.value, b->process.value, sizeof a->process.value);
    assert_int_equal(a->network_options.hidden.n, b->network_options.hidden.n);
    for (int l = 0; l < a->network_options.hidden.n; l++)
        assert_int_equal(a->network_options.hidden.value[l], b->network_options.hidden.value[l]);
    assert_ptr_equal(a->network_options.activation.kind, b->network_options.activation.kind);
    assert_int_equal(a->network_options.time_features, b->network_options.time_features);
    assert_int_equal(a->network_options.frequencies, b->network_options.frequencies);
    assert_int_equal(a->parametrization, b->parametrization);
    assert_true(a->data_sd == b->data_sd && a->seed == b->seed && a->n_rows == b->n_rows);
    assert_same_array(a->columns.center, b->columns.center, a->dim * sizeof(double));
    assert_same_array(a->columns.scale, b->columns.scale, a->dim * sizeof(double));
    for (size_t j = 0; j < a->dim; j++)
        assert_same_column(&a->columns.column[j], &b->columns.column[j]);
    assert_same_array(a->mean, b->mean, a->dim * sizeof(double));
    assert_same_array(a->axes.sd, b->axes.sd, a->dim * sizeof(double));
    assert_same_array(a->axes.axis, b->axes.axis, a->dim * a->dim * sizeof(float));
    assert_true(a->step == b->step);
    assert_int_equal(a->network->n_weights, b->network->n_weights);
    assert_same_array(a->weights, b->weights, a->network->n_weights * sizeof(float));
    assert_int_equal(a->n_history, b->n_history);
    if (a->n_history > 0)
        assert_same_array(a->history, b->history, a->n_history * sizeof(fol_history));
    assert_int_equal(!a->names, !b->names);
    for (size_t j = 0; a->names && j < a->dim; j++)
        assert_string_equal(a->names[j], b->names[j]);
    json_t *config_a = json_loads(a->config, 0, NULL), *config_b = json_loads(b->config, 0, NULL);
    assert_true(config_a && json_equal(config_a, config_b));
    json_decref(config_a);
    json_decref(config_b);
}

// There and back, and there again: the same model and the same bytes.
static void check_round_trip(const fol_model *model)
{
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes, *again;
    size_t n, n_again;
    fol_model *back;
    assert_int_equal(fol_model_pack(&ctx, model, &bytes, &n), FOL_OK);
    assert_int_equal(fol_model_unpack(&ctx, bytes, n, "m", &back), FOL_OK);
    assert_same_model(model, back);
    assert_int_equal(fol_model_pack(&ctx, back, &again, &n_again), FOL_OK);
    assert_int_equal(n, n_again);
    assert_memory_equal(bytes, again, n);
    fol_model_free(back);
    fol_free(bytes);
    fol_free(again);
}

static void test_round_trip(void **state)
{
    (void) state;
    fol_model *model = example_model();
    check_round_trip(model);
    fol_instance_init(&model->process, &fol_process_vp.base);
    model->network_options.time_features = FOL_TIME_SINUSOIDAL;
    model->seed = 0;
    model->n_history = 0;
    fol_free(model->names[0]);
    fol_free(model->names[1]);
    fol_free(model->names);
    model->names = NULL;
    check_round_trip(model);
    fol_instance_init(&model->process, &fol_process_localization.base);
    check_round_trip(model);
    fol_model_free(model);
}

// Bytes that are not aligned, as R's may be.
static void test_unaligned(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes;
    size_t n;
    fol_model *model = example_model(), *back;
    assert_int_equal(fol_model_pack(&ctx, model, &bytes, &n), FOL_OK);
    unsigned char *copy = malloc(n + 1);
    memcpy(copy + 1, bytes, n);
    assert_int_equal(fol_model_unpack(&ctx, copy + 1, n, "m", &back), FOL_OK);
    assert_same_model(model, back);
    free(copy);
    fol_free(bytes);
    fol_model_free(back);
    fol_model_free(model);
}

static void test_file(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    char path[64];
    fol_model *model = example_model(), *back;
    snprintf(path, sizeof path, "/tmp/follmer-test-%ld.safetensors", (long) getpid());
    assert_int_equal(fol_model_write(&ctx, model, path), FOL_OK);
    assert_int_equal(fol_model_read(&ctx, path, &back), FOL_OK);
    assert_same_model(model, back);
    fol_model_free(back);
    assert_int_equal(truncate(path, 1000), 0);
    assert_int_equal(fol_model_read(&ctx, path, &back), FOL_E_FORMAT);
    assert_null(back);
    assert_memory_equal(ctx.message, path, strlen(path));
    unlink(path);
    assert_int_equal(fol_model_read(&ctx, path, &back), FOL_E_FILE);
    assert_null(back);
    fol_model_free(model);
}

static void test_pack_refuses(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes;
    size_t n;
    fol_model *model = example_model();
    model->names[1][0] = '\xff';
    assert_int_equal(fol_model_pack(&ctx, model, &bytes, &n), FOL_E_INPUT);
    assert_null(bytes);
    assert_string_equal(ctx.message, "`names` must be UTF-8.");
    model->names[1][0] = 'd';
    model->config[0] = '[';
    assert_int_equal(fol_model_pack(&ctx, model, &bytes, &n), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`config` must be a JSON object.");
    fol_model_free(model);
}

// One change of the metadata each: a key with its new value (NULL: removed), and what the refusal says. Keys of the
// network stand in networks.denoiser.
static const struct {
    const char *key, *value, *sentence;
} metadata[] = {
    {"format", "\"follmer-checkpoint\"",
     "m must be a file of format 'follmer-model', but it is one of format 'follmer-checkpoint'."},
    {"format", NULL, "m must be a file of format 'follmer-model', but it says no format."},
    {"version", "3",
     "m is of version 3 of the format 'follmer-model'; this follmer reads version 1 or 2. Use a newer follmer."},
    {"version", NULL, "m: `version` must be a whole number of at least 1."},
    {"dim", "3", "m: `standardize.center` must be F64 (3), not F64 (2)."},
    {"dim", "-2", "m: `dim` must be a whole number of at least 1."},
    {"dim", "2.0", "m: `dim` must be a whole number of at least 1."},
    {"dim", "9223372036854775807", "m: `standardize.center` must be F64 (9223372036854775807), not F64 (2)."},
    {"rows", "-1", "m: `rows` must be a whole number of at least 0."},
    {"seed", "5", "m: `seed` must be a text of a whole number below 2^64."},
    {"seed", "\"-5\"", "m: `seed` must be a text of a whole number below 2^64."},
    {"seed", "\"18446744073709551616\"", "m: `seed` must be a text of a whole number below 2^64."},
    {"names", "[\"a\"]", "m: `names` must be 2 texts."},
    {"names", "[\"a\", 1]", "m: `names` must be 2 texts."},
    {"names", "{}", "m: `names` must be 2 texts."},
    {"config", NULL, "m: `config` must be an object."},
    {"config", "[]", "m: `config` must be an object."},
    {"process", NULL, "m has no key `process`."},
    {"process", "\"vpp\"", "m: `process` must be one of vp, pbm"},
    {"horizon", "0", "m: `horizon` must be a number greater than 0, not 0."},
    {"beta_max", "\"inf\"", "m: `beta_max` must be a finite number greater than 0, not inf."},
    {"data_sd", "-1", "m: `data_sd` must be a number greater than 0, not -1."},
    {"precondition", "true", "m has a key `precondition` that this follmer does not know. Use a newer follmer."},
    {"networks", NULL, "m has no network `denoiser`."},
    {"networks", "[]", "m has no network `denoiser`."},
    {"networks", "{\"denoiser\": 1}", "m has no network `denoiser`."},
    {"networks", "{\"denoiser\": {\"kind\": \"mlp\"}, \"control\": {}}",
     "m has a network `control` that this follmer does not know. Use a newer follmer."},
    {"kind", "\"conv\"", "m has a kind of network `conv` that this follmer does not know. Use a newer follmer."},
    {"kind", NULL, "m has a kind of network `` that this follmer does not know. Use a newer follmer."},
    {"dropout", "0.1", "m has a key `dropout` that this follmer does not know. Use a newer follmer."},
    {"hidden", "[5, 4]", "m: `denoiser.layers.1.weight` must be F32 (5, 4), not F32 (5, 3)."},
    {"hidden", "[5]", "m: `denoiser.layers.1.weight` must be F32 (5, 2), not F32 (5, 3)."},
    {"hidden", "[5, 3, 2]", "m has no tensor `denoiser.layers.3.weight`."},
    {"hidden", "[]", "m: `hidden` must be 1 to 16 whole numbers, not 0 numbers."},
    {"hidden", "[65536, 65536, 65536]", "m: `hidden` makes a network of more than 2^30 weights."},
    {"hidden", "[1e9]", "m: Entry 1 of `hidden` must be a whole number of at most 65536, not 1000000000."},
    {"hidden", NULL, "m: `hidden` must give the width of at least one hidden layer."},
    {"frequencies", "3", "m: `denoiser.layers.0.weight` must be F32 (9, 5), not F32 (7, 5)."},
    {"activation", "7", "m: `activation` must be one of silu, relu"},
    {"parametrization", "null", "m: `parametrization` must be one of edm, epsilon or denoised, not null."},
};

// Whether a key stands with the network's.
static bool is_of_network(const char *key)
{
    static const char *const keys[] = {"kind", "hidden", "activation", "time_features", "frequencies", "dropout"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static json_t *network_of(json_t *meta)
{
    return json_object_get(json_object_get(meta, "networks"), "denoiser");
}

// Repacks the tensors with other metadata and unpacks that as a model.
static fol_status unpack_with(fol_context *ctx, const fol_tensor_file *file, const char *text)
{
    unsigned char *bytes;
    size_t n;
    fol_model *model;
    assert_int_equal(fol_tensor_file_pack(ctx, text, file->tensors, file->n_tensors, &bytes, &n), FOL_OK);
    const fol_status status = fol_model_unpack(ctx, bytes, n, "m", &model);
    assert_int_equal(status == FOL_OK, model != NULL);
    fol_model_free(model);
    fol_free(bytes);
    return status;
}

static void unpack_example(unsigned char **bytes, fol_tensor_file *file)
{
    fol_context ctx;
    fol_context_init(&ctx);
    size_t n;
    fol_model *model = example_model();
    assert_int_equal(fol_model_pack(&ctx, model, bytes, &n), FOL_OK);
    assert_int_equal(fol_tensor_file_unpack(&ctx, *bytes, n, "m", file), FOL_OK);
    fol_model_free(model);
}

static void test_metadata_refused(void **state)
{
    (void) state;
    unsigned char *bytes;
    fol_tensor_file file;
    unpack_example(&bytes, &file);
    for (size_t i = 0; i < sizeof metadata / sizeof *metadata; i++) {
        fol_context ctx;
        fol_context_init(&ctx);
        json_t *meta = json_loads(file.metadata, 0, NULL);
        json_t *object = is_of_network(metadata[i].key) ? network_of(meta) : meta;
        json_object_del(object, metadata[i].key);
        if (metadata[i].value)
            json_object_set_new(object, metadata[i].key, json_loads(metadata[i].value, JSON_DECODE_ANY, NULL));
        char *text = json_dumps(meta, 0);
        assert_int_equal(unpack_with(&ctx, &file, text), FOL_E_FORMAT);
        assert_int_equal(strncmp(ctx.message, metadata[i].sentence, strlen(metadata[i].sentence)), 0);
        assert_string_equal(ctx.failure.source, "m");
        free(text);
        json_decref(meta);
    }
    fol_context ctx;
    fol_context_init(&ctx);
    assert_int_equal(unpack_with(&ctx, &file, "no json"), FOL_E_FORMAT);
    assert_int_equal(unpack_with(&ctx, &file, "{\"format\":\"follmer-model\",\"format\":\"follmer-model\"}"),
                     FOL_E_FORMAT);
    assert_int_equal(unpack_with(&ctx, &file, file.metadata), FOL_OK);
    fol_tensor_file_clear(&file);
    fol_free(bytes);
}

// A file of version 1: the network's options beside the other members, its tensors without a prefix. It is the same
// model; with what only version 2 has it is none.
static void test_version_1(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes, *old;
    size_t n;
    fol_tensor_file file;
    fol_model *model = example_model(), *back;
    unpack_example(&bytes, &file);
    json_t *meta = json_loads(file.metadata, 0, NULL);
    json_object_del(network_of(meta), "kind");
    json_object_update(meta, network_of(meta));
    json_object_del(meta, "networks");
    json_object_set_new(meta, "version", json_integer(1));
    for (size_t i = 0; i < file.n_tensors; i++)
        if (strncmp(file.tensors[i].name, "denoiser.", 9) == 0)
            memmove(file.tensors[i].name, file.tensors[i].name + 9, strlen(file.tensors[i].name) - 8);
    char *text = json_dumps(meta, 0);
    assert_int_equal(fol_tensor_file_pack(&ctx, text, file.tensors, file.n_tensors, &old, &n), FOL_OK);
    assert_int_equal(fol_model_unpack(&ctx, old, n, "m", &back), FOL_OK);
    assert_same_model(model, back);
    free(text);
    json_object_set_new(meta, "version", json_integer(2));
    text = json_dumps(meta, 0);
    assert_int_equal(unpack_with(&ctx, &file, text), FOL_E_FORMAT);
    free(text);
    json_decref(meta);
    fol_model_free(back);
    fol_model_free(model);
    fol_tensor_file_clear(&file);
    fol_free(old);
    fol_free(bytes);
}

// Transforms that are none: an entry of a tensor, its value, and the column that is named.
static const struct {
    const char *tensor;
    int entry;
    double value;
    int column;
} transforms[] = {
    {"transform.columns", 0, 3, 1},   {"transform.columns", 1, 0.5, 1}, {"transform.columns", 2, 1, 1},
    {"transform.columns", 7, 2.5, 2}, {"transform.columns", 7, 4, 2},   {"transform.columns", 7, -1, 2},
    {"transform.columns", 8, -1, 2},  {"transform.columns", 9, NAN, 2}, {"transform.knots", 0, NAN, 2},
    {"transform.knots", 2, 0, 2},     {"transform.knots", 3, 99, 2},    {"transform.knots", 5, INFINITY, 2},
};

static void test_transforms_refused(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof transforms / sizeof *transforms; i++) {
        fol_context ctx;
        fol_context_init(&ctx);
        unsigned char *bytes;
        fol_tensor_file file;
        char sentence[80];
        unpack_example(&bytes, &file);
        const fol_tensor *tensor = fol_tensor_file_find(&file, transforms[i].tensor);
        assert_non_null(tensor);
        ((double *) tensor->data)[transforms[i].entry] = transforms[i].value;
        assert_int_equal(unpack_with(&ctx, &file, file.metadata), FOL_E_FORMAT);
        snprintf(sentence, sizeof sentence, "m has a transform of column %d that is none.", transforms[i].column);
        assert_string_equal(ctx.message, sentence);
        fol_tensor_file_clear(&file);
        fol_free(bytes);
    }
}

// A value that no model may have in one of its arrays, and what the refusal says.
static const struct {
    const char *tensor;
    double value;
    const char *sentence;
} arrays[] = {
    {"standardize.center", INFINITY, "m: Entry 2 of `standardize.center` must be a finite number, not inf."},
    {"standardize.scale", 0, "m: Entry 2 of `standardize.scale` must be a finite positive number, not 0."},
    {"mean", NAN, "m: Entry 2 of `mean` must be a finite number, not nan."},
    {"denoiser.layers.1.weight", NAN, "m: Entry 2 of `denoiser.layers.1.weight` must be a finite number, not nan."},
    {"denoiser.layers.2.bias", -INFINITY, "m: Entry 2 of `denoiser.layers.2.bias` must be a finite number, not -inf."},
};

static void test_arrays_refused(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        fol_context ctx;
        fol_context_init(&ctx);
        unsigned char *bytes;
        fol_tensor_file file;
        unpack_example(&bytes, &file);
        for (size_t k = 0; k < file.n_tensors; k++) {
            if (strcmp(file.tensors[k].name, arrays[i].tensor) != 0)
                continue;
            if (file.tensors[k].type == FOL_F32)
                ((float *) file.tensors[k].data)[1] = (float) arrays[i].value;
            else
                ((double *) file.tensors[k].data)[1] = arrays[i].value;
        }
        assert_int_equal(unpack_with(&ctx, &file, file.metadata), FOL_E_FORMAT);
        assert_string_equal(ctx.message, arrays[i].sentence);
        assert_string_equal(ctx.failure.argument, arrays[i].tensor);
        assert_int_equal(ctx.failure.at.entry, 2);
        fol_tensor_file_clear(&file);
        fol_free(bytes);
    }
}

static void test_tensors_refused(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes;
    fol_tensor_file file;
    unpack_example(&bytes, &file);
    fol_tensor tensors[32];
    memcpy(tensors, file.tensors, file.n_tensors * sizeof *tensors);
    const fol_tensor_file more = {file.metadata, tensors, file.n_tensors + 1};
    tensors[file.n_tensors] = (fol_tensor){"extra", FOL_F64, 1, {1}, &(double){0}};
    assert_int_equal(unpack_with(&ctx, &more, file.metadata), FOL_E_FORMAT);
    assert_string_equal(ctx.message, "m has a tensor `extra` that this follmer does not know. Use a newer follmer.");
    for (size_t i = 0; i < file.n_tensors; i++) {
        memcpy(tensors, file.tensors, file.n_tensors * sizeof *tensors);
        tensors[i] = file.tensors[file.n_tensors - 1];
        const fol_tensor_file fewer = {file.metadata, tensors, file.n_tensors - 1};
        assert_int_equal(unpack_with(&ctx, &fewer, file.metadata), FOL_E_FORMAT);
        assert_non_null(strstr(ctx.message, i + 1 == file.n_tensors ? file.tensors[i].name : "m has no tensor"));
    }
    fol_tensor_file_clear(&file);
    fol_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_unaligned),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_pack_refuses),
        cmocka_unit_test(test_metadata_refused),
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_transforms_refused),
        cmocka_unit_test(test_arrays_refused),
        cmocka_unit_test(test_tensors_refused),
    };
    return cmocka_run_group_tests_name("model_file", tests, NULL, NULL);
}
