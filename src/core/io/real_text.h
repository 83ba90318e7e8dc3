// Real numbers as text, whatever LC_NUMERIC the host has set.
#ifndef FOL_REAL_TEXT_H
#define FOL_REAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define FOL_REAL_SIZE 64                 // of a number as text, with its end; longer is none
#define FOL_MAX_EXACT 9007199254740991.0 // 2^53 - 1: every whole number up to it is a double of its own

// Whether the first `length` letters of a word are, as a whole, a decimal number or an infinity.
bool fol_parse_real(const char *word, size_t length, double *value);

// A number for people, in 15 digits. `text` has FOL_REAL_SIZE bytes.
const char *fol_print_real(double value, char *text);

#endif
