// Expectations: the estimators on an R equation and an R function or a built-in one.
#include "../core/io/option_rules.h"
#include "ffi.h"

// The keys of a table, with the gap law beside them, read and checked.
static fol_status read_options(fol_context *ctx, SEXP values, SEXP gap, fol_expect_options *options)
{
    fol_status status = ffi_options_read(ctx, fol_expect_option_table, values, options);
    if (status == FOL_OK)
        status = ffi_gap_read(ctx, gap, &options->gap);
    return status == FOL_OK ? fol_expect_check(ctx, options) : status;
}

// Every key of the table as it will be used, or what is wrong.
SEXP ffi_expect_options(SEXP values, SEXP gap)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_expect_options options;
    fol_status status = read_options(&ctx, values, gap, &options);
    if (status == FOL_OK)
        status =
            fol_options_check_changed(&ctx, (const fol_option_part[]){{fol_expect_option_table, &options, NULL}, {0}});
    return status == FOL_OK ? ffi_options_list(fol_expect_option_table, &options) : ffi_failure(&ctx, status);
}

// Whether the functional with these keys, which have been checked, has a value for each column.
SEXP ffi_functional_each(SEXP keys)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_instance formula;
    const fol_status status = ffi_options_read(&ctx, fol_functional_option_table, keys, &formula);
    return status == FOL_OK ? Rf_ScalarLogical(fol_functional_kind_of(&formula)->each) : ffi_failure(&ctx, status);
}

// g: a function of R (ffi_function_of), or the keys of a built-in, for which `builtin` has space.
static fol_status open_functional(fol_context *ctx, SEXP object, size_t dim, ffi_function *function,
                                  fol_functional *builtin, fol_field **g)
{
    if (ffi_list_get(object, "frame") != R_NilValue) {
        *function = ffi_function_of(object, function->unwind);
        return ffi_function_field(ctx, function, dim, function->q, g);
    }
    fol_instance formula;
    const fol_status status = ffi_options_read(ctx, fol_functional_option_table, object, &formula);
    if (status == FOL_OK)
        *builtin = fol_functional_of(&formula, dim);
    return status;
}

enum { RESULT_TALLY, RESULT_PSI, RESULT_LAYERS, RESULT_WEIGHT, N_RESULTS };

// Room for n draws of q functions in the result, which the core fills.
static fol_expect_draws make_space(SEXP result, size_t n, size_t q)
{
    SEXP psi = Rf_allocMatrix(REALSXP, (int) q, (int) n);
    SET_VECTOR_ELT(result, RESULT_PSI, psi);
    SEXP layers = Rf_allocVector(INTSXP, (R_xlen_t) n);
    SET_VECTOR_ELT(result, RESULT_LAYERS, layers);
    SEXP weight = Rf_allocVector(REALSXP, (R_xlen_t) n);
    SET_VECTOR_ELT(result, RESULT_WEIGHT, weight);
    return (fol_expect_draws){.psi = REAL(psi), .layers = INTEGER(layers), .weight = REAL(weight), .n = n};
}

// list(tally =, psi = (q, n), layers = (n), weight = (n), made =): the draws are NULL unless there is space for
// `keep` > 0 of them, of which `made` have been made.
SEXP ffi_expect(SEXP sde, SEXP g, SEXP values, SEXP gap, SEXP keep, SEXP run)
{
    static const char *const names[] = {"tally", "psi", "layers", "weight", "made"};
    const size_t space = (size_t) Rf_asReal(keep);
    fol_context ctx;
    ffi_unwind unwind = ffi_unwind_new();
    PROTECT(unwind.token);
    ffi_context_init(&ctx, run, &unwind);
    SEXP owners = PROTECT(ffi_sde_owners(sde));
    SEXP owner = PROTECT(ffi_own(FFI_TALLY)), g_owner = PROTECT(ffi_own(FFI_FIELD));
    SEXP result = PROTECT(ffi_named_list(N_RESULTS + 1, names));
    fol_tally *tally = NULL;
    fol_expect_draws draws = {0};
    ffi_sde opened;
    ffi_function function = {.unwind = &unwind};
    fol_functional builtin;
    fol_field *g_function = NULL;
    fol_expect_options options;
    fol_status status = read_options(&ctx, values, gap, &options);
    unwind.keeps = status == FOL_OK && options.keep_interrupted;
    if (status == FOL_OK)
        status = ffi_sde_open(&ctx, sde, owners, &unwind, &opened);
    if (status == FOL_OK)
        status = open_functional(&ctx, g, opened.sde.x0.d, &function, &builtin, &g_function);
    ffi_owns(g_owner, g_function);
    const fol_field *functional = g_function ? g_function : &builtin.field;
    if (status == FOL_OK && space > 0)
        draws = make_space(result, space, functional->n_out);
    if (status == FOL_OK)
        status = fol_expect(&ctx, &opened.sde, functional, &options, space > 0 ? &draws : NULL, &tally);
    ffi_owns(owner, tally);
    if (status == FOL_OK) {
        SET_VECTOR_ELT(result, RESULT_TALLY, ffi_tally_list(tally));
        SET_VECTOR_ELT(result, N_RESULTS, Rf_ScalarReal((double) draws.n));
    }
    ffi_release(owner);
    ffi_release(g_owner);
    ffi_sde_close(owners);
    ffi_unwind_continue(&unwind);
    UNPROTECT(5);
    return status == FOL_OK ? result : ffi_failure(&ctx, status);
}
