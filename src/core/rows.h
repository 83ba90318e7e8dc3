// Rows: a view of a matrix of doubles, row-major (C, files) or column-major (R), without a copy.
#ifndef FOL_ROWS_H
#define FOL_ROWS_H

#include <stddef.h>

// n rows, d columns; entry (i, j) is data[i * row_stride + j * col_stride].
typedef struct {
    const double *data;
    size_t n, d;
    size_t row_stride, col_stride;
} fol_rows;

// The same, to be written.
typedef struct {
    double *data;
    size_t n, d;
    size_t row_stride, col_stride;
} fol_rows_out;

#endif
