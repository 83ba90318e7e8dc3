// Targets: a distribution by its log density, gradient and exact draws (MATH 9).
#ifndef FOL_TARGET_H
#define FOL_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "../base/context.h"

typedef struct fol_target fol_target;

// What every target provides. All functions are thread-safe; x is (n, d) row-major.
struct fol_target {
    const char *name;
    size_t dim;
    double log_z; // log normalising constant of exp(log_density), NAN if unknown
    void (*log_density)(const fol_target *target, size_t n, const double *x, double *out /* (n) */);
    void (*gradient)(const fol_target *target, size_t n, const double *x, double *out /* (n, d) */);
    // Exact draws first .. first + n - 1 of the stream of `seed`; draw i is the same whatever n and first are.
    // NULL if there are none. first is a multiple of FOL_BLOCK_ROWS.
    void (*draw)(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x /* (n, d) */);
};

// Frees any target (one block); NULL is allowed.
void fol_target_free(fol_target *target);

#endif
