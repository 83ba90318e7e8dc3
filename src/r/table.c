// Tables: files of numbers, read by the core, as matrices.
#include <limits.h>

#include "ffi.h"

static SEXP matrix_of(const fol_table *table)
{
    const int n = (int) table->n, d = (int) table->d;
    SEXP x = PROTECT(Rf_allocMatrix(REALSXP, n, d));
    fol_table_columns(table, REAL(x));
    if (table->names) {
        SEXP dimnames = PROTECT(Rf_allocVector(VECSXP, 2)), names = PROTECT(Rf_allocVector(STRSXP, d));
        for (int j = 0; j < d; j++)
            SET_STRING_ELT(names, j, Rf_mkCharCE(table->names[j], CE_UTF8));
        SET_VECTOR_ELT(dimnames, 1, names);
        Rf_setAttrib(x, R_DimNamesSymbol, dimnames);
        UNPROTECT(2);
    }
    UNPROTECT(1);
    return x;
}

static SEXP table_list(const fol_table *table)
{
    static const char *const names[] = {"data", "comment", "guess"};
    char guess[FOL_GUESS_SIZE];
    SEXP list = PROTECT(ffi_named_list(3, names));
    SET_VECTOR_ELT(list, 0, matrix_of(table));
    if (table->comment)
        SET_VECTOR_ELT(list, 1, Rf_ScalarString(Rf_mkCharCE(table->comment, CE_UTF8)));
    if (table->guessed)
        SET_VECTOR_ELT(list, 2, Rf_mkString(fol_table_guess(table, guess)));
    UNPROTECT(1);
    return list;
}

// list(data =, comment =, guess =): a matrix with the names of its columns, if there are any, the lines that stand
// first as one text, or NULL, and what the first line was taken for where it could be either. `header` is a fol_header.
// What is wrong in a file is its fault, not that of an argument.
SEXP ffi_table_read(SEXP path, SEXP header, SEXP run)
{
    fol_context ctx;
    ffi_unwind unwind = ffi_unwind_new();
    PROTECT(unwind.token);
    ffi_context_init(&ctx, run, &unwind);
    SEXP owner = PROTECT(ffi_own(FFI_TABLE));
    fol_table *table = fol_alloc_zero(1, sizeof *table);
    ffi_owns(owner, table);
    fol_status status = table
                            ? fol_table_read(&ctx, CHAR(STRING_ELT(path, 0)), (fol_header) Rf_asInteger(header), table)
                            : fol_fail_memory(&ctx, "a table");
    if (status == FOL_OK && (table->n > INT_MAX || table->d > INT_MAX))
        status = fol_fail_file(&ctx, FOL_E_FILE, CHAR(STRING_ELT(path, 0)),
                               "must have at most %d rows and columns, as a matrix of R has, not %zu and %zu.", INT_MAX,
                               table->n, table->d);
    SEXP answer = PROTECT(status == FOL_OK ? table_list(table)
                                           : ffi_failure(&ctx, status == FOL_E_INPUT ? FOL_E_FORMAT : status));
    ffi_release(owner);
    ffi_unwind_continue(&unwind);
    UNPROTECT(3);
    return answer;
}
