// Options: tables that say, once for R, the job file, the command line and --help, which keys there are.
#ifndef FOL_OPTIONS_H
#define FOL_OPTIONS_H

#include "kind.h"

// A table is an array that ends with an entry whose key is NULL. Its keys are those of its entries and, for each
// FOL_OPTION_KIND, the keys of all its kinds. Only those of the kind that is chosen can be set, and a kind that is set
// brings its defaults: kinds go first, whatever the order in which keys are written.

// A walk over all keys in order, those of kinds after the option of their family, each once:
//     for (fol_option_walk at = fol_options_walk(table); at.option; fol_options_next(&at))
typedef struct {
    const fol_option *option; // NULL at the end. Where several kinds have the key, the first one's.
    const fol_option *family; // the option whose kinds have the key; NULL for an entry of the table
    const fol_option *entry;  // where in the table
    size_t kind, key;         // where in the family
} fol_option_walk;
fol_option_walk fol_options_walk(const fol_option *table);
void fol_options_next(fol_option_walk *at);

// The walk at that key; at.option is NULL if there is none.
fol_option_walk fol_options_find(const fol_option *table, const char *key);

// Sets every field of the struct at `fields` to its default.
void fol_options_init(const fol_option *table, void *fields);

// Sets one key. FOL_E_INPUT with a sentence that names the key, what is wanted and what was given: unknown key
// (names the nearest), key of another kind than the one chosen, wrong type, out of range, not whole, too long.
fol_status fol_options_set(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                           const fol_value *value);

// The same from a typed word as on a command line: "0.1", "64,64", "true", "vp".
fol_status fol_options_set_word(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                                const char *word);

// Refuses fields that are out of range or not below that which they must be below, and kinds whose values do not go
// together, as set by a caller in C.
fol_status fol_options_check(fol_context *ctx, const fol_option *table, const void *fields);

// Whether a field of the table has a value of its own, given or by default.
bool fol_option_is_given(const fol_option *option, const void *fields);

// The key of the tables (a NULL-ended array of them) that is nearest to a mistyped one, or NULL if none is near.
const char *fol_options_nearest(const fol_option *const *tables, const char *key);

// FOL_E_INPUT: the option must be what fol_option_describe says for `number`, not `given`.
fol_status fol_fail_option(fol_context *ctx, const fol_option *option, double number, const char *given);

// FOL_E_INPUT: there is no such key; `nearest` may be NULL.
fol_status fol_fail_unknown(fol_context *ctx, const char *key, const char *nearest);

// The fields as a JSON object, without those that are not given, and back (jansson's json_t as void pointers
// keep its header out of here). The object belongs to the caller; NULL when memory runs out.
void *fol_options_to_json(const fol_option *table, const void *fields);
fol_status fol_options_from_json(fol_context *ctx, const fol_option *table, void *fields, const void *object);

// Sets one key from a JSON value.
fol_status fol_options_set_json(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                                const void *json);

#endif
