// Failures: what is wrong with an argument, in fields, so that R and the command each make a sentence in their words.
#ifndef FOL_FAILURE_H
#define FOL_FAILURE_H

#include <stddef.h>

#define FOL_MESSAGE_SIZE 1024
#define FOL_KEY_SIZE 65     // of a key, with its end; longer ones are cut
#define FOL_PHRASE_SIZE 400 // of a part of a sentence, with its end

typedef enum {
    FOL_FAILURE_OTHER,   // no fields: the message says it
    FOL_FAILURE_VALUE,   // `argument` must be `wanted`, not `came`
    FOL_FAILURE_ABOUT,   // of `argument`, what `wanted` says: the sentence behind its name
    FOL_FAILURE_UNKNOWN, // there is no `argument`; `other`, unless empty, is the nearest that there is
    FOL_FAILURE_BESIDE,  // `argument` counts only beside `other`, given or (unless empty) `wanted`; it is not given, or
                         // (unless empty) `came`
    FOL_FAILURE_AGAINST  // `argument` does not count beside `other`
} fol_failure_type;

// Texts are empty where there is nothing to say.
typedef struct {
    fol_failure_type type;
    char argument[FOL_KEY_SIZE];
    size_t entry; // the entry of a list that it is about, from 1; 0: the whole
    char wanted[FOL_PHRASE_SIZE], came[FOL_PHRASE_SIZE];
    char other[FOL_KEY_SIZE];
} fol_failure;

// The sentence in the words of the core and the command, where arguments are keys. The buffer has FOL_MESSAGE_SIZE
// bytes. Not for FOL_FAILURE_OTHER.
void fol_failure_sentence(const fol_failure *failure, char *message);

#endif
