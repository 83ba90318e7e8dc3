// Options: R lists against the core's tables.
#include <math.h>
#include <string.h>

#include "ffi.h"

static fol_value value_of(SEXP x)
{
    switch (TYPEOF(x)) {
    case LGLSXP:
        return (fol_value){.kind = FOL_VALUE_FLAG, .flag = LOGICAL(x)[0] == TRUE};
    case STRSXP:
        return (fol_value){.kind = FOL_VALUE_TEXT, .text = CHAR(STRING_ELT(x, 0))};
    default:
        return (fol_value){.kind = FOL_VALUE_NUMBERS, .numbers = REAL(x), .n = (size_t) Rf_xlength(x)};
    }
}

fol_status ffi_options_read(fol_context *ctx, const fol_option *table, SEXP values, void *fields)
{
    SEXP names = Rf_getAttrib(values, R_NamesSymbol);
    fol_options_init(table, fields);
    for (R_xlen_t i = 0; i < Rf_xlength(values); i++) {
        const fol_value value = value_of(VECTOR_ELT(values, i));
        const fol_status status = fol_options_set(ctx, table, fields, CHAR(STRING_ELT(names, i)), &value);
        if (status != FOL_OK)
            return status;
    }
    return FOL_OK;
}

static SEXP field_value(const fol_option *option, const void *fields)
{
    const void *field = (const char *) fields + option->offset;
    switch (option->type) {
    case FOL_OPTION_INT: {
        const int64_t value = *(const int64_t *) field;
        return Rf_ScalarReal(value < 0 ? NA_REAL : (double) value);
    }
    case FOL_OPTION_REAL: {
        const double value = *(const double *) field;
        return Rf_ScalarReal(isnan(value) ? NA_REAL : value);
    }
    case FOL_OPTION_FLAG:
        return Rf_ScalarLogical(*(const bool *) field);
    case FOL_OPTION_CHOICE: {
        char word[FOL_TEXT_SIZE];
        return Rf_mkString(fol_choice_word(option->range, *(const int *) field, word));
    }
    case FOL_OPTION_INTS: {
        const fol_ints *list = field;
        SEXP value = Rf_allocVector(REALSXP, list->n);
        for (int i = 0; i < list->n; i++)
            REAL(value)[i] = list->value[i];
        return value;
    }
    case FOL_OPTION_TEXT:
        return Rf_ScalarString(Rf_mkCharCE(field, CE_UTF8));
    }
    return R_NilValue;
}

SEXP ffi_options_list(const fol_option *table, const void *fields)
{
    int n = 0;
    while (table[n].key)
        n++;
    SEXP list = PROTECT(Rf_allocVector(VECSXP, n));
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n));
    for (int i = 0; i < n; i++) {
        SET_STRING_ELT(names, i, Rf_mkChar(table[i].key));
        SET_VECTOR_ELT(list, i, field_value(&table[i], fields));
    }
    Rf_setAttrib(list, R_NamesSymbol, names);
    UNPROTECT(2);
    return list;
}

fol_status ffi_process_read(fol_context *ctx, SEXP values, fol_process *process)
{
    const fol_status status = ffi_options_read(ctx, fol_process_options, values, process);
    return status == FOL_OK ? fol_process_check(ctx, process) : status;
}

// Every field of a table by name, with `values` set and checked.
SEXP ffi_options(SEXP table, SEXP values)
{
    static const struct {
        const char *name;
        const fol_option *options;
    } tables[] = {
        {"drift", fol_drift_option_table}, {"expect", fol_expect_option_table},
        {"fit", fol_fit_option_table},     {"functional", fol_functional_option_table},
        {"process", fol_process_options},  {"sample", fol_sample_option_table},
    };
    union {
        fol_drift_options drift;
        fol_expect_options expect;
        fol_fit_options fit;
        fol_functional_options functional;
        fol_process process;
        fol_sample_options sample;
    } fields;
    const char *name = CHAR(STRING_ELT(table, 0));
    size_t i = 0;
    while (strcmp(name, tables[i].name) != 0)
        i++;
    const fol_option *options = tables[i].options;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_status status = ffi_options_read(&ctx, options, values, &fields);
    if (status == FOL_OK && options == fol_process_options)
        status = fol_process_check(&ctx, &fields.process);
    else if (status == FOL_OK && options == fol_fit_option_table)
        status = fol_process_check(&ctx, &fields.fit.process);
    return status == FOL_OK ? ffi_options_list(options, &fields) : ffi_failure(&ctx, status);
}
