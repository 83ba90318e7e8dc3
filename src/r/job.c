// Job files: a named list as JSON.
#include <jansson.h>
#include <math.h>
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
    if (TYPEOF(x) == STRSXP)
        return json_string(CHAR(STRING_ELT(x, 0)));
    if (Rf_xlength(x) == 1)
        return number(REAL(x)[0]);
    json_t *array = json_array();
    for (R_xlen_t i = 0; i < Rf_xlength(x); i++)
        json_array_append_new(array, number(REAL(x)[i]));
    return array;
}

// values: a named list of doubles, one flag or one text each.
SEXP ffi_job_write(SEXP path, SEXP values)
{
    fol_context ctx;
    fol_context_init(&ctx);
    SEXP names = Rf_getAttrib(values, R_NamesSymbol);
    json_t *job = json_object();
    bool whole = job != NULL;
    for (R_xlen_t i = 0; i < Rf_xlength(values); i++)
        whole = whole && json_object_set_new(job, CHAR(STRING_ELT(names, i)), json_of(VECTOR_ELT(values, i))) == 0;
    char *text = whole ? json_dumps(job, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
    const fol_status status = text ? fol_file_write(&ctx, CHAR(STRING_ELT(path, 0)), (unsigned char *) text, strlen(text))
                                   : fol_fail_memory(&ctx, "the job file");
    free(text);
    json_decref(job);
    return status == FOL_OK ? R_NilValue : ffi_failure(&ctx, status);
}
