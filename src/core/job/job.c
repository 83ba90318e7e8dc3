// Jobs: setting their fields, checking what goes together, and recording them.
#include "job.h"

#include <jansson.h>
#include <string.h>

#include "../base/memory.h"
#include "../io/option_rules.h"
#include "../io/utf8.h"

#define ADDRESS(name) &fol_job_##name,
const fol_job_kind *const fol_jobs[] = {FOL_JOB_LIST(ADDRESS) NULL};
#undef ADDRESS

#define THREADS_KEY                                                                                                    \
    {                                                                                                                  \
        "threads", FOL_OPTION_INT, offsetof(fol_job_common, threads), "", "[1,1024]",                                  \
            "threads; when not given, the cores that it may use; results do not depend on it"                          \
    }

const fol_option fol_job_threads_table[] = {THREADS_KEY, {0}};

const fol_option fol_job_common_table[] = {
    {"seed", FOL_OPTION_INT, offsetof(fol_job_common, seed), "", "[0,9007199254740991]",
     "seed of the whole randomness, drawn and reported when not given"},
    THREADS_KEY,
    {"progress", FOL_OPTION_CHOICE, offsetof(fol_job_common, progress), "auto", FOL_PROGRESS_CHOICES,
     "progress on standard error: true writes lines where there is no terminal for a bar, auto does not"},
    {0},
};

const fol_job_kind *fol_job_find(const char *name)
{
    for (const fol_job_kind *const *kind = fol_jobs; *kind; kind++)
        if (!strcmp((*kind)->name, name))
            return *kind;
    return NULL;
}

const fol_option *fol_job_option(const fol_job_kind *kind, const char *key, const fol_job_section **section)
{
    for (const fol_job_section *s = kind->sections; s->table; s++) {
        const fol_option *option = fol_options_find(s->table, key).option;
        if (option) {
            *section = s;
            return option;
        }
    }
    return NULL;
}

bool fol_job_is_kind(const fol_job_kind *kind, const char *key)
{
    const fol_job_section *section;
    const fol_option *option = fol_job_option(kind, key, &section);
    return option && option->type == FOL_OPTION_KIND;
}

void *fol_job_new(const fol_job_kind *kind)
{
    char *fields = fol_alloc_zero(1, kind->size);
    for (const fol_job_section *s = kind->sections; fields && s->table; s++)
        fol_options_init(s->table, fields + s->offset);
    return fields;
}

void fol_job_free(const fol_job_kind *kind, void *fields)
{
    fol_job_files *files = fields;
    if (fields && kind->takes_files) {
        for (size_t i = 0; i < files->n; i++)
            fol_free(files->path[i]);
        fol_free(files->path);
    }
    fol_free(fields);
}

// Setting -------------------------------------------------------------------------------------------------------------

static fol_status fail_unknown(fol_context *ctx, const fol_job_kind *kind, const char *key)
{
    const fol_option *tables[FOL_JOB_SECTIONS + 1] = {NULL};
    for (size_t i = 0; i < FOL_JOB_SECTIONS && kind->sections[i].table; i++)
        tables[i] = kind->sections[i].table;
    return fol_fail_unknown(ctx, key, fol_options_nearest(tables, key));
}

// Refuses what could not be recorded as JSON.
static fol_status check_utf8(fol_context *ctx, const char *key, const char *word)
{
    return fol_utf8_valid(word, strlen(word)) ? FOL_OK : fol_fail_about(ctx, key, "must be text in UTF-8.");
}

fol_status fol_job_add_file(fol_context *ctx, void *fields, const char *path)
{
    fol_job_files *files = fields;
    const fol_status status = check_utf8(ctx, "files", path);
    if (status != FOL_OK)
        return status;
    char **longer = fol_alloc(files->n + 1, sizeof *longer), *copy = fol_alloc(strlen(path) + 1, 1);
    if (!longer || !copy) {
        fol_free(longer);
        fol_free(copy);
        return fol_fail_memory(ctx, "a job");
    }
    if (files->n > 0)
        memcpy(longer, files->path, files->n * sizeof *longer);
    longer[files->n] = strcpy(copy, path);
    fol_free(files->path);
    files->path = longer;
    files->n++;
    return FOL_OK;
}

