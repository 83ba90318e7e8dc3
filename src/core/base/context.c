// Context: what every long computation is given.
#include "context.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void fol_context_init(fol_context *ctx)
{
    *ctx = (fol_context){0};
}

fol_status fol_fail(fol_context *ctx, fol_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(ctx->message, sizeof ctx->message, format, args);
    va_end(args);
    return status;
}

fol_status fol_fail_memory(fol_context *ctx, const char *purpose)
{
    return fol_fail(ctx, FOL_E_MEMORY, "There is not enough memory for %s.", purpose);
}

double fol_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}
