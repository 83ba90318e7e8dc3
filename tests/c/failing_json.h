// JSON when memory runs out for once: of jansson's allocations one fails, and those after it do not.
#ifndef FOL_TESTS_FAILING_JSON_H
#define FOL_TESTS_FAILING_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>

static size_t failing_json_left; // allocations up to that which fails; 0: it has failed

static inline void *failing_json_malloc(size_t size)
{
    if (failing_json_left > 0 && --failing_json_left == 0)
        return NULL;
    return malloc(size);
}

// From now on allocation n fails, counted from 0.
static inline void failing_json_begin(size_t n)
{
    failing_json_left = n + 1;
    json_set_alloc_funcs(failing_json_malloc, free);
}

// None fails any more; whether one did.
static inline bool failing_json_end(void)
{
    json_set_alloc_funcs(malloc, free);
    return failing_json_left == 0;
}

#endif
