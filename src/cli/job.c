// Jobs: the fields of a command, filled from defaults, a job file and the command line, in this order.
#include "job.h"

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "base/version.h"
#include "io/json_text.h"
#include "json_file.h"
#include "output.h"
#include "sentence.h"

#define HELP_VALUE 256 // of --help in getopt's list; the keys follow

static size_t add_keys(const fol_job_kind *kind, struct option *list, size_t n);

// -- Command lines -------------------------------------------------------------------------------------------------

// The jobs whose keys a command takes, ended by NULL.
static const fol_job_kind *const *jobs_of(const fol_job_kind *const *kind)
{
    return *kind ? kind : fol_jobs;
}

// getopt's list of the keys. Flags may stand alone; all others take a value.
static struct option *long_options(const cli_command *command)
{
    const fol_job_kind *const one[] = {command->job, NULL};
    size_t n = 0;
    for (const fol_job_kind *const *kind = jobs_of(one); *kind; kind++)
        n += add_keys(*kind, NULL, 0);
    struct option *list = fol_alloc_zero(n + 2, sizeof *list);
    if (!list)
        return NULL;
    list[0] = (struct option){"help", no_argument, NULL, HELP_VALUE};
    n = 1;
    for (const fol_job_kind *const *kind = jobs_of(one); *kind; kind++)
        n = add_keys(*kind, list, n);
    return list;
}

// Adds the keys of a job that are not yet in the list of n (or only counts them); returns the new n.
static size_t add_keys(const fol_job_kind *kind, struct option *list, size_t n)
{
    for (const fol_job_section *s = kind->sections; s->table; s++)
        for (fol_option_walk at = fol_options_walk(s->table); at.option; fol_options_next(&at)) {
            const fol_option *o = at.option;
            bool known = false;
            for (size_t i = 0; list && i < n; i++)
                known = known || !strcmp(list[i].name, o->key);
            if (known)
                continue;
            if (list)
                list[n] = (struct option){o->key, o->type == FOL_OPTION_FLAG ? optional_argument : required_argument,
                                          NULL, HELP_VALUE + (int) n};
            n++;
        }
    return n;
}

static fol_status add_file(fol_context *ctx, const cli_command *command, cli_line *line, const char *word)
{
    if (line->n_files > 0 && !(command->job && command->job->takes_files))
        return fol_fail(ctx, FOL_E_INPUT, "One job file is wanted at most, not `%s` and `%s`.", line->file[0], word);
    line->file[line->n_files++] = word;
    return FOL_OK;
}

// The key of "--key" or "--key=value" must be spelled out: getopt would take any beginning of it.
static bool spelled_out(const char *word, const char *key)
{
    const size_t n = strlen(key);
    return !strncmp(word + 2, key, n) && (word[2 + n] == '\0' || word[2 + n] == '=');
}

// A key that no option of getopt's list has.
static fol_status fail_key(fol_context *ctx, const cli_command *command, const char *key)
{
    enum { MAX_TABLES = 64 };
    const fol_option *tables[MAX_TABLES + 1];
    const fol_job_kind *const one[] = {command->job, NULL};
    size_t n = 0;
    for (const fol_job_kind *const *kind = jobs_of(one); *kind; kind++)
        for (const fol_job_section *s = (*kind)->sections; s->table && n < MAX_TABLES; s++)
            tables[n++] = s->table;
    tables[n] = NULL;
    fol_fail_unknown(ctx, key, fol_options_nearest(tables, key));
    cli_say_failure(ctx, command);
    return FOL_E_INPUT;
}

static fol_status fail_word(fol_context *ctx, const cli_command *command, const char *word)
{
    char key[FOL_TEXT_SIZE];
    if (word[1] != '-')
        return fol_fail(ctx, FOL_E_INPUT, "Keys are given as `--key value`, not `%s`.", word);
    snprintf(key, sizeof key, "%.*s", (int) strcspn(word + 2, "="), word + 2);
    if (!strcmp(key, "help"))
        return fol_fail(ctx, FOL_E_INPUT, "`--help` takes no value.");
    return fail_key(ctx, command, key);
}

