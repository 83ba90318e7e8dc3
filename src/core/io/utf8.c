// UTF-8: the characters of a text.
#include "utf8.h"

#include <string.h>

size_t fol_utf8_size(const char *text, size_t n)
{
    const unsigned char *const byte = (const unsigned char *) text;
    if (n == 0 || (*byte >= 0x80 && *byte < 0xc2) || *byte > 0xf4)
        return 0;
    const size_t size = *byte < 0x80 ? 1 : *byte < 0xe0 ? 2 : *byte < 0xf0 ? 3 : 4;
    if (size > n)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    const bool overlong = (*byte == 0xe0 && byte[1] < 0xa0) || (*byte == 0xf0 && byte[1] < 0x90);
    const bool beyond = (*byte == 0xed && byte[1] > 0x9f) || (*byte == 0xf4 && byte[1] > 0x8f); // surrogates, U+110000
    return overlong || beyond ? 0 : size;
}

bool fol_utf8_valid(const char *text, size_t n)
{
    for (size_t size; n > 0; text += size, n -= size) {
        size = fol_utf8_size(text, n);
        if (size == 0)
            return false;
    }
    return true;
}

// Whether a character of that size is one of the codes U+00 to U+1F and U+7F to U+9F.
static bool is_control(const char *text, size_t size)
{
    const unsigned char *const byte = (const unsigned char *) text;
    return size == 1 ? *byte < 0x20 || *byte == 0x7f : size == 2 && *byte == 0xc2 && byte[1] < 0xa0;
}

const char *fol_utf8_show(const char *text, size_t n, char shown[FOL_SHOWN + 4])
{
    char *to = shown;
    size_t i = 0;
    for (size_t step; i < n; i += step) {
        const size_t size = fol_utf8_size(text + i, n - i);
        step = size > 0 ? size : 1;
        if (i + step > FOL_SHOWN)
            break;
        if (size == 0 || is_control(text + i, size))
            *to++ = '?';
        else
            to = (char *) memcpy(to, text + i, size) + size;
    }
    strcpy(to, i < n ? "..." : "");
    return shown;
}
