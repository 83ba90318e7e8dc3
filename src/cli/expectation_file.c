// Expectation files: what `follmer expect` and `follmer combine` write, out and in.
#include "expectation_file.h"

#include <jansson.h>
#include <string.h>

#include "base/memory.h"
#include "io/options.h"
#include "json_file.h"
#include "output.h"

static void free_tallies(fol_tally **tallies, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fol_tally_free(tallies[i]);
    fol_free(tallies);
}

void cli_expectation_clear(cli_expectation *expectation)
{
    json_decref(expectation->problem);
    json_decref(expectation->names);
    free_tallies(expectation->tallies, expectation->n);
    *expectation = (cli_expectation){0};
}

// -- Out -----------------------------------------------------------------------------------------------------------

static json_t *level_json(const fol_tally *tally, const char *name, const fol_level_table *table)
{
    json_t *json = json_pack("{ss, sI}", "name", name, "seed", (json_int_t) tally->seed);
    json_t *members = fol_members_to_json(&fol_level_table_members, table, NULL);
    const bool whole = json && members && json_object_update(json, members) == 0;
    json_decref(members);
    if (!whole) {
        json_decref(json);
        return NULL;
    }
    return json;
}

// The tables of all mlmc tallies and functions in one list.
static fol_status add_levels(fol_context *ctx, const cli_expectation *expectation, json_t *levels)
{
    for (size_t i = 0; i < expectation->n; i++)
        for (size_t j = 0; j < expectation->tallies[i]->q; j++) {
            fol_level_table *table;
            const fol_status status = fol_level_table_new(ctx, expectation->tallies[i], j, &table);
            if (status != FOL_OK)
                return status;
            const char *name = json_string_value(json_array_get(expectation->names, j));
            const int failed = json_array_append_new(levels, level_json(expectation->tallies[i], name, table));
            fol_level_table_free(table);
            if (failed)
                return fol_fail_memory(ctx, "the result");
        }
    return FOL_OK;
}

// The texts of a list; fol_free the array. NULL when memory runs out.
static const char **texts_of(const json_t *list)
{
    const size_t n = json_array_size(list);
    const char **texts = fol_alloc(n, sizeof *texts);
    for (size_t j = 0; texts && j < n; j++)
        texts[j] = json_string_value(json_array_get(list, j));
    return texts;
}

