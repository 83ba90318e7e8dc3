// Memory: aligned blocks whose sizes cannot overflow.
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *fol_alloc(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX - FOL_ALIGN)
        return NULL;
    void *block = NULL;
    return posix_memalign(&block, FOL_ALIGN, bytes ? bytes : 1) == 0 ? block : NULL;
}

void *fol_alloc_zero(size_t n, size_t size)
{
    void *block = fol_alloc(n, size);
    if (block)
        memset(block, 0, n * size);
    return block;
}

void fol_free(void *block)
{
    free(block);
}

size_t fol_layout_add(size_t *total, size_t n, size_t size)
{
    size_t bytes, end;
    const size_t offset = *total;
    if (__builtin_mul_overflow(n, size, &bytes) || __builtin_add_overflow(offset, bytes, &end) ||
        end > SIZE_MAX - FOL_ALIGN) {
        *total = SIZE_MAX;
        return 0;
    }
    *total = (end + FOL_ALIGN - 1) / FOL_ALIGN * FOL_ALIGN;
    return offset;
}
