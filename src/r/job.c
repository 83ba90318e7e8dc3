// Jobs: a named list as JSON, and back.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../core/io/json_text.h"
#include "../core/job/job.h"
#include "ffi.h"

static json_t *number(double x)
{
    if (isnan(x))
        return json_null();
    if (isinf(x))
        return json_string(x > 0 ? "inf" : "-inf");
    return x == floor(x) && fabs(x) < 9007199254740992.0 ? json_integer((json_int_t) x) : json_real(x);
}

// NULL when memory runs out.
static json_t *entry_of(SEXP x, R_xlen_t i)
{
    if (TYPEOF(x) == LGLSXP)
        return json_boolean(LOGICAL(x)[i]);
    return TYPEOF(x) == STRSXP ? json_string(CHAR(STRING_ELT(x, i))) : number(REAL(x)[i]);
}

static json_t *json_of(SEXP x)
{
    if (Rf_xlength(x) == 1)
        return entry_of(x, 0);
    json_t *array = json_array();
    for (R_xlen_t i = 0; array && i < Rf_xlength(x); i++)
        if (json_array_append_new(array, entry_of(x, i)) != 0) {
            json_decref(array);
            array = NULL;
        }
    return array;
}

// Digits with which every number is read back as it was: 15 look better than 17.
static size_t digits(SEXP values)
{
    char word[32];
    for (R_xlen_t i = 0; i < Rf_xlength(values); i++) {
        SEXP x = VECTOR_ELT(values, i);
        for (R_xlen_t j = 0; TYPEOF(x) == REALSXP && j < Rf_xlength(x); j++) {
            snprintf(word, sizeof word, "%.15g", REAL(x)[j]);
            if (strtod(word, NULL) != REAL(x)[j])
                return 17;
        }
    }
    return 15;
}

// The names of all jobs.
SEXP ffi_job_names(void)
{
    R_xlen_t n = 0;
    while (fol_jobs[n])
        n++;
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n));
    for (R_xlen_t i = 0; i < n; i++)
        SET_STRING_ELT(names, i, Rf_mkChar(fol_jobs[i]->name));
    UNPROTECT(1);
    return names;
}

// Refuses what the command would refuse: the keys of a job object, kinds first, and what goes together.
static fol_status check(fol_context *ctx, const fol_job_kind *kind, json_t *job)
{
    size_t n = 0;
    const char *key;
    json_t *value;
    fol_status status = FOL_OK;
    void *fields = fol_job_new(kind);
    const char **given = fol_alloc(json_object_size(job) + 1, sizeof *given);
    if (!fields || !given) {
        status = fol_fail_memory(ctx, "a job");
        goto cleanup;
    }
    for (int kinds = 1; kinds >= 0; kinds--)
        json_object_foreach(job, key, value)
        {
            if (status != FOL_OK || strcmp(key, "command") == 0 || fol_job_is_kind(kind, key) != kinds)
                continue;
            status = fol_job_set_json(ctx, kind, fields, key, value);
            given[n++] = key;
        }
    if (status == FOL_OK)
        status = fol_job_check(ctx, kind, fields, n, given);
cleanup:
    fol_free(given);
    fol_job_free(kind, fields);
    return status;
}

// values: a named list of doubles, of one flag or of texts.
SEXP ffi_job_write(SEXP path, SEXP command, SEXP values)
{
    fol_context ctx;
    fol_context_init(&ctx);
    SEXP names = Rf_getAttrib(values, R_NamesSymbol);
    const char *name = CHAR(STRING_ELT(command, 0));
    char *text = NULL;
    json_t *job = json_pack("{ss}", "command", name);
    bool whole = job != NULL;
    for (R_xlen_t i = 0; i < Rf_xlength(values); i++)
        whole = whole && json_object_set_new(job, CHAR(STRING_ELT(names, i)), json_of(VECTOR_ELT(values, i))) == 0;
    fol_status status = whole ? check(&ctx, fol_job_find(name), job) : fol_fail_memory(&ctx, "the job file");
    if (status != FOL_OK)
        goto cleanup;
    text = fol_json_text(job, JSON_INDENT(2) | JSON_REAL_PRECISION(digits(values)));
    if (!text) {
        status = fol_fail_memory(&ctx, "the job file");
        goto cleanup;
    }
    const size_t n = strlen(text);
    text[n] = '\n'; // in place of the end of the string
    status = fol_file_write(&ctx, CHAR(STRING_ELT(path, 0)), (unsigned char *) text, n + 1);
cleanup:
    fol_free(text);
    json_decref(job);
    return status == FOL_OK ? R_NilValue : ffi_failure(&ctx, status);
}

SEXP ffi_json_list(void *object)
{
    const R_xlen_t n = (R_xlen_t) json_object_size(object);
    SEXP list = PROTECT(Rf_allocVector(VECSXP, n));
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n));
    const char *key;
    json_t *value;
    R_xlen_t i = 0;
    json_object_foreach((json_t *) object, key, value)
    {
        SET_STRING_ELT(names, i, Rf_mkCharCE(key, CE_UTF8));
        if (json_is_number(value))
            SET_VECTOR_ELT(list, i, Rf_ScalarReal(json_number_value(value)));
        else if (json_is_boolean(value))
            SET_VECTOR_ELT(list, i, Rf_ScalarLogical(json_is_true(value)));
        else if (json_is_string(value))
            SET_VECTOR_ELT(list, i, Rf_ScalarString(Rf_mkCharCE(json_string_value(value), CE_UTF8)));
        i++;
    }
    Rf_setAttrib(list, R_NamesSymbol, names);
    UNPROTECT(2);
    return n > 0 ? list : R_NilValue;
}

// A JSON object as a named list; NULL if `text` is none.
SEXP ffi_job_parse(SEXP text)
{
    SEXP owner = PROTECT(ffi_own(FFI_JSON));
    json_t *job = json_loads(CHAR(STRING_ELT(text, 0)), 0, NULL);
    ffi_owns(owner, job);
    SEXP list = PROTECT(ffi_json_list(job));
    ffi_release(owner);
    UNPROTECT(2);
    return list;
}
