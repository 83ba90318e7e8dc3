// Targets: densities, gradients and exact draws.
#include "ffi.h"

#include "../core/base/blocks.h"

#define DRAW_ROWS (64 * FOL_BLOCK_ROWS) // between two looks for an interrupt

// A matrix of R is (cols, rows) here, a vector (rows).
static fol_target_parameter parameter_of(const char *name, SEXP value)
{
    const bool matrix = Rf_isMatrix(value), numbers = TYPEOF(value) == REALSXP;
    const size_t rows = matrix ? (size_t) Rf_ncols(value) : (size_t) Rf_xlength(value);
    return (fol_target_parameter){name, rows, matrix ? (size_t) Rf_nrows(value) : 1, numbers ? REAL(value) : NULL};
}

// Replaces a target by the same in standard units.
static fol_status standardize(fol_context *ctx, SEXP center, SEXP scale, fol_target **target)
{
    fol_target *standard = NULL;
    const fol_status status = fol_target_standardize(ctx, *target, REAL(center), REAL(scale), &standard);
    fol_target_free(*target);
    *target = standard;
    return status;
}

fol_status ffi_target_new(fol_context *ctx, SEXP object, fol_target **target)
{
    SEXP values = ffi_list_get(object, "parameters"), names = Rf_getAttrib(values, R_NamesSymbol);
    SEXP center = ffi_list_get(object, "center"), dim = ffi_list_get(object, "dim");
    const size_t n = (size_t) Rf_xlength(names);
    fol_target_parameter *parameters = (fol_target_parameter *) R_alloc(n, sizeof *parameters);
    for (size_t i = 0; i < n; i++)
        parameters[i] = parameter_of(CHAR(STRING_ELT(names, (R_xlen_t) i)), VECTOR_ELT(values, (R_xlen_t) i));
    fol_status status = fol_target_new(ctx, CHAR(STRING_ELT(ffi_list_get(object, "kind"), 0)), parameters, n, target);
    if (status == FOL_OK && dim != R_NilValue && Rf_asReal(dim) != (double) (*target)->log_density.n_in) {
        status = fol_fail_about(ctx, "target", "of %zu dimensions must have as many columns, not %.0f.",
                                (*target)->log_density.n_in, Rf_asReal(dim));
        fol_target_free(*target);
        *target = NULL;
    }
    return status == FOL_OK && center != R_NilValue ? standardize(ctx, center, ffi_list_get(object, "scale"), target)
                                                    : status;
}

// What a target gives for x (d, n), as an (n_out, n) matrix.
static SEXP of_rows(SEXP object, SEXP x, SEXP run, int n_out,
                    fol_status (*map)(fol_context *ctx, const fol_target *target, size_t n, const double *x,
                                      double *out))
{
    fol_context ctx;
    ffi_unwind unwind = ffi_unwind_new();
    PROTECT(unwind.token);
    ffi_context_init(&ctx, run, &unwind);
    SEXP owner = PROTECT(ffi_own(FFI_TARGET));
    SEXP out = PROTECT(Rf_allocMatrix(REALSXP, n_out, Rf_ncols(x)));
    fol_target *target = NULL;
    fol_status status = ffi_target_new(&ctx, object, &target);
    ffi_owns(owner, target);
    if (status == FOL_OK)
        status = map(&ctx, target, (size_t) Rf_ncols(x), REAL(x), REAL(out));
    SEXP answer = PROTECT(status == FOL_OK ? out : ffi_failure(&ctx, status));
    ffi_release(owner);
    ffi_unwind_continue(&unwind);
    UNPROTECT(4);
    return answer;
}

static fol_status map_log_density(fol_context *ctx, const fol_target *target, size_t n, const double *x, double *out)
{
    return fol_field_map(ctx, "log_density", &target->log_density, n, x, NULL, 0, out);
}

// x (d, n): the log densities (1, n).
SEXP ffi_target_log_density(SEXP object, SEXP x, SEXP run)
{
    return of_rows(object, x, run, 1, map_log_density);
}

// x (d, n): the gradients (d, n).
SEXP ffi_target_gradient(SEXP object, SEXP x, SEXP run)
{
    return of_rows(object, x, run, Rf_nrows(x), fol_target_gradient);
}

// list(dim, exact_denoiser): what is known of a target.
SEXP ffi_target_about(SEXP object)
{
    static const char *const names[] = {"dim", "exact_denoiser"};
    fol_context ctx;
    fol_context_init(&ctx);
    fol_target *target = NULL;
    SEXP about = PROTECT(ffi_named_list(2, names));
    SEXP dim = Rf_ScalarReal(0);
    SET_VECTOR_ELT(about, 0, dim);
    SEXP exact = Rf_allocVector(LGLSXP, 1);
    SET_VECTOR_ELT(about, 1, exact);
    const fol_status status = ffi_target_new(&ctx, object, &target);
    if (status == FOL_OK) {
        REAL(dim)[0] = (double) target->log_density.n_in;
        LOGICAL(exact)[0] = target->denoiser != NULL;
    }
    fol_target_free(target);
    UNPROTECT(1);
    return status == FOL_OK ? about : ffi_failure(&ctx, status);
}

// n exact draws as a (d, n) matrix.
SEXP ffi_target_draw(SEXP object, SEXP n, SEXP seed)
{
    fol_context ctx;
    fol_context_init(&ctx);
    const size_t rows = (size_t) Rf_asReal(n), d = (size_t) Rf_asReal(ffi_list_get(object, "dim"));
    SEXP owner = PROTECT(ffi_own(FFI_TARGET));
    SEXP x = PROTECT(Rf_allocMatrix(REALSXP, (int) d, (int) rows));
    fol_target *target = NULL;
    fol_status status = ffi_target_new(&ctx, object, &target);
    ffi_owns(owner, target);
    for (size_t i = 0; status == FOL_OK && i < rows; i += DRAW_ROWS) {
        const size_t some = rows - i < DRAW_ROWS ? rows - i : DRAW_ROWS;
        status = fol_target_draw(&ctx, target, (uint64_t) Rf_asReal(seed), i, some, REAL(x) + i * d);
        R_CheckUserInterrupt();
    }
    ffi_release(owner);
    UNPROTECT(2);
    return status == FOL_OK ? x : ffi_failure(&ctx, status);
}
