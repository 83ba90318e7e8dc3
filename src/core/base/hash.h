// Hash: a number that differs where bytes do.
#ifndef FOL_HASH_H
#define FOL_HASH_H

#include <stddef.h>
#include <stdint.h>

#define FOL_HASH_START UINT64_C(0xcbf29ce484222325)

// FNV-1a, 64 bit: takes n more bytes into a state, which is FOL_HASH_START at first. Never fails.
uint64_t fol_hash(uint64_t state, const void *bytes, size_t n);

#endif
