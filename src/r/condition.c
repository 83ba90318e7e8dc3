// Conditions: how failures, interrupts and progress travel between R and the core.
#include "ffi.h"

#define LIMIT_LOOKS 6 // of R for an interrupt, of which one is for its time limit

enum { RUN_SEED, RUN_THREADS, RUN_TICK };

SEXP ffi_failure(const fol_context *ctx, fol_status status)
{
    static const char *const names[] = {"status", "message", "fields"};
    static const char *const kinds[] = {
        [FOL_OK] = "ok",
        [FOL_E_MEMORY] = "memory",
        [FOL_E_INPUT] = "input",
        [FOL_E_FILE] = "file",
        [FOL_E_FORMAT] = "file",
        [FOL_E_NUMERIC] = "numeric",
        [FOL_E_INTERRUPT] = "interrupt",
        [FOL_E_CALLBACK] = "input",
    };
    SEXP failure = PROTECT(ffi_named_list(3, names));
    SET_VECTOR_ELT(failure, 0, Rf_mkString(kinds[status]));
    SET_VECTOR_ELT(failure, 1, Rf_ScalarString(Rf_mkCharCE(ctx->message, CE_UTF8)));
    SET_VECTOR_ELT(failure, 2, ffi_failure_fields(&ctx->failure));
    Rf_setAttrib(failure, R_ClassSymbol, Rf_mkString("follmer_failure"));
    UNPROTECT(1);
    return failure;
}

struct look {
    SEXP tick;
    const fol_progress *progress;
    bool stop;
};

// R's events, interrupts and time limits, then the tick.
static SEXP look(void *data)
{
    struct look *now = data;
    for (int i = 0; i < LIMIT_LOOKS; i++)
        R_CheckUserInterrupt();
    if (now->tick == R_NilValue)
        return R_NilValue;
    SEXP done = PROTECT(Rf_ScalarReal((double) now->progress->done));
    SEXP total = PROTECT(Rf_ScalarReal((double) now->progress->total));
    SEXP loss = PROTECT(Rf_ScalarReal(now->progress->loss));
    SEXP call = PROTECT(Rf_lang4(now->tick, done, total, loss));
    now->stop = Rf_asLogical(Rf_eval(call, R_BaseEnv)) == TRUE;
    UNPROTECT(4);
    return R_NilValue;
}

static SEXP note_interrupt(SEXP condition, void *data)
{
    (void) condition;
    ((struct look *) data)->stop = true;
    return R_NilValue;
}

// An interrupt is caught here, and raised as the package's own condition when the core has ended; an error is not, so
// that the caller's handlers see it as R made it.
static SEXP look_for_interrupts(void *data)
{
    SEXP kind = PROTECT(Rf_mkString("interrupt"));
    R_tryCatch(look, data, kind, note_interrupt, data, NULL, NULL);
    UNPROTECT(1);
    return R_NilValue;
}

static int poll(const fol_progress *progress, void *data)
{
    ffi_unwind *unwind = data;
    struct look now = {unwind->tick, progress, false};
    return !ffi_unwind_call(unwind, look_for_interrupts, &now) || now.stop;
}

void ffi_context_init(fol_context *ctx, SEXP run, ffi_unwind *unwind)
{
    fol_context_init(ctx);
    ctx->seed = (uint64_t) Rf_asReal(VECTOR_ELT(run, RUN_SEED));
    ctx->threads = Rf_asInteger(VECTOR_ELT(run, RUN_THREADS));
    ctx->poll = poll;
    ctx->data = unwind;
    unwind->tick = VECTOR_ELT(run, RUN_TICK);
}
