// An option: one key, what it takes and what it says of itself.
#ifndef FOL_OPTION_H
#define FOL_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/context.h"

#define FOL_TEXT_SIZE 1024 // bytes of a text option, with its end
#define FOL_MAX_INTS 16    // entries of a list of whole numbers

typedef struct fol_kind fol_kind;

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
    FOL_OPTION_TEXT,   // char[FOL_TEXT_SIZE]
    FOL_OPTION_KIND    // fol_instance: a kind of `family` by its name, with the kind's own keys beside it
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
    // When the key counts; elsewhere it is refused, and left out of what is recorded. NULL: always. Else conditions
    // with commas between them, all of which must hold: "method=euler|mlmc": `method` is one of these; "checkpoint":
    // `checkpoint` is given; "!model": `model` is not given; "method!=mlmc": `method` is none of these. It holds for
    // all keys of a kind's, too.
    const char *beside;
    const fol_kind *const *family; // of a FOL_OPTION_KIND: its kinds, ended by NULL
    const char *below;             // of a real: the real of the same table that is greater, where both are given
} fol_option;

// A value on its way to an option: exactly one kind.
typedef struct {
    enum { FOL_VALUE_NUMBERS, FOL_VALUE_FLAG, FOL_VALUE_TEXT } kind;
    const double *numbers; // kind NUMBERS: n of them
    size_t n;
    bool flag;        // kind FLAG
    const char *text; // kind TEXT
} fol_value;

#define FOL_KIND_KEYS 8 // keys of a kind, at most

// A kind with values for its keys: what the field of a FOL_OPTION_KIND is, or begins with.
typedef struct {
    const fol_kind *kind;
    double value[FOL_KIND_KEYS]; // value[i] of kind->keys[i]
} fol_instance;

struct fol_kind {
    const char *name;
    const char *help;
    const fol_option *keys; // FOL_KIND_KEY each, ended by {0}; kinds may share a key, with defaults of their own
    // Refuses values that are in range and do not go together; may be NULL.
    fol_status (*check)(fol_context *ctx, const fol_instance *instance);
};

// The word of a choice field: fol_choice_word("vp|pbm", 1, buffer) is "pbm". The buffer has FOL_TEXT_SIZE bytes.
const char *fol_choice_word(const char *choices, int index, char *buffer);

// Adds a word to choices, empty at first: "vp|pbm". The buffer has FOL_TEXT_SIZE bytes.
void fol_choice_add(char *choices, const char *word);

// Adds choices to a phrase: "vp, pbm or localization" of "vp|pbm|localization". `phrase` has FOL_PHRASE_SIZE bytes.
void fol_phrase_choices(char *phrase, const char *choices);

// The word that stands at that place among the choices or kinds of an option; "" after the last.
const char *fol_option_word(const fol_option *option, int index, char *buffer);

// Whether a number, or an entry of a list, is one that the option takes.
bool fol_option_fits(const fol_option *option, double value);

// "a whole number of at least 1": what the option takes, of a range the bound that `value` breaks, or both if it breaks
// none (NAN). `phrase` has FOL_PHRASE_SIZE bytes.
const char *fol_option_describe(const fol_option *option, double value, char *phrase);

#endif
