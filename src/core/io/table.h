// Tables: matrices of numbers with names of their columns.
#ifndef FOL_TABLE_H
#define FOL_TABLE_H

#include <stdbool.h>

#include "../base/context.h"
#include "../base/rows.h"

// Whether the first line of a CSV holds names; FOL_HEADER_AUTO: by what stands there.
typedef enum { FOL_HEADER_AUTO, FOL_HEADER_YES, FOL_HEADER_NO } fol_header;
#define FOL_HEADER_CHOICES "auto|yes|no"

// A table that owns its numbers.
typedef struct {
    double *data;  // (n, d) row-major
    size_t n, d;   // at least 1 each
    char **names;  // (d), or NULL when the file has none; UTF-8
    char *comment; // the lines that stand first, each without its "#" or "# ", or NULL; UTF-8
    bool guessed;  // its first line is of numbers that could be names, or a row: by FOL_HEADER_AUTO it is what it is
} fol_table;

#define FOL_GUESS_SIZE 160

// "the first line, of numbers, was taken for the names of the columns", or for a row, of a table that is guessed.
// `text` has FOL_GUESS_SIZE bytes.
const char *fol_table_guess(const fol_table *table, char *text);

// The whole of it as rows, valid as long as the table.
fol_rows fol_table_rows(const fol_table *table);

// Copies its numbers by column: out (d, n) row-major, which is R's matrix (n, d).
void fol_table_columns(const fol_table *table, double *out);

// Frees what it owns and makes it empty; an empty table ({0}) is allowed.
void fol_table_clear(fol_table *table);

// For readers, called often: polls at first, when *last_poll is 0, and then once in a while. FOL_E_INTERRUPT when the
// poll says so; `source` names the input.
fol_status fol_table_poll(fol_context *ctx, const char *source, double *last_poll);

// What will be written: n rows of d columns or, with points > 0, n paths of that many points of d columns.
typedef struct {
    size_t n, points, d;
    const char *const *names; // (d), or NULL: x1, x2, ...; CSV only
    const char *comment;      // lines to stand first, each after "#", or NULL; CSV only
} fol_table_layout;

#endif
