// Members: a struct of the core as a named list by the table of its members, and back.
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "ffi.h"

static bool is_shown(const fol_member *m)
{
    return m->kind != FOL_MEMBER_SIZE;
}

// An array, its last dimension first: a vector, or a matrix with all other dimensions as columns.
static SEXP array_of(const fol_member *m, const void *object, SEXP labels)
{
    const size_t n = fol_member_length(m, object), rank = fol_member_rank(m);
    const size_t rows = fol_member_extent(m, object, rank - 1);
    size_t columns = 1;
    for (size_t axis = 0; axis + 1 < rank; axis++)
        columns *= fol_member_extent(m, object, axis);
    SEXP out =
        PROTECT(rank == 1 ? Rf_allocVector(REALSXP, (R_xlen_t) n) : Rf_allocMatrix(REALSXP, (int) rows, (int) columns));
    const void *array = fol_member_array(m, object);
    if (m->kind == FOL_MEMBER_PLACES)
        for (size_t i = 0; i < n; i++)
            REAL(out)[i] = (double) ((const uint64_t *) array)[i];
    else if (n > 0)
        memcpy(REAL(out), array, n * sizeof(double));
    if (labels != R_NilValue && m->form == FOL_FORM_RECORDS)
        Rf_setAttrib(out, R_NamesSymbol, labels);
    if (labels != R_NilValue && m->form == FOL_FORM_ROWS) {
        SEXP both = PROTECT(Rf_allocVector(VECSXP, 2));
        SET_VECTOR_ELT(both, 0, labels);
        SET_VECTOR_ELT(both, 1, labels);
        Rf_setAttrib(out, R_DimNamesSymbol, both);
        UNPROTECT(1);
    }
    UNPROTECT(1);
    return out;
}

static SEXP value_of(const fol_member *m, const void *object, SEXP labels)
{
    const void *value = (const char *) object + m->offset;
    char text[FOL_TEXT_SIZE];
    if (fol_member_is_array(m))
        return array_of(m, object, labels);
    switch (m->kind) {
    case FOL_MEMBER_REAL:
        return Rf_ScalarReal(*(const double *) value);
    case FOL_MEMBER_FLAG:
        return Rf_ScalarLogical(*(const bool *) value);
    case FOL_MEMBER_WORD:
        return Rf_ScalarReal((double) *(const uint64_t *) value);
    default:
        return Rf_mkString(fol_member_text(m, object, text));
    }
}

SEXP ffi_members_list(const fol_members *table, const void *object, SEXP labels)
{
    int n = 0;
    for (const fol_member *m = table->list; m->key; m++)
        n += is_shown(m);
    SEXP list = PROTECT(Rf_allocVector(VECSXP, n)), names = PROTECT(Rf_allocVector(STRSXP, n));
    n = 0;
    for (const fol_member *m = table->list; m->key; m++)
        if (is_shown(m)) {
            SET_STRING_ELT(names, n, Rf_mkChar(m->key));
            SET_VECTOR_ELT(list, n++, value_of(m, object, labels));
        }
    Rf_setAttrib(list, R_NamesSymbol, names);
    UNPROTECT(2);
    return list;
}

static bool is_whole(double x)
{
    return x >= 0 && x < 0x1p64 && x == floor(x);
}

static bool read_single(const fol_member *m, SEXP x, void *object)
{
    void *value = (char *) object + m->offset;
    if (x == R_NilValue && (m->rule & FOL_OPTIONAL))
        return true;
    const bool is_text = m->kind == FOL_MEMBER_CHOICE || m->kind == FOL_MEMBER_SET || m->kind == FOL_MEMBER_HASH;
    if ((SEXPTYPE) TYPEOF(x) != (is_text                      ? STRSXP
                                 : m->kind == FOL_MEMBER_FLAG ? LGLSXP
                                                              : REALSXP) ||
        Rf_xlength(x) != 1)
        return false;
    switch (m->kind) {
    case FOL_MEMBER_REAL:
        *(double *) value = REAL(x)[0];
        return true;
    case FOL_MEMBER_FLAG:
        *(bool *) value = LOGICAL(x)[0] == TRUE;
        return LOGICAL(x)[0] != NA_LOGICAL;
    case FOL_MEMBER_WORD:
        *(uint64_t *) value = is_whole(REAL(x)[0]) ? (uint64_t) REAL(x)[0] : 0;
        return is_whole(REAL(x)[0]);
    default:
        return fol_member_set_text(m, CHAR(STRING_ELT(x, 0)), object);
    }
}

// A size, by the length of a vector or the dimensions of a matrix that has it.
static bool read_size(const fol_members *table, const fol_member *m, SEXP list, void *object)
{
    size_t axis;
    const fol_member *from = fol_member_source(table, m, 1, &axis);
    const bool is_vector = from != NULL;
    if (!from)
        from = fol_member_source(table, m, 2, &axis);
    SEXP x = ffi_list_get(list, from->key);
    if (!is_vector && !Rf_isMatrix(x))
        return false;
    const R_xlen_t n = is_vector ? Rf_xlength(x) : axis == 0 ? Rf_ncols(x) : Rf_nrows(x);
    *(size_t *) (void *) ((char *) object + m->offset) = (size_t) n;
    return true;
}

static bool read_array(const fol_member *m, SEXP x, const void *object)
{
    const size_t n = fol_member_length(m, object);
    void *array = fol_member_array(m, object);
    if (TYPEOF(x) != REALSXP || (size_t) Rf_xlength(x) != n)
        return false;
    if (m->kind != FOL_MEMBER_PLACES) {
        if (n > 0)
            memcpy(array, REAL(x), n * sizeof(double));
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_whole(REAL(x)[i]))
            return false;
        ((uint64_t *) array)[i] = (uint64_t) REAL(x)[i];
    }
    return true;
}

fol_status ffi_members_read(fol_context *ctx, const fol_members *table, SEXP list, SEXP owner)
{
    void *single = R_alloc(1, (int) table->size), *object = NULL;
    bool fits = TYPEOF(list) == VECSXP;
    fol_members_init(table, single);
    for (const fol_member *m = table->list; m->key && fits; m++)
        if (!fol_member_is_array(m))
            fits = is_shown(m) ? read_single(m, ffi_list_get(list, m->key), single) : read_size(table, m, list, single);
    fits = fits && (!table->check_sizes || table->check_sizes(ctx, single) == FOL_OK);
    fol_status status = fits ? fol_members_new(ctx, table, single, &object) : FOL_E_FORMAT;
    ffi_owns(owner, object);
    for (const fol_member *m = table->list; m->key && status == FOL_OK; m++)
        if (fol_member_is_array(m) && !read_array(m, ffi_list_get(list, m->key), object))
            status = FOL_E_FORMAT;
    return status == FOL_OK ? fol_members_check(ctx, table, object) : status;
}
