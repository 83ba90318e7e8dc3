// Output: results as JSON on standard output, and early checks of where files will go.
#ifndef FOL_OUTPUT_H
#define FOL_OUTPUT_H

#include "base/context.h"

// A json_real, or a json_null where the number is not finite.
void *cli_json_number(double x);

// Writes a result to standard output and gives up the reference (a json_t; NULL: memory ran out). FOL_E_FILE with
// the reason, FOL_E_MEMORY.
fol_status cli_print_json(fol_context *ctx, void *result);

// Writes an object with one more member, a list whose numbers stand with all their digits, an entry a line: to a file,
// as a whole or not at all, or for "-" to standard output. FOL_E_FILE with the reason, FOL_E_MEMORY.
fol_status cli_write_json(fol_context *ctx, const char *path, const void *object, const char *key, const void *list);

// Compact text of a json_t, which it gives up; fol_free it. NULL when memory runs out.
char *cli_json_text(void *json);

// Refuses a file that cannot be written to, or whose folder cannot, before the work is done. "-" and "" pass.
fol_status cli_check_writable(fol_context *ctx, const char *key, const char *path);

// Refuses two keys that name the same file, in whatever spelling. "" passes.
fol_status cli_check_apart(fol_context *ctx, const char *key, const char *path, const char *other_key,
                           const char *other);

#endif
