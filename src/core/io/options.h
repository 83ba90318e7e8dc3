// Options: tables that say, once for R, the job file, the command line and --help, which keys there are.
#ifndef FOL_OPTIONS_H
#define FOL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/context.h"

#define FOL_TEXT_SIZE 1024 // bytes of a text option, with its end
#define FOL_MAX_INTS 16    // entries of a list of whole numbers

// A list of whole numbers, such as the widths of hidden layers.
typedef struct {
    int n;
    int value[FOL_MAX_INTS];
} fol_ints;

typedef enum {
    FOL_OPTION_INT,    // int64_t
    FOL_OPTION_REAL,   // double; NAN is "not given, depends on other keys" where the initial value is empty
    FOL_OPTION_FLAG,   // bool
    FOL_OPTION_CHOICE, // int: the index in `range`, words separated by '|'
    FOL_OPTION_INTS,   // fol_ints
    FOL_OPTION_TEXT    // char[FOL_TEXT_SIZE]
} fol_option_type;

// One key. `initial` is the default as it would be typed ("0.001", "true", "128,128"); empty means not given
// (NAN for a real, -1 for an int, an empty list or text). `range` is an interval for numbers, "[1,1e9]" or
// "(0,inf)", each entry of a list; the choices for a choice; NULL for others.
typedef struct {
    const char *key;
    fol_option_type type;
    size_t offset; // of the field in the struct that the table describes
    const char *initial;
    const char *range;
    const char *help; // one line for --help and the manual
} fol_option;

// A value on its way to an option: exactly one kind.
typedef struct {
    enum { FOL_VALUE_NUMBERS, FOL_VALUE_FLAG, FOL_VALUE_TEXT } kind;
    const double *numbers; // kind NUMBERS: n of them
    size_t n;
    bool flag;        // kind FLAG
    const char *text; // kind TEXT
} fol_value;

// A table is an array that ends with an entry whose key is NULL.

// Sets every field of the struct at `fields` to its default.
void fol_options_init(const fol_option *table, void *fields);

// Sets one key. FOL_E_INPUT with a sentence that names the key, what is wanted and what came: unknown key
// (names the nearest), wrong kind, out of range, not whole, too long.
fol_status fol_options_set(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                           const fol_value *value);

// The same from a typed word as on a command line: "0.1", "64,64", "true", "vp".
fol_status fol_options_set_word(fol_context *ctx, const fol_option *table, void *fields, const char *key,
                                const char *word);

// The option of that key, or NULL.
const fol_option *fol_options_find(const fol_option *table, const char *key);

// The key of the tables (a NULL-ended array of them) that is nearest to a mistyped one, or NULL if none is near.
const char *fol_options_nearest(const fol_option *const *tables, const char *key);

// The word of a choice field: fol_choice_word("vp|pbm", 1, buffer) is "pbm". The buffer has FOL_TEXT_SIZE bytes.
const char *fol_choice_word(const char *choices, int index, char *buffer);

// The fields as a JSON object, without those that are not given, and back (jansson's json_t as void pointers
// keep its header out of here). The object belongs to the caller; NULL when memory runs out.
void *fol_options_to_json(const fol_option *table, const void *fields);
fol_status fol_options_from_json(fol_context *ctx, const fol_option *table, void *fields, const void *object);

#endif
