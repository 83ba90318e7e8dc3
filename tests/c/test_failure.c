// Tests of failures: the fields of what the core refuses, and the sentences that are made of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/rows.h"
#include "estimate/gap_law.h"
#include "estimate/sde.h"
#include "io/csv.h"
#include "io/options.h"

typedef struct {
    int64_t steps;
    bool flag;
    fol_ints hidden;
} fields;

static const fol_option table[] = {
    {"steps", FOL_OPTION_INT, offsetof(fields, steps), "200", "[1,1e7]", "a count"},
    {"flag", FOL_OPTION_FLAG, offsetof(fields, flag), "true", NULL, "a flag"},
    {"hidden", FOL_OPTION_INTS, offsetof(fields, hidden), "128,64", "[1,65536]", "a list"},
    {NULL, 0, 0, NULL, NULL, NULL},
};

static const double numbers[] = {1, 2, 3, NAN, 5, 6};

static fol_status set(fol_context *ctx, const char *key, const char *json)
{
    fields f;
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    fol_options_init(table, &f);
    const fol_status status = fol_options_set_json(ctx, table, &f, key, value);
    json_decref(value);
    return status;
}

static fol_status fail_range(fol_context *ctx)
{
    return set(ctx, "steps", "0");
}

static fol_status fail_flag(fol_context *ctx)
{
    return set(ctx, "flag", "3");
}

static fol_status fail_entry(fol_context *ctx)
{
    return set(ctx, "hidden", "[8, 0]");
}

static fol_status fail_object(fol_context *ctx)
{
    return set(ctx, "steps", "{}");
}

static fol_status fail_key(fol_context *ctx)
{
    return set(ctx, "step", "1");
}

static fol_status fail_rows(fol_context *ctx)
{
    return fol_rows_check_finite(ctx, "x0", (fol_rows){numbers, 3, 2, 2, 1});
}

static fol_status fail_prob(fol_context *ctx)
{
    fol_gap_law law;
    fol_gap_law_init(&law, &fol_gap_count);
    law.n_counts = 2;
    law.counts[0] = 0.5;
    law.counts[1] = 0;
    law.tail = 0.5;
    return fol_gap_law_check(ctx, &law);
}

static fol_status fail_decay(fol_context *ctx)
{
    fol_gap_law law;
    fol_gap_law_init(&law, &fol_gap_count);
    law.n_counts = 1;
    law.counts[0] = 0.5;
    law.tail = 2;
    return fol_gap_law_check(ctx, &law);
}

static fol_status fail_starts(fol_context *ctx)
{
    const fol_field drift = {.n_in = 3, .n_out = 3};
    return fol_sde_check(ctx, &(fol_sde){.drift = &drift, .x0 = {numbers, 1, 2, 2, 1}, .horizon = 1, .sigma = 1});
}

static fol_status fail_sigma(fol_context *ctx)
{
    const fol_field drift = {.n_in = 3, .n_out = 3};
    return fol_sde_check(ctx, &(fol_sde){.drift = &drift, .x0 = {numbers, 1, 3, 3, 1}, .horizon = 1, .sigma = -1});
}

static fol_status read_csv(fol_context *ctx, const char *text)
{
    fol_table table;
    FILE *file = tmpfile();
    fputs(text, file);
    rewind(file);
    const fol_status status = fol_csv_read(ctx, file, "data.csv", FOL_HEADER_AUTO, &table);
    fclose(file);
    return status;
}

static fol_status fail_cell(fol_context *ctx)
{
    return read_csv(ctx, "a,b\n1,2\n3,x\n");
}

static fol_status fail_width(fol_context *ctx)
{
    return read_csv(ctx, "1,2\n3\n");
}

static fol_status fail_width_of_job(fol_context *ctx)
{
    const fol_status status = fail_width(ctx);
    fol_fail_within(ctx, "job.json");
    return status;
}

static fol_status fail_range_of_file(fol_context *ctx)
{
    const fol_status status = fail_range(ctx);
    fol_fail_within(ctx, "model");
    return status;
}

static fol_status fail_memory_of_file(fol_context *ctx)
{
    fol_fail_memory(ctx, "it");
    fol_fail_within(ctx, "model");
    return FOL_E_INPUT;
}

