// Tests of result files when memory runs out: they hold the whole result, or are not there and the status says why.
#include "failing_json.h"
#include "testing.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "expectation_file.h"
#include "folder.h"
#include "job.h"

#define RESULT "result.json"
#define SHOWN "shown.json"
#define NEVER (SIZE_MAX - 1) // an allocation that is not reached

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

// What a run leaves, without its times; NULL where there is nothing. Free it.
static char *left_in(const char *path)
{
    json_t *result = json_load_file(path, 0, NULL), *tally;
    size_t i;
    if (!result)
        return NULL;
    json_object_del(json_object_get(result, "summary"), "seconds");
    json_array_foreach(json_object_get(result, "tallies"), i, tally) json_object_del(tally, "seconds");
    char *text = json_dumps(result, 0);
    json_decref(result);
    return text;
}

// Something that writes a result.
typedef struct {
    fol_status (*run)(fol_context *ctx, const void *data);
    const void *data;
} writer;

// Runs it while allocation n of JSON fails, with what it shows in a file; *failed: whether one did.
static fol_status run_with(writer it, size_t n, bool *failed)
{
    fol_context ctx;
    fol_context_init(&ctx);
    remove(RESULT);
    fflush(stdout);
    const int terminal = dup(STDOUT_FILENO), shown = open(SHOWN, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(shown, STDOUT_FILENO);
    failing_json_begin(n);
    const fol_status status = it.run(&ctx, it.data);
    *failed = failing_json_end();
    fflush(stdout);
    dup2(terminal, STDOUT_FILENO);
    close(shown);
    close(terminal);
    return status;
}

static fol_status run(writer it)
{
    bool failed;
    return run_with(it, NEVER, &failed);
}

// Whichever allocation fails, there is all that should be or the status of a failure.
static void assert_whole(writer it)
{
    bool failed = true;
    assert_int_equal(run(it), FOL_OK);
    char *result = left_in(RESULT), *shown = left_in(SHOWN);
    assert_true(result && shown && strstr(result, "\"tallies\"") && strstr(shown, "\"summary\""));
    for (size_t n = 0; failed; n++) {
        const fol_status status = run_with(it, n, &failed);
        char *own_result = left_in(RESULT), *own_shown = left_in(SHOWN);
        if (status != FOL_OK)
            assert_true(failed && status == FOL_E_MEMORY);
        if (status == FOL_OK || own_result)
            assert_string_equal(own_result, result);
        if (status == FOL_OK)
            assert_string_equal(own_shown, shown);
        else
            assert_null(own_shown);
        free(own_result);
        free(own_shown);
    }
    free(result);
    free(shown);
}

static fol_status run_job(fol_context *ctx, const void *data)
{
    const cli_job *job = data;
    return job->command->run(ctx, job->command, job->fields);
}

// Fills a job of `expect` from words.
static void fill_expect(int argc, const char **argv, cli_job_list *list)
{
    fol_context ctx;
    cli_line line;
    fol_context_init(&ctx);
    assert_int_equal(cli_line_parse(&ctx, &cli_expect, argc, (char **) argv, &line), FOL_OK);
    assert_int_equal(cli_jobs_fill(&ctx, &cli_expect, &line, list), FOL_OK);
    cli_line_clear(&line);
}

static void test_expect(void **state)
{
    (void) state;
    const char *words[] = {"expect", "--x0",      "x0.csv", "--n",      "40",  "--seed",
                           "1",      "--threads", "1",      "--output", RESULT};
    cli_job_list list;
    fill_expect(sizeof words / sizeof *words, words, &list);
    assert_whole((writer){run_job, list.jobs});
    cli_jobs_clear(&list);
}

static void test_levels(void **state)
{
    (void) state;
    const char *words[] = {"expect", "--method", "mlmc",      "--target_se", "0.5",      "--seed", "1",
                           "--dim",  "2",        "--threads", "1",           "--output", RESULT};
    cli_job_list list;
    fill_expect(sizeof words / sizeof *words, words, &list);
    assert_whole((writer){run_job, list.jobs});
    cli_jobs_clear(&list);
}

static fol_status write_joined(fol_context *ctx, const void *data)
{
    const fol_summary_options options = {.level = 0.9, .resamples = 19};
    return cli_expectation_write(ctx, RESULT, true, json_pack("{ss}", "command", "combine"), data, &options);
}

// Runs of two seeds, read back and joined.
static void test_joined(void **state)
{
    (void) state;
    const char *words[] = {"expect", "--n", "20", "--threads", "1", "--output", RESULT, "--seed", "7"};
    cli_expectation whole = {0}, part;
    fol_context ctx;
    fol_context_init(&ctx);
    for (size_t i = 0; i < 2; i++) {
        cli_job_list list;
        words[8] = i == 0 ? "7" : "8";
        fill_expect(sizeof words / sizeof *words, words, &list);
        assert_int_equal(run((writer){run_job, list.jobs}), FOL_OK);
        assert_int_equal(cli_expectation_read(&ctx, RESULT, &part), FOL_OK);
        assert_int_equal(cli_expectation_join(&ctx, &whole, &part), FOL_OK);
        cli_expectation_clear(&part);
        cli_jobs_clear(&list);
    }
    assert_int_equal(whole.n, 2);
    assert_whole((writer){write_joined, &whole});
    cli_expectation_clear(&whole);
}

// The result with its seconds as 1. Jansson aborts where the memory for the text of a number runs out, so that all of
// them are the same in every run.
static void even_seconds(void)
{
    static char text[1 << 16];
    FILE *file = fopen(RESULT, "r+");
    const size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = 0;
    for (char *at = text; (at = strstr(at, "\"seconds\":")) != NULL;) {
        at += strlen("\"seconds\":");
        for (char digit = '1'; *at && strchr(" +-.0123456789e", *at); at++)
            if (*at != ' ') {
                *at = digit;
                digit = ' ';
            }
    }
    rewind(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    fclose(file);
}

// Memory that runs out while a result is read is no fault of the file.
static void test_reading(void **state)
{
    (void) state;
    const char *words[] = {"expect", "--n", "20", "--seed", "1", "--threads", "1", "--output", RESULT};
    cli_job_list list;
    bool failed = true;
    size_t failures = 0;
    fill_expect(sizeof words / sizeof *words, words, &list);
    assert_int_equal(run((writer){run_job, list.jobs}), FOL_OK);
    cli_jobs_clear(&list);
    even_seconds();
    for (size_t n = 0; failed; n++) {
        fol_context ctx;
        cli_expectation read;
        fol_context_init(&ctx);
        failing_json_begin(n);
        const fol_status status = cli_expectation_read(&ctx, RESULT, &read);
        failed = failing_json_end();
        assert_true(status == FOL_OK ? read.n == 1 : status == FOL_E_MEMORY && failed);
        failures += status != FOL_OK;
        cli_expectation_clear(&read);
    }
    assert_true(failures > 100);
}

static int enter_folder(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    write_text("x0.csv", "eruptions,waiting\n0,1\n2,3\n");
    return 0;
}

static int leave_folder(void **state)
{
    static const char *const files[] = {"x0.csv", RESULT, SHOWN};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        remove(files[i]);
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expect),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_joined),
        cmocka_unit_test(test_reading),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
