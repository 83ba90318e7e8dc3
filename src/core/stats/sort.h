// Sorting numbers.
#ifndef FOL_SORT_H
#define FOL_SORT_H

#include <stddef.h>

// Puts n numbers, none of them NAN, in ascending order.
void fol_sort(double *x, size_t n);

#endif
