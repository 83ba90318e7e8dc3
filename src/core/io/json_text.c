// JSON as text: whole or not at all.
#include "json_text.h"

#include <stdint.h>

#include "../base/memory.h"

char *fol_json_text(const json_t *json, size_t flags)
{
    const size_t n = json_dumpb(json, NULL, 0, flags);
    char *text = n > 0 && n < SIZE_MAX ? fol_alloc(n + 1, 1) : NULL;
    if (!text)
        return NULL;
    if (json_dumpb(json, text, n, flags) != n) { // memory has run out now
        fol_free(text);
        return NULL;
    }
    text[n] = '\0';
    return text;
}
