// Jobs: the fields of a command, filled from defaults, a job file and the command line, in this order.
#include "job.h"

#include <getopt.h>
#include <jansson.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "base/version.h"
#include "json_file.h"
#include "output.h"

#define HELP_VALUE 256 // of --help in getopt's list; the keys follow

static fol_status fail_unknown(fol_context *ctx, const cli_command *command, const char *key);
static size_t add_keys(const cli_command *command, struct option *list, size_t n);

// -- Command lines -------------------------------------------------------------------------------------------------

// The commands whose keys a command takes, ended by NULL.
static const cli_command *const *commands_of(const cli_command *const *command)
{
    return (*command)->run ? command : cli_commands;
}

// getopt's list of the keys. Flags may stand alone; all others take a value.
static struct option *long_options(const cli_command *command)
{
    const cli_command *const one[] = {command, NULL};
    size_t n = 0;
    for (const cli_command *const *c = commands_of(one); *c; c++)
        n += add_keys(*c, NULL, 0);
    struct option *list = fol_alloc_zero(n + 2, sizeof *list);
    if (!list)
        return NULL;
    list[0] = (struct option){"help", no_argument, NULL, HELP_VALUE};
    n = 1;
    for (const cli_command *const *c = commands_of(one); *c; c++)
        n = add_keys(*c, list, n);
    return list;
}

