// npy: tables of numbers as NumPy's array files.
#ifndef FOL_NPY_H
#define FOL_NPY_H

#include <stdio.h>

#include "file.h"
#include "table.h"

// Reads a table to the end of `in`: versions 1 to 3 of the format, little-endian float64 or float32, either order,
// one dimension (a column) or two. `source` names the input in messages. FOL_E_INPUT says what is wanted and what
// was given; FOL_E_FILE, FOL_E_MEMORY, FOL_E_INTERRUPT.
fol_status fol_npy_read(fol_context *ctx, FILE *in, const char *source, fol_table *table);

// Writes the head of a float64 array of shape (n, d), or (n, points, d) if points > 0.
void fol_npy_write_head(fol_file_writer *out, const fol_table_layout *layout);

// Writes n_rows rows or paths (table_file.h) as they stand in memory. Errors stay in `out`.
void fol_npy_write_rows(fol_file_writer *out, const fol_table_layout *layout, size_t n_rows, const double *data);

#endif
