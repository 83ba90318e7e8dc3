// JSON as text: whole or not at all.
#ifndef FOL_JSON_TEXT_H
#define FOL_JSON_TEXT_H

#include <jansson.h>
#include <stddef.h>

// The text of `json` by jansson's flags (JSON_COMPACT, ...), to be freed by fol_free; NULL without `json` or when
// memory runs out, where json_dumps of jansson 2.14 may give a text without its last bytes. Thread-safe.
char *fol_json_text(const json_t *json, size_t flags);

#endif
