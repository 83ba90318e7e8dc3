// Unwinding: where R jumps out of what the core calls, the core ends first, and then the jump goes on.
#include <setjmp.h>

#include "ffi.h"

ffi_unwind ffi_unwind_new(void)
{
    return (ffi_unwind){R_MakeUnwindCont(), R_NilValue, false, false};
}

static void leave(void *here, Rboolean jump)
{
    if (jump)
        longjmp(*(jmp_buf *) here, 1);
}

bool ffi_unwind_call(ffi_unwind *unwind, SEXP (*body)(void *data), void *data)
{
    jmp_buf here;
    if (unwind->jumped)
        return false;
    if (setjmp(here)) {
        unwind->jumped = true;
        return false;
    }
    R_UnwindProtect(body, data, leave, &here, unwind->token);
    return true;
}

void ffi_unwind_continue(ffi_unwind *unwind)
{
    if (unwind->jumped)
        R_ContinueUnwind(unwind->token);
}
