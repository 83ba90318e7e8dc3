// Tests of options: defaults, ranges, sentences, nearest keys, JSON there and back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "io/options.h"

typedef struct {
    int64_t steps, warmup, nothing;
    double rate, clip, missing, low, high;
    bool flag;
    int process, grid;
    fol_ints hidden;
    char file[FOL_TEXT_SIZE];
} fields;

static const fol_option table[] = {
    {"steps", FOL_OPTION_INT, offsetof(fields, steps), "200", "[1,1e7]", "a count"},
    {"warmup", FOL_OPTION_INT, offsetof(fields, warmup), "0", "[0,inf)", "a count without an end"},
    {"nothing", FOL_OPTION_INT, offsetof(fields, nothing), "", "[0,10]", "a count that may be missing"},
    {"learning_rate", FOL_OPTION_REAL, offsetof(fields, rate), "0.003", "(0,10]", "a number"},
    {"clip", FOL_OPTION_REAL, offsetof(fields, clip), "inf", "(0,inf]", "a number that may be infinite"},
    {"horizon", FOL_OPTION_REAL, offsetof(fields, missing), "", "[0,1)", "a number that may be missing"},
    {"standardize", FOL_OPTION_FLAG, offsetof(fields, flag), "true", NULL, "a flag"},
    {"process", FOL_OPTION_CHOICE, offsetof(fields, process), "vp", "vp|pbm|localization", "a choice"},
    {"grid", FOL_OPTION_CHOICE, offsetof(fields, grid), "log_snr", "time|log_snr", "a choice of two"},
    {"hidden", FOL_OPTION_INTS, offsetof(fields, hidden), "128,64", "[1,65536]", "a list"},
    {"file", FOL_OPTION_TEXT, offsetof(fields, file), "", NULL, "a text"},
    {"low", FOL_OPTION_REAL, offsetof(fields, low), "", "(0,inf)", "a number below another", .below = "high"},
    {"high", FOL_OPTION_REAL, offsetof(fields, high), "", "(0,inf)", "the other"},
    {NULL, 0, 0, NULL, NULL, NULL},
};

static void test_init(void **state)
{
    (void) state;
    fields f;
    memset(&f, 0xa5, sizeof f);
    fol_options_init(table, &f);
    assert_int_equal(f.steps, 200);
    assert_int_equal(f.nothing, -1);
    assert_true(f.rate == 0.003 && f.clip == INFINITY && isnan(f.missing));
    assert_true(f.flag);
    assert_int_equal(f.process, 0);
    assert_int_equal(f.grid, 1);
    assert_int_equal(f.hidden.n, 2);
    assert_int_equal(f.hidden.value[1], 64);
    assert_string_equal(f.file, "");
}

