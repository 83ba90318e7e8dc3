// Targets: densities, gradients and exact draws.
#include "ffi.h"

#include "../core/base/blocks.h"

#define DRAW_ROWS (64 * FOL_BLOCK_ROWS) // between two looks for an interrupt

fol_status ffi_target_new(fol_context *ctx, SEXP object, fol_target **target)
{
    SEXP mean = ffi_list_get(object, "mean"); // (d, k) column-major, the core's (k, d) row-major
    return fol_target_gmm_new(ctx, (size_t) Rf_ncols(mean), (size_t) Rf_nrows(mean), REAL(mean),
                              REAL(ffi_list_get(object, "sd")), REAL(ffi_list_get(object, "weight")), target);
}

// x (d, n): the log densities (1, n) or gradients (d, n).
static SEXP evaluate(SEXP object, SEXP x, bool gradient)
{
    fol_context ctx;
    fol_context_init(&ctx);
    const size_t n = (size_t) Rf_ncols(x);
    fol_target *target = NULL;
    void *work = NULL;
    SEXP out = PROTECT(Rf_allocMatrix(REALSXP, gradient ? Rf_nrows(x) : 1, Rf_ncols(x)));
    fol_status status = ffi_target_new(&ctx, object, &target);
    if (status == FOL_OK && !(work = fol_alloc(fol_field_work_size(&target->log_density, n), 1)))
        status = fol_fail_memory(&ctx, "a target");
    if (status == FOL_OK)
        status = gradient ? fol_target_gradient(target, n, REAL(x), REAL(out), work)
                          : fol_field_eval(&target->log_density, n, REAL(x), NULL, 0, REAL(out), work);
    fol_free(work);
    fol_target_free(target);
    UNPROTECT(1);
    return status == FOL_OK ? out : ffi_failure(&ctx, status);
}

SEXP ffi_target_log_density(SEXP target, SEXP x)
{
    return evaluate(target, x, false);
}

SEXP ffi_target_gradient(SEXP target, SEXP x)
{
    return evaluate(target, x, true);
}

SEXP ffi_target_check(SEXP object)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_target *target = NULL;
    const fol_status status = ffi_target_new(&ctx, object, &target);
    fol_target_free(target);
    return status == FOL_OK ? R_NilValue : ffi_failure(&ctx, status);
}

// n exact draws as a (d, n) matrix.
SEXP ffi_target_draw(SEXP object, SEXP n, SEXP seed)
{
    fol_context ctx;
    fol_context_init(&ctx);
    const size_t rows = (size_t) Rf_asReal(n), d = (size_t) Rf_nrows(ffi_list_get(object, "mean"));
    SEXP owner = PROTECT(ffi_own(FFI_TARGET));
    SEXP x = PROTECT(Rf_allocMatrix(REALSXP, (int) d, (int) rows));
    fol_target *target = NULL;
    fol_status status = ffi_target_new(&ctx, object, &target);
    ffi_owns(owner, target);
    for (size_t i = 0; status == FOL_OK && i < rows; i += DRAW_ROWS) {
        const size_t some = rows - i < DRAW_ROWS ? rows - i : DRAW_ROWS;
        status = target->draw(target, (uint64_t) Rf_asReal(seed), i, some, REAL(x) + i * d);
        R_CheckUserInterrupt();
    }
    ffi_release(owner);
    UNPROTECT(2);
    return status == FOL_OK ? x : ffi_failure(&ctx, status);
}
