// Tests of members: what a table says is what is made, checked and converted; no member is lost when memory runs out.
#include "example_tally.h"
#include "failing_json.h"

#include <stdio.h>

#include "estimate/level_table.h"
#include "estimate/summary.h"
#include "io/members.h"

// A struct with a member of each kind and form.
typedef struct {
    bool flag;
    int colour;
    unsigned days;
    uint64_t word, hash;
    double real, none;
    size_t n, m;
    uint64_t *place;
    double *list, *rows, *ragged, *first, *second;
    double fixed[3];
} thing;

#define AT(member) .key = #member, .offset = offsetof(thing, member)
#define BY(member)                                                                                                     \
    {                                                                                                                  \
        .from = 1 + offsetof(thing, member)                                                                            \
    }
static const fol_member list[] = {
    {AT(flag), .kind = FOL_MEMBER_FLAG},
    {AT(colour), .kind = FOL_MEMBER_CHOICE, .choices = "red|green"},
    {AT(days), .kind = FOL_MEMBER_SET, .rule = FOL_OPTIONAL, .choices = "mon|tue|wed"},
    {AT(word), .kind = FOL_MEMBER_WORD},
    {AT(hash), .kind = FOL_MEMBER_HASH},
    {AT(real), .kind = FOL_MEMBER_REAL, .rule = FOL_AT_LEAST_1},
    {AT(none), .kind = FOL_MEMBER_REAL, .rule = FOL_OR_NAN},
    {AT(n), .kind = FOL_MEMBER_SIZE, .rule = FOL_FROM_ARRAYS},
    {AT(m), .kind = FOL_MEMBER_SIZE},
    {AT(place), .kind = FOL_MEMBER_PLACES, .shape = {BY(n)}},
    {AT(list), .kind = FOL_MEMBER_REALS, .rule = FOL_NOT_NEGATIVE, .shape = {BY(n), {.fixed = 2}}},
    {AT(ragged), .kind = FOL_MEMBER_REALS, .rule = FOL_DESCENDING, .shape = {BY(n), BY(m)}, .form = FOL_FORM_RAGGED},
    {AT(fixed), .kind = FOL_MEMBER_INLINE, .shape = {{.fixed = 3}}},
    {.key = NULL},
};
static const fol_members things = {.what = "a thing", .size = sizeof(thing), .list = list, .each = "place"};

// With what is written alone.
static const fol_member shown_list[] = {
    {AT(m), .kind = FOL_MEMBER_SIZE},
    {AT(rows), .kind = FOL_MEMBER_REALS, .shape = {BY(m), BY(m)}, .form = FOL_FORM_ROWS},
    {AT(first), .kind = FOL_MEMBER_REALS, .rule = FOL_OR_NAN, .shape = {BY(m)}, .form = FOL_FORM_RECORDS},
    {AT(second), .kind = FOL_MEMBER_REALS, .shape = {BY(m)}, .form = FOL_FORM_RECORDS},
    {AT(fixed), .kind = FOL_MEMBER_INLINE, .shape = {{.fixed = 3}}, .form = FOL_FORM_TRIMMED},
    {.key = NULL},
};
static const fol_members shown = {.what = "a thing", .size = sizeof(thing), .list = shown_list, .records = "values"};

static thing *new_thing(fol_context *ctx)
{
    thing like, *made;
    fol_context_init(ctx);
    fol_members_init(&things, &like);
    assert_true(isnan(like.none) && like.real == 0);
    like.n = 2;
    like.m = 3;
    like.fixed[1] = 7; // not taken over: arrays start anew
    assert_int_equal(fol_members_new(ctx, &things, &like, &made), FOL_OK);
    assert_true(made->n == 2 && isnan(made->none) && isnan(made->ragged[5]) && made->list[3] == 0 &&
                made->fixed[1] == 0);
    made->colour = 1;
    made->real = 1;
    made->word = UINT64_MAX;
    made->hash = 0xab;
    made->place[0] = 4;
    made->place[1] = 9;
    made->ragged[0] = 2;
    made->ragged[1] = -1;
    made->fixed[2] = INFINITY;
    return made;
}

