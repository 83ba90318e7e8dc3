// Tests of JSON as text: whichever allocation fails, the whole text or none.
#include "failing_json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "io/json_text.h"

static void test_text(void **state)
{
    (void) state;
    json_t *json = json_pack("{s[iis], sn}", "b", 1, 2, "x", "a");
    char *text = fol_json_text(json, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text, "{\"a\":null,\"b\":[1,2,\"x\"]}");
    fol_free(text);
    json_decref(json);
    json = json_real(0.1);
    text = fol_json_text(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    assert_string_equal(text, "0.10000000000000001");
    fol_free(text);
    json_decref(json);
    assert_null(fol_json_text(NULL, JSON_ENCODE_ANY));
}

static void test_memory(void **state)
{
    (void) state;
    const size_t flags = JSON_SORT_KEYS | JSON_INDENT(2);
    json_t *json = json_object();
    char name[32], line[400];
    memset(line, 'y', sizeof line);
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "key %d", i);
        assert_int_equal(json_object_set_new(json, name, json_pack("{s s#}", "text", line, (int) sizeof line)), 0);
    }
    char *whole = fol_json_text(json, flags);
    assert_non_null(whole);
    size_t failures = 0;
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        failing_json_begin(n);
        char *text = fol_json_text(json, flags);
        failed = failing_json_end();
        assert_true(text || failed);
        if (text)
            assert_string_equal(text, whole);
        failures += !text;
        fol_free(text);
    }
    assert_true(failures > 40); // sorted keys take memory, of each object
    fol_free(whole);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
