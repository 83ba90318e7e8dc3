// Rows: a view of a matrix of doubles, row-major (C, files) or column-major (R), without a copy.
#ifndef FOL_ROWS_H
#define FOL_ROWS_H

#include "context.h"

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

// FOL_E_INPUT unless all entries of the argument `name` are finite; the message has the place.
fol_status fol_rows_check_finite(fol_context *ctx, const char *name, fol_rows x);

#endif
