// Options: R lists against the core's tables.
#include <math.h>
#include <string.h>

#include "../core/io/option_rules.h"
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
    for (int kinds = 1; kinds >= 0; kinds--)
        for (R_xlen_t i = 0; i < Rf_xlength(values); i++) {
            const char *key = CHAR(STRING_ELT(names, i));
            const fol_option *option = fol_options_find(table, key).option;
            if ((option && option->type == FOL_OPTION_KIND) != kinds)
                continue;
            const fol_value value = value_of(VECTOR_ELT(values, i));
            const fol_status status = fol_options_set(ctx, table, fields, key, &value);
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
    case FOL_OPTION_KIND:
        return Rf_mkString(((const fol_instance *) field)->kind->name);
    case FOL_OPTION_TEXT:
        return Rf_ScalarString(Rf_mkCharCE(field, CE_UTF8));
    }
    return R_NilValue;
}

// The instance of a kind, or NULL for other options.
static const fol_instance *instance_of(const fol_option *option, const void *fields)
{
    return option->type == FOL_OPTION_KIND ? (const void *) ((const char *) fields + option->offset) : NULL;
}

static int count_fields(const fol_option *table, const void *fields)
{
    int n = 0;
    for (const fol_option *option = table; option->key; option++, n++) {
        const fol_instance *instance = instance_of(option, fields);
        for (const fol_option *key = instance ? instance->kind->keys : NULL; key && key->key; key++)
            n++;
    }
    return n;
}

SEXP ffi_options_list(const fol_option *table, const void *fields)
{
    const int n = count_fields(table, fields);
    SEXP list = PROTECT(Rf_allocVector(VECSXP, n));
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n));
    int at = 0;
    for (const fol_option *option = table; option->key; option++) {
        SET_STRING_ELT(names, at, Rf_mkChar(option->key));
        SET_VECTOR_ELT(list, at++, field_value(option, fields));
        const fol_instance *instance = instance_of(option, fields);
        for (int i = 0; instance && instance->kind->keys[i].key; i++) {
            SET_STRING_ELT(names, at, Rf_mkChar(instance->kind->keys[i].key));
            SET_VECTOR_ELT(list, at++, Rf_ScalarReal(instance->value[i]));
        }
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
        {"drift", fol_drift_option_table},   {"expect", fol_expect_option_table},
        {"fit", fol_fit_option_table},       {"functional", fol_functional_option_table},
        {"gap", fol_gap_option_table},       {"process", fol_process_options},
        {"sample", fol_sample_option_table},
    };
    union {
        fol_expect_options expect;
        fol_fit_options fit;
        fol_gap_law gap;
        fol_instance instance; // drift, functional
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
    if (status == FOL_OK)
        status = fol_options_check(&ctx, options, &fields);
    if (status == FOL_OK)
        status = fol_options_check_changed(&ctx, (const fol_option_part[]){{options, &fields, NULL}, {0}});
    return status == FOL_OK ? ffi_options_list(options, &fields) : ffi_failure(&ctx, status);
}

// The kinds of a family: for each its keys, by name.
SEXP ffi_kinds(SEXP family)
{
    static const struct {
        const char *name;
        const fol_kind *const *kinds;
    } families[] = {{"drift", fol_drifts}, {"estimator", fol_estimators}, {"functional", fol_functionals},
                    {"gap", fol_gaps},     {"process", fol_processes},    {"target", fol_targets}};
    size_t i = 0, n = 0;
    while (strcmp(CHAR(STRING_ELT(family, 0)), families[i].name) != 0)
        i++;
    const fol_kind *const *kinds = families[i].kinds;
    while (kinds[n])
        n++;
    SEXP list = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t) n));
    SEXP names = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t) n));
    for (R_xlen_t k = 0; kinds[k]; k++) {
        int n_keys = 0;
        while (kinds[k]->keys[n_keys].key)
            n_keys++;
        SET_STRING_ELT(names, k, Rf_mkChar(kinds[k]->name));
        SEXP keys = Rf_allocVector(STRSXP, n_keys);
        SET_VECTOR_ELT(list, k, keys);
        for (int j = 0; j < n_keys; j++)
            SET_STRING_ELT(keys, j, Rf_mkChar(kinds[k]->keys[j].key));
    }
    Rf_setAttrib(list, R_NamesSymbol, names);
    UNPROTECT(2);
    return list;
}

SEXP ffi_failure_fields(const fol_failure *failure)
{
    static const char *const names[] = {"type", "argument", "wanted", "given", "other", "source",
                                        "flag", "entry",    "line",   "row",   "column"};
    static const char *const types[] = {
        [FOL_FAILURE_OTHER] = "other",     [FOL_FAILURE_VALUE] = "value",     [FOL_FAILURE_ABOUT] = "about",
        [FOL_FAILURE_CONTENT] = "content", [FOL_FAILURE_UNKNOWN] = "unknown", [FOL_FAILURE_BESIDE] = "beside",
        [FOL_FAILURE_AGAINST] = "against",
    };
    if (failure->type == FOL_FAILURE_OTHER && !*failure->source)
        return R_NilValue;
    SEXP fields = PROTECT(ffi_named_list(sizeof names / sizeof *names, names));
    const char *const texts[] = {types[failure->type], failure->argument, failure->wanted,
                                 failure->given,       failure->other,    failure->source};
    const fol_place *at = &failure->at;
    const size_t places[] = {at->entry, at->line, at->row, at->column};
    enum { N_TEXTS = sizeof texts / sizeof *texts, N_PLACES = sizeof places / sizeof *places };
    for (int i = 0; i < N_TEXTS; i++)
        SET_VECTOR_ELT(fields, i, Rf_ScalarString(Rf_mkCharCE(texts[i], CE_UTF8)));
    SET_VECTOR_ELT(fields, N_TEXTS, Rf_ScalarLogical(failure->flag));
    for (int i = 0; i < N_PLACES; i++)
        SET_VECTOR_ELT(fields, N_TEXTS + 1 + i, Rf_ScalarReal((double) places[i]));
    UNPROTECT(1);
    return fields;
}
