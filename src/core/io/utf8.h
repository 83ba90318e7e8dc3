// UTF-8: the characters of a text.
#ifndef FOL_UTF8_H
#define FOL_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#define FOL_SHOWN 40 // bytes of a text that a message shows

// Bytes of the character that a text of n bytes begins with; 0 when it is none, or n is 0.
size_t fol_utf8_size(const char *text, size_t n);

// Whether n bytes are characters from end to end.
bool fol_utf8_valid(const char *text, size_t n);

// The first characters of n bytes as a message can show them, in `shown`: '?' in place of control codes and of what is
// no character, "..." in place of the rest.
const char *fol_utf8_show(const char *text, size_t n, char shown[FOL_SHOWN + 4]);

#endif
