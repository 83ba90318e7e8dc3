// Numbers in JSON: to the bit, with the values that JSON has no word for.
#ifndef FOL_JSON_NUMBER_H
#define FOL_JSON_NUMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

// A number with 17 digits; NAN is null, infinities are the texts "inf" and "-inf". NULL when memory runs out.
json_t *fol_json_number(double value);
json_t *fol_json_numbers(size_t n, const double *value); // an array

// And back; false when it is none of these.
bool fol_json_read_number(const json_t *json, double *value);

#endif
