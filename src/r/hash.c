// Hashes: what R has in place of the large parts of a problem, as the command has in its files.
#include <inttypes.h>
#include <stdio.h>

#include "ffi.h"

// FNV-1a, 64 bit, of raw bytes or of doubles, as 16 hexadecimal digits.
SEXP ffi_hash(SEXP x)
{
    const bool raw = TYPEOF(x) == RAWSXP;
    const void *bytes = raw ? (const void *) RAW(x) : REAL(x);
    const uint64_t value = fol_hash(FOL_HASH_START, bytes, (size_t) Rf_xlength(x) * (raw ? 1 : sizeof(double)));
    char word[17];
    snprintf(word, sizeof word, "%016" PRIx64, value);
    return Rf_mkString(word);
}