// `files`: one name or a list.
static fol_status set_files(fol_context *ctx, void *fields, const json_t *value)
{
    fol_status status = FOL_OK;
    const size_t n = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < n && status == FOL_OK; i++) {
        const char *path = json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
        status = path ? fol_job_add_file(ctx, fields, path)
                      : fol_fail_about(ctx, "files", "must be a list of names of files.");
    }
    return status;
}

// A choice between true and false may be written as JSON's own.
fol_status fol_job_set_json(fol_context *ctx, const fol_job_kind *kind, void *fields, const char *key,
                            const void *value)
{
    const fol_job_section *section;
    const json_t *json = value;
    if (kind->takes_files && !strcmp(key, "files"))
        return set_files(ctx, fields, json);
    const fol_option *option = fol_job_option(kind, key, &section);
    if (!option)
        return fail_unknown(ctx, kind, key);
    void *part = (char *) fields + section->offset;
    if (option->type == FOL_OPTION_CHOICE && json_is_boolean(json))
        return fol_options_set_word(ctx, section->table, part, key, json_is_true(json) ? "true" : "false");
    return fol_options_set_json(ctx, section->table, part, key, json);
}

fol_status fol_job_set_word(fol_context *ctx, const fol_job_kind *kind, void *fields, const char *key, const char *word)
{
    const fol_job_section *section;
    if (!fol_job_option(kind, key, &section))
        return fail_unknown(ctx, kind, key);
    const fol_status status = check_utf8(ctx, key, word);
    if (status != FOL_OK)
        return status;
    return fol_options_set_word(ctx, section->table, (char *) fields + section->offset, key, word);
}

// Checking and recording ----------------------------------------------------------------------------------------------

static void list_parts(const fol_job_kind *kind, const void *fields, fol_option_part *parts)
{
    size_t n = 0;
    for (const fol_job_section *s = kind->sections; s->table && n < FOL_JOB_SECTIONS; s++)
        parts[n++] = (fol_option_part){s->table, (const char *) fields + s->offset, s->beside};
    parts[n] = (fol_option_part){NULL, NULL, NULL};
}

fol_status fol_job_check(fol_context *ctx, const fol_job_kind *kind, const void *fields, size_t n,
                         const char *const *given)
{
    fol_option_part parts[FOL_JOB_SECTIONS + 1];
    list_parts(kind, fields, parts);
    fol_status status = fol_options_check_rules(ctx, parts, n, given);
    for (const fol_option_part *part = parts; part->table && status == FOL_OK; part++)
        status = fol_options_check(ctx, part->table, part->fields);
    return status;
}

static json_t *files_to_json(const fol_job_files *files)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < files->n; i++)
        if (json_array_append_new(list, json_string(files->path[i]))) {
            json_decref(list);
            list = NULL;
        }
    return list;
}

// Adds the keys of a part that count; whether memory sufficed.
static bool add_part(json_t *job, const fol_option_part *parts, const fol_option_part *part)
{
    const char *key;
    json_t *value, *all = fol_options_to_json(part->table, part->fields);
    bool whole = all != NULL;
    json_object_foreach(all, key, value)
    {
        if (whole && fol_options_counts(parts, key))
            whole = !json_object_set(job, key, value);
    }
    json_decref(all);
    return whole;
}

void *fol_job_to_json(const fol_job_kind *kind, const void *fields)
{
    fol_option_part parts[FOL_JOB_SECTIONS + 1];
    json_t *job = json_pack("{ss}", "command", kind->name);
    bool whole = job && (!kind->takes_files || !json_object_set_new(job, "files", files_to_json(fields)));
    list_parts(kind, fields, parts);
    for (const fol_option_part *part = parts; whole && part->table; part++)
        whole = add_part(job, parts, part);
    if (whole)
        return job;
    json_decref(job);
    return NULL;
}
