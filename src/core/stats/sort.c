// Sorting numbers.
#include "sort.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const double s = *(const double *) a, t = *(const double *) b;
    return (s > t) - (s < t);
}

void fol_sort(double *x, size_t n)
{
    qsort(x, n, sizeof *x, ascending);
}
