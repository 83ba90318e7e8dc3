// Tests of the rules of options: which keys count beside which others, and what is said of those that do not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "io/option_rules.h"

typedef struct {
    char model[FOL_TEXT_SIZE];
    fol_instance shape;
    int64_t dim;
} object_fields;

typedef struct {
    int method;
    char file[FOL_TEXT_SIZE], label[FOL_TEXT_SIZE];
    int64_t every, levels, steps;
    double rate;
    bool exact;
    int grid;
    fol_ints hidden;
} run_fields;

#define KIND(kind, ...)                                                                                                \
    static const fol_option kind##_keys[] = {__VA_ARGS__, {0}};                                                        \
    static const fol_kind kind = {.name = #kind, .keys = kind##_keys};
#define RADIUS FOL_KIND_KEY("radius", FOL_OPTION_REAL, "1", "(0,inf)", "half the width")
KIND(circle, RADIUS)
KIND(ring, RADIUS, FOL_KIND_KEY("hole", FOL_OPTION_REAL, "0.5", "(0,inf)", "radius of the hole"))
KIND(ball, RADIUS)
KIND(square, FOL_KIND_KEY("side", FOL_OPTION_REAL, "2", "(0,inf)", "the width"))
static const fol_kind *const shapes[] = {&circle, &ring, &ball, &square, NULL};

static const fol_option object_table[] = {
    {"model", FOL_OPTION_TEXT, offsetof(object_fields, model), "", NULL, "a file"},
    {"shape", FOL_OPTION_KIND, offsetof(object_fields, shape), "circle", NULL, "a kind", "!model", shapes},
    {"dim", FOL_OPTION_INT, offsetof(object_fields, dim), "1", "[1,10]", "a count", "shape!=square"},
    {0},
};

static const fol_option run_table[] = {
    {"method", FOL_OPTION_CHOICE, offsetof(run_fields, method), "euler", "euler|mlmc|renewal|exact", "a choice"},
    {"file", FOL_OPTION_TEXT, offsetof(run_fields, file), "", NULL, "a text"},
    {"label", FOL_OPTION_TEXT, offsetof(run_fields, label), "", NULL, "a text", "model"},
    {"every", FOL_OPTION_INT, offsetof(run_fields, every), "10", "[1,100]", "a count", "file"},
    {"levels", FOL_OPTION_INT, offsetof(run_fields, levels), "", "[1,10]", "a count", "method=mlmc"},
    {"steps", FOL_OPTION_INT, offsetof(run_fields, steps), "8", "[1,100]", "a count", "method=euler|mlmc|renewal"},
    {"rate", FOL_OPTION_REAL, offsetof(run_fields, rate), "", "(0,inf)", "a number", "method!=mlmc|exact"},
    {"exact", FOL_OPTION_FLAG, offsetof(run_fields, exact), "false", NULL, "a flag", "file,method=euler"},
    {"grid", FOL_OPTION_CHOICE, offsetof(run_fields, grid), "fine", "fine|coarse", "a choice", "nowhere=here"},
    {"hidden", FOL_OPTION_INTS, offsetof(run_fields, hidden), "4", "[1,64]", "a list", "!file"},
    {0},
};

typedef struct {
    object_fields object;
    run_fields run;
    fol_option_part parts[3];
} job;

// A job with keys as in "method=mlmc file=f", the kinds first, and a rule for all of its run.
static void fill(job *j, const char *keys, const char *rule)
{
    char words[256], *rest;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_options_init(object_table, &j->object);
    fol_options_init(run_table, &j->run);
    j->parts[0] = (fol_option_part){object_table, &j->object, NULL};
    j->parts[1] = (fol_option_part){run_table, &j->run, rule};
    j->parts[2] = (fol_option_part){0};
    strcpy(words, keys);
    for (char *key = strtok_r(words, " =", &rest); key; key = strtok_r(NULL, " =", &rest)) {
        const bool of_object = fol_options_find(object_table, key).option != NULL;
        const fol_option *table = of_object ? object_table : run_table;
        void *fields = of_object ? (void *) &j->object : &j->run;
        assert_int_equal(fol_options_set_word(&ctx, table, fields, key, strtok_r(NULL, " =", &rest)), FOL_OK);
    }
}

// Each line: the keys of a job, one that is looked at, and what is said of it (NULL: it counts).
static const struct {
    const char *keys, *key, *sentence;
} rules[] = {
    // none
    {"", "model", NULL},
    {"", "no_such_key", NULL},
    // another is given, be it in another part
    {"model=m", "label", NULL},
    {"", "label", "`label` goes with `model`, which is not given."},
    {"file=f", "every", NULL},
    {"", "every", "`every` goes with `file`, which is not given."},
    // another is not given
    {"", "hidden", NULL},
    {"file=f", "hidden", "`hidden` does not go with `file`: give one of them."},
    // another is one of some words
    {"method=mlmc", "levels", NULL},
    {"method=renewal", "levels", "`levels` goes with `method` mlmc, not with renewal."},
    {"method=renewal", "steps", NULL},
    {"method=exact", "steps", "`steps` goes with `method` euler, mlmc or renewal, not with exact."},
    // another is none of some words
    {"method=renewal", "rate", NULL},
    {"method=mlmc", "rate", "`rate` does not go with `method` mlmc."},
    {"method=exact", "rate", "`rate` does not go with `method` exact."},
    {"shape=ball", "dim", NULL},
    {"shape=square", "dim", "`dim` does not go with `shape` square."},
    // all of several; the first that does not hold speaks
    {"file=f", "exact", NULL},
    {"", "exact", "`exact` goes with `file`, which is not given."},
    {"method=mlmc", "exact", "`exact` goes with `file`, which is not given."},
    {"file=f method=mlmc", "exact", "`exact` goes with `method` euler, not with mlmc."},
    // of a family, for the keys of its kinds
    {"", "radius", NULL},
    {"model=m", "shape", "`shape` does not go with `model`: give one of them."},
    {"model=m", "radius", "`radius` does not go with `model`: give one of them."},
    // of a key that is not there
    {"", "grid", NULL},
};

static void test_rules(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        job j;
        fol_context ctx;
        fol_context_init(&ctx);
        fill(&j, rules[i].keys, NULL);
        assert_int_equal(fol_options_counts(j.parts, rules[i].key), !rules[i].sentence);
        const char *const given[] = {"model", rules[i].key, "every"};
        assert_int_equal(fol_options_check_rules(&ctx, j.parts, 2, given), rules[i].sentence ? FOL_E_INPUT : FOL_OK);
        assert_string_equal(ctx.message, rules[i].sentence ? rules[i].sentence : "");
    }
}

