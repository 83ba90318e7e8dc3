// Hashes: what R has in place of the large parts of a problem, as the command has in its files.
#include <inttypes.h>
#include <stdio.h>

#include "ffi.h"

// FNV-1a, 64 bit, of raw bytes or of doubles, as 16 hexadecimal digits.
SEXP ffi_hash(SEXP x)
{
    const bool raw = TYPEOF(x) == RAWSXP;
    const unsigned char *bytes = raw ? RAW(x) : (const unsigned char *) REAL(x);
    const size_t n = (size_t) Rf_xlength(x) * (raw ? 1 : sizeof(double));
    uint64_t value = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        value = (value ^ bytes[i]) * UINT64_C(0x100000001b3);
    char word[17];
    snprintf(word, sizeof word, "%016" PRIx64, value);
    return Rf_mkString(word);
}
