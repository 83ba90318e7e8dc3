// Models: between R's raw bytes, files and the core, and what R shows of them.
#include <string.h>

#include "ffi.h"

fol_status ffi_model_unpack(fol_context *ctx, SEXP bytes, fol_model **model)
{
    return fol_model_unpack(ctx, RAW(bytes), (size_t) Rf_xlength(bytes), "the model", model);
}

static SEXP doubles(const double *x, size_t n)
{
    SEXP out = Rf_allocVector(REALSXP, (R_xlen_t) n);
    if (n > 0)
        memcpy(REAL(out), x, n * sizeof *x);
    return out;
}

static SEXP texts(char *const *x, size_t n)
{
    SEXP out = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t) n));
    for (size_t i = 0; i < n; i++)
        SET_STRING_ELT(out, (R_xlen_t) i, Rf_mkCharCE(x[i], CE_UTF8));
    UNPROTECT(1);
    return out;
}

static SEXP history(const fol_model *model)
{
    const size_t n = model->n_history;
    SEXP out = Rf_allocMatrix(REALSXP, (int) n, 3);
    for (size_t i = 0; i < n; i++) {
        REAL(out)[i] = model->history[i].step;
        REAL(out)[n + i] = model->history[i].loss;
        REAL(out)[2 * n + i] = model->history[i].validation;
    }
    return out;
}

// The options that a model remembers: process, network, parametrization.
static SEXP options(const fol_model *model)
{
    fol_fit_options fit;
    fol_options_init(fol_fit_option_table, &fit);
    fit.process = model->process;
    fit.network = model->network_options;
    fit.parametrization = model->parametrization;
    return ffi_options_list(fol_fit_option_table, &fit);
}

// The covariance of the Gaussian that the untrained network stands for, or NULL.
static SEXP covariance(const fol_model *model)
{
    const int d = (int) model->dim;
    if (!fol_model_starts_gaussian(model))
        return R_NilValue;
    SEXP matrix = Rf_allocMatrix(REALSXP, d, d);
    fol_model_covariance(model, REAL(matrix));
    return matrix;
}

// What is drawn of each column: its transform, a fol_column_kind; whether whole numbers; the number of its atoms; where
// its values end, or an infinity.
static SEXP columns(const fol_columns *columns)
{
    static const char *const names[] = {"kind", "whole", "atoms", "lower", "upper"};
    enum { N_FIELDS = sizeof names / sizeof *names };
    double *field[N_FIELDS];
    SEXP list = PROTECT(ffi_named_list(N_FIELDS, names));
    for (int k = 0; k < N_FIELDS; k++) {
        SET_VECTOR_ELT(list, k, Rf_allocVector(REALSXP, (R_xlen_t) columns->d));
        field[k] = REAL(VECTOR_ELT(list, k));
    }
    for (size_t j = 0; j < columns->d; j++) {
        const fol_column *column = &columns->column[j];
        const bool has_knots = column->n_knots > 0;
        const double row[N_FIELDS] = {column->kind, column->whole, (double) fol_column_atoms(column),
                                      has_knots && column->slope[0] == 0 ? column->value[0] : R_NegInf,
                                      has_knots && column->slope[1] == 0 ? column->value[column->n_knots - 1]
                                                                         : R_PosInf};
        for (int k = 0; k < N_FIELDS; k++)
            field[k][j] = row[k];
    }
    UNPROTECT(1);
    return list;
}

