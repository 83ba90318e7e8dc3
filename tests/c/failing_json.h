// JSON whose memory runs out: jansson allocates a given number of times, then no more.
#ifndef FOL_TESTS_FAILING_JSON_H
#define FOL_TESTS_FAILING_JSON_H

#include <jansson.h>
#include <stdlib.h>

static size_t failing_json_left;

static inline void *failing_json_malloc(size_t size)
{
    if (failing_json_left == 0)
        return NULL;
    failing_json_left--;
    return malloc(size);
}

// From now on there is memory for n blocks more.
static inline void failing_json_begin(size_t n)
{
    failing_json_left = n;
    json_set_alloc_funcs(failing_json_malloc, free);
}

// There is memory again; whether some was left.
static inline int failing_json_end(void)
{
    json_set_alloc_funcs(malloc, free);
    return failing_json_left > 0;
}

#endif