static const struct {
    fol_status (*refuse)(fol_context *ctx);
    fol_failure fields;
    const char *sentence;
} failures[] = {
    {fail_range,
     {.type = FOL_FAILURE_VALUE, .argument = "steps", .wanted = "a whole number of at least 1", .given = "0"},
     "`steps` must be a whole number of at least 1, not 0."},
    {fail_flag,
     {.type = FOL_FAILURE_VALUE, .argument = "flag", .flag = true, .wanted = "true or false", .given = "3"},
     "`flag` must be true or false, not 3."},
    {fail_entry,
     {.type = FOL_FAILURE_VALUE,
      .argument = "hidden",
      .at.entry = 2,
      .wanted = "a whole number of at least 1",
      .given = "0"},
     "Entry 2 of `hidden` must be a whole number of at least 1, not 0."},
    {fail_object,
     {.type = FOL_FAILURE_VALUE,
      .argument = "steps",
      .wanted = "a whole number from 1 to 10000000",
      .given = "an object"},
     "`steps` must be a whole number from 1 to 10000000, not an object."},
    {fail_key,
     {.type = FOL_FAILURE_UNKNOWN, .argument = "step", .other = "steps"},
     "There is no key `step`; did you mean `steps`?"},
    {fail_rows,
     {.type = FOL_FAILURE_VALUE, .argument = "x0", .at = {.row = 2, .column = 2}, .wanted = "finite", .given = "nan"},
     "`x0` must be finite, but row 2, column 2 is nan."},
    {fail_prob,
     {.type = FOL_FAILURE_VALUE, .argument = "prob", .at.entry = 2, .wanted = "positive", .given = "0"},
     "Entry 2 of `prob` must be positive, not 0."},
    {fail_decay,
     {.type = FOL_FAILURE_VALUE, .argument = "decay", .wanted = "a number in (0, 0.99]", .given = "2"},
     "`decay` must be a number in (0, 0.99], not 2."},
    {fail_starts,
     {.type = FOL_FAILURE_ABOUT,
      .argument = "x0",
      .wanted = "must have as many columns as the drift has dimensions: 3, not 2."},
     "`x0` must have as many columns as the drift has dimensions: 3, not 2."},
    {fail_sigma,
     {.type = FOL_FAILURE_VALUE, .argument = "sigma", .wanted = "positive", .given = "-1"},
     "`sigma` must be positive, not -1."},
    {fail_cell,
     {.type = FOL_FAILURE_CONTENT,
      .source = "data.csv",
      .at = {.line = 3, .column = 2},
      .wanted = "a number",
      .given = "'x'"},
     "data.csv, line 3, column 2: a number is wanted, not 'x'."},
    {fail_width,
     {.type = FOL_FAILURE_CONTENT, .source = "data.csv", .at.line = 2, .wanted = "a row of 2 columns", .given = "of 1"},
     "data.csv, line 2: a row of 2 columns is wanted, not of 1."},
    {fail_width_of_job,
     {.type = FOL_FAILURE_CONTENT,
      .source = "job.json: data.csv",
      .at.line = 2,
      .wanted = "a row of 2 columns",
      .given = "of 1"},
     "job.json: data.csv, line 2: a row of 2 columns is wanted, not of 1."},
    {fail_range_of_file,
     {.type = FOL_FAILURE_VALUE,
      .argument = "steps",
      .source = "model",
      .wanted = "a whole number of at least 1",
      .given = "0"},
     "model: `steps` must be a whole number of at least 1, not 0."},
    {fail_memory_of_file,
     {.type = FOL_FAILURE_OTHER, .source = "model", .wanted = "There is not enough memory for it."},
     "model: There is not enough memory for it."},
};

static void test_fields(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        fol_context ctx;
        fol_context_init(&ctx);
        const fol_failure *want = &failures[i].fields, *got = &ctx.failure;
        assert_int_equal(failures[i].refuse(&ctx), FOL_E_INPUT);
        assert_string_equal(ctx.message, failures[i].sentence);
        assert_int_equal(got->type, want->type);
        assert_string_equal(got->argument, want->argument);
        assert_string_equal(got->wanted, want->wanted);
        assert_string_equal(got->given, want->given);
        assert_string_equal(got->other, want->other);
        assert_string_equal(got->source, want->source);
        assert_int_equal(got->flag, want->flag);
        assert_int_equal(got->at.entry, want->at.entry);
        assert_int_equal(got->at.line, want->at.line);
        assert_int_equal(got->at.row, want->at.row);
        assert_int_equal(got->at.column, want->at.column);
    }
}

// Texts that are too long are cut, and the sentence ends in its buffer.
static void test_long(void **state)
{
    (void) state;
    static char text[5 * FOL_MESSAGE_SIZE];
    memset(text, 'a', sizeof text - 1);
    fol_context ctx;
    fol_context_init(&ctx);
    assert_int_equal(fol_fail_argument(&ctx, text, text, "%s", text), FOL_E_INPUT);
    fol_fail_within(&ctx, "%s", text);
    fol_fail_within(&ctx, "%s", text);
    assert_int_equal(strlen(ctx.message), FOL_MESSAGE_SIZE - 1);
    assert_int_equal(strlen(ctx.failure.argument), FOL_KEY_SIZE - 1);
    assert_int_equal(strlen(ctx.failure.given), FOL_PHRASE_SIZE - 1);
    assert_int_equal(fol_fail(&ctx, FOL_E_FILE, "%s", text), FOL_E_FILE);
    assert_int_equal(strlen(ctx.message), FOL_MESSAGE_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
