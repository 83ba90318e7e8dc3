// Hash: a number that differs where bytes do.
#include "hash.h"

uint64_t fol_hash(uint64_t state, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        state = (state ^ ((const unsigned char *) bytes)[i]) * UINT64_C(0x100000001b3);
    return state;
}
