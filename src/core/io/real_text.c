// Real numbers as text, whatever LC_NUMERIC the host has set.
#include "real_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c_locale.h"

bool fol_parse_real(const char *word, size_t length, double *value)
{
    char text[FOL_REAL_SIZE], *end;
    if (length == 0 || length >= sizeof text)
        return false;
    memcpy(text, word, length);
    text[length] = '\0';
    if (strspn(text, "+-.0123456789eE") != length && strcmp(text + (*text == '-'), "inf") != 0)
        return false;
    const fol_c_locale entered = fol_c_locale_enter();
    *value = strtod(text, &end);
    fol_c_locale_leave(entered);
    return *end == '\0';
}

const char *fol_print_real(double value, char *text)
{
    const fol_c_locale entered = fol_c_locale_enter();
    const bool whole = value == floor(value) && fabs(value) <= FOL_MAX_EXACT + 1;
    snprintf(text, FOL_REAL_SIZE, whole ? "%.0f" : "%.15g", value);
    fol_c_locale_leave(entered);
    return isnan(value) ? "NaN" : text;
}
