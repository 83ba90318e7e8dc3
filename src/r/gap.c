// Gap laws from their R objects.
#include <string.h>

#include "ffi.h"

static fol_status read_count(fol_context *ctx, SEXP object, fol_gap_law *law)
{
    SEXP prob = ffi_list_get(object, "prob");
    const R_xlen_t n = Rf_xlength(prob);
    fol_options_init(fol_gap_option_table, law);
    law->kind = FOL_GAP_COUNT;
    if (n > FOL_GAP_COUNTS)
        return fol_fail(ctx, FOL_E_INPUT, "`prob` must have at most %d entries, not %lld.", FOL_GAP_COUNTS,
                        (long long) n);
    law->n_counts = (int) n;
    memcpy(law->counts, REAL(prob), (size_t) n * sizeof *law->counts);
    law->tail = Rf_asReal(ffi_list_get(object, "decay"));
    return FOL_OK;
}

fol_status ffi_gap_read(fol_context *ctx, SEXP object, fol_gap_law *law)
{
    const char *kind = CHAR(STRING_ELT(ffi_list_get(object, "gap"), 0));
    *law = (fol_gap_law){0};
    const fol_status status = strcmp(kind, "count") == 0 ? read_count(ctx, object, law)
                                                         : ffi_options_read(ctx, fol_gap_option_table, object, law);
    return status == FOL_OK ? fol_gap_law_check(ctx, law) : status;
}

// The mean number of layers of a law, or what is wrong with it.
SEXP ffi_gap_mean_layers(SEXP object)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_gap_law law;
    const fol_status status = ffi_gap_read(&ctx, object, &law);
    return status == FOL_OK ? Rf_ScalarReal(fol_gap_mean_layers(&law)) : ffi_failure(&ctx, status);
}
