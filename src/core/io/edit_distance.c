// The distance between words that were mistyped for one another.
#include "edit_distance.h"

#include <stdint.h>
#include <string.h>

size_t fol_edit_distance(const char *a, const char *b)
{
    const size_t n = strlen(b);
    size_t rows[3][FOL_KEY_SIZE], *before = rows[0], *last = rows[1], *row = rows[2];
    if (n >= FOL_KEY_SIZE)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *const oldest = before;
        before = last;
        last = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t least = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < least)
                least = last[j] + 1;
            if (row[j - 1] + 1 < least)
                least = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < least)
                least = before[j - 2] + 1;
            row[j] = least;
        }
    }
    return row[n];
}
