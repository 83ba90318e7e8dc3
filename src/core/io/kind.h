// Kinds: a process, a gap law or the like is one of a family, each with a name, a line of help and keys of its own.
//
// A kind is a constant struct whose first member is a fol_kind; a family's own struct goes on with its functions. A
// family is a NULL-ended array of pointers to its kinds, made from one list:
//     #define FOL_SHAPE_LIST(X) X(circle) X(square)
//     #define ADDRESS(name) &fol_shape_##name.base,
//     const fol_kind *const fol_shapes[] = {FOL_SHAPE_LIST(ADDRESS) NULL};
// Everything that asks for a kind (R, command, --help, job files) learns names, keys and defaults from the family of a
// FOL_OPTION_KIND.
#ifndef FOL_KIND_H
#define FOL_KIND_H

#include "option.h"

// A key of a kind: a number, FOL_OPTION_REAL or FOL_OPTION_INT, with a default.
#define FOL_KIND_KEY(key, type, initial, range, help)                                                                  \
    {                                                                                                                  \
        key, type, 0, initial, range, help                                                                             \
    }

// The keys of a kind without any.
extern const fol_option fol_no_keys[];

// An instance of a kind with its defaults.
void fol_instance_init(fol_instance *instance, const fol_kind *kind);

// The kind of that name, or NULL.
const fol_kind *fol_kind_find(const fol_kind *const *family, const char *name);

// The place of a key among those of a kind, or -1.
int fol_kind_key(const fol_kind *kind, const char *key);

// FOL_E_INPUT names the first key whose value is out of its range, or what the kind's own check refuses.
fol_status fol_instance_check(fol_context *ctx, const fol_instance *instance);

#endif