// Each line: key, word, and the whole sentence that must refuse it, or NULL.
static const struct {
    const char *key, *word, *sentence;
} words[] = {
    {"steps", "1", NULL},
    {"steps", "10000000", NULL},
    {"steps", "1e3", NULL},
    {"steps", "-3", "`steps` must be a whole number of at least 1, not -3."},
    {"steps", "0", "`steps` must be a whole number of at least 1, not 0."},
    {"steps", "10000001", "`steps` must be a whole number of at most 10000000, not 10000001."},
    {"steps", "2.5", "`steps` must be a whole number from 1 to 10000000, not 2.5."},
    {"steps", "many", "`steps` must be a whole number from 1 to 10000000, not 'many'."},
    {"steps", "", "`steps` must be a whole number from 1 to 10000000, not ''."},
    {"steps", " 5", "`steps` must be a whole number from 1 to 10000000, not ' 5'."},
    {"steps", "0x10", "`steps` must be a whole number from 1 to 10000000, not '0x10'."},
    {"steps", "5 ", "`steps` must be a whole number from 1 to 10000000, not '5 '."},
    {"steps", "5,6", "`steps` must be a whole number from 1 to 10000000, not 2 numbers."},
    {"steps", "inf", "`steps` must be a whole number from 1 to 10000000, not inf."},
    {"steps", "nan", "`steps` must be a whole number from 1 to 10000000, not 'nan'."},
    {"warmup", "9007199254740991", NULL},
    {"warmup", "9007199254740993",
     "`warmup` must be a whole number of at most 9007199254740991, not 9007199254740992."},
    {"learning_rate", "10", NULL},
    {"learning_rate", "1e-300", NULL},
    {"learning_rate", "0", "`learning_rate` must be a number greater than 0, not 0."},
    {"learning_rate", "10.5", "`learning_rate` must be a number of at most 10, not 10.5."},
    {"learning_rate", "1,5", "`learning_rate` must be a number greater than 0 and of at most 10, not 2 numbers."},
    {"clip", "inf", NULL},
    {"clip", "-inf", "`clip` must be a number greater than 0, not -inf."},
    {"horizon", "inf", "`horizon` must be a finite number of at least 0 and less than 1, not inf."},
    {"horizon", "1", "`horizon` must be a number less than 1, not 1."},
    {"standardize", "FALSE", NULL},
    {"standardize", "maybe", "`standardize` must be true or false, not 'maybe'."},
    {"process", "localization", NULL},
    {"process", "vpp", "`process` must be one of vp, pbm or localization, not 'vpp'."},
    {"process", "", "`process` must be one of vp, pbm or localization, not ''."},
    {"grid", "TIME", "`grid` must be one of time or log_snr, not 'TIME'."},
    {"hidden", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", NULL},
    {"hidden", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "`hidden` must be 1 to 16 whole numbers, not 17 numbers."},
    {"hidden", "64,0,64", "Entry 2 of `hidden` must be a whole number of at least 1, not 0."},
    {"hidden", "64,1.5", "Entry 2 of `hidden` must be a whole number from 1 to 65536, not 1.5."},
    {"hidden", "64,", "`hidden` must be 1 to 16 whole numbers, not '64,'."},
    {"file", "a b", NULL},
    {"stesp", "3", "There is no key `stesp`; did you mean `steps`?"},
    {"learning-rate", "3", "There is no key `learning-rate`; did you mean `learning_rate`?"},
    {"learn_rate", "3", "There is no key `learn_rate`; did you mean `learning_rate`?"},
    {"x", "3", "There is no key `x`."},
    {"zebra_crossing", "3", "There is no key `zebra_crossing`."},
};

static void test_words(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        fields f, before;
        fol_context ctx;
        fol_context_init(&ctx);
        memset(&f, 0, sizeof f);
        fol_options_init(table, &f);
        before = f;
        const fol_status status = fol_options_set_word(&ctx, table, &f, words[i].key, words[i].word);
        if (words[i].sentence) {
            assert_int_equal(status, FOL_E_INPUT);
            assert_string_equal(ctx.message, words[i].sentence);
            assert_memory_equal(&f, &before, sizeof f);
        } else {
            assert_int_equal(status, FOL_OK);
        }
    }
}