// The text of a JSON value, which it takes, with ' for "; free it.
static char *text_of(json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_non_null(text);
    for (char *c = text; *c; c++)
        *c = *c == '"' ? '\'' : *c;
    json_decref(json);
    return text;
}

static void assert_text(json_t *json, const char *wanted)
{
    char *text = text_of(json);
    assert_string_equal(text, wanted);
    free(text);
}

static void test_round_trip(void **state)
{
    (void) state;
    static const char *const days[] = {"", "'days':'mon|wed',"};
    fol_context ctx;
    thing *made = new_thing(&ctx), *back;
    for (size_t some = 0; some < 2; some++) {
        char wanted[512];
        made->days = some ? 5 : 0;
        snprintf(wanted, sizeof wanted,
                 "{'flag':false,'colour':'green',%s'word':'18446744073709551615','hash':'00000000000000ab','real':1.0,"
                 "'none':null,'m':3,'place':[4,9],'list':[0.0,0.0,0.0,0.0],'ragged':[[2.0,-1.0],[]],'fixed':[0.0,0.0,"
                 "'inf']}",
                 days[some]);
        json_t *json = fol_members_to_json(&things, made, NULL);
        assert_int_equal(fol_members_from_json(&ctx, &things, json, &back), FOL_OK);
        assert_text(json, wanted);
        assert_text(fol_members_to_json(&things, back, NULL), wanted);
        assert_true(back->days == made->days && isnan(back->ragged[2]) && isnan(back->none));
        fol_free(back);
    }
    fol_free(made);
}

static void test_forms(void **state)
{
    (void) state;
    static const char *const names[] = {"a", "b"};
    fol_context ctx;
    fol_context_init(&ctx);
    const thing like = {.m = 2};
    thing *made;
    assert_int_equal(fol_members_new(&ctx, &shown, &like, &made), FOL_OK);
    made->rows[1] = 5;
    made->second[1] = 6;
    made->fixed[0] = 7;
    assert_text(fol_members_to_json(&shown, made, NULL), "{'m':2,'rows':[[0.0,5.0],[0.0,0.0]],'values':[{'first':null,"
                                                         "'second':0.0},{'first':null,'second':6.0}],'fixed':[7.0]}");
    assert_text(fol_members_to_json(&shown, made, names),
                "{'m':2,'rows':[[0.0,5.0],[0.0,0.0]],'values':[{'name':'a','first':null,'second':0.0},{'name':'b',"
                "'first':null,'second':6.0}],'fixed':[7.0]}");
    fol_free(made);
}

