// Failures: what is wrong and where, in fields, so that R and the command each make a sentence in their words.
#ifndef FOL_FAILURE_H
#define FOL_FAILURE_H

#include <stdbool.h>
#include <stddef.h>

#define FOL_MESSAGE_SIZE 1024
#define FOL_KEY_SIZE 65     // of a key, with its end; longer ones are cut
#define FOL_PHRASE_SIZE 400 // of a part of a sentence, with its end

typedef enum {
    FOL_FAILURE_OTHER,   // about no argument: `wanted` is the sentence
    FOL_FAILURE_VALUE,   // `argument` must be `wanted`, not `given`
    FOL_FAILURE_ABOUT,   // of `argument`, or without one of `source`, what `wanted` says: the sentence after its name
    FOL_FAILURE_CONTENT, // `source` must have `wanted` at its place, not (unless empty) `given`
    FOL_FAILURE_UNKNOWN, // there is no `argument`; `other`, unless empty, is the nearest that there is
    FOL_FAILURE_BESIDE,  // `argument` counts only beside `other`, given or (unless empty) `wanted`; it is not given, or
                         // (unless empty) `given`
    FOL_FAILURE_AGAINST  // `argument` does not count beside `other` or, unless empty, its value `given`
} fol_failure_type;

// A place in a list, a matrix or a file, each counted from 1; 0: not said.
typedef struct {
    size_t entry, line, row, column;
} fol_place;

// Texts are empty where there is nothing to say.
typedef struct {
    fol_failure_type type;
    char argument[FOL_KEY_SIZE];
    fol_place at; // in the argument or the source
    bool flag;    // what is wanted is a flag
    char wanted[FOL_MESSAGE_SIZE], given[FOL_PHRASE_SIZE];
    char other[FOL_KEY_SIZE];
    char source[FOL_MESSAGE_SIZE / 2]; // the file that it is about
} fol_failure;

// The sentence in the words of the core and the command, where arguments are keys. The buffer has FOL_MESSAGE_SIZE
// bytes.
void fol_failure_sentence(const fol_failure *failure, char *message);

#endif
