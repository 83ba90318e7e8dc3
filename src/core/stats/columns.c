// Columns: the values of a table, from and to the coordinates in which they are learned and drawn.
#include "columns.h"

#include <math.h>

#include "../base/memory.h"

// The last of n nondecreasing numbers that is at most x, where the first is.
static size_t last_below(size_t n, const double *sorted, double x)
{
    size_t low = 0, high = n;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static double between(double x, double x0, double x1, double y0, double y1)
{
    return y0 + (y1 - y0) * ((x - x0) / (x1 - x0));
}

// From `end` on with a slope, `by` away from zero or towards it: without a change of sign, which a curve of the same
// slope at the end takes care of.
static double beyond(double end, double slope, double by)
{
    const double line = end + slope * by;
    return (end > 0 && by < 0) || (end < 0 && by > 0) ? end / (1 - slope * by / end) : line;
}

// How far from `end` beyond() takes that value.
static double distance(double end, double slope, double value)
{
    const bool curved = (end > 0 && value < end) || (end < 0 && value > end);
    if (!(slope > 0) || (curved && !(value / end > 0)))
        return 0;
    return curved ? end / slope * (1 - end / value) : (value - end) / slope;
}

double fol_column_value(const fol_column *column, double at)
{
    const size_t n = column->n_knots, last = n - 1;
    if (n == 0)
        return at;
    if (at <= column->at[0])
        return beyond(column->value[0], column->slope[0], at - column->at[0]);
    if (at >= column->at[last])
        return beyond(column->value[last], column->slope[1], at - column->at[last]);
    const size_t k = last_below(n, column->at, at);
    return between(at, column->at[k], column->at[k + 1], column->value[k], column->value[k + 1]);
}

double fol_column_coordinate(const fol_column *column, double value)
{
    const size_t n = column->n_knots, last = n - 1;
    if (n == 0)
        return value;
    if (value < column->value[0])
        return column->at[0] + distance(column->value[0], column->slope[0], value);
    if (value > column->value[last])
        return column->at[last] + distance(column->value[last], column->slope[1], value);
    const size_t k = last_below(n, column->value, value);
    if (column->value[k] != value)
        return between(value, column->value[k], column->value[k + 1], column->at[k], column->at[k + 1]);
    return column->at[k > 0 && column->value[k - 1] == value ? k - 1 : k]; // of an atom, the middle one of its three
}

double fol_columns_standard(const fol_columns *columns, size_t j, double value)
{
    return (fol_column_coordinate(&columns->column[j], value) - columns->center[j]) / columns->scale[j];
}

double fol_columns_value(const fol_columns *columns, size_t j, double standard)
{
    return fol_column_value(&columns->column[j], columns->center[j] + columns->scale[j] * standard);
}

void fol_columns_draw(const fol_columns *columns, size_t j, size_t n, size_t stride, double *x)
{
    const fol_column *column = &columns->column[j];
    const double center = columns->center[j], scale = columns->scale[j];
    for (size_t i = 0; i < n; i++) {
        const double at = center + scale * x[i * stride];
        const double value = column->n_knots > 0 ? fol_column_value(column, at) : at;
        x[i * stride] = column->whole ? rint(value) + 0.0 : value; // + 0.0: no negative zeros
    }
}

bool fol_columns_affine(const fol_columns *columns)
{
    for (size_t j = 0; j < columns->d; j++)
        if (columns->column[j].n_knots > 0)
            return false;
    return true;
}

size_t fol_column_atoms(const fol_column *column)
{
    size_t repeated = 0;
    for (size_t k = 1; k < column->n_knots; k++)
        repeated += column->value[k] == column->value[k - 1];
    return repeated / 2; // three knots each
}

bool fol_columns_new(size_t d, fol_columns *columns)
{
    *columns = (fol_columns){.d = d,
                             .center = fol_alloc_zero(d, sizeof(double)),
                             .scale = fol_alloc(d, sizeof(double)),
                             .column = fol_alloc_zero(d, sizeof(fol_column))};
    for (size_t j = 0; columns->scale && j < d; j++)
        columns->scale[j] = 1;
    return columns->center && columns->scale && columns->column;
}

bool fol_column_reserve(fol_column *column, size_t n)
{
    column->at = fol_alloc(n, sizeof *column->at);
    column->value = fol_alloc(n, sizeof *column->value);
    return column->at && column->value;
}

void fol_column_clear(fol_column *column)
{
    fol_free(column->at);
    fol_free(column->value);
    *column = (fol_column){0};
}

void fol_columns_clear(fol_columns *columns)
{
    for (size_t j = 0; columns->column && j < columns->d; j++)
        fol_column_clear(&columns->column[j]);
    fol_free(columns->column);
    fol_free(columns->center);
    fol_free(columns->scale);
    *columns = (fol_columns){0};
}
