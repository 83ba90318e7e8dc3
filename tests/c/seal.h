// Seal: puts the right checksum into the bytes of a tensor file, so that tests can write hostile ones.
#ifndef FOL_TESTS_SEAL_H
#define FOL_TESTS_SEAL_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Replaces the 16 characters after the first "checksum":" in bytes (n) by the digits of FNV-1a over all bytes with
// those 16 as zeros; without such a place nothing happens.
static inline void seal(unsigned char *bytes, size_t n)
{
    static const char key[] = "\"checksum\":\"";
    char digits[17];
    uint64_t hash = 14695981039346656037u;
    unsigned char *place = memmem(bytes, n, key, sizeof key - 1);
    if (!place || (size_t) (bytes + n - place) < sizeof key - 1 + 16)
        return;
    place += sizeof key - 1;
    memset(place, '0', 16);
    for (size_t i = 0; i < n; i++) {
        hash ^= bytes[i];
        hash *= 1099511628211u;
    }
    snprintf(digits, sizeof digits, "%016llx", (unsigned long long) hash);
    memcpy(place, digits, 16);
}

#endif
