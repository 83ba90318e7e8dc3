// Jobs: a named list as JSON, and back.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi.h"

static json_t *number(double x)
{
    if (isinf(x))
        return json_string(x > 0 ? "inf" : "-inf");
    return x == floor(x) && fabs(x) < 9007199254740992.0 ? json_integer((json_int_t) x) : json_real(x);
}

static json_t *json_of(SEXP x)
{
    if (TYPEOF(x) == LGLSXP)
        return json_boolean(LOGICAL(x)[0]);
    const bool text = TYPEOF(x) == STRSXP;
    if (Rf_xlength(x) == 1)
        return text ? json_string(CHAR(STRING_ELT(x, 0))) : number(REAL(x)[0]);
    json_t *array = json_array();
    for (R_xlen_t i = 0; i < Rf_xlength(x); i++)
        json_array_append_new(array, text ? json_string(CHAR(STRING_ELT(x, i))) : number(REAL(x)[i]));
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

// values: a named list of doubles, of one flag or of texts.
SEXP ffi_job_write(SEXP path, SEXP values)
{
    fol_context ctx;
    fol_context_init(&ctx);
    SEXP names = Rf_getAttrib(values, R_NamesSymbol);
    json_t *job = json_object();
    bool whole = job != NULL;
    for (R_xlen_t i = 0; i < Rf_xlength(values); i++)
        whole = whole && json_object_set_new(job, CHAR(STRING_ELT(names, i)), json_of(VECTOR_ELT(values, i))) == 0;
    char *text = whole ? json_dumps(job, JSON_INDENT(2) | JSON_REAL_PRECISION(digits(values))) : NULL;
    fol_status status;
    if (text) {
        const size_t n = strlen(text);
        text[n] = '\n'; // in place of the end of the string
        status = fol_file_write(&ctx, CHAR(STRING_ELT(path, 0)), (unsigned char *) text, n + 1);
    } else
        status = fol_fail_memory(&ctx, "the job file");
    free(text);
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
