// Kinds: instances with their defaults, and look-ups in a family.
#include "kind.h"

#include <string.h>

#include "real_text.h"

const fol_option fol_no_keys[] = {{0}};

void fol_instance_init(fol_instance *instance, const fol_kind *kind)
{
    *instance = (fol_instance){.kind = kind};
    for (int i = 0; kind->keys[i].key; i++)
        fol_parse_real(kind->keys[i].initial, strlen(kind->keys[i].initial), &instance->value[i]);
}

const fol_kind *fol_kind_find(const fol_kind *const *family, const char *name)
{
    while (*family && strcmp((*family)->name, name) != 0)
        family++;
    return *family;
}

int fol_kind_key(const fol_kind *kind, const char *key)
{
    for (int i = 0; kind->keys[i].key; i++)
        if (strcmp(kind->keys[i].key, key) == 0)
            return i;
    return -1;
}

fol_status fol_instance_check(fol_context *ctx, const fol_instance *instance)
{
    char wanted[FOL_PHRASE_SIZE], given[FOL_REAL_SIZE];
    const fol_kind *kind = instance->kind;
    for (int i = 0; kind->keys[i].key; i++)
        if (!fol_option_fits(&kind->keys[i], instance->value[i]))
            return fol_fail_argument(ctx, kind->keys[i].key,
                                     fol_option_describe(&kind->keys[i], instance->value[i], wanted), "%s",
                                     fol_print_real(instance->value[i], given));
    return kind->check ? kind->check(ctx, instance) : FOL_OK;
}
