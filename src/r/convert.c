// Conversion: R vectors as the core's views, and back.
#include <string.h>

#include "ffi.h"

SEXP ffi_list_get(SEXP list, const char *name)
{
    SEXP names = Rf_getAttrib(list, R_NamesSymbol);
    for (R_xlen_t i = 0; i < Rf_xlength(names); i++)
        if (strcmp(CHAR(STRING_ELT(names, i)), name) == 0)
            return VECTOR_ELT(list, i);
    return R_NilValue;
}

fol_rows ffi_rows(SEXP x)
{
    const size_t n = (size_t) Rf_nrows(x), d = (size_t) Rf_ncols(x);
    return (fol_rows){REAL(x), n, d, 1, n};
}

SEXP ffi_named_list(int n, const char *const *names)
{
    SEXP list = PROTECT(Rf_allocVector(VECSXP, n));
    SEXP labels = PROTECT(Rf_allocVector(STRSXP, n));
    for (int i = 0; i < n; i++)
        SET_STRING_ELT(labels, i, Rf_mkChar(names[i]));
    Rf_setAttrib(list, R_NamesSymbol, labels);
    UNPROTECT(2);
    return list;
}
