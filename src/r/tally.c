// Tallies: between R lists, result files and the core, and what is read off them.
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi.h"

// --- between lists and the core

enum {
    TALLY_METHOD,
    TALLY_INDEPENDENT,
    TALLY_SEED,
    TALLY_FINGERPRINT,
    TALLY_N_TOTAL,
    TALLY_CENTRE,
    TALLY_PLACE,
    TALLY_COUNT,
    TALLY_COST,
    TALLY_MOMENTS,
    TALLY_TAIL,
    TALLY_LAYERS,
    TALLY_BASE_LEVEL,
    TALLY_DECAY,
    TALLY_PILOT_COST,
    TALLY_SECONDS,
    N_TALLY_FIELDS
};
static const char *const tally_names[] = {"method",     "independent", "seed",       "fingerprint", "n_total", "centre",
                                          "place",      "count",       "cost",       "moments",     "tail",    "layers",
                                          "base_level", "decay",       "pilot_cost", "seconds"};

static SEXP doubles(const double *x, size_t n)
{
    SEXP out = Rf_allocVector(REALSXP, (R_xlen_t) n);
    if (n > 0)
        memcpy(REAL(out), x, n * sizeof *x);
    return out;
}

static SEXP matrix(const double *x, size_t rows, size_t columns)
{
    SEXP out = Rf_allocMatrix(REALSXP, (int) rows, (int) columns);
    if (rows * columns > 0)
        memcpy(REAL(out), x, rows * columns * sizeof *x);
    return out;
}

SEXP ffi_tally_list(const fol_tally *tally)
{
    SEXP list = PROTECT(ffi_named_list(N_TALLY_FIELDS, tally_names));
    const size_t rows = tally->n_rows, columns = tally->n_columns;
    char word[FOL_TEXT_SIZE];
    SET_VECTOR_ELT(list, TALLY_METHOD, Rf_mkString(fol_choice_word(FOL_ESTIMATOR_CHOICES, tally->method, word)));
    SET_VECTOR_ELT(list, TALLY_INDEPENDENT, Rf_ScalarLogical(tally->independent));
    SET_VECTOR_ELT(list, TALLY_SEED, Rf_ScalarReal((double) tally->seed));
    snprintf(word, sizeof word, "%016" PRIx64, tally->fingerprint);
    SET_VECTOR_ELT(list, TALLY_FINGERPRINT, Rf_mkString(word));
    SET_VECTOR_ELT(list, TALLY_N_TOTAL, Rf_ScalarReal(tally->n_total));
    SET_VECTOR_ELT(list, TALLY_CENTRE, doubles(tally->centre, columns));
    SEXP place = Rf_allocVector(REALSXP, (R_xlen_t) rows);
    SET_VECTOR_ELT(list, TALLY_PLACE, place);
    for (size_t i = 0; i < rows; i++)
        REAL(place)[i] = (double) tally->place[i];
    SET_VECTOR_ELT(list, TALLY_COUNT, doubles(tally->count, rows));
    SET_VECTOR_ELT(list, TALLY_COST, doubles(tally->cost, rows));
    SET_VECTOR_ELT(list, TALLY_MOMENTS, matrix(tally->moments, columns, 4 * rows));
    SET_VECTOR_ELT(list, TALLY_TAIL, matrix(tally->tail, tally->n_tail, tally->q));
    SET_VECTOR_ELT(list, TALLY_LAYERS, doubles(tally->layers, FOL_TALLY_LAYERS));
    SET_VECTOR_ELT(list, TALLY_BASE_LEVEL, Rf_ScalarReal(tally->base_level));
    SET_VECTOR_ELT(list, TALLY_DECAY, Rf_ScalarReal(tally->decay));
    SET_VECTOR_ELT(list, TALLY_PILOT_COST, Rf_ScalarReal(tally->pilot_cost));
    SET_VECTOR_ELT(list, TALLY_SECONDS, Rf_ScalarReal(tally->seconds));
    UNPROTECT(1);
    return list;
}

static int method_of(const char *word)
{
    char choice[FOL_TEXT_SIZE];
    int method = FOL_EULER;
    while (method > 0 && strcmp(word, fol_choice_word(FOL_ESTIMATOR_CHOICES, method, choice)) != 0)
        method--;
    return method;
}