// Takes the word at optind, with its value where it has one after it.
static fol_status take_word(fol_context *ctx, const cli_command *command, const struct option *options, int argc,
                            char **argv, cli_line *line)
{
    const char *typed = argv[optind];
    const int value = getopt_long(argc, argv, "-:", options, NULL);
    if (value == 1)
        return add_file(ctx, command, line, optarg);
    if (value == ':')
        return fol_fail(ctx, FOL_E_INPUT, "A value is wanted after `%s`.", typed);
    if (value == '?' || !spelled_out(typed, options[value - HELP_VALUE].name))
        return fail_word(ctx, command, typed);
    if (value == HELP_VALUE) {
        line->help = true;
        return FOL_OK;
    }
    const char *word = optarg;
    if (!word && optind < argc && (!strcmp(argv[optind], "true") || !strcmp(argv[optind], "false")))
        word = argv[optind++];
    line->key[line->n] = options[value - HELP_VALUE].name;
    line->word[line->n++] = word ? word : "true";
    return FOL_OK;
}

fol_status cli_line_parse(fol_context *ctx, const cli_command *command, int argc, char **argv, cli_line *line)
{
    fol_status status = FOL_OK;
    *line = (cli_line){0};
    struct option *options = long_options(command);
    line->key = fol_alloc((size_t) argc, sizeof *line->key);
    line->word = fol_alloc((size_t) argc, sizeof *line->word);
    line->file = fol_alloc((size_t) argc, sizeof *line->file);
    if (!options || !line->key || !line->word || !line->file) {
        status = fol_fail_memory(ctx, "the command line");
        goto cleanup;
    }
    opterr = 0;
    optind = 1;
    while (status == FOL_OK && optind < argc && strcmp(argv[optind], "--"))
        status = take_word(ctx, command, options, argc, argv, line);
    for (int i = optind + 1; status == FOL_OK && i < argc; i++) // after "--"
        status = add_file(ctx, command, line, argv[i]);
cleanup:
    fol_free(options);
    if (status != FOL_OK)
        cli_line_clear(line);
    return status;
}

void cli_line_clear(cli_line *line)
{
    fol_free(line->key);
    fol_free(line->word);
    fol_free(line->file);
    *line = (cli_line){0};
}

// -- Filling a job -------------------------------------------------------------------------------------------------

static fol_status check_required(fol_context *ctx, const cli_command *command, const void *fields)
{
    if (command->job->takes_files && ((const fol_job_files *) fields)->n == 0)
        return fol_fail(ctx, FOL_E_INPUT, "`follmer %s` needs files: `follmer %s FILE...`.", command->name,
                        command->name);
    for (const char *const *key = command->job->required; *key; key++) {
        const fol_job_section *section;
        const fol_option *option = fol_job_option(command->job, *key, &section);
        if (!fol_option_is_given(option, (const char *) fields + section->offset))
            return fol_fail(ctx, FOL_E_INPUT, "`follmer %s` needs `%s`: %s.", command->name, *key, option->help);
    }
    return FOL_OK;
}

// What the tables say of the keys of the job file and the command line.
static fol_status check_keys(fol_context *ctx, const fol_job_kind *kind, const void *fields, json_t *object,
                             const cli_line *line)
{
    size_t n = 0;
    const char *key;
    json_t *value;
    const char **given = fol_alloc(json_object_size(object) + line->n + 1, sizeof *given);
    if (!given)
        return fol_fail_memory(ctx, "a job");
    json_object_foreach(object, key, value) given[n++] = key;
    for (size_t i = 0; i < line->n; i++)
        given[n++] = line->key[i];
    const fol_status status = fol_job_check(ctx, kind, fields, n, given);
    fol_free(given);
    return status;
}

