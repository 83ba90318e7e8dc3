// JSON files: read as a whole, or refused with the place.
#include "json_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

// jansson calls text malformed when memory runs out, so that its allocations are looked at while it reads.
static json_malloc_t usual_malloc;
static bool memory_ran_out;

static void *watched_malloc(size_t size)
{
    void *block = usual_malloc(size);
    memory_ran_out = memory_ran_out || !block;
    return block;
}

// Passes over a byte order mark, which editors of Windows put in front.
static void skip_mark(FILE *file)
{
    static const char mark[] = "\xef\xbb\xbf";
    int next = getc(file);
    for (int i = 0; i < 3 && next == (unsigned char) mark[i]; i++)
        next = getc(file);
    if (next != EOF)
        ungetc(next, file);
}

static json_t *load(FILE *file, json_error_t *error)
{
    skip_mark(file);
    json_free_t usual_free;
    memory_ran_out = false;
    json_get_alloc_funcs(&usual_malloc, &usual_free);
    json_set_alloc_funcs(watched_malloc, usual_free);
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, error);
    json_set_alloc_funcs(usual_malloc, usual_free);
    return root;
}

const char *cli_source_name(const char *path)
{
    return strcmp(path, "-") ? path : "standard input";
}

fol_status cli_read_json(fol_context *ctx, const char *path, const char *what, fol_status malformed, json_t **root)
{
    const bool standard = !strcmp(path, "-");
    json_error_t error;
    *root = NULL;
    FILE *file = standard ? stdin : fopen(path, "r");
    if (!file)
        return fol_fail_read(ctx, path, errno);
    errno = 0;
    *root = load(file, &error);
    const int failure = ferror(file) ? errno : 0;
    if (!standard)
        fclose(file);
    if (*root)
        return FOL_OK;
    if (failure)
        return fol_fail_read(ctx, cli_source_name(path), failure);
    if (memory_ran_out)
        return fol_fail_memory(ctx, "the contents of a file");
    return fol_fail_file(ctx, malformed, cli_source_name(path), "is not %s: line %d, column %d: %s.", what, error.line,
                         error.column, error.text);
}
