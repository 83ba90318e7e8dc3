// JSON files: read as a whole, or refused with the place.
#ifndef FOL_JSON_FILE_H
#define FOL_JSON_FILE_H

#include <jansson.h>

#include "base/context.h"

// How messages name a file that is read: "-" is standard input.
const char *cli_source_name(const char *path);

// Reads a file, or standard input for "-", that should be `what` ("a job file"); the reference is the caller's.
// FOL_E_FILE with the reason; FOL_E_MEMORY; `malformed` with line and column where it is not JSON or an object has a
// key twice.
fol_status cli_read_json(fol_context *ctx, const char *path, const char *what, fol_status malformed, json_t **root);

#endif
