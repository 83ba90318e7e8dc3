// Processes: their moments.
#include "ffi.h"

// The last noising time.
SEXP ffi_process_end(SEXP process)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_process p;
    const fol_status status = ffi_process_read(&ctx, process, &p);
    return status == FOL_OK ? Rf_ScalarReal(fol_process_end(&p)) : ffi_failure(&ctx, status);
}

// Columns tau, a, s, snr, scale, beta at noising times tau within [0, end], and keep, pull: the drift of the reverse
// equation is keep x + pull D, NaN where it is not defined.
SEXP ffi_process_at(SEXP process, SEXP tau)
{
    static const char *const names[] = {"tau", "a", "s", "snr", "scale", "beta", "keep", "pull"};
    enum { N_COLUMNS = sizeof names / sizeof *names };
    fol_context ctx;
    fol_context_init(&ctx);
    fol_process p;
    const fol_status status = ffi_process_read(&ctx, process, &p);
    if (status != FOL_OK)
        return ffi_failure(&ctx, status);
    const R_xlen_t n = Rf_xlength(tau);
    SEXP table = PROTECT(ffi_named_list(N_COLUMNS, names));
    for (int j = 0; j < N_COLUMNS; j++)
        SET_VECTOR_ELT(table, j, Rf_allocVector(REALSXP, n));
    for (R_xlen_t i = 0; i < n; i++) {
        const fol_instant at = fol_process_at(&p, REAL(tau)[i]);
        const fol_step drift = fol_process_kind_of(&p)->reverse(&p, &at);
        const double row[] = {at.tau,     at.a,      at.s, at.snr, at.scale, fol_process_beta(&p, at.tau),
                              drift.keep, drift.pull};
        for (int j = 0; j < N_COLUMNS; j++)
            REAL(VECTOR_ELT(table, j))[i] = row[j];
    }
    UNPROTECT(1);
    return table;
}
