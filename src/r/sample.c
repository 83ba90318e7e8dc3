// Samples: grids and trajectories.
#include "ffi.h"

// Columns tau, a, s, snr, scale of the steps + 1 points of a grid.
SEXP ffi_sample_grid(SEXP object, SEXP values)
{
    static const char *const names[] = {"tau", "a", "s", "snr", "scale"};
    enum { N_COLUMNS = sizeof names / sizeof *names };
    fol_context ctx;
    fol_context_init(&ctx);
    SEXP owners = PROTECT(ffi_denoiser_owners(object));
    ffi_denoiser opened;
    fol_sample_options options;
    fol_status status = ffi_options_read(&ctx, fol_sample_option_table, values, &options);
    if (status == FOL_OK)
        status = ffi_denoiser_open(&ctx, object, owners, &opened);
    SEXP table = PROTECT(ffi_named_list(N_COLUMNS, names));
    if (status == FOL_OK) {
        const size_t n = (size_t) options.steps + 1;
        fol_instant *grid = (fol_instant *) R_alloc(n, sizeof *grid);
        for (int j = 0; j < N_COLUMNS; j++)
            SET_VECTOR_ELT(table, j, Rf_allocVector(REALSXP, (R_xlen_t) n));
        status = fol_sample_grid(&ctx, opened.den, &options, grid);
        for (size_t k = 0; status == FOL_OK && k < n; k++) {
            const double row[] = {grid[k].tau, grid[k].a, grid[k].s, grid[k].snr, grid[k].scale};
            for (int j = 0; j < N_COLUMNS; j++)
                REAL(VECTOR_ELT(table, j))[k] = row[j];
        }
    }
    ffi_denoiser_close(owners);
    UNPROTECT(2);
    return status == FOL_OK ? table : ffi_failure(&ctx, status);
}

static SEXP allocate_paths(int n, int points, int d)
{
    SEXP paths = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t) n * points * d));
    SEXP dim = PROTECT(Rf_allocVector(INTSXP, 3));
    INTEGER(dim)[0] = n;
    INTEGER(dim)[1] = points;
    INTEGER(dim)[2] = d;
    Rf_setAttrib(paths, R_DimSymbol, dim);
    UNPROTECT(2);
    return paths;
}

// list(x = (n, d), paths = (n, steps + 1, d) or NULL).
SEXP ffi_sample(SEXP object, SEXP n, SEXP values, SEXP keep_paths, SEXP run)
{
    static const char *const names[] = {"x", "paths"};
    fol_context ctx;
    ffi_unwind unwind = ffi_unwind_new();
    PROTECT(unwind.token);
    ffi_context_init(&ctx, run, &unwind);
    SEXP owners = PROTECT(ffi_denoiser_owners(object));
    SEXP draws = PROTECT(ffi_named_list(2, names));
    ffi_denoiser opened;
    fol_sample_options options;
    fol_status status = ffi_options_read(&ctx, fol_sample_option_table, values, &options);
    if (status == FOL_OK)
        status = ffi_denoiser_open(&ctx, object, owners, &opened);
    if (status == FOL_OK) {
        const int rows = Rf_asInteger(n), d = (int) opened.den->field.n_in, points = (int) options.steps + 1;
        SEXP x = Rf_allocMatrix(REALSXP, rows, d);
        SET_VECTOR_ELT(draws, 0, x);
        fol_sample_job job = {
            .columns = opened.columns,
            .out = {REAL(x), (size_t) rows, (size_t) d, 1, (size_t) rows},
        };
        if (Rf_asLogical(keep_paths)) {
            SEXP paths = allocate_paths(rows, points, d);
            SET_VECTOR_ELT(draws, 1, paths);
            job.paths = (fol_paths_out){REAL(paths), 1, (size_t) rows, (size_t) rows * (size_t) points};
        }
        status = fol_sample(&ctx, opened.den, &options, &job);
    }
    ffi_denoiser_close(owners);
    ffi_unwind_continue(&unwind);
    UNPROTECT(3);
    return status == FOL_OK ? draws : ffi_failure(&ctx, status);
}
