// Functions of R that the core calls.
#include "ffi.h"

ffi_function ffi_function_of(SEXP object, ffi_unwind *unwind)
{
    return (ffi_function){
        .frame = ffi_list_get(object, "frame"),
        .call = ffi_list_get(object, "call"),
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
};

// The arguments stand in the frame under their names, so that a traceback shows names, not numbers.
static SEXP evaluate(void *data)
{
    const struct call *call = data;
    const size_t n = call->n, d = call->d, q = call->function->q;
    SEXP frame = call->function->frame;
    SEXP x = PROTECT(Rf_allocMatrix(REALSXP, (int) n, (int) d));
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < n; i++)
            REAL(x)[j * n + i] = call->x[i * d + j];
    if (call->function->columns != R_NilValue)
        Rf_setAttrib(x, R_DimNamesSymbol, call->function->columns);
    Rf_defineVar(Rf_install("x"), x, frame);
    if (call->t) {
        SEXP t = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t) n));
        for (size_t i = 0; i < n; i++)
            REAL(t)[i] = call->t[i];
        Rf_defineVar(Rf_install("t"), t, frame);
        UNPROTECT(1);
    }
    SEXP value = PROTECT(Rf_eval(call->function->call, frame)); // (n, q) doubles, which R has checked
    for (size_t j = 0; j < q; j++)
        for (size_t i = 0; i < n; i++)
            call->out[i * q + j] = REAL(value)[j * n + i];
    UNPROTECT(2);
    return R_NilValue;
}

static bool call_function(const ffi_function *function, size_t n, size_t d, const double *x, const double *t,
                          double *out)
{
    struct call call = {function, n, d, x, t, out};
    return ffi_unwind_call(function->unwind, evaluate, &call);
}

static int call_field(size_t n, size_t d, const double *x, const double *t, double *out, const void *data)
{
    return call_function(data, n, d, x, t, out) ? 0 : 1;
}

fol_status ffi_function_field(fol_context *ctx, const ffi_function *function, size_t n_in, size_t n_out,
                              fol_field **field)
{
    return fol_field_function_new(
        ctx,
        &(fol_field_function){.function = call_field, .data = function, .n_in = n_in, .n_out = n_out, .serial = true},
        field);
}