SEXP ffi_model_fields(const fol_model *model, const unsigned char *bytes, size_t n)
{
    static const char *const names[] = {"bytes",  "names",  "options",   "center", "scale", "history",    "seed",
                                        "n_rows", "config", "n_weights", "step",   "mean",  "covariance", "columns"};
    SEXP fields = PROTECT(ffi_named_list(sizeof names / sizeof *names, names));
    SEXP image = Rf_allocVector(RAWSXP, (R_xlen_t) n);
    memcpy(RAW(image), bytes, n);
    SET_VECTOR_ELT(fields, 0, image);
    if (model->names)
        SET_VECTOR_ELT(fields, 1, texts(model->names, model->dim));
    SET_VECTOR_ELT(fields, 2, options(model));
    SET_VECTOR_ELT(fields, 3, doubles(model->columns.center, model->dim));
    SET_VECTOR_ELT(fields, 4, doubles(model->columns.scale, model->dim));
    SET_VECTOR_ELT(fields, 5, history(model));
    SET_VECTOR_ELT(fields, 6, Rf_ScalarReal((double) model->seed));
    SET_VECTOR_ELT(fields, 7, Rf_ScalarReal((double) model->n_rows));
    SET_VECTOR_ELT(fields, 8, Rf_ScalarString(Rf_mkCharCE(model->config, CE_UTF8)));
    SET_VECTOR_ELT(fields, 9, Rf_ScalarReal((double) model->network->n_weights));
    SET_VECTOR_ELT(fields, 10, Rf_ScalarReal(fol_model_end(model).kept));
    SET_VECTOR_ELT(fields, 11, doubles(model->mean, model->dim));
    SET_VECTOR_ELT(fields, 12, covariance(model));
    SET_VECTOR_ELT(fields, 13, columns(&model->columns));
    UNPROTECT(1);
    return fields;
}

// The rows of a matrix x in the coordinates of a model's process, or, the reverse, on the scale of its data.
SEXP ffi_model_coordinates(SEXP bytes, SEXP x, SEXP reverse)
{
    fol_context ctx;
    fol_context_init(&ctx);
    const R_xlen_t n = Rf_nrows(x), d = Rf_ncols(x);
    const bool to_data = Rf_asLogical(reverse);
    SEXP out = PROTECT(Rf_duplicate(x)), owner = PROTECT(ffi_own(FFI_MODEL));
    fol_model *model = NULL;
    const fol_status status = ffi_model_unpack(&ctx, bytes, &model);
    ffi_owns(owner, model);
    for (R_xlen_t i = 0; status == FOL_OK && i < n * d; i++)
        REAL(out)
    [i] = (to_data ? fol_columns_value : fol_columns_standard)(&model->columns, (size_t) (i / n), REAL(x)[i]);
    ffi_release(owner);
    UNPROTECT(2);
    return status == FOL_OK ? out : ffi_failure(&ctx, status);
}

// The fields of a model, with an attribute `unsealed` where the file has no checksum.
SEXP ffi_model_read(SEXP path)
{
    fol_context ctx;
    fol_context_init(&ctx);
    const char *file = CHAR(STRING_ELT(path, 0));
    SEXP model_owner = PROTECT(ffi_own(FFI_MODEL));
    SEXP bytes_owner = PROTECT(ffi_own(FFI_BLOCK));
    unsigned char *bytes = NULL;
    size_t n = 0;
    fol_model *model = NULL;
    fol_status status = fol_file_read(&ctx, file, &bytes, &n);
    ffi_owns(bytes_owner, bytes);
    if (status == FOL_OK)
        status = fol_model_unpack(&ctx, bytes, n, file, &model);
    ffi_owns(model_owner, model);
    SEXP answer = PROTECT(status == FOL_OK ? ffi_model_fields(model, bytes, n) : ffi_failure(&ctx, status));
    if (status == FOL_OK && model->unsealed)
        Rf_setAttrib(answer, Rf_install("unsealed"), Rf_ScalarLogical(TRUE));
    ffi_release(model_owner);
    ffi_release(bytes_owner);
    UNPROTECT(3);
    return answer;
}

SEXP ffi_model_write(SEXP bytes, SEXP path)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_model *model = NULL;
    fol_status status = ffi_model_unpack(&ctx, bytes, &model);
    fol_model_free(model);
    if (status == FOL_OK)
        status = fol_file_write(&ctx, CHAR(STRING_ELT(path, 0)), RAW(bytes), (size_t) Rf_xlength(bytes));
    return status == FOL_OK ? R_NilValue : ffi_failure(&ctx, status);
}
