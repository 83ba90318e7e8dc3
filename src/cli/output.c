// Output: results as JSON on standard output, and early checks of where files will go.
#include "output.h"

#include <errno.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/file.h"
#include "io/json_text.h"
#include "io/options.h"

#define DIGITS JSON_REAL_PRECISION(15) // what was typed is written as it was typed

void *cli_json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static fol_status fail_stdout(fol_context *ctx)
{
    return fol_fail(ctx, FOL_E_FILE, "The result cannot be written to standard output: %s.", strerror(errno));
}

fol_status cli_print_json(fol_context *ctx, void *result)
{
    fol_status status = FOL_OK;
    char *text = fol_json_text(result, JSON_INDENT(2) | DIGITS);
    if (!text)
        status = fol_fail_memory(ctx, "the result");
    else if (puts(text) == EOF || fflush(stdout))
        status = fail_stdout(ctx);
    fol_free(text);
    json_decref(result);
    return status;
}

static bool put_json(const json_t *json, size_t flags, FILE *out)
{
    char *text = fol_json_text(json, flags);
    const bool put = text && fputs(text, out) != EOF;
    fol_free(text);
    return put;
}

// The text of cli_write_json in *text, to be freed by free(); false when memory runs out.
static bool compose(const json_t *object, const char *key, const json_t *list, char **text, size_t *n)
{
    FILE *out = open_memstream(text, n);
    if (!out)
        return false;
    bool whole = putc('{', out) != EOF && put_json(object, JSON_INDENT(2) | JSON_EMBED | DIGITS, out);
    // instead of the new line after the last member
    whole = whole && !fseek(out, -1, SEEK_CUR) && fprintf(out, ",\n  \"%s\": [", key) > 0;
    for (size_t i = 0; whole && i < json_array_size(list); i++)
        whole = fputs(i > 0 ? ",\n    " : "\n    ", out) != EOF && put_json(json_array_get(list, i), JSON_COMPACT, out);
    whole = whole && fputs("\n  ]\n}\n", out) != EOF;
    return !fclose(out) && whole;
}

fol_status cli_write_json(fol_context *ctx, const char *path, const void *object, const char *key, const void *list)
{
    char *text = NULL;
    size_t n;
    fol_status status = FOL_OK;
    if (!compose(object, key, list, &text, &n))
        status = fol_fail_memory(ctx, "the result");
    else if (strcmp(path, "-"))
        status = fol_file_write(ctx, path, (const unsigned char *) text, n);
    else if (fwrite(text, 1, n, stdout) != n || fflush(stdout))
        status = fail_stdout(ctx);
    free(text);
    return status;
}

char *cli_json_text(void *json)
{
    char *text = fol_json_text(json, JSON_COMPACT | JSON_ENCODE_ANY | DIGITS);
    json_decref(json);
    return text;
}

fol_status cli_check_writable(fol_context *ctx, const char *key, const char *path)
{
    char target[PATH_MAX];
    struct stat info;
    if (!*path || !strcmp(path, "-"))
        return FOL_OK;
    const bool there = !stat(path, &info);
    if (!realpath(path, target)) // through a link to the file itself, if it is there
        snprintf(target, sizeof target, "%s", path);
    const bool in_place = there && !S_ISREG(info.st_mode); // a pipe or a device; a file is made anew in its folder
    if (there && S_ISDIR(info.st_mode))
        fol_fail_about(ctx, key, "must be a file, not a folder.");
    else if (in_place ? access(path, W_OK) : access(dirname(target), W_OK | X_OK))
        fol_fail_about(ctx, key, "cannot be written: %s.", strerror(errno));
    else
        return FOL_OK;
    fol_fail_within(ctx, "%s", path);
    return FOL_E_FILE;
}

// The one path of a file that is or will be, without links; false where its folder is not there.
static bool whole_path(const char *path, char *whole)
{
    char folder[FOL_TEXT_SIZE], name[FOL_TEXT_SIZE], place[PATH_MAX];
    if (realpath(path, whole))
        return true;
    snprintf(folder, sizeof folder, "%s", path);
    snprintf(name, sizeof name, "%s", path);
    return realpath(dirname(folder), place) && snprintf(whole, PATH_MAX, "%s/%s", place, basename(name)) < PATH_MAX;
}

fol_status cli_check_apart(fol_context *ctx, const char *key, const char *path, const char *other_key,
                           const char *other)
{
    char whole[2][PATH_MAX];
    const bool same = !strcmp(path, other) ||
                      (whole_path(path, whole[0]) && whole_path(other, whole[1]) && !strcmp(whole[0], whole[1]));
    if (*path && *other && same)
        return fol_fail_about(ctx, key, "and `%s` must be two files, not %s twice.", other_key, path);
    return FOL_OK;
}
