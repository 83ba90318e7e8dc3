// Stochastic differential equations from their R objects.
#include "ffi.h"

enum { OWNER_DENOISER, OWNER_DRIFT, N_OWNERS };

SEXP ffi_sde_owners(SEXP object)
{
    SEXP owners = PROTECT(Rf_allocVector(VECSXP, N_OWNERS));
    SEXP denoiser = ffi_list_get(object, "denoiser");
    if (denoiser != R_NilValue)
        SET_VECTOR_ELT(owners, OWNER_DENOISER, ffi_denoiser_owners(denoiser));
    SET_VECTOR_ELT(owners, OWNER_DRIFT, ffi_own(FFI_FIELD));
    UNPROTECT(1);
    return owners;
}

static fol_status open_native(fol_context *ctx, SEXP native, size_t dim, fol_field **drift)
{
    const DL_FUNC address = R_ExternalPtrAddrFn(ffi_list_get(native, "symbol"));
    const fol_field_fn function = (fol_field_fn) (void (*)(void)) address;
    if (!function)
        return fol_fail_about(ctx, "drift",
                              "is a compiled function that is no longer there, since its address is not saved "
                              "with an R object; make it anew with drift_native().");
    return fol_field_function_new(
        ctx,
        &(fol_field_function){
            .function = function, .data = REAL(ffi_list_get(native, "data")), .n_in = dim, .n_out = dim},
        drift);
}

static fol_status open_follmer(fol_context *ctx, SEXP object, SEXP owners, ffi_sde *out, fol_field **drift)
{
    ffi_denoiser opened;
    const fol_status status = ffi_denoiser_open(ctx, ffi_list_get(object, "denoiser"), owners, &opened);
    if (status != FOL_OK)
        return status;
    out->sde.columns = opened.columns;
    const double snr_max = Rf_asReal(ffi_list_get(object, "snr_max"));
    return fol_drift_follmer_new(ctx, opened.den, out->sde.sigma, snr_max, drift);
}

static fol_status open_drift(fol_context *ctx, SEXP object, SEXP owners, ffi_sde *out, fol_field **drift)
{
    const size_t dim = out->sde.x0.d;
    SEXP part = ffi_list_get(object, "builtin");
    if (part != R_NilValue) {
        fol_instance formula;
        const fol_status status = ffi_options_read(ctx, fol_drift_option_table, part, &formula);
        return status == FOL_OK ? fol_drift_new(ctx, &formula, dim, drift) : status;
    }
    part = ffi_list_get(object, "native");
    if (part != R_NilValue)
        return open_native(ctx, part, dim, drift);
    part = ffi_list_get(object, "function");
    if (part != R_NilValue) {
        out->function = ffi_function_of(part, out->function.unwind);
        return ffi_function_field(ctx, &out->function, dim, dim, drift);
    }
    return open_follmer(ctx, object, VECTOR_ELT(owners, OWNER_DENOISER), out, drift);
}

fol_status ffi_sde_open(fol_context *ctx, SEXP object, SEXP owners, ffi_unwind *unwind, ffi_sde *out)
{
    fol_field *drift = NULL;
    *out = (ffi_sde){
        .sde = {.x0 = ffi_rows(ffi_list_get(object, "x0")),
                .horizon = Rf_asReal(ffi_list_get(object, "horizon")),
                .sigma = Rf_asReal(ffi_list_get(object, "sigma"))},
        .function.unwind = unwind,
    };
    const fol_status status = open_drift(ctx, object, owners, out, &drift);
    ffi_owns(VECTOR_ELT(owners, OWNER_DRIFT), drift);
    out->sde.drift = drift;
    return status == FOL_OK ? fol_sde_check(ctx, &out->sde) : status;
}

void ffi_sde_close(SEXP owners)
{
    ffi_release(VECTOR_ELT(owners, OWNER_DRIFT));
    if (VECTOR_ELT(owners, OWNER_DENOISER) != R_NilValue)
        ffi_denoiser_close(VECTOR_ELT(owners, OWNER_DENOISER));
}

// NULL, or what is wrong with an equation.
SEXP ffi_sde_check(SEXP object)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ffi_unwind unwind = ffi_unwind_new();
    PROTECT(unwind.token);
    SEXP owners = PROTECT(ffi_sde_owners(object));
    ffi_sde opened;
    const fol_status status = ffi_sde_open(&ctx, object, owners, &unwind, &opened);
    ffi_sde_close(owners);
    UNPROTECT(2);
    return status == FOL_OK ? R_NilValue : ffi_failure(&ctx, status);
}
