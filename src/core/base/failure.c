// Failures: their sentences.
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Adds to a sentence, which is cut where its space ends.
static void add(char *message, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(char *message, const char *format, ...)
{
    const size_t n = strlen(message);
    va_list args;
    va_start(args, format);
    vsnprintf(message + n, FOL_MESSAGE_SIZE - n, format, args);
    va_end(args);
}

static void add_matrix_place(const fol_place *at, const char *before, char *message)
{
    if (at->row > 0)
        add(message, "%srow %zu", before, at->row);
    if (at->column > 0)
        add(message, "%scolumn %zu", at->row > 0 ? ", " : before, at->column);
}

// "source, line 2, column 3: "; a place without a source is one in the argument.
static void add_source(const fol_failure *f, char *message)
{
    if (!*f->source)
        return;
    add(message, "%s", f->source);
    if (f->type == FOL_FAILURE_ABOUT && !*f->argument) {
        add(message, " ");
        return;
    }
    if (f->type == FOL_FAILURE_CONTENT && f->at.line > 0)
        add(message, ", line %zu", f->at.line);
    if (f->type == FOL_FAILURE_CONTENT)
        add_matrix_place(&f->at, ", ", message);
    add(message, ": ");
}

static void add_value(const fol_failure *f, char *message)
{
    if (f->at.entry > 0)
        add(message, "Entry %zu of ", f->at.entry);
    add(message, "`%s` must be %s, ", f->argument, f->wanted);
    if (f->at.row > 0 || f->at.column > 0) {
        add_matrix_place(&f->at, "but ", message);
        add(message, " is %s.", f->given);
    } else {
        add(message, "not %s.", f->given);
    }
}

static void add_content(const fol_failure *f, char *message)
{
    add(message, "%s is wanted", f->wanted);
    if (*f->given)
        add(message, ", not %s", f->given);
    add(message, ".");
}

static void add_unknown(const fol_failure *f, char *message)
{
    add(message, "There is no key `%s`", f->argument);
    if (*f->other)
        add(message, "; did you mean `%s`?", f->other);
    else
        add(message, ".");
}

static void add_beside(const fol_failure *f, char *message)
{
    add(message, "`%s` goes with `%s`", f->argument, f->other);
    if (*f->wanted)
        add(message, " %s, not with %s.", f->wanted, f->given);
    else
        add(message, ", which is not given.");
}

static void add_against(const fol_failure *f, char *message)
{
    add(message, "`%s` does not go with `%s`", f->argument, f->other);
    if (*f->given)
        add(message, " %s.", f->given);
    else
        add(message, ": give one of them.");
}

void fol_failure_sentence(const fol_failure *f, char *message)
{
    *message = '\0';
    add_source(f, message);
    switch (f->type) {
    case FOL_FAILURE_VALUE:
        add_value(f, message);
        break;
    case FOL_FAILURE_ABOUT:
        if (*f->argument)
            add(message, "`%s` ", f->argument);
        add(message, "%s", f->wanted);
        break;
    case FOL_FAILURE_CONTENT:
        add_content(f, message);
        break;
    case FOL_FAILURE_UNKNOWN:
        add_unknown(f, message);
        break;
    case FOL_FAILURE_BESIDE:
        add_beside(f, message);
        break;
    case FOL_FAILURE_AGAINST:
        add_against(f, message);
        break;
    case FOL_FAILURE_OTHER:
        add(message, "%s", f->wanted);
        break;
    }
}
