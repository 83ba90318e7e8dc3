// Numbers in JSON: to the bit, with the values that JSON has no word for.
#include "json_number.h"

#include <math.h>
#include <string.h>

json_t *fol_json_number(double value)
{
    if (isnan(value))
        return json_null();
    return isinf(value) ? json_string(value > 0 ? "inf" : "-inf") : json_real(value);
}

json_t *fol_json_numbers(size_t n, const double *value)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(array, fol_json_number(value[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

bool fol_json_read_number(const json_t *json, double *value)
{
    const char *text = json_string_value(json);
    if (json_is_null(json))
        *value = NAN;
    else if (text && strcmp(text, "inf") == 0)
        *value = INFINITY;
    else if (text && strcmp(text, "-inf") == 0)
        *value = -INFINITY;
    else
        *value = json_number_value(json);
    return json_is_null(json) || json_is_number(json) || isinf(*value);
}
