// Functions of R that the core calls.
#include <string.h>

#include "ffi.h"

ffi_function ffi_function_of(SEXP object, ffi_unwind *unwind)
{
    return (ffi_function){
        .frame = ffi_list_get(object, "frame"),
        .call = ffi_list_get(object, "call"),
        .check = ffi_list_get(object, "check"),
        .columns = ffi_list_get(object, "columns"),
        .q = (size_t) Rf_asReal(ffi_list_get(object, "q")),
        .unwind = unwind,
    };
}

struct call {
    const ffi_function *function;
    size_t n, d;
    const double *x, *t;
    double *out;
    bool interrupted;
};

// q doubles for each of n rows, as a matrix or as a vector where that says all.
static bool has_shape(SEXP value, size_t n, size_t q)
{
    SEXP dim = Rf_getAttrib(value, R_DimSymbol);
    if (Rf_length(dim) == 2)
        return (size_t) INTEGER(dim)[0] == n && (size_t) INTEGER(dim)[1] == q;
    return Rf_length(dim) < 2 && (size_t) Rf_xlength(value) == n * q && (n == 1 || q == 1);
}

// out (n, q) = value (n, q) by column; whether all are finite.
static bool copy_finite(SEXP value, size_t n, size_t q, double *out)
{
    const double *from = REAL(value);
    double sum = 0;
    for (size_t j = 0; j < q; j++)
        for (size_t i = 0; i < n; i++)
            out[i * q + j] = from[j * n + i];
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n * q; i++)
        sum += 0 * from[i]; // NaN where one of them is not finite
    return sum == 0;
}

// The arguments stand in the frame under their names, so that a traceback shows names, not numbers.
static SEXP evaluate(void *data)
{
    const struct call *call = data;
    const ffi_function *function = call->function;
    const size_t n = call->n, d = call->d, q = function->q;
    SEXP frame = function->frame;
    SEXP x = PROTECT(Rf_allocMatrix(REALSXP, (int) n, (int) d));
    double *to = REAL(x);
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < n; i++)
            to[j * n + i] = call->x[i * d + j];
    if (function->columns != R_NilValue)
        Rf_setAttrib(x, R_DimNamesSymbol, function->columns);
    Rf_defineVar(Rf_install("x"), x, frame);
    if (call->t) {
        SEXP t = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t) n));
        memcpy(REAL(t), call->t, n * sizeof *call->t);
        Rf_defineVar(Rf_install("t"), t, frame);
        UNPROTECT(1);
    }
    SEXP value = PROTECT(Rf_eval(function->call, frame));
    const bool plain = TYPEOF(value) == REALSXP && !OBJECT(value) && has_shape(value, n, q);
    if (!plain || !copy_finite(value, n, q, call->out)) { // R says what is wrong, or makes (n, q) doubles of it
        Rf_defineVar(Rf_install("value"), value, frame);
        value = PROTECT(Rf_eval(function->check, frame));
        copy_finite(value, n, q, call->out);
        UNPROTECT(1);
    }
    UNPROTECT(2);
    return R_NilValue;
}

static SEXP note_interrupt(SEXP condition, void *data)
{
    (void) condition;
    ((struct call *) data)->interrupted = true;
    return R_NilValue;
}

static SEXP evaluate_until_interrupt(void *data)
{
    SEXP kind = PROTECT(Rf_mkString("interrupt"));
    R_tryCatch(evaluate, data, kind, note_interrupt, data, NULL, NULL);
    UNPROTECT(1);
    return R_NilValue;
}

static int call_field(size_t n, size_t d, const double *x, const double *t, double *out, const void *data)
{
    const ffi_function *function = data;
    struct call call = {function, n, d, x, t, out, false};
    const bool done =
        ffi_unwind_call(function->unwind, function->unwind->keeps ? evaluate_until_interrupt : evaluate, &call);
    return call.interrupted ? FOL_E_INTERRUPT : done ? 0 : 1;
}

fol_status ffi_function_field(fol_context *ctx, const ffi_function *function, size_t n_in, size_t n_out,
                              fol_field **field)
{
    return fol_field_function_new(
        ctx,
        &(fol_field_function){.function = call_field, .data = function, .n_in = n_in, .n_out = n_out, .serial = true},
        field);
}
