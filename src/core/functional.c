// Functionals: the functions g whose expectations are wanted, several at once.
#include "functional.h"

#include <stdlib.h>

fol_functional fol_functional_builtin(const fol_functional_options *options, size_t d)
{
    (void) options;
    (void) d;
    return (fol_functional){0};
}

const char *fol_functional_name(const fol_functional *g, size_t j, char *buffer)
{
    (void) g;
    (void) j;
    (void) buffer;
    return NULL;
}

const fol_option fol_functional_option_table[] = {{NULL, 0, 0, NULL, NULL, NULL}};
