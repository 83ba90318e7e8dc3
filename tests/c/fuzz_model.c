// Fuzzer of model files and checkpoints: fol_model_unpack and fol_checkpoint_read on mutants of a good file, which
// they must accept whole or refuse in a sentence. Meant for builds with the address and undefined behaviour sanitizers.
//
//   fuzz_model [count [seed]]    that many mutants: 5000 is the default and part of `make check`
//   fuzz_model 300s [seed]       mutants for that many seconds
#define _GNU_SOURCE
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "example_model.h"
#include "fit/checkpoint.h"
#include "fit/model_file.h"
#include "fuzz.h"
#include "io/file.h"
#include "seal.h"

#define SPACE (1 << 16) // more than a mutant needs, but for the headers that are nested deeply
#define N_WEIGHTS 21    // of the checkpoint's network
#define JOB "{\"batch\":64,\"seed\":1,\"steps\":300}"

// Bytes of a file on their way to the reader.
typedef struct {
    unsigned char *bytes;
    size_t n;
} image;

static bool coin(void)
{
    return random_bits() >> 63;
}

// Mutants of bytes ----------------------------------------------------------------------------------------------------

static size_t header_length(const image *file)
{
    uint64_t length;
    memcpy(&length, file->bytes, 8);
    return (size_t) length;
}

static void truncate_file(image *file)
{
    file->n = random_below(file->n);
}

static void flip_bits(image *file)
{
    for (size_t k = 1 + random_below(8); k > 0; k--)
        file->bytes[random_below(file->n)] ^= (unsigned char) (1u << random_below(8));
}

static void flip_header(image *file)
{
    for (size_t k = 1 + random_below(4); k > 0; k--)
        file->bytes[8 + random_below(header_length(file))] =
            (unsigned char) (coin() ? (char) random_bits() : "\"{}[]:,0-e\\ "[random_below(12)]);
}

static void change_length(image *file)
{
    static const uint64_t lengths[] = {0,         1, 7, 8, 1 << 24, (1 << 24) + 8, (uint64_t) 1 << 63, UINT64_MAX - 7,
                                       UINT64_MAX};
    const uint64_t length = coin() ? lengths[random_below(9)] : header_length(file) + 8 * random_below(9) - 32;
    memcpy(file->bytes, &length, 8);
}

static void change_data(image *file)
{
    static const float values[] = {NAN, INFINITY, -INFINITY, 0, -1, 3e38f};
    static const double counts[] = {NAN, INFINITY, -1, 0, 0.5, 3, 1e9, 1e300};
    const size_t start = 8 + header_length(file);
    if (coin())
        memcpy(file->bytes + start + 4 * random_below((file->n - start) / 4), &values[random_below(6)], 4);
    else
        memcpy(file->bytes + start + 8 * random_below((file->n - start) / 8), &counts[random_below(8)], 8);
}

static void move_data(image *file)
{
    const size_t start = 8 + header_length(file), more = 8 * random_below(9);
    if (coin() && start + more <= file->n) {
        file->n -= more;
    } else {
        memset(file->bytes + file->n, 0, more);
        file->n += more;
    }
}

// Mutants of the header -----------------------------------------------------------------------------------------------

// Something else for a value: a number near it or far from it, or anything.
static json_t *hostile_value(const json_t *old)
{
    static const char *const texts[] = {"0",
                                        "1",
                                        "-1",
                                        "2",
                                        "3",
                                        "1e308",
                                        "0.5",
                                        "9223372036854775807",
                                        "-9223372036854775808",
                                        "4611686018427387904",
                                        "4294967296",
                                        "65536",
                                        "null",
                                        "true",
                                        "\"\"",
                                        "\"inf\"",
                                        "\"F64\"",
                                        "\"F32\"",
                                        "\"U8\"",
                                        "\"a\"",
                                        "[]",
                                        "{}",
                                        "[1]",
                                        "[2]",
                                        "[5,3]",
                                        "[0,0]",
                                        "[-1,16]",
                                        "[16,0]",
                                        "[0,9223372036854775807]",
                                        "[4294967296,4294967296]",
                                        "[65536,65536,65536]",
                                        "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
                                        "{\"a\":{\"b\":[[[]]]}}",
                                        "\"vp\"",
                                        "\"localization\"",
                                        "\"\\u0001\"",
                                        "\"0123456789012345678901234567890123456789012345678901234567890123456789\""};
    static const json_int_t numbers[] = {0, -1, 1, 2, 3, 8, 1000, 65536, 1000000, INT64_MAX};
    if (json_is_integer(old) && coin()) {
        const json_int_t number = numbers[random_below(sizeof numbers / sizeof *numbers)];
        return json_integer(coin() ? number : (json_int_t) ((uint64_t) json_integer_value(old) + (uint64_t) number));
    }
    return json_loads(texts[random_below(sizeof texts / sizeof *texts)], JSON_DECODE_ANY, NULL);
}

