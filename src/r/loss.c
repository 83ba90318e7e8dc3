// Losses: the eps-MSE of a denoiser on given rows.
#include "ffi.h"

enum { LOSS_COLUMNS = 6, BIN_COLUMNS = 3 + LOSS_COLUMNS };

static void put_loss(const fol_loss *loss, double *out, size_t stride)
{
    const double row[LOSS_COLUMNS] = {loss->loss.mean, loss->loss.se,     loss->floor.mean,
                                      loss->floor.se,  loss->excess.mean, loss->excess.se};
    for (size_t j = 0; j < LOSS_COLUMNS; j++)
        out[j * stride] = row[j];
}

// x (n, d) in the process's coordinates; exact: an exact denoiser or NULL. list(total = loss, se, floor, se, excess,
// se; bins = a matrix with columns from, to, n and these six).
SEXP ffi_loss(SEXP object, SEXP exact, SEXP x, SEXP repeats, SEXP bins, SEXP run)
{
    static const char *const names[] = {"total", "bins"};
    fol_context ctx;
    ffi_unwind unwind = ffi_unwind_new();
    PROTECT(unwind.token);
    ffi_context_init(&ctx, run, &unwind);
    const fol_loss_options options = {
        .repeats = (size_t) Rf_asReal(repeats), .n_bins = (size_t) Rf_asReal(bins), .seed = ctx.seed};
    SEXP owners = PROTECT(ffi_denoiser_owners(object));
    SEXP exact_owners = PROTECT(ffi_denoiser_owners(exact));
    SEXP answer = PROTECT(ffi_named_list(2, names));
    SET_VECTOR_ELT(answer, 0, Rf_allocVector(REALSXP, LOSS_COLUMNS));
    SET_VECTOR_ELT(answer, 1, Rf_allocMatrix(REALSXP, (int) options.n_bins, BIN_COLUMNS));
    fol_loss total;
    fol_loss_bin *by_time = (fol_loss_bin *) R_alloc(options.n_bins, sizeof *by_time);
    ffi_denoiser opened, opened_exact = {0};
    fol_status status = ffi_denoiser_open(&ctx, object, owners, &opened);
    if (status == FOL_OK && exact != R_NilValue)
        status = ffi_denoiser_open(&ctx, exact, exact_owners, &opened_exact);
    if (status == FOL_OK)
        status = fol_denoising_loss(&ctx, opened.den, opened_exact.den, ffi_rows(x), &options, &total, by_time);
    if (status == FOL_OK) {
        put_loss(&total, REAL(VECTOR_ELT(answer, 0)), 1);
        for (size_t b = 0; b < options.n_bins; b++) {
            double *row = REAL(VECTOR_ELT(answer, 1)) + b;
            row[0] = by_time[b].tau_low;
            row[options.n_bins] = by_time[b].tau_high;
            row[2 * options.n_bins] = by_time[b].n;
            put_loss(&by_time[b].loss, row + 3 * options.n_bins, options.n_bins);
        }
    }
    ffi_denoiser_close(exact_owners);
    ffi_denoiser_close(owners);
    ffi_unwind_continue(&unwind);
    UNPROTECT(4);
    return status == FOL_OK ? answer : ffi_failure(&ctx, status);
}