// A rule of a part holds for all its keys, and goes before their own.
static void test_rule_of_a_part(void **state)
{
    (void) state;
    job j;
    fol_context ctx;
    fol_context_init(&ctx);
    fill(&j, "", "model");
    assert_false(fol_options_counts(j.parts, "method"));
    assert_true(fol_options_counts(j.parts, "shape"));
    assert_int_equal(fol_options_check_rules(&ctx, j.parts, 1, (const char *const[]){"every"}), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`every` goes with `model`, which is not given.");
    fill(&j, "model=m", "model");
    assert_true(fol_options_counts(j.parts, "method"));
    assert_false(fol_options_counts(j.parts, "every"));
}

static void test_fields(void **state)
{
    (void) state;
    job j;
    fol_context ctx;
    fol_context_init(&ctx);
    fill(&j, "method=exact file=f", NULL);
    fol_options_check_rules(&ctx, j.parts, 1, (const char *const[]){"steps"});
    assert_int_equal(ctx.failure.type, FOL_FAILURE_BESIDE);
    assert_string_equal(ctx.failure.argument, "steps");
    assert_string_equal(ctx.failure.other, "method");
    assert_string_equal(ctx.failure.wanted, "euler, mlmc or renewal");
    assert_string_equal(ctx.failure.given, "exact");
    fol_options_check_rules(&ctx, j.parts, 1, (const char *const[]){"hidden"});
    assert_int_equal(ctx.failure.type, FOL_FAILURE_AGAINST);
    assert_string_equal(ctx.failure.argument, "hidden");
    assert_string_equal(ctx.failure.other, "file");
    fol_options_check_rules(&ctx, j.parts, 1, (const char *const[]){"rate"});
    assert_int_equal(ctx.failure.type, FOL_FAILURE_AGAINST);
    assert_string_equal(ctx.failure.argument, "rate");
    assert_string_equal(ctx.failure.other, "method");
    assert_string_equal(ctx.failure.given, "exact");
}

// Each line: keys of which some are not the default, and what is said of the first that does not count (NULL: all do).
static const struct {
    const char *keys, *sentence;
} changed[] = {
    {"", NULL},
    {"model=m", NULL}, // though `shape` has a value
    {"every=10", NULL},
    {"every=11", "`every` goes with `file`, which is not given."},
    {"every=11 file=f", NULL},
    {"method=exact rate=0.5", "`rate` does not go with `method` exact."},
    {"exact=false", NULL},
    {"exact=true", "`exact` goes with `file`, which is not given."},
    {"file=f hidden=4", NULL},
    {"file=f hidden=4,4", "`hidden` does not go with `file`: give one of them."},
    {"file=f hidden=5", "`hidden` does not go with `file`: give one of them."},
    {"model=m shape=circle radius=1", NULL},
    {"label=l", "`label` goes with `model`, which is not given."},
    {"model=m shape=ball", "`shape` does not go with `model`: give one of them."},
    {"model=m shape=circle radius=2", "`shape` does not go with `model`: give one of them."},
    {"levels=3", "`levels` goes with `method` mlmc, not with euler."},
    {"grid=coarse", NULL},
};

static void test_changed(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof changed / sizeof *changed; i++) {
        job j;
        fol_context ctx;
        fol_context_init(&ctx);
        fill(&j, changed[i].keys, NULL);
        assert_int_equal(fol_options_check_changed(&ctx, j.parts), changed[i].sentence ? FOL_E_INPUT : FOL_OK);
        assert_string_equal(ctx.message, changed[i].sentence ? changed[i].sentence : "");
    }
    job j;
    fol_context ctx;
    fol_context_init(&ctx);
    fill(&j, "grid=coarse", "file"); // a rule of the part holds for a choice that is changed
    assert_int_equal(fol_options_check_changed(&ctx, j.parts), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`grid` goes with `file`, which is not given.");
}

// A key of other kinds than the one that is chosen.
static void test_other_kind(void **state)
{
    (void) state;
    job j;
    fol_context ctx;
    fol_context_init(&ctx);
    fill(&j, "shape=square", NULL);
    assert_int_equal(fol_options_set_word(&ctx, object_table, &j.object, "radius", "2"), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`radius` goes with `shape` circle, ring or ball, not with square.");
    assert_int_equal(fol_options_set_word(&ctx, object_table, &j.object, "hole", "2"), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`hole` goes with `shape` ring, not with square.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),   cmocka_unit_test(test_rule_of_a_part), cmocka_unit_test(test_fields),
        cmocka_unit_test(test_changed), cmocka_unit_test(test_other_kind),
    };
    return cmocka_run_group_tests_name("option rules", tests, NULL, NULL);
}
