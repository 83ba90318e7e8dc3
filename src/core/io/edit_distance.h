// The distance between words that were mistyped for one another.
#ifndef FOL_EDIT_DISTANCE_H
#define FOL_EDIT_DISTANCE_H

#include "../base/failure.h"

// Damerau-Levenshtein distance: insertions, deletions, substitutions and swaps of neighbours that make a into b.
// SIZE_MAX if b is longer than a key is.
size_t fol_edit_distance(const char *a, const char *b);

#endif