// What must be given, and what goes together.
static fol_status check(fol_context *ctx, const cli_command *command, const void *fields, json_t *object,
                        const cli_line *line)
{
    fol_status status = check_required(ctx, command, fields);
    if (status == FOL_OK)
        status = check_keys(ctx, command->job, fields, object, line);
    if (status == FOL_OK && command->check)
        status = command->check(ctx, fields);
    return status;
}

// Puts "place: " before the message.
static fol_status blame(fol_context *ctx, fol_status status, const char *place)
{
    fol_fail_within(ctx, "%s", place);
    return status;
}

// Sets the kinds, or all other keys, from the object (or NULL) and then from the command line.
static fol_status set_keys(fol_context *ctx, bool kinds, const char *place, json_t *object, const cli_line *line,
                           cli_job *job)
{
    fol_status status = FOL_OK;
    const cli_command *command = job->command;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (!strcmp(key, "command") || fol_job_is_kind(command->job, key) != kinds)
            continue;
        status = fol_job_set_json(ctx, command->job, job->fields, key, value);
        if (status != FOL_OK)
            return blame(ctx, status, place);
    }
    for (size_t i = 0; i < line->n && status == FOL_OK; i++)
        if (fol_job_is_kind(command->job, line->key[i]) == kinds)
            status = fol_job_set_word(ctx, command->job, job->fields, line->key[i], line->word[i]);
    return status;
}

// Fills one job: defaults, then the object (or NULL), then the command line.
static fol_status fill(fol_context *ctx, const cli_command *command, const char *place, json_t *object,
                       const cli_line *line, cli_job *job)
{
    fol_status status = FOL_OK;
    job->command = command;
    job->fields = fol_job_new(command->job);
    if (!job->fields)
        return fol_fail_memory(ctx, "a job");
    for (size_t i = 0; command->job->takes_files && !object && i < line->n_files && status == FOL_OK; i++)
        status = fol_job_add_file(ctx, job->fields, line->file[i]);
    for (int kinds = 1; kinds >= 0 && status == FOL_OK; kinds--)
        status = set_keys(ctx, kinds, place, object, line, job);
    if (status == FOL_OK) {
        status = check(ctx, command, job->fields, object, line);
        if (status != FOL_OK && object)
            fol_fail_within(ctx, "%s", place);
    }
    if (status != FOL_OK)
        cli_say_failure(ctx, command);
    return status;
}

// -- Job files -----------------------------------------------------------------------------------------------------

// The command that an object is a job for; `wanted` is the command that was typed.
static fol_status find_command(fol_context *ctx, const cli_command *wanted, const json_t *object,
                               const cli_command **command)
{
    const json_t *name = json_object_get(object, "command");
    *command = wanted;
    if (!json_is_object(object))
        return fol_fail(ctx, FOL_E_INPUT, "A job is a JSON object, {\"key\": value, ...}.");
    if (!name && wanted->run)
        return FOL_OK;
    if (!json_is_string(name))
        return fol_fail_about(ctx, "command", "must be the name of a command.");
    *command = cli_command_find(json_string_value(name));
    if (!*command || !(*command)->run)
        return fol_fail(ctx, FOL_E_INPUT, "There are no jobs for the command `%.64s`.", json_string_value(name));
    if (wanted->run && *command != wanted)
        return fol_fail(ctx, FOL_E_INPUT, "This is a job for `follmer %s`, not for `follmer %s`.", (*command)->name,
                        wanted->name);
    return FOL_OK;
}