// Changes one random place of a JSON value: another value, one less, one more, two exchanged, or a place inside.
static void change_json(json_t *json)
{
    const size_t n = json_is_object(json) ? json_object_size(json) : json_array_size(json);
    const size_t chosen = random_below(n), other = random_below(n), action = random_below(8);
    if (json_is_array(json)) {
        json_t *child = json_array_get(json, chosen);
        if (action == 0)
            json_array_remove(json, chosen);
        else if (action == 1)
            json_array_append_new(json, hostile_value(child));
        else if (json_is_object(child) || json_is_array(child))
            change_json(child);
        else
            json_array_set_new(json, chosen, hostile_value(child));
        return;
    }
    static const char *const keys[] = {"", "a", "denoiser.layers.0.weight", "layers.0.weight",
                                       "0123456789012345678901234567890123456789012345678901234567890123456789"};
    const char *key[2] = {"a", "a"};
    void *at = json_object_iter(json);
    for (size_t i = 0; at; i++, at = json_object_iter_next(json, at)) {
        if (i == chosen)
            key[0] = json_object_iter_key(at);
        if (i == other)
            key[1] = json_object_iter_key(at);
    }
    json_t *child = json_object_get(json, key[0]);
    if (action == 0)
        json_object_del(json, key[0]);
    else if (action == 1)
        json_object_set_new(json, keys[random_below(sizeof keys / sizeof *keys)],
                            coin() ? json_deep_copy(child) : hostile_value(child));
    else if (action == 2)
        json_object_set_new(json, key[0], json_deep_copy(json_object_get(json, key[1])));
    else if (action > 3 && (json_is_object(child) || json_is_array(child)))
        change_json(child);
    else
        json_object_set_new(json, key[0], hostile_value(child));
}

// Puts another header before the data.
static void set_header(image *file, const char *text)
{
    const size_t old = 8 + header_length(file), data = file->n - old, length = strlen(text),
                 padded = (length + 7) / 8 * 8;
    unsigned char *bytes = malloc(8 + padded + data + SPACE);
    if (!bytes)
        abort();
    memcpy(bytes, &(uint64_t){padded}, 8);
    memset(bytes + 8, ' ', padded);
    memcpy(bytes + 8, text, length);
    memcpy(bytes + 8 + padded, file->bytes + old, data);
    free(file->bytes);
    *file = (image){bytes, 8 + padded + data};
}

static void change_header(image *file)
{
    json_t *header = json_loadb((char *) file->bytes + 8, header_length(file), 0, NULL);
    json_t *meta = json_object_get(header, "__metadata__");
    if (coin()) {
        json_t *inner = json_loads(json_string_value(json_object_get(meta, "follmer")), 0, NULL);
        for (size_t k = 1 + random_below(3); k > 0; k--)
            change_json(inner);
        char *text = json_dumps(inner, 0);
        json_object_set_new(meta, "follmer", json_string(text));
        free(text);
        json_decref(inner);
    } else {
        for (size_t k = 1 + random_below(3); k > 0; k--)
            change_json(header);
    }
    char *text = json_dumps(header, JSON_COMPACT | JSON_SORT_KEYS);
    set_header(file, text);
    free(text);
    json_decref(header);
}

// A key that stands twice, a tail after the object, or brackets without end.
static void break_header(image *file)
{
    const size_t length = header_length(file), kind = random_below(4),
                 depth = 1 + random_below(kind == 3 ? 200000 : 40);
    char *text = malloc(length + 8 * depth + 64);
    if (!text)
        abort();
    memcpy(text, file->bytes + 8, length);
    text[length] = '\0';
    char *last = strrchr(text, '}');
    if (kind == 0) {
        strcpy(last, ",\"mean\":{}}");
    } else if (kind == 1) {
        strcpy(last + 1, "{}");
    } else {
        strcpy(last, ",\"deep\":");
        for (size_t i = 0; i < depth; i++)
            strcat(last += strlen(last), coin() ? "[" : "{\"a\":");
    }
    set_header(file, text);
    free(text);
}

// Checkpoints ---------------------------------------------------------------------------------------------------------

static char checkpoint[] = "/tmp/fuzz_checkpoint.XXXXXX";

// Room for the state of a fit, as fol_checkpoint_read wants it; clear_progress() it.
static fol_train_progress make_progress(void)
{
    float *block = fol_alloc_zero(5 * N_WEIGHTS, sizeof *block);
    if (!block)
        abort();
    return (fol_train_progress){
        .state = {0, N_WEIGHTS, block, block + N_WEIGHTS, block + 2 * N_WEIGHTS, block + 3 * N_WEIGHTS},
        .best = block + 4 * N_WEIGHTS};
}

static void clear_progress(fol_train_progress *progress)
{
    fol_free(progress->state.weights);
    fol_free(progress->history);
}

// The bytes of a good checkpoint, or NULL in image.
static image example_checkpoint(fol_context *ctx)
{
    image file = {NULL, 0};
    fol_train_progress progress = make_progress();
    for (int i = 0; i < 5 * N_WEIGHTS; i++)
        progress.state.weights[i] = sinf((float) i);
    progress.state.step = 120;
    progress.loss_sum = 12.5;
    progress.loss_n = 20;
    progress.best_step = 100;
    progress.best_loss = 0.6;
    progress.n_history = 2;
    progress.history = fol_alloc(2, sizeof *progress.history);
    if (!progress.history)
        abort();
    progress.history[0] = (fol_history){50, 0.7, NAN};
    progress.history[1] = (fol_history){100, 0.5, 0.6};
    if (fol_checkpoint_write(ctx, checkpoint, JOB, &progress) != FOL_OK ||
        fol_file_read(ctx, checkpoint, &file.bytes, &file.n) != FOL_OK)
        puts(ctx->message);
    clear_progress(&progress);
    return file;
}

