// JSON files: read as a whole, or refused with the place.
#include "json_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

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
    *root = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    const int failure = ferror(file) ? errno : 0;
    if (!standard)
        fclose(file);
    if (*root)
        return FOL_OK;
    if (failure)
        return fol_fail_read(ctx, cli_source_name(path), failure);
    return fol_fail_file(ctx, malformed, cli_source_name(path), "is not %s: line %d, column %d: %s.", what, error.line,
                         error.column, error.text);
}
