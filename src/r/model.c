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

SEXP ffi_model_fields(const fol_model *model, const unsigned char *bytes, size_t n)
{
    static const char *const names[] = {"bytes",  "names",  "options",   "center", "scale", "history",   "seed",
                                        "n_rows", "config", "n_weights", "step",   "mean",  "covariance"};
    SEXP fields = PROTECT(ffi_named_list(sizeof names / sizeof *names, names));
    SEXP image = Rf_allocVector(RAWSXP, (R_xlen_t) n);
    memcpy(RAW(image), bytes, n);
    SET_VECTOR_ELT(fields, 0, image);
    if (model->names)
        SET_VECTOR_ELT(fields, 1, texts(model->names, model->dim));
    SET_VECTOR_ELT(fields, 2, options(model));
    SET_VECTOR_ELT(fields, 3, doubles(model->center, model->dim));
    SET_VECTOR_ELT(fields, 4, doubles(model->scale, model->dim));
    SET_VECTOR_ELT(fields, 5, history(model));
    SET_VECTOR_ELT(fields, 6, Rf_ScalarReal((double) model->seed));
    SET_VECTOR_ELT(fields, 7, Rf_ScalarReal((double) model->n_rows));
    SET_VECTOR_ELT(fields, 8, Rf_ScalarString(Rf_mkCharCE(model->config, CE_UTF8)));
    SET_VECTOR_ELT(fields, 9, Rf_ScalarReal((double) model->network->n_weights));
    SET_VECTOR_ELT(fields, 10, Rf_ScalarReal(fol_model_end(model).kept));
    SET_VECTOR_ELT(fields, 11, doubles(model->mean, model->dim));
    SET_VECTOR_ELT(fields, 12, covariance(model));
    UNPROTECT(1);
    return fields;
}

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
