// Members: one table of what a struct has, from which it is made, checked, joined, and turned into JSON and R lists.
#ifndef FOL_MEMBERS_H
#define FOL_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/context.h"
#include "options.h"

typedef enum {
    FOL_MEMBER_REAL,   // double
    FOL_MEMBER_FLAG,   // bool
    FOL_MEMBER_CHOICE, // int: the place of a word in `choices`
    FOL_MEMBER_SET,    // unsigned: bit i stands for word i of `choices`; as text, the words with '|' between
    FOL_MEMBER_WORD,   // uint64_t; in JSON a text, as it may be beyond JSON's whole numbers; in R a number
    FOL_MEMBER_HASH,   // uint64_t; a text of 16 hexadecimal digits
    FOL_MEMBER_SIZE,   // size_t that arrays have in their shapes; R knows it by these alone
    FOL_MEMBER_REALS,  // double *: an array of its own
    FOL_MEMBER_PLACES, // uint64_t *: whole numbers below 2^53, ascending
    FOL_MEMBER_INLINE  // double []: an array in the struct
} fol_member_kind;

// How an array stands in JSON.
typedef enum {
    FOL_FORM_LIST,    // one list, row-major
    FOL_FORM_TRIMMED, // a list without the zeros at its end (written only)
    FOL_FORM_ROWS,    // a list of lists (written only)
    FOL_FORM_RAGGED,  // the same, each list without the NANs at its end, which it starts as
    FOL_FORM_RECORDS  // one place of an object in the list `records` of the table (written only)
} fol_member_form;

// What a value may be, and more.
enum {
    FOL_NOT_NEGATIVE = 1, // NAN is refused, too, unless FOL_OR_NAN
    FOL_AT_LEAST_1 = 2,
    FOL_OR_NAN = 4, // NAN says that there is none, and is what it starts as instead of 0
    FOL_DESCENDING = 8,
    FOL_OPTIONAL = 16,   // of a set: may be absent, as it is from JSON when it is empty
    FOL_FROM_ARRAYS = 32 // of a size: in no file, known by the length of an array of one dimension
};

// How the parts of a whole make the member of the whole.
typedef enum {
    FOL_JOIN_APART, // not by these rules: by code of the struct
    FOL_JOIN_SAME,  // they must have the same
    FOL_JOIN_ALIKE, // the same but for rounding (or all NAN); the first counts
    FOL_JOIN_SUM,   // they add up, entry by entry
    FOL_JOIN_MOST,  // the largest
    FOL_JOIN_UNION  // of sets
} fol_member_join;

// One dimension of an array: a number, or the size that stands at offset from - 1 of the struct; {0, 0} is none.
typedef struct {
    size_t fixed, from;
} fol_extent;

typedef struct {
    const char *key; // in JSON and R lists
    fol_member_kind kind;
    size_t offset;
    unsigned rule;       // FOL_NOT_NEGATIVE | ...
    fol_extent shape[3]; // of an array, row-major
    fol_member_form form;
    fol_member_join join;
    const char *choices; // words with '|' between
} fol_member;

typedef struct {
    const char *what; // for sentences: "a tally"
    size_t size;      // of the struct
    const fol_member *list;
    const char *records; // key of the list of objects that FOL_FORM_RECORDS makes; NULL where there are none
    const char *each;    // what a ragged list is for, for sentences: "function"
    // What the rules do not say, about the sizes and what is no array, before there is space for arrays; and about the
    // whole. FOL_E_FORMAT. NULL: nothing.
    fol_status (*check_sizes)(fol_context *ctx, const void *object);
    fol_status (*check)(fol_context *ctx, const void *object);
} fol_members; // the list ends with a member whose key is NULL

// A struct as it starts: all 0, NAN where FOL_OR_NAN says so, no arrays.
void fol_members_init(const fol_members *table, void *object);

// A struct with the sizes and single values of `like`, and arrays as they start: one block (fol_free). made: where the
// pointer to it goes (of a fol_tally, a fol_tally **); NULL on failure. FOL_E_MEMORY.
fol_status fol_members_new(fol_context *ctx, const fol_members *table, const void *like, void *made);

// Whether values are within their rules and those of table->check. FOL_E_FORMAT names the member.
fol_status fol_members_check(fol_context *ctx, const fol_members *table, const void *object);

// FOL_E_FORMAT: "`key` must be <wanted>.", or "<wanted> for each function."
fol_status fol_members_wrong(fol_context *ctx, const char *key, const char *wanted);
fol_status fol_members_wrong_lists(fol_context *ctx, const fol_members *table, const char *key, const char *wanted);

// An array: whether it is one, its dimensions, the length of one, of all (SIZE_MAX on overflow), and where it is.
bool fol_member_is_array(const fol_member *member);
size_t fol_member_rank(const fol_member *member);
size_t fol_member_extent(const fol_member *member, const void *object, size_t axis);
size_t fol_member_length(const fol_member *member, const void *object);
void *fol_member_array(const fol_member *member, const void *object);

// The key of the size that a dimension has; NULL if it is a number.
const char *fol_member_extent_key(const fol_members *table, const fol_member *member, size_t axis);

// Where a size is found (FOL_FROM_ARRAYS): the first array of dimension `rank` that has it, and its axis. NULL if none.
const fol_member *fol_member_source(const fol_members *table, const fol_member *size, size_t rank, size_t *axis);

// A choice, set, word or hash as text (buffer: FOL_TEXT_SIZE bytes), and back; false when it is none. Only the text
// that would be written is taken.
const char *fol_member_text(const fol_member *member, const void *object, char *buffer);
bool fol_member_set_text(const fol_member *member, const char *text, void *object);

// The place of a word among choices with '|' between, or -1.
int fol_choice_place(const char *choices, const char *word);

// What the value must be, in words (buffer: FOL_TEXT_SIZE bytes); not of arrays of numbers.
const char *fol_member_wanted(const fol_member *member, char *buffer);

// A struct as a JSON object (json_t, the caller's; NULL when memory runs out): NAN is null, infinities are "inf" and
// "-inf", numbers have 17 digits. names: of the records, or NULL.
void *fol_members_to_json(const fol_members *table, const void *object, const char *const *names);

// And back, to the bit; made as of fol_members_new. FOL_E_FORMAT says what is missing or wrong; FOL_E_MEMORY.
fol_status fol_members_from_json(fol_context *ctx, const fol_members *table, const void *json, void *made);

#endif
