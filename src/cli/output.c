// Output: results as JSON on standard output, and early checks of where files will go.
#include "output.h"

#include <errno.h>
#include <jansson.h>
#include <libgen.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "options.h"

#define DIGITS JSON_REAL_PRECISION(15) // what was typed is written as it was typed

void *cli_json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

fol_status cli_print_json(fol_context *ctx, void *result)
{
    if (!result)
        return fol_fail_memory(ctx, "the result");
    const bool written = !json_dumpf(result, stdout, JSON_INDENT(2) | DIGITS) && putchar('\n') != EOF;
    json_decref(result);
    if (!written || fflush(stdout))
        return fol_fail(ctx, FOL_E_FILE, "The result cannot be written to standard output: %s.", strerror(errno));
    return FOL_OK;
}

char *cli_json_text(void *json)
{
    const size_t n = json_dumpb(json, NULL, 0, JSON_COMPACT | DIGITS);
    char *text = n ? fol_alloc(n + 1, 1) : NULL;
    if (text) {
        json_dumpb(json, text, n, JSON_COMPACT | DIGITS);
        text[n] = '\0';
    }
    json_decref(json);
    return text;
}

fol_status cli_check_writable(fol_context *ctx, const char *key, const char *path)
{
    char copy[FOL_TEXT_SIZE];
    struct stat info;
    if (!*path || !strcmp(path, "-"))
        return FOL_OK;
    if (!stat(path, &info) && S_ISDIR(info.st_mode))
        return fol_fail(ctx, FOL_E_FILE, "`%s` must be a file, but %s is a folder.", key, path);
    snprintf(copy, sizeof copy, "%s", path);
    if (access(dirname(copy), W_OK | X_OK))
        return fol_fail(ctx, FOL_E_FILE, "`%s`: the file %s cannot be written: %s.", key, path, strerror(errno));
    return FOL_OK;
}
