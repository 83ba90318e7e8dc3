// Conditions: how failures, interrupts and progress travel between R and the core.
#include "ffi.h"

enum { RUN_SEED, RUN_THREADS, RUN_TICK };

SEXP ffi_failure(const fol_context *ctx, fol_status status)
{
    static const char *const names[] = {"status", "message"};
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
    SEXP failure = PROTECT(ffi_named_list(2, names));
    SET_VECTOR_ELT(failure, 0, Rf_mkString(kinds[status]));
    const char *message = ctx->message[0] ? ctx->message : fol_status_text(status);
    SET_VECTOR_ELT(failure, 1, Rf_ScalarString(Rf_mkCharCE(message, CE_UTF8)));
    Rf_setAttrib(failure, R_ClassSymbol, Rf_mkString("follmer_failure"));
    UNPROTECT(1);
    return failure;
}

static void check_interrupt(void *unused)
{
    (void) unused;
    R_CheckUserInterrupt();
}

struct tick {
    SEXP function;
    const fol_progress *progress;
    bool stop;
};

static void call_tick(void *data)
{
    struct tick *tick = data;
    SEXP done = PROTECT(Rf_ScalarReal((double) tick->progress->done));
    SEXP total = PROTECT(Rf_ScalarReal((double) tick->progress->total));
    SEXP loss = PROTECT(Rf_ScalarReal(tick->progress->loss));
    SEXP call = PROTECT(Rf_lang4(tick->function, done, total, loss));
    tick->stop = Rf_asLogical(Rf_eval(call, R_BaseEnv)) == TRUE;
    UNPROTECT(4);
}

// R may jump out of either call, so each runs at a top level of its own.
static int poll(const fol_progress *progress, void *data)
{
    if (!R_ToplevelExec(check_interrupt, NULL))
        return 1;
    struct tick tick = {data, progress, true};
    if (tick.function == R_NilValue)
        return 0;
    return !R_ToplevelExec(call_tick, &tick) || tick.stop;
}

void ffi_context_init(fol_context *ctx, SEXP run)
{
    fol_context_init(ctx);
    ctx->seed = (uint64_t) Rf_asReal(VECTOR_ELT(run, RUN_SEED));
    ctx->threads = Rf_asInteger(VECTOR_ELT(run, RUN_THREADS));
    ctx->poll = poll;
    ctx->data = VECTOR_ELT(run, RUN_TICK);
}