static json_t *sentences_json(char *const *sentence)
{
    json_t *list = json_array();
    for (size_t k = 0; sentence[k]; k++)
        if (json_array_append_new(list, json_string(sentence[k])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

// Adds summary and warnings to head.
static fol_status add_summary(fol_context *ctx, const cli_expectation *expectation, const fol_summary_options *options,
                              json_t *head)
{
    fol_summary *summary = NULL;
    char **warnings = NULL;
    const fol_tally *const *tallies = (const fol_tally *const *) expectation->tallies;
    const char **names = texts_of(expectation->names);
    fol_status status = names ? FOL_OK : fol_fail_memory(ctx, "the result");
    if (status == FOL_OK)
        status = fol_summarise(ctx, expectation->n, tallies, options, &summary);
    if (status == FOL_OK)
        status = fol_summary_warnings(ctx, summary, expectation->n, tallies, names, expectation->target_se, &warnings);
    if (status == FOL_OK && (json_object_set_new(head, "summary", fol_summary_to_json(summary, names)) != 0 ||
                             json_object_set_new(head, "warnings", sentences_json(warnings)) != 0))
        status = fol_fail_memory(ctx, "the result");
    fol_free(warnings);
    fol_summary_free(summary);
    fol_free(names);
    return status;
}

fol_status cli_expectation_write(fol_context *ctx, const char *path, bool show, void *head,
                                 const cli_expectation *expectation, const fol_summary_options *options)
{
    json_t *levels = json_array(), *tallies = json_array();
    const bool whole = levels && tallies && json_object_set(head, "problem", expectation->problem) == 0 &&
                       json_object_set(head, "names", expectation->names) == 0;
    fol_status status = whole ? add_summary(ctx, expectation, options, head) : fol_fail_memory(ctx, "the result");
    if (status == FOL_OK && fol_tally_kind(expectation->tallies[0])->levels) {
        status = add_levels(ctx, expectation, levels);
        if (status == FOL_OK && json_object_set(head, "levels", levels) != 0)
            status = fol_fail_memory(ctx, "the result");
    }
    for (size_t i = 0; i < expectation->n && status == FOL_OK; i++)
        if (json_array_append_new(tallies, fol_tally_to_json(expectation->tallies[i])) != 0)
            status = fol_fail_memory(ctx, "the result");
    if (status == FOL_OK)
        status = cli_write_json(ctx, path, head, "tallies", tallies);
    if (status == FOL_OK && show && strcmp(path, "-"))
        status = cli_print_json(ctx, json_incref(head));
    json_decref(levels);
    json_decref(tallies);
    json_decref(head);
    return status;
}

// -- In ------------------------------------------------------------------------------------------------------------

static fol_status fail_format(fol_context *ctx, const char *source, const char *what)
{
    return fol_fail_file(ctx, FOL_E_FORMAT, source, "is not a result of `follmer expect`: %s.", what);
}

static fol_status read_tallies(fol_context *ctx, const char *source, const json_t *list, cli_expectation *expectation)
{
    const size_t n = json_array_size(list);
    if (n == 0)
        return fail_format(ctx, source, "`tallies` must be a list of one or more");
    expectation->tallies = fol_alloc_zero(n, sizeof *expectation->tallies);
    if (!expectation->tallies)
        return fol_fail_memory(ctx, "the tallies");
    for (size_t i = 0; i < n; i++) {
        fol_tally *tally;
        const fol_status status = fol_tally_from_json(ctx, json_array_get(list, i), &tally);
        if (status != FOL_OK) {
            fol_fail_within(ctx, "%s, tally %zu", source, i + 1);
            return status;
        }
        expectation->tallies[expectation->n++] = tally;
        if (tally->q != json_array_size(expectation->names))
            return fail_format(ctx, source, "`names` must be as many as the values of each tally");
    }
    return FOL_OK;
}

fol_status cli_expectation_read(fol_context *ctx, const char *path, cli_expectation *expectation)
{
    const char *source = cli_source_name(path);
    json_t *root = NULL;
    size_t i;
    json_t *name;
    *expectation = (cli_expectation){0};
    fol_status status = cli_read_json(ctx, path, "a result of `follmer expect`", FOL_E_FORMAT, &root);
    if (status != FOL_OK)
        return status;
    expectation->problem = json_incref(json_object_get(root, "problem"));
    expectation->names = json_incref(json_object_get(root, "names"));
    if (!json_is_object((json_t *) expectation->problem))
        status = fail_format(ctx, source, "`problem` must be an object");
    else if (!json_is_array((json_t *) expectation->names))
        status = fail_format(ctx, source, "`names` must be a list of texts");
    json_array_foreach(status == FOL_OK ? expectation->names : NULL, i, name) if (!json_is_string(name)) status =
        fail_format(ctx, source, "`names` must be a list of texts");
    if (status == FOL_OK)
        status = read_tallies(ctx, source, json_object_get(root, "tallies"), expectation);
    json_decref(root);
    if (status != FOL_OK)
        cli_expectation_clear(expectation);
    return status;
}

// -- Joining -------------------------------------------------------------------------------------------------------

// A member of a problem as text, with more after it (FOL_PHRASE_SIZE bytes); false when memory runs out.
static bool member_text(const json_t *problem, const char *key, const char *more, char *phrase)
{
    json_t *value = json_object_get(problem, key);
    char *text = value ? cli_json_text(json_incref(value)) : NULL;
    snprintf(phrase, FOL_PHRASE_SIZE, "%s%s", text ? text : "absent", more);
    fol_free(text);
    return text || !value;
}

static fol_status check_problem(fol_context *ctx, json_t *one, json_t *other)
{
    const char *key;
    json_t *value;
    json_object_foreach(one, key, value) if (!json_equal(value, json_object_get(other, key))) break;
    if (!key)
        json_object_foreach(other, key, value) if (!json_object_get(one, key)) break;
    if (!key)
        return FOL_OK;
    char wanted[FOL_PHRASE_SIZE], given[FOL_PHRASE_SIZE];
    if (!member_text(one, key, ", as in the files before it", wanted) || !member_text(other, key, "", given))
        return fol_fail_memory(ctx, "the problems");
    return fol_fail_argument(ctx, key, wanted, "%s", given);
}

fol_status cli_expectation_join(fol_context *ctx, cli_expectation *into, cli_expectation *more)
{
    fol_tally **joined;
    size_t n;
    if (into->n == 0) {
        *into = *more;
        *more = (cli_expectation){0};
        return FOL_OK;
    }
    fol_status status = check_problem(ctx, into->problem, more->problem);
    if (status != FOL_OK)
        return status;
    if (!json_equal(into->names, more->names))
        return fol_fail_about(ctx, "names", "must be the same in all files.");
    const fol_tally **all = fol_alloc(into->n + more->n, sizeof *all);
    if (!all)
        return fol_fail_memory(ctx, "the tallies");
    memcpy(all, into->tallies, into->n * sizeof *all);
    memcpy(all + into->n, more->tallies, more->n * sizeof *all);
    status = fol_tally_join(ctx, into->n + more->n, all, &n, &joined);
    fol_free(all);
    if (status != FOL_OK)
        return status;
    free_tallies(into->tallies, into->n);
    into->tallies = joined;
    into->n = n;
    return FOL_OK;
}
