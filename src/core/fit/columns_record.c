// Columns in records: standardisation and transforms of a table's columns as tensors.
#include "columns_record.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"

// A row of transform.columns.
enum { KIND, WHOLE, KNOTS, SLOPE_BEFORE, SLOPE_AFTER, N_FIELDS };

static const char *const names[FOL_COLUMNS_TENSORS] = {"standardize.center", "standardize.scale", "transform.columns",
                                                       "transform.knots"};

static fol_tensor transform_tensor(size_t d, const double *columns)
{
    return (fol_tensor){"transform.columns", FOL_F64, 2, {d, N_FIELDS}, columns};
}

// Coordinate and value of the knots of all columns in order.
static fol_tensor knot_tensor(size_t n, const double *knots)
{
    return (fol_tensor){"transform.knots", FOL_F64, 2, {n, 2}, knots};
}

static bool has_transforms(const fol_columns *columns)
{
    bool any = false;
    for (size_t j = 0; j < columns->d; j++)
        any = any || columns->column[j].kind != FOL_COLUMN_PLAIN || columns->column[j].whole;
    return any;
}

static void fill_arrays(const fol_columns *columns, double *rows, double *knots)
{
    for (size_t j = 0; j < columns->d; j++) {
        const fol_column *column = &columns->column[j];
        double *row = rows + j * N_FIELDS;
        row[KIND] = column->kind;
        row[WHOLE] = column->whole;
        row[KNOTS] = (double) column->n_knots;
        row[SLOPE_BEFORE] = column->slope[0];
        row[SLOPE_AFTER] = column->slope[1];
        for (size_t k = 0; k < column->n_knots; k++) {
            *knots++ = column->at[k];
            *knots++ = column->value[k];
        }
    }
}

bool fol_columns_tensors(const fol_columns *columns, fol_tensor *tensors, size_t *n, double **arrays)
{
    const size_t d = columns->d;
    size_t n_knots = 0;
    tensors[0] = fol_record_column(names[0], d, columns->center);
    tensors[1] = fol_record_column(names[1], d, columns->scale);
    *n = 2;
    *arrays = NULL;
    if (!has_transforms(columns))
        return true;
    for (size_t j = 0; j < d; j++)
        n_knots += columns->column[j].n_knots;
    *arrays = fol_alloc(d * N_FIELDS + 2 * n_knots, sizeof **arrays);
    if (!*arrays)
        return false;
    fill_arrays(columns, *arrays, *arrays + d * N_FIELDS);
    tensors[2] = transform_tensor(d, *arrays);
    tensors[3] = knot_tensor(n_knots, *arrays + d * N_FIELDS);
    *n = FOL_COLUMNS_TENSORS;
    return true;
}

bool fol_columns_has_tensor(const char *name)
{
    bool has = false;
    for (int i = 0; i < FOL_COLUMNS_TENSORS; i++)
        has = has || strcmp(name, names[i]) == 0;
    return has;
}

// ---- reading ----

static bool is_transform(const double *row, size_t left)
{
    const bool known = row[KIND] == FOL_COLUMN_PLAIN || row[KIND] == FOL_COLUMN_ATOMS || row[KIND] == FOL_COLUMN_SCORES;
    return known && (row[WHOLE] == 0 || row[WHOLE] == 1) && row[KNOTS] >= 0 && row[KNOTS] <= (double) left &&
           row[KNOTS] == floor(row[KNOTS]) && (row[KNOTS] == 0) == (row[KIND] == FOL_COLUMN_PLAIN) &&
           row[SLOPE_BEFORE] >= 0 && row[SLOPE_AFTER] >= 0 && isfinite(row[SLOPE_BEFORE] + row[SLOPE_AFTER]);
}

static bool are_knots(const fol_column *column)
{
    bool are = true;
    for (size_t k = 0; k < column->n_knots; k++)
        are = are && isfinite(column->at[k]) && isfinite(column->value[k]) &&
              (k == 0 || (column->at[k] >= column->at[k - 1] && column->value[k] >= column->value[k - 1]));
    return are;
}

// From a row of transform.columns and the knots that are left.
static fol_status read_transform(fol_context *ctx, const fol_record *record, size_t j, const double *row,
                                 const double *knots, size_t left, fol_column *column)
{
    bool right = is_transform(row, left);
    if (right) {
        *column = (fol_column){.kind = (fol_column_kind) row[KIND],
                               .whole = row[WHOLE] != 0,
                               .n_knots = (size_t) row[KNOTS],
                               .slope = {row[SLOPE_BEFORE], row[SLOPE_AFTER]}};
        if (!fol_column_reserve(column, column->n_knots))
            return fol_fail_memory(ctx, "a model");
        for (size_t k = 0; k < column->n_knots; k++) {
            column->at[k] = knots[2 * k];
            column->value[k] = knots[2 * k + 1];
        }
        right = are_knots(column);
    }
    return right
               ? FOL_OK
               : fol_fail_file(ctx, FOL_E_FORMAT, record->source, "has a transform of column %zu that is none.", j + 1);
}

static fol_status read_transforms(fol_context *ctx, const fol_record *record, fol_columns *columns)
{
    const fol_tensor *found = fol_tensor_file_find(&record->file, names[3]);
    fol_tensor rows = transform_tensor(columns->d, NULL), knots = knot_tensor(found ? found->shape[0] : 0, NULL);
    if (!found && !fol_tensor_file_find(&record->file, names[2]))
        return FOL_OK;
    fol_status status = fol_record_get(ctx, record, &rows);
    if (status == FOL_OK)
        status = fol_record_get(ctx, record, &knots);
    const double *row = rows.data, *knot = knots.data;
    size_t used = 0;
    for (size_t j = 0; j < columns->d && status == FOL_OK; j++) {
        status = read_transform(ctx, record, j, row + j * N_FIELDS, knot + 2 * used, knots.shape[0] - used,
                                &columns->column[j]);
        used += columns->column[j].n_knots;
    }
    return status;
}

fol_status fol_columns_read(fol_context *ctx, const fol_record *record, size_t d, fol_columns *columns)
{
    *columns = (fol_columns){.d = d};
    fol_status status = fol_record_get_column(ctx, record, names[0], d, false, &columns->center);
    if (status == FOL_OK)
        status = fol_record_get_column(ctx, record, names[1], d, true, &columns->scale);
    if (status != FOL_OK)
        return status;
    columns->column = fol_alloc_zero(d, sizeof *columns->column);
    return columns->column ? read_transforms(ctx, record, columns) : fol_fail_memory(ctx, "a model");
}
