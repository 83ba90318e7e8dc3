// Tests of records: kinds, versions and what is refused of them.
#include "failing_json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/record.h"

static const fol_record_kind fruit = {"follmer-fruit", 3, 2}, nut = {"follmer-nut", 1, 1};
static const float kernel[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const fol_tensor kernels = {"kernel", FOL_F32, 4, {2, 1, 2, 2}, kernel};

static void pack(const fol_record_kind *kind, unsigned char **bytes, size_t *n)
{
    fol_context ctx;
    fol_context_init(&ctx);
    json_t *json = json_pack("{ss}", "color", "red");
    assert_int_equal(fol_record_pack(&ctx, kind, json, &kernels, 1, bytes, n), FOL_OK);
    json_decref(json);
}

static void test_round_trip(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes, *again;
    size_t n, n_again;
    fol_record record;
    pack(&fruit, &bytes, &n);
    pack(&fruit, &again, &n_again);
    assert_int_equal(n, n_again);
    assert_memory_equal(bytes, again, n);
    assert_int_equal(fol_record_unpack(&ctx, &fruit, bytes, n, "it", &record), FOL_OK);
    assert_int_equal(record.version, 3);
    assert_string_equal(json_string_value(json_object_get(record.json, "color")), "red");
    fol_tensor got = kernels;
    got.data = NULL;
    assert_int_equal(fol_record_get(&ctx, &record, &got), FOL_OK);
    assert_memory_equal(got.data, kernel, sizeof kernel);
    fol_record_clear(&record);
    fol_free(again);
    fol_free(bytes);
}

// Whichever allocation fails, the whole record or a failure.
static void test_memory(void **state)
{
    (void) state;
    unsigned char *whole, *bytes;
    size_t n_whole, n_bytes, failures = 0;
    bool failed = true;
    pack(&fruit, &whole, &n_whole);
    for (size_t n = 0; failed; n++) {
        fol_context ctx;
        fol_context_init(&ctx);
        json_t *json = json_pack("{ss}", "color", "red");
        failing_json_begin(n);
        const fol_status status = fol_record_pack(&ctx, &fruit, json, &kernels, 1, &bytes, &n_bytes);
        failed = failing_json_end();
        assert_true(status == FOL_OK || (status == FOL_E_MEMORY && failed));
        if (status == FOL_OK) {
            assert_int_equal(n_bytes, n_whole);
            assert_memory_equal(bytes, whole, n_whole);
        }
        failures += status != FOL_OK;
        fol_free(bytes);
        json_decref(json);
    }
    assert_true(failures > 10);
    fol_free(whole);
}

static void test_file(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    char path[64];
    fol_record record;
    snprintf(path, sizeof path, "/tmp/follmer-record-%ld", (long) getpid());
    json_t *json = json_object();
    assert_int_equal(fol_record_write(&ctx, &fruit, json, &kernels, 1, path), FOL_OK);
    json_decref(json);
    assert_int_equal(fol_record_read(&ctx, &fruit, path, &record), FOL_OK);
    fol_tensor got = kernels;
    assert_int_equal(fol_record_get(&ctx, &record, &got), FOL_OK);
    assert_memory_equal(got.data, kernel, sizeof kernel);
    fol_record_clear(&record);
    assert_int_equal(fol_record_read(&ctx, &nut, path, &record), FOL_E_FORMAT);
    assert_memory_equal(ctx.message, path, strlen(path));
    fol_record_clear(&record);
    unlink(path);
    assert_int_equal(fol_record_read(&ctx, &fruit, path, &record), FOL_E_FILE);
    fol_record_clear(&record);
}

// A text in place of the object, read as a fruit; and what the refusal says (NULL: there is none).
static const struct {
    const char *text, *sentence;
} texts[] = {
    {"{\"format\":\"follmer-fruit\",\"version\":3}", NULL},
    {"{\"format\":\"follmer-fruit\",\"version\":2}", NULL},
    {"{\"format\":\"follmer-fruit\",\"version\":4}",
     "it is of version 4 of the format 'follmer-fruit'; this follmer reads version 2 or 3. Use a newer follmer."},
    {"{\"format\":\"follmer-fruit\",\"version\":1}",
     "it is of version 1 of the format 'follmer-fruit'; this follmer reads version 2 or 3. Use an older follmer."},
    {"{\"format\":\"follmer-fruit\",\"version\":0}", "it: `version` must be a whole number of at least 1."},
    {"{\"format\":\"follmer-fruit\",\"version\":\"3\"}", "it: `version` must be a whole number of at least 1."},
    {"{\"format\":\"follmer-fruit\"}", "it: `version` must be a whole number of at least 1."},
    {"{\"format\":\"follmer-nut\",\"version\":1}",
     "it must be a file of format 'follmer-fruit', but it is one of format 'follmer-nut'."},
    {"{\"version\":3}", "it must be a file of format 'follmer-fruit', but it says no format."},
    {"{\"format\":3}", "it must be a file of format 'follmer-fruit', but it says no format."},
    {"{\"format\":\"follmer-fruit\",\"version\":3,\"version\":3}",
     "it is damaged: its follmer metadata are not a JSON object."},
    {"[]", "it is damaged: its follmer metadata are not a JSON object."},
    {"", "it is damaged: its follmer metadata are not a JSON object."},
};

static void test_refusals(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fol_context ctx;
        fol_context_init(&ctx);
        unsigned char *bytes;
        size_t n;
        fol_record record;
        assert_int_equal(fol_tensor_file_pack(&ctx, texts[i].text, &kernels, 1, &bytes, &n), FOL_OK);
        assert_int_equal(fol_record_unpack(&ctx, &fruit, bytes, n, "it", &record),
                         texts[i].sentence ? FOL_E_FORMAT : FOL_OK);
        if (texts[i].sentence)
            assert_string_equal(ctx.message, texts[i].sentence);
        assert_string_equal(ctx.failure.source, texts[i].sentence ? "it" : "");
        fol_record_clear(&record);
        fol_free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
