// CSV: tables of numbers as text.
#ifndef FOL_CSV_H
#define FOL_CSV_H

#include <stdio.h>

#include "file.h"
#include "table.h"

// Reads a table to the end of `in`. Cells are separated by tabs, semicolons, commas or blanks, whichever of these
// comes first in this list and stands in the first line; a cell may stand in double quotes. The first line holds the
// names, each of its own, if `header` says so, or by FOL_HEADER_AUTO: when none of its cells is a number or missing;
// when they are numbers in quotes, and the next line is not; and when they are whole numbers (2019,2020), all different
// and all far from those below: by more than their range, in two columns or more and five rows or more. Where that
// decides, or where the first line counts in whole numbers (1,2,3) above as many rows, the table is `guessed`. Lines
// after
// '#' are comments, and kept if they stand before the first row and are UTF-8, so names that stand there
// (numpy.savetxt) are none; blank lines may stand at the beginning and the end; lines end in LF
// or CRLF; a UTF-8 byte order mark is skipped. `source` names the input in messages. FOL_E_INPUT with line and column;
// FOL_E_FILE, FOL_E_MEMORY, FOL_E_INTERRUPT.
fol_status fol_csv_read(fol_context *ctx, FILE *in, const char *source, fol_header header, fol_table *table);

// Writes the comment and the line of names. Errors stay in `out`.
void fol_csv_write_head(fol_file_writer *out, const fol_table_layout *layout);

// Writes n_rows rows or paths (table_file.h), the first of which is number `first` from 0, with as many digits as
// give the same doubles back. Errors stay in `out`.
void fol_csv_write_rows(fol_file_writer *out, const fol_table_layout *layout, size_t first, size_t n_rows,
                        const double *data);

#endif
