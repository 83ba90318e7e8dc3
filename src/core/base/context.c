// Context: what every long computation is given.
#include "context.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void fol_context_init(fol_context *ctx)
{
    *ctx = (fol_context){0};
}

fol_status fol_fail(fol_context *ctx, fol_status status, const char *format, ...)
{
    fol_failure failure = {.type = FOL_FAILURE_OTHER};
    va_list args;
    va_start(args, format);
    vsnprintf(failure.wanted, sizeof failure.wanted, format, args);
    va_end(args);
    fol_fail_fields(ctx, &failure);
    return status;
}

fol_status fol_fail_argument(fol_context *ctx, const char *argument, const char *wanted, const char *given_format, ...)
{
    fol_failure failure = {.type = FOL_FAILURE_VALUE};
    va_list args;
    va_start(args, given_format);
    vsnprintf(failure.given, sizeof failure.given, given_format, args);
    va_end(args);
    snprintf(failure.argument, sizeof failure.argument, "%s", argument);
    snprintf(failure.wanted, sizeof failure.wanted, "%s", wanted);
    return fol_fail_fields(ctx, &failure);
}

fol_status fol_fail_place(fol_context *ctx, const char *argument, const fol_place *at, const char *wanted,
                          const char *given_format, ...)
{
    fol_failure failure = {.type = FOL_FAILURE_VALUE, .at = *at};
    va_list args;
    va_start(args, given_format);
    vsnprintf(failure.given, sizeof failure.given, given_format, args);
    va_end(args);
    snprintf(failure.argument, sizeof failure.argument, "%s", argument);
    snprintf(failure.wanted, sizeof failure.wanted, "%s", wanted);
    return fol_fail_fields(ctx, &failure);
}

fol_status fol_fail_about(fol_context *ctx, const char *argument, const char *format, ...)
{
    fol_failure failure = {.type = FOL_FAILURE_ABOUT};
    va_list args;
    va_start(args, format);
    vsnprintf(failure.wanted, sizeof failure.wanted, format, args);
    va_end(args);
    snprintf(failure.argument, sizeof failure.argument, "%s", argument);
    return fol_fail_fields(ctx, &failure);
}

fol_status fol_fail_file(fol_context *ctx, fol_status status, const char *source, const char *format, ...)
{
    fol_failure failure = {.type = FOL_FAILURE_ABOUT};
    va_list args;
    va_start(args, format);
    vsnprintf(failure.wanted, sizeof failure.wanted, format, args);
    va_end(args);
    snprintf(failure.source, sizeof failure.source, "%s", source);
    fol_fail_fields(ctx, &failure);
    return status;
}

fol_status fol_fail_read(fol_context *ctx, const char *source, int reason)
{
    return fol_fail_file(ctx, FOL_E_FILE, source, "cannot be read: %s.", strerror(reason));
}

fol_status fol_fail_content(fol_context *ctx, const char *source, const fol_place *at, const char *wanted,
                            const char *given_format, ...)
{
    fol_failure failure = {.type = FOL_FAILURE_CONTENT, .at = *at};
    va_list args;
    va_start(args, given_format);
    vsnprintf(failure.given, sizeof failure.given, given_format, args);
    va_end(args);
    snprintf(failure.source, sizeof failure.source, "%s", source);
    snprintf(failure.wanted, sizeof failure.wanted, "%s", wanted);
    return fol_fail_fields(ctx, &failure);
}

void fol_fail_within(fol_context *ctx, const char *format, ...)
{
    fol_failure *failure = &ctx->failure;
    char inner[sizeof failure->source];
    strcpy(inner, failure->source);
    va_list args;
    va_start(args, format);
    const size_t n = (size_t) vsnprintf(failure->source, sizeof failure->source, format, args);
    va_end(args);
    if (*inner && n < sizeof failure->source - 2)
        snprintf(failure->source + n, sizeof failure->source - n, ": %s", inner);
    fol_failure_sentence(failure, ctx->message);
}

fol_status fol_fail_format(fol_context *ctx, const char *source, fol_status status)
{
    if (status != FOL_E_INPUT)
        return status;
    fol_fail_within(ctx, "%s", source);
    return FOL_E_FORMAT;
}

fol_status fol_fail_fields(fol_context *ctx, const fol_failure *failure)
{
    ctx->failure = *failure;
    fol_failure_sentence(failure, ctx->message);
    return FOL_E_INPUT;
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
