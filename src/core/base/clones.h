// Clones: hot loops over doubles compiled for several instruction sets, the best chosen when the program is loaded.
#ifndef FOL_CLONES_H
#define FOL_CLONES_H

#include <stdint.h> // says whether the C library is glibc

// Before a function: its plain loops become AVX2 or AVX-512 code where the CPU has it. Does nothing where the loader
// cannot choose (it takes ELF and glibc).
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#define FOL_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#endif
#ifndef FOL_CLONES
#define FOL_CLONES
#endif

#endif