static const char *check_checkpoint(const image *file, bool *accepted)
{
    fol_context ctx;
    fol_context_init(&ctx);
    FILE *out = fopen(checkpoint, "wb");
    if (!out || fwrite(file->bytes, 1, file->n, out) != file->n || fclose(out) != 0)
        return "a checkpoint cannot be written";
    fol_train_progress progress = make_progress();
    const char *wrong = NULL;
    const fol_status status = fol_checkpoint_read(&ctx, checkpoint, JOB, &progress);
    *accepted = status == FOL_OK;
    for (size_t i = 0; i < progress.n_history; i++) // all of it is there
        *(volatile double *) &progress.history[i].validation;
    if (status == FOL_OK && (progress.state.step < 0 || progress.n_history > (size_t) progress.state.step + 1 ||
                             progress.best_step > (double) progress.state.step))
        wrong = "a checkpoint that was read is not whole";
    else if (status != FOL_OK && progress.history)
        wrong = "a history was left after a failure";
    else if (status != FOL_OK && status != FOL_E_FORMAT && status != FOL_E_INPUT)
        wrong = "a checkpoint was refused for another reason than its contents";
    else if (status != FOL_OK && !strstr(ctx.message, checkpoint))
        wrong = "the refusal is not a sentence about the checkpoint";
    clear_progress(&progress);
    return wrong;
}

// The run -------------------------------------------------------------------------------------------------------------

static void mutate(image *file)
{
    static void (*const mutations[])(image *) = {truncate_file, flip_bits,     flip_header, change_length,
                                                 change_data,   move_data,     change_data, change_header,
                                                 change_header, change_header, break_header};
    const size_t n = sizeof mutations / sizeof *mutations, kind = random_below(n);
    mutations[kind](file);
    if (kind > 3 && random_below(8) == 0)
        mutations[4 + random_below(3)](file);
    if (kind > 1 && random_below(16) > 0)
        seal(file->bytes, file->n);
}

// Reads a copy of exactly n bytes; says what is wrong with the answer, or NULL.
static const char *check_model(const image *file, bool *accepted)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_model *model;
    const char *wrong = NULL;
    unsigned char *copy = malloc(file->n ? file->n : 1), *again = NULL;
    if (!copy)
        abort();
    memcpy(copy, file->bytes, file->n);
    const fol_status status = fol_model_unpack(&ctx, copy, file->n, "the file", &model);
    free(copy);
    *accepted = status == FOL_OK;
    if (status == FOL_OK) {
        size_t n;
        if (fol_model_pack(&ctx, model, &again, &n) != FOL_OK)
            wrong = "a model that was read cannot be written";
        else if (!model->weights || !model->config || model->dim < 1)
            wrong = "a model that was read is not whole";
    } else if (model) {
        wrong = "a model was left after a failure";
    } else if (status != FOL_E_FORMAT || !strstr(ctx.message, "the file")) {
        wrong = "the refusal is not a sentence about the file";
    }
    fol_free(again);
    fol_model_free(model);
    return wrong;
}

int main(int argc, char **argv)
{
    const fuzz_limit limit = fuzz_begin(argc, argv);
    fol_context ctx;
    fol_context_init(&ctx);
    image good[2]; // a model and a checkpoint, in turn
    fol_model *model = example_model();
    const int place = mkstemp(checkpoint);
    if (!model || place < 0 || fol_model_pack(&ctx, model, &good[0].bytes, &good[0].n) != FOL_OK)
        return EXIT_FAILURE;
    close(place);
    fol_model_free(model);
    good[1] = example_checkpoint(&ctx);
    const char *wrong = good[1].bytes ? NULL : "there is no good checkpoint";
    size_t n = 0, n_accepted[2] = {0, 0};
    for (; !wrong && fuzz_goes_on(&limit, n); n++) {
        bool accepted = false;
        const image *const from = &good[n % 2];
        image file = {malloc(from->n + SPACE), from->n};
        if (!file.bytes)
            abort();
        memcpy(file.bytes, from->bytes, from->n);
        mutate(&file);
        wrong = n % 2 ? check_checkpoint(&file, &accepted) : check_model(&file, &accepted);
        n_accepted[n % 2] += accepted;
        free(file.bytes);
    }
    unlink(checkpoint);
    fol_free(good[0].bytes);
    fol_free(good[1].bytes);
    printf("%zu mutants, %zu of them good models, %zu good checkpoints\n", n, n_accepted[0], n_accepted[1]);
    if (wrong)
        printf("mutant %zu: %s\n", n, wrong);
    printf("%d passed, %d failed\n", !wrong, wrong != NULL);
    return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
