// Failures: their sentences.
#include "failure.h"

#include <stdio.h>

static void value_sentence(const fol_failure *f, char *message)
{
    size_t n = 0;
    if (f->entry > 0)
        n = (size_t) snprintf(message, FOL_MESSAGE_SIZE, "Entry %zu of ", f->entry);
    snprintf(message + n, FOL_MESSAGE_SIZE - n, "`%s` must be %s, not %s.", f->argument, f->wanted, f->came);
}

static void unknown_sentence(const fol_failure *f, char *message)
{
    if (*f->other)
        snprintf(message, FOL_MESSAGE_SIZE, "There is no key `%s`; did you mean `%s`?", f->argument, f->other);
    else
        snprintf(message, FOL_MESSAGE_SIZE, "There is no key `%s`.", f->argument);
}

static void beside_sentence(const fol_failure *f, char *message)
{
    if (*f->wanted)
        snprintf(message, FOL_MESSAGE_SIZE, "`%s` goes with `%s` %s, not with %s.", f->argument, f->other, f->wanted,
                 f->came);
    else
        snprintf(message, FOL_MESSAGE_SIZE, "`%s` goes with `%s`, which is not given.", f->argument, f->other);
}

void fol_failure_sentence(const fol_failure *f, char *message)
{
    switch (f->type) {
    case FOL_FAILURE_VALUE:
        value_sentence(f, message);
        break;
    case FOL_FAILURE_ABOUT:
        snprintf(message, FOL_MESSAGE_SIZE, "`%s` %s", f->argument, f->wanted);
        break;
    case FOL_FAILURE_UNKNOWN:
        unknown_sentence(f, message);
        break;
    case FOL_FAILURE_BESIDE:
        beside_sentence(f, message);
        break;
    case FOL_FAILURE_AGAINST:
        snprintf(message, FOL_MESSAGE_SIZE, "`%s` does not go with `%s`: give one of them.", f->argument, f->other);
        break;
    case FOL_FAILURE_OTHER:
        break;
    }
}
