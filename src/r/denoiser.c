// Denoisers: fitted or exact ones from their R objects, and D(x, tau) on every thread.
#include "ffi.h"

enum { OWNER_BASE, OWNER_DENOISER, N_OWNERS };

SEXP ffi_denoiser_owners(SEXP object)
{
    SEXP owners = PROTECT(Rf_allocVector(VECSXP, N_OWNERS));
    SET_VECTOR_ELT(owners, OWNER_BASE, ffi_own(TYPEOF(object) == RAWSXP ? FFI_MODEL : FFI_TARGET));
    SET_VECTOR_ELT(owners, OWNER_DENOISER, ffi_own(FFI_DENOISER));
    UNPROTECT(1);
    return owners;
}

static fol_status open_model(fol_context *ctx, SEXP bytes, SEXP owner, ffi_denoiser *out)
{
    fol_model *model = NULL;
    fol_status status = ffi_model_unpack(ctx, bytes, &model);
    ffi_owns(owner, model);
    if (status != FOL_OK)
        return status;
    out->columns = &model->columns;
    return fol_model_denoiser(ctx, model, &out->den);
}

static fol_status open_exact(fol_context *ctx, SEXP object, SEXP owner, ffi_denoiser *out)
{
    fol_process process;
    fol_status status = ffi_process_read(ctx, ffi_list_get(object, "process"), &process);
    if (status != FOL_OK)
        return status;
    fol_target *target = NULL;
    status = ffi_target_new(ctx, ffi_list_get(object, "target"), &target);
    ffi_owns(owner, target);
    if (status != FOL_OK)
        return status;
    return fol_target_denoiser(ctx, target, &process, &out->den);
}

fol_status ffi_denoiser_open(fol_context *ctx, SEXP object, SEXP owners, ffi_denoiser *out)
{
    *out = (ffi_denoiser){0};
    SEXP base = VECTOR_ELT(owners, OWNER_BASE);
    const fol_status status =
        TYPEOF(object) == RAWSXP ? open_model(ctx, object, base, out) : open_exact(ctx, object, base, out);
    ffi_owns(VECTOR_ELT(owners, OWNER_DENOISER), out->den);
    return status;
}

void ffi_denoiser_close(SEXP owners)
{
    ffi_release(VECTOR_ELT(owners, OWNER_DENOISER));
    ffi_release(VECTOR_ELT(owners, OWNER_BASE));
}

// D of the columns of x (d, n) at noising times tau (one, or n) as a (d, n) matrix.
SEXP ffi_denoise(SEXP object, SEXP x, SEXP tau, SEXP run)
{
    fol_context ctx;
    ffi_unwind unwind = ffi_unwind_new();
    PROTECT(unwind.token);
    ffi_context_init(&ctx, run, &unwind);
    const size_t n = (size_t) Rf_ncols(x), n_tau = (size_t) Rf_xlength(tau);
    SEXP owners = PROTECT(ffi_denoiser_owners(object));
    SEXP denoised = PROTECT(Rf_allocMatrix(REALSXP, Rf_nrows(x), Rf_ncols(x)));
    fol_instant *when = (fol_instant *) R_alloc(n_tau, sizeof *when);
    ffi_denoiser opened;
    fol_status status = ffi_denoiser_open(&ctx, object, owners, &opened);
    if (status != FOL_OK)
        goto cleanup;
    for (size_t i = 0; i < n_tau; i++)
        when[i] = fol_process_at(&opened.den->process, REAL(tau)[i]);
    status = fol_field_map(&ctx, "denoise", &opened.den->field, n, REAL(x), when, n_tau > 1, REAL(denoised));
cleanup:
    ffi_denoiser_close(owners);
    ffi_unwind_continue(&unwind);
    UNPROTECT(3);
    return status == FOL_OK ? denoised : ffi_failure(&ctx, status);
}
