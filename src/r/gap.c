// Gap laws from their R objects, and what R asks of them.
#include <math.h>
#include <string.h>

#include "ffi.h"

// The general form has no keys: list(gap = "count", prob =, decay =).
static fol_status read_count(fol_context *ctx, SEXP object, fol_gap_law *law)
{
    SEXP prob = ffi_list_get(object, "prob");
    const R_xlen_t n = Rf_xlength(prob);
    fol_gap_law_init(law, &fol_gap_count);
    if (n > FOL_GAP_COUNTS)
        return fol_fail_about(ctx, "prob", "must have at most %d entries, not %lld.", FOL_GAP_COUNTS, (long long) n);
    law->n_counts = (int) n;
    memcpy(law->counts, REAL(prob), (size_t) n * sizeof *law->counts);
    law->tail = Rf_asReal(ffi_list_get(object, "decay"));
    return FOL_OK;
}

fol_status ffi_gap_read(fol_context *ctx, SEXP object, fol_gap_law *law)
{
    *law = (fol_gap_law){0};
    const fol_status status = ffi_list_get(object, "prob") != R_NilValue
                                  ? read_count(ctx, object, law)
                                  : ffi_options_read(ctx, fol_gap_option_table, object, law);
    return status == FOL_OK ? fol_gap_law_check(ctx, law) : status;
}

// NULL, or what is wrong with the law.
static SEXP read_law(SEXP object, fol_gap_law *law)
{
    fol_context ctx;
    fol_context_init(&ctx);
    const fol_status status = ffi_gap_read(&ctx, object, law);
    return status == FOL_OK ? NULL : ffi_failure(&ctx, status);
}

// The mean number of layers of a law, or what is wrong with it.
SEXP ffi_gap_mean_layers(SEXP object)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_gap_law law;
    double mean = NAN;
    fol_status status = ffi_gap_read(&ctx, object, &law);
    if (status == FOL_OK)
        status = fol_gap_mean_layers(&ctx, &law, &mean);
    return status == FOL_OK ? Rf_ScalarReal(mean) : ffi_failure(&ctx, status);
}

// log P(N >= k) for ascending k >= 1.
SEXP ffi_gap_log_layers(SEXP object, SEXP k)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_gap_law law;
    SEXP log_p = PROTECT(Rf_allocVector(REALSXP, Rf_xlength(k)));
    fol_status status = ffi_gap_read(&ctx, object, &law);
    if (status == FOL_OK)
        status = fol_gap_log_layers(&ctx, &law, (size_t) Rf_xlength(k), REAL(k), REAL(log_p));
    UNPROTECT(1);
    return status == FOL_OK ? log_p : ffi_failure(&ctx, status);
}

// log f(x) of gaps x, for laws that have keys.
SEXP ffi_gap_log_density(SEXP object, SEXP x)
{
    fol_gap_law law;
    SEXP failure = read_law(object, &law);
    if (failure)
        return failure;
    SEXP out = PROTECT(Rf_allocVector(REALSXP, Rf_xlength(x)));
    for (R_xlen_t i = 0; i < Rf_xlength(x); i++)
        REAL(out)[i] = fol_gap_kind_of(&law)->log_density(&law, REAL(x)[i]);
    UNPROTECT(1);
    return out;
}

// What the weight of a draw with n layers is divided by, in logs, when `rest` of the horizon is left (gap_law.h).
SEXP ffi_gap_log_survival(SEXP object, SEXP n, SEXP rest)
{
    fol_gap_law law;
    SEXP failure = read_law(object, &law);
    if (failure)
        return failure;
    SEXP out = PROTECT(Rf_allocVector(REALSXP, Rf_xlength(rest)));
    for (R_xlen_t i = 0; i < Rf_xlength(rest); i++)
        REAL(out)[i] = fol_gap_log_survival(&law, (size_t) REAL(n)[i], REAL(rest)[i]);
    UNPROTECT(1);
    return out;
}

// list(h =, a =, log_q =) of fol_gap_envelope, or NULL for laws that have none.
SEXP ffi_gap_envelope(SEXP object)
{
    static const char *const names[] = {"h", "a", "log_q"};
    fol_gap_law law;
    SEXP failure = read_law(object, &law);
    if (failure)
        return failure;
    if (!fol_gap_kind_of(&law)->envelope)
        return R_NilValue;
    const fol_gap_envelope bound = fol_gap_kind_of(&law)->envelope(&law);
    if (isnan(bound.h))
        return R_NilValue;
    SEXP out = PROTECT(ffi_named_list(3, names));
    SET_VECTOR_ELT(out, 0, Rf_ScalarReal(bound.h));
    SET_VECTOR_ELT(out, 1, Rf_ScalarReal(bound.a));
    SET_VECTOR_ELT(out, 2, Rf_ScalarReal(bound.log_q));
    UNPROTECT(1);
    return out;
}

// log E exp(theta N), or NULL where it has no closed form.
SEXP ffi_gap_log_generating(SEXP object, SEXP theta)
{
    fol_gap_law law;
    SEXP failure = read_law(object, &law);
    if (failure)
        return failure;
    const fol_gap_kind *kind = fol_gap_kind_of(&law);
    return kind->log_generating ? Rf_ScalarReal(kind->log_generating(&law, Rf_asReal(theta))) : R_NilValue;
}

// list(key =, value =, fits =): the key that is tuned, its value at the logarithm of how dense layers are to be, and
// whether that is in its range; NULL for laws that cannot be tuned.
SEXP ffi_gap_tuned(SEXP object, SEXP at)
{
    static const char *const names[] = {"key", "value", "fits"};
    fol_gap_law law;
    SEXP failure = read_law(object, &law);
    if (failure)
        return failure;
    const fol_gap_kind *kind = fol_gap_kind_of(&law);
    if (kind->tuned < 0)
        return R_NilValue;
    const fol_option *key = &kind->base.keys[kind->tuned];
    const double value = kind->tune(&law, Rf_asReal(at));
    SEXP out = PROTECT(ffi_named_list(3, names));
    SET_VECTOR_ELT(out, 0, Rf_mkString(key->key));
    SET_VECTOR_ELT(out, 1, Rf_ScalarReal(value));
    SET_VECTOR_ELT(out, 2, Rf_ScalarLogical(fol_option_fits(key, value)));
    UNPROTECT(1);
    return out;
}
