// Memory: aligned blocks whose sizes cannot overflow.
#ifndef FOL_MEMORY_H
#define FOL_MEMORY_H

#include <stddef.h>

#define FOL_ALIGN 64 // bytes; a cache line and an AVX-512 register

// A block of n items of the given size, aligned to FOL_ALIGN, not cleared. NULL when memory runs out or
// n * size overflows; a block of zero bytes is a valid pointer. Free it with fol_free.
void *fol_alloc(size_t n, size_t size);

// The same, cleared to zero.
void *fol_alloc_zero(size_t n, size_t size);

// Frees what fol_alloc returned; NULL is allowed.
void fol_free(void *block);

// Layout of one block that holds several arrays: reserves n items of the given size at the end of a block of
// *total bytes, returns their offset (a multiple of FOL_ALIGN) and moves *total on. On overflow *total sticks
// at SIZE_MAX, which fol_alloc(total, 1) then refuses.
size_t fol_layout_add(size_t *total, size_t n, size_t size);

#endif