static void test_values(void **state)
{
    (void) state;
    fields f;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_options_init(table, &f);
    const double numbers[] = {3, 5};
    const fol_value one = {.kind = FOL_VALUE_NUMBERS, .numbers = numbers, .n = 1};
    const fol_value two = {.kind = FOL_VALUE_NUMBERS, .numbers = numbers, .n = 2};
    const fol_value none = {.kind = FOL_VALUE_NUMBERS, .numbers = (const double[]){NAN}, .n = 1};
    const fol_value yes = {.kind = FOL_VALUE_FLAG, .flag = true};
    const fol_value ten = {.kind = FOL_VALUE_TEXT, .text = "10"};

    assert_int_equal(fol_options_set(&ctx, table, &f, "steps", &one), FOL_OK);
    assert_int_equal(f.steps, 3);
    assert_int_equal(fol_options_set(&ctx, table, &f, "hidden", &two), FOL_OK);
    assert_true(f.hidden.n == 2 && f.hidden.value[0] == 3 && f.hidden.value[1] == 5);
    assert_int_equal(fol_options_set(&ctx, table, &f, "horizon", &none), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`horizon` must be a number of at least 0 and less than 1, not NaN.");
    assert_int_equal(fol_options_set(&ctx, table, &f, "steps", &yes), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`steps` must be a whole number from 1 to 10000000, not true.");
    assert_int_equal(fol_options_set(&ctx, table, &f, "steps", &ten), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`steps` must be a whole number from 1 to 10000000, not '10'.");
    assert_int_equal(fol_options_set(&ctx, table, &f, "standardize", &one), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`standardize` must be true or false, not 3.");
    assert_int_equal(fol_options_set(&ctx, table, &f, "file", &one), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`file` must be a text of at most 1023 bytes, not 3.");

    char text[FOL_TEXT_SIZE + 1];
    memset(text, 'x', sizeof text);
    text[FOL_TEXT_SIZE] = '\0';
    assert_int_equal(fol_options_set_word(&ctx, table, &f, "file", text), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "at most 1023 bytes, not 'xxx"));
    text[FOL_TEXT_SIZE - 1] = '\0';
    assert_int_equal(fol_options_set_word(&ctx, table, &f, "file", text), FOL_OK);
    assert_string_equal(f.file, text);
}

// A key that must be below another is so where both are given.
static void test_below(void **state)
{
    (void) state;
    static const double low[] = {NAN, 5, NAN, 2, 5, 7}, high[] = {NAN, NAN, 5, 5, 5, 5};
    fields f;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_options_init(table, &f);
    for (size_t i = 0; i < sizeof low / sizeof *low; i++) {
        f.low = low[i];
        f.high = high[i];
        assert_int_equal(fol_options_check(&ctx, table, &f), i < 4 ? FOL_OK : FOL_E_INPUT);
    }
    assert_string_equal(ctx.message, "`low` must be below `high`, 5, not 7.");
}

static void test_nearest(void **state)
{
    (void) state;
    static const fol_option other[] = {
        {"threads", FOL_OPTION_INT, 0, "0", "[0,1024]", "threads"},
        {NULL, 0, 0, NULL, NULL, NULL},
    };
    const fol_option *const tables[] = {table, other, NULL};
    assert_string_equal(fol_options_nearest(tables, "thread"), "threads");
    assert_string_equal(fol_options_nearest(tables, "htreads"), "threads");
    assert_string_equal(fol_options_nearest(tables, "Steps"), "steps");
    assert_null(fol_options_nearest(tables, "s"));
    assert_null(fol_options_nearest(tables, ""));
    char key[3000];
    memset(key, 's', sizeof key);
    key[sizeof key - 1] = '\0';
    assert_null(fol_options_nearest(tables, key));
}

static void test_choice_word(void **state)
{
    (void) state;
    char buffer[FOL_TEXT_SIZE];
    assert_string_equal(fol_choice_word("vp|pbm|localization", 0, buffer), "vp");
    assert_string_equal(fol_choice_word("vp|pbm|localization", 1, buffer), "pbm");
    assert_string_equal(fol_choice_word("vp|pbm|localization", 2, buffer), "localization");
    assert_string_equal(fol_choice_word("vp|pbm|localization", 3, buffer), "");
}

static void test_choices(void **state)
{
    (void) state;
    static const struct {
        const char *choices, *phrase;
    } cases[] = {{"", "of "}, {"vp", "of vp"}, {"vp|pbm", "of vp or pbm"}, {"a|b|c|d", "of a, b, c or d"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char phrase[FOL_PHRASE_SIZE] = "of ";
        fol_phrase_choices(phrase, cases[i].choices);
        assert_string_equal(phrase, cases[i].phrase);
    }
    char choices[FOL_TEXT_SIZE] = "", phrase[FOL_PHRASE_SIZE] = "";
    fol_choice_add(choices, "vp");
    assert_string_equal(choices, "vp");
    fol_choice_add(choices, "pbm");
    assert_string_equal(choices, "vp|pbm");
    for (int i = 0; i < 400; i++)
        fol_choice_add(choices, "localization");
    assert_int_equal(strlen(choices), FOL_TEXT_SIZE - 1);
    fol_phrase_choices(phrase, choices);
    assert_int_equal(strlen(phrase), FOL_PHRASE_SIZE - 1);
}

static void test_json_round_trip(void **state)
{
    (void) state;
    fields f, g;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_options_init(table, &f);
    f.rate = 0.1 + 0.2;
    f.process = 2;
    f.flag = false;
    strcpy(f.file, "\xc3\xa9.ckpt");
    json_t *object = fol_options_to_json(table, &f);
    assert_null(json_object_get(object, "horizon"));
    assert_null(json_object_get(object, "nothing"));
    assert_string_equal(json_string_value(json_object_get(object, "clip")), "inf");
    char *text = json_dumps(object, 0);
    json_t *again = json_loads(text, 0, NULL);
    fol_options_init(table, &g);
    assert_int_equal(fol_options_from_json(&ctx, table, &g, again), FOL_OK);
    assert_true(g.rate == f.rate && g.clip == INFINITY && isnan(g.missing));
    assert_true(g.process == 2 && g.grid == 1 && !g.flag && g.nothing == -1);
    assert_memory_equal(g.hidden.value, f.hidden.value, (size_t) f.hidden.n * sizeof(int));
    assert_string_equal(g.file, f.file);
    json_decref(object);
    json_decref(again);
    free(text);
}

static void test_json_refused(void **state)
{
    (void) state;
    static const struct {
        const char *json, *sentence;
    } cases[] = {
        {"[1]", "Options must be a JSON object, {\"key\": value, ...}."},
        {"{\"stps\": 1}", "There is no key `stps`; did you mean `steps`?"},
        {"{\"steps\": null}", "`steps` must be a whole number from 1 to 10000000, not null."},
        {"{\"steps\": {}}", "`steps` must be a whole number from 1 to 10000000, not an object."},
        {"{\"steps\": \"10\"}", "`steps` must be a whole number from 1 to 10000000, not '10'."},
        {"{\"hidden\": []}", "`hidden` must be 1 to 16 whole numbers, not 0 numbers."},
        {"{\"hidden\": [1, \"a\"]}", "`hidden` must be 1 to 16 whole numbers, not a list of something else."},
        {"{\"hidden\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}",
         "`hidden` must be 1 to 16 whole numbers, not 18 numbers."},
        {"{\"steps\": 9223372036854775807}",
         "`steps` must be a whole number of at most 10000000, not 9.22337203685478e+18."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fields f;
        fol_context ctx;
        fol_context_init(&ctx);
        fol_options_init(table, &f);
        json_t *json = json_loads(cases[i].json, 0, NULL);
        assert_int_equal(fol_options_from_json(&ctx, table, &f, json), FOL_E_INPUT);
        assert_string_equal(ctx.message, cases[i].sentence);
        json_decref(json);
    }
}

// A host that has set a decimal comma changes nothing. Where no such locale is installed there is nothing to see.
static void test_locale(void **state)
{
    (void) state;
    fields f;
    fol_context ctx;
    fol_context_init(&ctx);
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
        print_message("no locale with a decimal comma is installed\n");
    fol_options_init(table, &f);
    const fol_status status = fol_options_set_word(&ctx, table, &f, "learning_rate", "10.5");
    setlocale(LC_NUMERIC, "C");
    assert_true(f.rate == 0.003);
    assert_int_equal(status, FOL_E_INPUT);
    assert_string_equal(ctx.message, "`learning_rate` must be a number of at most 10, not 10.5.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init),    cmocka_unit_test(test_words),           cmocka_unit_test(test_values),
        cmocka_unit_test(test_below),   cmocka_unit_test(test_nearest),         cmocka_unit_test(test_choice_word),
        cmocka_unit_test(test_choices), cmocka_unit_test(test_json_round_trip), cmocka_unit_test(test_json_refused),
        cmocka_unit_test(test_locale),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
