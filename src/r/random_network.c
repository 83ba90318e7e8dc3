// Random networks: renewal draws with their layers.
#include <limits.h>
#include <string.h>

#include "ffi.h"

enum { OFFSET, TIME, STATE, NOISE, END, WEIGHT, N_PARTS };

static void set_numbers(SEXP list, int part, const double *x, size_t n)
{
    SET_VECTOR_ELT(list, part, Rf_allocVector(REALSXP, (R_xlen_t) n));
    memcpy(REAL(VECTOR_ELT(list, part)), x, n * sizeof *x);
}

// x (n, d) row-major.
static void set_matrix(SEXP list, int part, const double *x, size_t n, size_t d)
{
    SET_VECTOR_ELT(list, part, Rf_allocMatrix(REALSXP, (int) n, (int) d));
    double *out = REAL(VECTOR_ELT(list, part));
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < n; i++)
            out[j * n + i] = x[i * d + j];
}

static SEXP network_list(const fol_random_network *network)
{
    static const char *const names[N_PARTS] = {"offset", "time", "state", "noise", "end", "weight"};
    const size_t n = network->n, d = network->d, n_layers = network->n_layers;
    SEXP list = PROTECT(ffi_named_list(N_PARTS, names));
    SET_VECTOR_ELT(list, OFFSET, Rf_allocVector(REALSXP, (R_xlen_t) n + 1));
    for (size_t i = 0; i <= n; i++)
        REAL(VECTOR_ELT(list, OFFSET))[i] = (double) network->offset[i];
    set_numbers(list, TIME, network->time, n_layers);
    set_matrix(list, STATE, network->state, n_layers, d);
    set_matrix(list, NOISE, network->noise, n_layers, d);
    set_matrix(list, END, network->end, n, d);
    set_numbers(list, WEIGHT, network->weight, n);
    UNPROTECT(1);
    return list;
}

// The arrays of fol_random_network, offsets from 0.
SEXP ffi_random_network(SEXP object, SEXP gap, SEXP n, SEXP run)
{
    fol_context ctx;
    ffi_unwind unwind = ffi_unwind_new();
    PROTECT(unwind.token);
    ffi_context_init(&ctx, run, &unwind);
    SEXP owners = PROTECT(ffi_sde_owners(object)), owner = PROTECT(ffi_own(FFI_NETWORK));
    SEXP list = R_NilValue;
    ffi_sde opened;
    fol_gap_law law;
    fol_random_network *network = NULL;
    fol_status status = ffi_gap_read(&ctx, gap, &law);
    if (status == FOL_OK)
        status = ffi_sde_open(&ctx, object, owners, &unwind, &opened);
    if (status == FOL_OK)
        status = fol_random_network_new(&ctx, &opened.sde, &law, (size_t) Rf_asReal(n), &network);
    ffi_owns(owner, network);
    ffi_sde_close(owners);
    ffi_unwind_continue(&unwind);
    if (status == FOL_OK && network->n_layers > INT_MAX)
        status = fol_fail_about(&ctx, "n", "draws have more layers than a matrix of R has rows.");
    if (status == FOL_OK)
        list = network_list(network);
    PROTECT(list);
    ffi_release(owner);
    UNPROTECT(4);
    return status == FOL_OK ? list : ffi_failure(&ctx, status);
}
