// Tallies: between R lists, result files and the core, and what is read off them.
#include <jansson.h>

#include "ffi.h"

// --- between lists and the core

SEXP ffi_tally_list(const fol_tally *tally)
{
    return ffi_members_list(&fol_tally_members, tally, R_NilValue);
}

static fol_status read_tally(fol_context *ctx, SEXP list, SEXP owner, const fol_tally **tally)
{
    const fol_status status = ffi_members_read(ctx, &fol_tally_members, list, owner);
    *tally = R_ExternalPtrAddr(owner);
    if (status == FOL_E_FORMAT)
        return fol_fail_about(ctx, "tallies", "must be as expectation() makes them; these do not fit.");
    return status;
}

static SEXP tally_owners(size_t n)
{
    SEXP owners = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t) n));
    for (size_t i = 0; i < n; i++)
        SET_VECTOR_ELT(owners, (R_xlen_t) i, ffi_own(FFI_TALLY));
    UNPROTECT(1);
    return owners;
}

static void release_all(SEXP owners)
{
    for (R_xlen_t i = 0; i < Rf_xlength(owners); i++)
        ffi_release(VECTOR_ELT(owners, i));
}

// tallies[i], owned by owners[i], from a list of R tallies.
static fol_status read_tallies(fol_context *ctx, SEXP list, SEXP owners, const fol_tally **tallies)
{
    fol_status status = FOL_OK;
    for (R_xlen_t i = 0; i < Rf_xlength(owners) && status == FOL_OK; i++) {
        SEXP tally = TYPEOF(list) == VECSXP ? VECTOR_ELT(list, i) : R_NilValue;
        status = read_tally(ctx, tally, VECTOR_ELT(owners, i), &tallies[i]);
    }
    return status;
}

static SEXP list_of(size_t n, SEXP owners)
{
    SEXP list = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t) n));
    for (size_t i = 0; i < n; i++)
        SET_VECTOR_ELT(list, (R_xlen_t) i, ffi_tally_list(R_ExternalPtrAddr(VECTOR_ELT(owners, (R_xlen_t) i))));
    UNPROTECT(1);
    return list;
}

// --- pooling

SEXP ffi_tally_join(SEXP list)
{
    fol_context ctx;
    fol_context_init(&ctx);
    const size_t n = (size_t) Rf_xlength(list);
    SEXP owners = PROTECT(tally_owners(n)), joined_owners = PROTECT(tally_owners(n)); // never more than there were
    const fol_tally **tallies = (const fol_tally **) R_alloc(n, sizeof *tallies);
    fol_tally **joined = NULL;
    size_t n_joined = 0;
    fol_status status = read_tallies(&ctx, list, owners, tallies);
    if (status == FOL_OK)
        status = fol_tally_join(&ctx, n, tallies, &n_joined, &joined);
    for (size_t i = 0; status == FOL_OK && i < n_joined; i++)
        ffi_owns(VECTOR_ELT(joined_owners, (R_xlen_t) i), joined[i]);
    fol_free(joined);
    SEXP answer = PROTECT(status == FOL_OK ? list_of(n_joined, joined_owners) : ffi_failure(&ctx, status));
    release_all(joined_owners);
    release_all(owners);
    UNPROTECT(3);
    return answer;
}

// --- what is read off tallies

static SEXP sentences(char *const *list)
{
    size_t n = 0;
    while (list[n])
        n++;
    SEXP out = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t) n));
    for (size_t i = 0; i < n; i++)
        SET_STRING_ELT(out, (R_xlen_t) i, Rf_mkCharCE(list[i], CE_UTF8));
    UNPROTECT(1);
    return out;
}

// The keys of a summary's numbers for each value.
SEXP ffi_summary_columns(void)
{
    R_xlen_t n = 0;
    for (const fol_member *m = fol_summary_members.list; m->key; m++)
        n += m->form == FOL_FORM_RECORDS;
    SEXP out = PROTECT(Rf_allocVector(STRSXP, n));
    n = 0;
    for (const fol_member *m = fol_summary_members.list; m->key; m++)
        if (m->form == FOL_FORM_RECORDS)
            SET_STRING_ELT(out, n++, Rf_mkChar(m->key));
    UNPROTECT(1);
    return out;
}

static SEXP summary_list(const fol_summary *summary, SEXP names, char *const *warnings)
{
    static const char *const fields[] = {"summary", "warnings"};
    SEXP list = PROTECT(ffi_named_list(2, fields));
    SET_VECTOR_ELT(list, 0, ffi_members_list(&fol_summary_members, summary, names));
    SET_VECTOR_ELT(list, 1, sentences(warnings));
    UNPROTECT(1);
    return list;
}

