// Table files: tables by the name of their file, in CSV or .npy.
#ifndef FOL_TABLE_FILE_H
#define FOL_TABLE_FILE_H

#include "table.h"

// Reads the file at `path`, or standard input for "-"; `header` is of CSV. A name that ends in .npy, or bytes that
// begin as one, are .npy; everything else is CSV (csv.h, npy.h say what is read). Every entry is finite. FOL_E_FILE
// with the reason when it cannot be read; FOL_E_INPUT with file, line and column, what is wanted and what was given. On
// failure *table is empty. FOL_E_INTERRUPT, FOL_E_MEMORY.
fol_status fol_table_read(fol_context *ctx, const char *path, fol_header header, fol_table *table);

typedef struct fol_table_writer fol_table_writer;

// Opens a file for writing, or standard output for "-", and writes its head. A name that ends in .npy becomes .npy:
// float64, shape (n, d) or (n, points, d); everything else CSV: a header line, then one line per row or, for paths,
// one line per point, after the columns `path` (from 1) and `point` (from 0). What is written stands in a temporary
// file beside it until it is closed, so that an old file stays whole until the new one is. FOL_E_FILE with the reason.
fol_status fol_table_writer_open(fol_context *ctx, const char *path, const fol_table_layout *layout,
                                 fol_table_writer **writer);

// Appends n_rows rows (n_rows, d) or paths (n_rows, points, d), row-major. FOL_E_FILE with the reason.
fol_status fol_table_writer_append(fol_context *ctx, fol_table_writer *writer, size_t n_rows, const double *data);

// Writes what has been appended, and stands in a buffer so far. FOL_E_FILE with the reason.
fol_status fol_table_writer_flush(fol_context *ctx, fol_table_writer *writer);

// Whether it goes to a reader who may wait for it or leave, and whether that one has left (file.h).
bool fol_table_writer_streams(const fol_table_writer *writer);
bool fol_table_writer_broken(const fol_table_writer *writer);

// Ends the file and frees the writer. FOL_E_FILE when not all could be written, FOL_E_INPUT when it is not the n rows
// that were promised; either way the file is then removed.
fol_status fol_table_writer_close(fol_context *ctx, fol_table_writer *writer);

// After a failure: frees the writer and removes the unfinished file. NULL is allowed.
void fol_table_writer_discard(fol_table_writer *writer);

#endif