static void test_refusals(void **state)
{
    (void) state;
    static const struct {
        const char *key, *value, *sentence;
    } cases[] = {
        {"flag", "0", "`flag` must be true or false."},
        {"colour", "\"re\"", "`colour` must be one of red or green."},
        {"days", "\"mon|sun\"", "`days` must be words, in this order and with | between, of mon, tue or wed."},
        {"days", "\"wed|mon\"", "`days` must be words, in this order and with | between, of mon, tue or wed."},
        {"days", "\"mon|\"", "`days` must be words, in this order and with | between, of mon, tue or wed."},
        {"days", "null", "`days` must be words, in this order and with | between, of mon, tue or wed."},
        {"word", "\"007\"", "`word` must be a text of a whole number below 2^64."},
        {"hash", "\"AB\"", "`hash` must be a text of 16 hexadecimal digits."},
        {"real", "0.5", "`real` must be a number of at least 1."},
        {"real", "null", "`real` must be a number of at least 1."},
        {"none", "[]", "`none` must be a number, or null."},
        {"m", "-1", "`m` must be a whole number of at least 0."},
        {"place", "7", "`place` must be an array."},
        {"place", "[9, 4]", "`place` must be whole numbers of at least 0, each above the one before."},
        {"place", "[4, 9.5]", "`place` must be whole numbers of at least 0, each above the one before."},
        {"place", "[4, 9007199254740992]", "`place` must be whole numbers of at least 0, each above the one before."},
        {"place", "[4, 9, 10]", "`list` must be 6 numbers, not 4."},
        {"list", "[0, 0, -1, 0]", "Entry 3 of `list` must be at least 0, not -1."},
        {"list", "[0, 0, 0, {}]", "Entry 4 of `list` must be a number, not something else."},
        {"ragged", "[[1]]", "`ragged` must be an array of numbers for each place."},
        {"ragged", "[[1], [4, 3, 2, 1]]", "`ragged` must be at most `m` numbers for each place."},
        {"ragged", "[[1], [1, 2]]", "`ragged` must be descending numbers for each place."},
        {"ragged", "[[1], [1, null]]", "Entry 2 of `ragged` must be a number, not something else."},
        {"fixed", "[1]", "`fixed` must be 3 numbers, not 1."},
    };
    fol_context ctx;
    thing *made = new_thing(&ctx), *back;
    json_t *whole = fol_members_to_json(&things, made, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json = json_copy(whole);
        json_object_set_new(json, cases[i].key, json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        assert_int_equal(fol_members_from_json(&ctx, &things, json, &back), FOL_E_FORMAT);
        assert_string_equal(ctx.message, cases[i].sentence);
        assert_true(*ctx.failure.argument);
        assert_null(back);
        json_decref(json);
    }
    json_object_set_new(whole, "m", json_integer(INT64_MAX / 2)); // more than there can be space for
    assert_int_equal(fol_members_from_json(&ctx, &things, whole, &back), FOL_E_MEMORY);
    assert_int_equal(fol_members_from_json(&ctx, &things, NULL, &back), FOL_E_FORMAT);
    assert_string_equal(ctx.message, "A thing must be an object.");
    json_decref(whole);
    fol_free(made);
}

// Memory --------------------------------------------------------------------------------------------------------------

// Whichever allocation fails, the whole JSON comes, or none.
static void assert_whole(const fol_members *table, const void *object, const char *const *names)
{
    char *wanted = text_of(fol_members_to_json(table, object, names));
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        failing_json_begin(n);
        json_t *json = fol_members_to_json(table, object, names);
        failed = failing_json_end();
        assert_true(json || failed);
        if (json)
            assert_text(json, wanted);
    }
    free(wanted);
}

static void test_memory(void **state)
{
    (void) state;
    enum { N = 60 };
    static const char *const names[] = {"a", "b"};
    double *draws = example_normals(3, 2 * N), centre[] = {0, 1};
    const example_run run = {.n = N, .q = 2, .batch = 20, .draws = draws, .centre = centre, .seed = 5};
    const fol_summary_options options = {.level = 0.9, .resamples = 0};
    fol_context ctx;
    fol_tally *tally = example_tally(&run), *levels = example_pairs(FOL_ESTIMATOR_mlmc, 3, 10, draws);
    fol_summary *summary;
    fol_level_table *table;
    fol_context_init(&ctx);
    tally->simd = FOL_TALLY_UNKNOWN;
    assert_int_equal(fol_summarise(&ctx, 1, (const fol_tally *const[]){tally}, &options, &summary), FOL_OK);
    assert_int_equal(fol_level_table_new(&ctx, levels, 0, &table), FOL_OK);
    assert_whole(&fol_tally_members, tally, NULL);
    assert_whole(&fol_summary_members, summary, names);
    assert_whole(&fol_level_table_members, table, NULL);
    fol_level_table_free(table);
    fol_summary_free(summary);
    fol_tally_free(levels);
    fol_tally_free(tally);
    fol_free(draws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
