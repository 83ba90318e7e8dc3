// Fits: the training loop on an R matrix.
#include "ffi.h"

// x (n, d); names: d texts or NULL. The fields of the model, or a failure.
SEXP ffi_fit_denoiser(SEXP x, SEXP names, SEXP values, SEXP run)
{
    fol_context ctx;
    ffi_unwind unwind = ffi_unwind_new();
    PROTECT(unwind.token);
    ffi_context_init(&ctx, run, &unwind);
    SEXP model_owner = PROTECT(ffi_own(FFI_MODEL));
    SEXP bytes_owner = PROTECT(ffi_own(FFI_BLOCK));
    const char **labels = NULL;
    if (names != R_NilValue) {
        labels = (const char **) R_alloc((size_t) Rf_xlength(names), sizeof *labels);
        for (R_xlen_t j = 0; j < Rf_xlength(names); j++)
            labels[j] = CHAR(STRING_ELT(names, j));
    }
    fol_fit_options options;
    fol_model *model = NULL;
    unsigned char *bytes = NULL;
    size_t n = 0;
    fol_status status = ffi_options_read(&ctx, fol_fit_option_table, values, &options);
    if (status == FOL_OK)
        status = fol_fit_denoiser(&ctx, ffi_rows(x), labels, &options, &model);
    ffi_owns(model_owner, model);
    if (status == FOL_OK)
        status = fol_model_pack(&ctx, model, &bytes, &n);
    ffi_owns(bytes_owner, bytes);
    SEXP answer = PROTECT(status == FOL_OK ? ffi_model_fields(model, bytes, n) : ffi_failure(&ctx, status));
    ffi_release(bytes_owner);
    ffi_release(model_owner);
    ffi_unwind_continue(&unwind);
    UNPROTECT(4);
    return answer;
}