// Adds the keys of a command that are not yet in the list of n (or only counts them); returns the new n.
static size_t add_keys(const cli_command *command, struct option *list, size_t n)
{
    for (const cli_section *s = command->sections; s->table; s++)
        for (const fol_option *o = s->table; o->key; o++) {
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
    if (line->n_files > 0 && !command->takes_files)
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

static fol_status fail_word(fol_context *ctx, const cli_command *command, const char *word)
{
    char key[FOL_TEXT_SIZE];
    if (word[1] != '-')
        return fol_fail(ctx, FOL_E_INPUT, "Keys are given as `--key value`, not `%s`.", word);
    snprintf(key, sizeof key, "%.*s", (int) strcspn(word + 2, "="), word + 2);
    if (!strcmp(key, "help"))
        return fol_fail(ctx, FOL_E_INPUT, "`--help` takes no value.");
    return fail_unknown(ctx, command, key);
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
    while (status == FOL_OK && optind < argc) {
        const char *typed = argv[optind];
        const int value = getopt_long(argc, argv, "-:", options, NULL);
        if (value == -1) // behind "--"
            break;
        if (value == 1) {
            status = add_file(ctx, command, line, optarg);
        } else if (value == ':') {
            status = fol_fail(ctx, FOL_E_INPUT, "A value is wanted after `%s`.", typed);
        } else if (value == '?' || !spelled_out(typed, options[value - HELP_VALUE].name)) {
            status = fail_word(ctx, command, typed);
        } else if (value == HELP_VALUE) {
            line->help = true;
        } else {
            const char *word = optarg;
            if (!word && optind < argc && (!strcmp(argv[optind], "true") || !strcmp(argv[optind], "false")))
                word = argv[optind++];
            line->key[line->n] = options[value - HELP_VALUE].name;
            line->word[line->n++] = word ? word : "true";
        }
    }
    for (; status == FOL_OK && optind < argc; optind++)
        status = add_file(ctx, command, line, argv[optind]);
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

static fol_status fail_unknown(fol_context *ctx, const cli_command *command, const char *key)
{
    enum { MAX_TABLES = 64 };
    const fol_option *tables[MAX_TABLES + 1];
    const cli_command *const one[] = {command, NULL};
    size_t n = 0;
    for (const cli_command *const *c = commands_of(one); *c; c++)
        for (const cli_section *s = (*c)->sections; s->table && n < MAX_TABLES; s++)
            tables[n++] = s->table;
    tables[n] = NULL;
    const char *nearest = fol_options_nearest(tables, key);
    if (nearest)
        return fol_fail(ctx, FOL_E_INPUT, "`follmer %s` has no key `%.64s`; did you mean `%s`?", command->name, key,
                        nearest);
    return fol_fail(ctx, FOL_E_INPUT, "`follmer %s` has no key `%.64s`; `follmer %s --help` lists them.", command->name,
                    key, command->name);
}

// Refuses what could not be recorded as JSON.
static fol_status check_utf8(fol_context *ctx, const char *key, const char *word)
{
    json_t *text = json_string(word);
    json_decref(text);
    return text ? FOL_OK : fol_fail(ctx, FOL_E_INPUT, "`%s` must be text in UTF-8.", key);
}

static fol_status add_path(fol_context *ctx, cli_files *files, const char *path)
{
    const fol_status status = check_utf8(ctx, "files", path);
    if (status != FOL_OK)
        return status;
    char *copy = fol_alloc(strlen(path) + 1, 1);
    if (!copy)
        return fol_fail_memory(ctx, "a job");
    files->path[files->n++] = strcpy(copy, path);
    return FOL_OK;
}

static fol_status set_files_from_line(fol_context *ctx, cli_files *files, const cli_line *line)
{
    fol_status status = FOL_OK;
    files->path = fol_alloc(line->n_files, sizeof *files->path);
    if (!files->path)
        return fol_fail_memory(ctx, "a job");
    for (size_t i = 0; i < line->n_files && status == FOL_OK; i++)
        status = add_path(ctx, files, line->file[i]);
    return status;
}

// `files` from the job file: one name or a list.
static fol_status set_files(fol_context *ctx, cli_files *files, json_t *value)
{
    fol_status status = FOL_OK;
    const size_t n = json_is_array(value) ? json_array_size(value) : 1;
    files->path = fol_alloc(n, sizeof *files->path);
    if (!files->path)
        return fol_fail_memory(ctx, "a job");
    for (size_t i = 0; i < n && status == FOL_OK; i++) {
        const char *path = json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
        status =
            path ? add_path(ctx, files, path) : fol_fail(ctx, FOL_E_INPUT, "`files` must be a list of names of files.");
    }
    return status;
}

// One key from the job file. A choice between true and false may be written as JSON's own.
static fol_status set_from_json(fol_context *ctx, const cli_command *command, void *fields, const char *key,
                                json_t *value)
{
    const cli_section *section;
    if (command->takes_files && !strcmp(key, "files"))
        return set_files(ctx, fields, value);
    const fol_option *option = cli_command_option(command, key, &section);
    if (!option)
        return fail_unknown(ctx, command, key);
    void *part = (char *) fields + section->offset;
    if (option->type == FOL_OPTION_CHOICE && json_is_boolean(value))
        return fol_options_set_word(ctx, section->table, part, key, json_is_true(value) ? "true" : "false");
    json_t *object = json_pack("{sO}", key, value);
    if (!object)
        return fol_fail_memory(ctx, "a job");
    const fol_status status = fol_options_from_json(ctx, section->table, part, object);
    json_decref(object);
    return status;
}

static fol_status set_from_line(fol_context *ctx, const cli_command *command, void *fields, const char *key,
                                const char *word)
{
    const cli_section *section;
    if (!cli_command_option(command, key, &section))
        return fail_unknown(ctx, command, key);
    const fol_status status = check_utf8(ctx, key, word);
    if (status != FOL_OK)
        return status;
    return fol_options_set_word(ctx, section->table, (char *) fields + section->offset, key, word);
}

static fol_status check_required(fol_context *ctx, const cli_command *command, const void *fields)
{
    if (command->takes_files && ((const cli_files *) fields)->n == 0)
        return fol_fail(ctx, FOL_E_INPUT, "`follmer %s` needs files: `follmer %s FILE...`.", command->name,
                        command->name);
    for (const char *const *key = command->required; *key; key++) {
        const cli_section *section;
        const fol_option *option = cli_command_option(command, *key, &section);
        if (*((const char *) fields + section->offset + option->offset) == '\0')
            return fol_fail(ctx, FOL_E_INPUT, "`follmer %s` needs `%s`: %s.", command->name, *key, option->help);
    }
    return FOL_OK;
}

// Refuses keys of the job file or the command line that do not count.
static fol_status check_rules(fol_context *ctx, const cli_command *command, const void *fields, const json_t *object,
                              const cli_line *line)
{
    for (const cli_rule *rule = command->rules; rule && rule->key; rule++) {
        bool given = json_object_get(object, rule->key) != NULL;
        for (size_t i = 0; i < line->n; i++)
            given = given || !strcmp(line->key[i], rule->key);
        if (given && !cli_rule_counts(rule, command, fields))
            return cli_rule_fail(ctx, rule, command, fields);
    }
    return FOL_OK;
}

// Puts "place: " before the message.
static fol_status blame(fol_context *ctx, fol_status status, const char *place)
{
    char message[FOL_MESSAGE_SIZE];
    memcpy(message, ctx->message, sizeof message);
    return fol_fail(ctx, status, "%s: %s", place, message);
}

// Fills one job: defaults, then the object (or NULL), then the command line.
static fol_status fill(fol_context *ctx, const cli_command *command, const char *place, json_t *object,
                       const cli_line *line, cli_job *job)
{
    fol_status status = FOL_OK;
    const char *key;
    json_t *value;
    job->command = command;
    job->fields = fol_alloc_zero(1, command->job_size);
    if (!job->fields)
        return fol_fail_memory(ctx, "a job");
    for (const cli_section *s = command->sections; s->table; s++)
        fol_options_init(s->table, (char *) job->fields + s->offset);
    json_object_foreach(object, key, value)
    {
        if (!strcmp(key, "command"))
            continue;
        status = set_from_json(ctx, command, job->fields, key, value);
        if (status != FOL_OK)
            return blame(ctx, status, place);
    }
    if (command->takes_files && !object)
        status = set_files_from_line(ctx, job->fields, line);
    for (size_t i = 0; i < line->n && status == FOL_OK; i++)
        status = set_from_line(ctx, command, job->fields, line->key[i], line->word[i]);
    if (status == FOL_OK)
        status = check_required(ctx, command, job->fields);
    if (status == FOL_OK)
        status = check_rules(ctx, command, job->fields, object, line);
    if (status == FOL_OK && command->check)
        status = command->check(ctx, job->fields);
    return status;
}

// -- Job files -----------------------------------------------------------------------------------------------------

// The command that an object is a job for, or NULL with a message; `wanted` is the command that was typed.
static const cli_command *job_command(fol_context *ctx, const cli_command *wanted, const json_t *object,
                                      const char *place)
{
    const json_t *name = json_object_get(object, "command");
    if (!json_is_object(object)) {
        fol_fail(ctx, FOL_E_INPUT, "%s: A job is a JSON object, {\"key\": value, ...}.", place);
        return NULL;
    }
    if (!name && wanted->run)
        return wanted;
    if (!json_is_string(name)) {
        fol_fail(ctx, FOL_E_INPUT, "%s: `command` must be the name of a command.", place);
        return NULL;
    }
    const cli_command *command = cli_command_find(json_string_value(name));
    if (!command || !command->run) {
        fol_fail(ctx, FOL_E_INPUT, "%s: There are no jobs for the command `%.64s`.", place, json_string_value(name));
        return NULL;
    }
    if (wanted->run && command != wanted) {
        fol_fail(ctx, FOL_E_INPUT, "%s: This is a job for `follmer %s`, not for `follmer %s`.", place, command->name,
                 wanted->name);
        return NULL;
    }
    return command;
}

static fol_status fill_from_file(fol_context *ctx, const cli_command *wanted, json_t *root, const cli_line *line,
                                 cli_job_list *list)
{
    const char *source = cli_source_name(line->file[0]);
    const bool many = json_is_array(root) && !wanted->run;
    const size_t n = many ? json_array_size(root) : 1;
    if (n == 0)
        return fol_fail(ctx, FOL_E_INPUT, "%s: The list has no jobs.", source);
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
        const cli_command *command = job_command(ctx, wanted, object, place);
        if (!command)
            return FOL_E_INPUT;
        const fol_status status = fill(ctx, command, place, object, line, &list->jobs[i]);
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
    if (line->n_files > 0 && !command->takes_files) {
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

static void clear_files(cli_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        fol_free(files->path[i]);
    fol_free(files->path);
}

void cli_jobs_clear(cli_job_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const cli_job *job = &list->jobs[i];
        if (job->fields && job->command->takes_files)
            clear_files(job->fields);
        fol_free(job->fields);
    }
    fol_free(list->jobs);
    *list = (cli_job_list){0};
}

static json_t *files_to_json(const cli_files *files)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < files->n; i++)
        if (json_array_append_new(list, json_string(files->path[i]))) {
            json_decref(list);
            list = NULL;
        }
    return list;
}

void *cli_job_to_json(const cli_command *command, const void *fields)
{
    json_t *job = json_pack("{ss}", "command", command->name);
    bool whole = job && (!command->takes_files || !json_object_set_new(job, "files", files_to_json(fields)));
    for (const cli_section *s = command->sections; whole && s->table; s++) {
        json_t *part = fol_options_to_json(s->table, (const char *) fields + s->offset);
        whole = part && !json_object_update(job, part);
        json_decref(part);
    }
    for (const cli_rule *rule = command->rules; whole && rule && rule->key; rule++)
        if (!cli_rule_counts(rule, command, fields))
            json_object_del(job, rule->key);
    if (!whole) {
        json_decref(job);
        return NULL;
    }
    return job;
}

char *cli_job_comment(const fol_context *ctx, const cli_command *command, const void *fields)
{
    static const char format[] = "follmer %s\njob: %s\nseed: %llu\nthreads: %d";
    const int threads = fol_threads_for(ctx->threads);
    const unsigned long long seed = ctx->seed;
    char *text = NULL, *job = cli_json_text(cli_job_to_json(command, fields));
    if (!job)
        return NULL;
    const int n = snprintf(NULL, 0, format, fol_version(), job, seed, threads);
    text = fol_alloc((size_t) n + 1, 1);
    if (text)
        snprintf(text, (size_t) n + 1, format, fol_version(), job, seed, threads);
    fol_free(job);
    return text;
}
