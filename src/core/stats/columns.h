// Columns: the values of a table, from and to the coordinates in which they are learned and drawn.
#ifndef FOL_COLUMNS_H
#define FOL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

// How a column's coordinate was found; see column_fit.h.
typedef enum { FOL_COLUMN_PLAIN, FOL_COLUMN_ATOMS, FOL_COLUMN_SCORES } fol_column_kind;

// Coordinate of a column: the value itself, or by a piecewise linear, nondecreasing map through knots. A value that
// takes a stretch of coordinates (an atom) has three knots: the ends of the stretch and, between them, its coordinate.
typedef struct {
    fol_column_kind kind;
    bool whole;         // draws are whole numbers
    size_t n_knots;     // 0: the coordinate is the value
    double *at, *value; // (n_knots) each, nondecreasing: coordinate and value
    double slope[2];    // of the value, before the first and after the last knot; 0: the values end there
} fol_column;

// All columns: coordinate = center + scale * standardised.
typedef struct {
    size_t d;
    double *center, *scale; // (d) each, blocks of their own from fol_alloc
    fol_column *column;     // (d)
} fol_columns;

// The value at a coordinate. Beyond the knots, values keep the sign of the end that they are beyond.
double fol_column_value(const fol_column *column, double at);

// The coordinate of a value, also of one beyond the knots.
double fol_column_coordinate(const fol_column *column, double value);

// Column j of n standardised rows as draws, whole numbers where the data are: x[i * stride], in place.
void fol_columns_draw(const fol_columns *columns, size_t j, size_t n, size_t stride, double *x);

// The standardised coordinate of a value of column j, and the value (not made whole) of such a coordinate.
double fol_columns_standard(const fol_columns *columns, size_t j, double value);
double fol_columns_value(const fol_columns *columns, size_t j, double standard);

// Whether values are center + scale * standardised in every column, but for being made whole.
bool fol_columns_affine(const fol_columns *columns);

// The number of its atoms.
size_t fol_column_atoms(const fol_column *column);

// Room for d plain columns that are standardised already (center 0, scale 1); whether memory sufficed.
bool fol_columns_new(size_t d, fol_columns *columns);

// Room for knots, n of them; whether memory sufficed.
bool fol_column_reserve(fol_column *column, size_t n);

void fol_column_clear(fol_column *column);
void fol_columns_clear(fol_columns *columns);

#endif