static fol_status fill_from_file(fol_context *ctx, const cli_command *wanted, json_t *root, const cli_line *line,
                                 cli_job_list *list)
{
    const char *source = cli_source_name(line->file[0]);
    const bool many = json_is_array(root) && !wanted->run;
    const size_t n = many ? json_array_size(root) : 1;
    if (n == 0)
        return fol_fail_file(ctx, FOL_E_INPUT, source, "has a list without jobs.");
    list->jobs = fol_alloc_zero(n, sizeof *list->jobs);
    if (!list->jobs)
        return fol_fail_memory(ctx, "the jobs");
    list->n = n;
    for (size_t i = 0; i < n; i++) {
        char place[FOL_MESSAGE_SIZE / 2];
        json_t *object = many ? json_array_get(root, i) : root;
        if (many)
            snprintf(place, sizeof place, "%s, job %zu", source, i + 1);
        else
            snprintf(place, sizeof place, "%s", source);
        const cli_command *command;
        fol_status status = find_command(ctx, wanted, object, &command);
        if (status != FOL_OK)
            return blame(ctx, status, place);
        status = fill(ctx, command, place, object, line, &list->jobs[i]);
        if (status != FOL_OK)
            return status;
    }
    return FOL_OK;
}

fol_status cli_jobs_fill(fol_context *ctx, const cli_command *command, const cli_line *line, cli_job_list *list)
{
    fol_status status;
    json_t *root = NULL;
    *list = (cli_job_list){0};
    if (line->n_files > 0 && !(command->job && command->job->takes_files)) {
        status = cli_read_json(ctx, line->file[0], "a job file", FOL_E_INPUT, &root);
        if (status == FOL_OK)
            status = fill_from_file(ctx, command, root, line, list);
        json_decref(root);
    } else if (!command->run) {
        status = fol_fail(ctx, FOL_E_INPUT, "`follmer %s` needs a job file.", command->name);
    } else if (!(list->jobs = fol_alloc_zero(1, sizeof *list->jobs))) {
        status = fol_fail_memory(ctx, "the job");
    } else {
        list->n = 1;
        status = fill(ctx, command, NULL, NULL, line, &list->jobs[0]);
    }
    if (status != FOL_OK)
        cli_jobs_clear(list);
    return status;
}

void cli_jobs_clear(cli_job_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->jobs[i].command)
            fol_job_free(list->jobs[i].command->job, list->jobs[i].fields);
    fol_free(list->jobs);
    *list = (cli_job_list){0};
}

// A value as JSON without what other readers of tables take for the end of a cell.
static bool put_value(const json_t *value, FILE *out)
{
    char *text = fol_json_text(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    bool whole = text != NULL, quoted = false;
    for (const char *at = text; whole && *at; at++) {
        if (*at == '"')
            quoted = !quoted;
        if (quoted && strchr(" ,;|'", *at)) {
            whole = fprintf(out, "\\u%04x", (unsigned) *at) > 0;
        } else {
            whole = putc(*at, out) != EOF;
            if (whole && *at == '\\')
                whole = putc(*++at, out) != EOF;
        }
    }
    fol_free(text);
    return whole;
}

static bool put_comment(const fol_context *ctx, json_t *job, FILE *out)
{
    const char *key;
    json_t *value;
    bool whole = fprintf(out, "follmer=%s", fol_version()) > 0;
    json_object_foreach(job, key, value)
    {
        if (strcmp(key, "seed") != 0 && strcmp(key, "threads") != 0)
            whole = whole && fprintf(out, "\n%s=", key) > 0 && put_value(value, out);
    }
    return whole &&
           fprintf(out, "\nseed=%llu\nthreads=%d", (unsigned long long) ctx->seed, fol_threads_for(ctx->threads)) > 0;
}

char *cli_job_comment(const fol_context *ctx, const cli_command *command, const void *fields)
{
    char *text = NULL;
    size_t n;
    json_t *job = fol_job_to_json(command->job, fields);
    FILE *out = job ? open_memstream(&text, &n) : NULL;
    bool whole = out && put_comment(ctx, job, out);
    whole = out && !fclose(out) && whole;
    json_decref(job);
    if (whole)
        return text;
    free(text);
    return NULL;
}