// The fields are those of ffi_tally_list, which R has checked for types and sizes.
static fol_status read_tally(fol_context *ctx, SEXP list, fol_tally **tally)
{
    const size_t rows = (size_t) Rf_xlength(VECTOR_ELT(list, TALLY_PLACE));
    const size_t columns = (size_t) Rf_xlength(VECTOR_ELT(list, TALLY_CENTRE));
    const size_t n_tail = (size_t) Rf_nrows(VECTOR_ELT(list, TALLY_TAIL));
    const size_t q = (size_t) Rf_ncols(VECTOR_ELT(list, TALLY_TAIL));
    fol_tally *new = NULL;
    const fol_status status = fol_tally_new(ctx, q, columns, rows, n_tail, &new);
    *tally = new;
    if (status != FOL_OK)
        return status;
    new->method = method_of(CHAR(STRING_ELT(VECTOR_ELT(list, TALLY_METHOD), 0)));
    new->independent = Rf_asLogical(VECTOR_ELT(list, TALLY_INDEPENDENT)) == TRUE;
    new->seed = (uint64_t) Rf_asReal(VECTOR_ELT(list, TALLY_SEED));
    new->fingerprint = strtoull(CHAR(STRING_ELT(VECTOR_ELT(list, TALLY_FINGERPRINT), 0)), NULL, 16);
    new->n_total = Rf_asReal(VECTOR_ELT(list, TALLY_N_TOTAL));
    memcpy(new->centre, REAL(VECTOR_ELT(list, TALLY_CENTRE)), columns * sizeof(double));
    for (size_t i = 0; i < rows; i++)
        new->place[i] = (uint64_t) REAL(VECTOR_ELT(list, TALLY_PLACE))[i];
    memcpy(new->count, REAL(VECTOR_ELT(list, TALLY_COUNT)), rows * sizeof(double));
    memcpy(new->cost, REAL(VECTOR_ELT(list, TALLY_COST)), rows * sizeof(double));
    memcpy(new->moments, REAL(VECTOR_ELT(list, TALLY_MOMENTS)), 4 * rows * columns * sizeof(double));
    memcpy(new->tail, REAL(VECTOR_ELT(list, TALLY_TAIL)), n_tail * q * sizeof(double));
    memcpy(new->layers, REAL(VECTOR_ELT(list, TALLY_LAYERS)), sizeof new->layers);
    new->base_level = Rf_asReal(VECTOR_ELT(list, TALLY_BASE_LEVEL));
    new->decay = Rf_asReal(VECTOR_ELT(list, TALLY_DECAY));
    new->pilot_cost = Rf_asReal(VECTOR_ELT(list, TALLY_PILOT_COST));
    new->seconds = Rf_asReal(VECTOR_ELT(list, TALLY_SECONDS));
    return FOL_OK;
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
    for (R_xlen_t i = 0; i < Rf_xlength(list); i++) {
        fol_tally *tally = NULL;
        const fol_status status = read_tally(ctx, VECTOR_ELT(list, i), &tally);
        ffi_owns(VECTOR_ELT(owners, i), tally);
        if (status != FOL_OK)
            return status;
        tallies[i] = tally;
    }
    return FOL_OK;
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

static SEXP summary_list(const fol_summary *summary, char *const *warnings)
{
    static const char *const names[] = {"n",           "cost",  "pilot_cost", "seconds",  "df",         "estimate",
                                        "se",          "lower", "upper",      "lower_t",  "upper_t",    "variance",
                                        "variance_se", "work",  "work_se",    "kurtosis", "tail_index", "bias",
                                        "bias_se",     "vcov",  "layers",     "heavy",    "warnings"};
    const double one[] = {summary->n, summary->cost, summary->pilot_cost, summary->seconds, summary->df};
    const double *const each[] = {summary->estimate, summary->se,      summary->lower,    summary->upper,
                                  summary->lower_t,  summary->upper_t, summary->variance, summary->variance_se,
                                  summary->work,     summary->work_se, summary->kurtosis, summary->tail_index,
                                  summary->bias,     summary->bias_se};
    SEXP list = PROTECT(ffi_named_list(sizeof names / sizeof *names, names));
    int k = 0;
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        SET_VECTOR_ELT(list, k++, Rf_ScalarReal(one[i]));
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        SET_VECTOR_ELT(list, k++, doubles(each[i], summary->q));
    SET_VECTOR_ELT(list, k++, matrix(summary->vcov, summary->q, summary->q));
    SET_VECTOR_ELT(list, k++, doubles(summary->layers, FOL_TALLY_LAYERS));
    SET_VECTOR_ELT(list, k++, Rf_ScalarLogical(summary->heavy));
    SET_VECTOR_ELT(list, k, sentences(warnings));
    UNPROTECT(1);
    return list;
}

// Of the tallies of values with these names, at a target (NaN: none).
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
    SEXP answer = PROTECT(status == FOL_OK ? summary_list(summary, warnings) : ffi_failure(&ctx, status));
    ffi_release(warnings_owner);
    ffi_release(summary_owner);
    release_all(owners);
    UNPROTECT(4);
    return answer;
}

static SEXP level_list(const fol_level_table *table)
{
    static const char *const names[] = {"count",         "cost",     "mean",  "variance", "fine_mean",
                                        "fine_variance", "kurtosis", "check", "rates"};
    const double *const columns[] = {table->count,     table->cost,          table->mean,     table->variance,
                                     table->fine_mean, table->fine_variance, table->kurtosis, table->check};
    const double rates[] = {table->alpha, table->beta, table->gamma};
    const int n = sizeof columns / sizeof *columns;
    SEXP list = PROTECT(ffi_named_list(n + 1, names));
    for (int i = 0; i < n; i++)
        SET_VECTOR_ELT(list, i, doubles(columns[i], table->n));
    SET_VECTOR_ELT(list, n, doubles(rates, 3));
    UNPROTECT(1);
    return list;
}

// The table of levels of function j (from 1) of an mlmc tally: columns, and the rates alpha, beta, gamma.
SEXP ffi_level_table(SEXP object, SEXP j)
{
    fol_context ctx;
    fol_context_init(&ctx);
    SEXP owner = PROTECT(ffi_own(FFI_TALLY)), table_owner = PROTECT(ffi_own(FFI_LEVELS));
    fol_tally *tally = NULL;
    fol_level_table *table = NULL;
    fol_status status = read_tally(&ctx, object, &tally);
    ffi_owns(owner, tally);
    if (status == FOL_OK)
        status = fol_level_table_new(&ctx, tally, (size_t) Rf_asReal(j) - 1, &table);
    ffi_owns(table_owner, table);
    SEXP answer = PROTECT(status == FOL_OK ? level_list(table) : ffi_failure(&ctx, status));
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
        return fol_fail(ctx, FOL_E_FORMAT, "%s is not a result of `follmer expect`: it has no tallies.", file);
    return FOL_OK;
}

static fol_status load_tallies(fol_context *ctx, const json_t *array, SEXP owners)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        fol_tally *tally = NULL;
        const fol_status status = fol_tally_from_json(ctx, json_array_get(array, i), &tally);
        if (status != FOL_OK)
            return status;
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
        status = load_tallies(&ctx, array, owners);
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