// list(summary, warnings) of the tallies of values with these names, at a target (NaN: none).
SEXP ffi_summarise(SEXP list, SEXP names, SEXP level, SEXP resamples, SEXP target_se)
{
    fol_context ctx;
    fol_context_init(&ctx);
    const size_t n = (size_t) Rf_xlength(list), q = (size_t) Rf_xlength(names);
    const fol_summary_options options = {Rf_asReal(level), (int64_t) Rf_asReal(resamples)};
    SEXP owners = PROTECT(tally_owners(n)), summary_owner = PROTECT(ffi_own(FFI_SUMMARY));
    SEXP warnings_owner = PROTECT(ffi_own(FFI_BLOCK));
    const fol_tally **tallies = (const fol_tally **) R_alloc(n, sizeof *tallies);
    const char **texts = (const char **) R_alloc(q, sizeof *texts);
    for (size_t j = 0; j < q; j++)
        texts[j] = Rf_translateCharUTF8(STRING_ELT(names, (R_xlen_t) j));
    fol_summary *summary = NULL;
    char **warnings = NULL;
    fol_status status = read_tallies(&ctx, list, owners, tallies);
    if (status == FOL_OK)
        status = fol_summarise(&ctx, n, tallies, &options, &summary);
    ffi_owns(summary_owner, summary);
    if (status == FOL_OK)
        status = fol_summary_warnings(&ctx, summary, n, tallies, texts, Rf_asReal(target_se), &warnings);
    ffi_owns(warnings_owner, warnings);
    SEXP answer = PROTECT(status == FOL_OK ? summary_list(summary, names, warnings) : ffi_failure(&ctx, status));
    ffi_release(warnings_owner);
    ffi_release(summary_owner);
    release_all(owners);
    UNPROTECT(4);
    return answer;
}

// The table of levels of function j (from 1) of an mlmc tally.
SEXP ffi_level_table(SEXP object, SEXP j)
{
    fol_context ctx;
    fol_context_init(&ctx);
    SEXP owner = PROTECT(ffi_own(FFI_TALLY)), table_owner = PROTECT(ffi_own(FFI_LEVELS));
    const fol_tally *tally;
    fol_level_table *table = NULL;
    fol_status status = read_tally(&ctx, object, owner, &tally);
    if (status == FOL_OK)
        status = fol_level_table_new(&ctx, tally, (size_t) Rf_asReal(j) - 1, &table);
    ffi_owns(table_owner, table);
    SEXP answer = PROTECT(status == FOL_OK ? ffi_members_list(&fol_level_table_members, table, R_NilValue)
                                           : ffi_failure(&ctx, status));
    ffi_release(table_owner);
    ffi_release(owner);
    UNPROTECT(3);
    return answer;
}

// --- result files

static fol_status open_result(fol_context *ctx, const char *file, json_t **result)
{
    unsigned char *bytes = NULL;
    size_t n = 0;
    const fol_status status = fol_file_read(ctx, file, &bytes, &n);
    if (status != FOL_OK)
        return status;
    *result = json_loadb((const char *) bytes, n, 0, NULL);
    fol_free(bytes);
    if (json_array_size(json_object_get(*result, "tallies")) == 0)
        return fol_fail_file(ctx, FOL_E_FORMAT, file, "is not a result of `follmer expect`: it has no tallies.");
    return FOL_OK;
}

static fol_status load_tallies(fol_context *ctx, const char *file, const json_t *array, SEXP owners)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        fol_tally *tally = NULL;
        const fol_status status = fol_tally_from_json(ctx, json_array_get(array, i), &tally);
        if (status != FOL_OK) {
            fol_fail_within(ctx, "%s, tally %zu", file, i + 1);
            return status;
        }
        ffi_owns(VECTOR_ELT(owners, (R_xlen_t) i), tally);
    }
    return FOL_OK;
}

static SEXP words(const json_t *array)
{
    const size_t n = json_array_size(array);
    SEXP out = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t) n));
    for (size_t i = 0; i < n; i++) {
        const char *word = json_string_value(json_array_get(array, i));
        SET_STRING_ELT(out, (R_xlen_t) i, word ? Rf_mkCharCE(word, CE_UTF8) : NA_STRING);
    }
    UNPROTECT(1);
    return out;
}

// list(tallies, names, problem) of a file that the command wrote.
SEXP ffi_expectation_read(SEXP path)
{
    static const char *const fields[] = {"tallies", "names", "problem"};
    const char *file = CHAR(STRING_ELT(path, 0));
    fol_context ctx;
    fol_context_init(&ctx);
    SEXP owner = PROTECT(ffi_own(FFI_JSON));
    json_t *result = NULL;
    fol_status status = open_result(&ctx, file, &result);
    ffi_owns(owner, result);
    const json_t *array = json_object_get(result, "tallies");
    const size_t n = json_array_size(array);
    SEXP owners = PROTECT(tally_owners(n));
    SEXP list = PROTECT(ffi_named_list(3, fields));
    if (status == FOL_OK)
        status = load_tallies(&ctx, file, array, owners);
    if (status == FOL_OK) {
        SET_VECTOR_ELT(list, 0, list_of(n, owners));
        SET_VECTOR_ELT(list, 1, words(json_object_get(result, "names")));
        SET_VECTOR_ELT(list, 2, ffi_json_list(json_object_get(result, "problem")));
    }
    release_all(owners);
    ffi_release(owner);
    UNPROTECT(3);
    return status == FOL_OK ? list : ffi_failure(&ctx, status);
}
