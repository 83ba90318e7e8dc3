// Status codes: their texts.
#include "status.h"

#include <stddef.h>

const char *fol_status_text(fol_status status)
{
#define FOL_STATUS_TEXT(code, text) text,
    static const char *const texts[] = {FOL_STATUS_LIST(FOL_STATUS_TEXT)};
#undef FOL_STATUS_TEXT
    const size_t n = sizeof texts / sizeof texts[0];
    return (size_t) status < n ? texts[status] : "unknown status";
}
