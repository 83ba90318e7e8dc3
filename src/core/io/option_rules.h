// Rules of options: which keys count beside which values of others.
#ifndef FOL_OPTION_RULES_H
#define FOL_OPTION_RULES_H

#include "options.h"

// A table with its fields. Rules may name keys of the other tables beside it, and hold where there is no such key.
typedef struct {
    const fol_option *table; // NULL ends a list
    const void *fields;
    const char *beside; // a rule for all keys of the table (options.h), or NULL
} fol_option_part;

// Whether a key of one of the parts counts.
bool fol_options_counts(const fol_option_part *parts, const char *key);

// FOL_E_INPUT for the first of n given keys that does not count.
fol_status fol_options_check_rules(fol_context *ctx, const fol_option_part *parts, size_t n, const char *const *given);

// The same for fields that are not the default, where nobody knows which were given.
fol_status fol_options_check_changed(fol_context *ctx, const fol_option_part *parts);

#endif
