// Targets: a distribution by its log density, gradient and exact draws (MATH 9).
#ifndef FOL_TARGET_H
#define FOL_TARGET_H

#include <stdint.h>

#include "../field/denoiser.h"

typedef struct fol_target fol_target;

// What a target provides. All functions are thread-safe.
struct fol_target {
    fol_field log_density; // first: n_in = d, n_out = 1; up to a constant. Its pullback makes the gradient
    const char *name;
    double log_z; // log of the integral of exp(log_density), NAN if unknown
    // Exact draws first .. first + n - 1 of the stream of `seed`, x (n, d) row-major; draw i is the same whatever n and
    // first are. first is a multiple of FOL_BLOCK_ROWS. NULL if there are none.
    fol_status (*draw)(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x);
    // The exact denoiser of a process that has been checked, which the target must outlive; NULL if there is none.
    fol_status (*denoiser)(fol_context *ctx, const fol_target *target, const fol_process *process, fol_denoiser **den);
};

// out (n, d) = gradient of the log density at x (n, d). FOL_E_INPUT, without a message, when the target has none.
fol_status fol_target_gradient(const fol_target *target, size_t n, const double *x, double *out, void *work);

// The exact posterior mean of a process (MATH 2, Bayes floor). FOL_E_INPUT when there is none for this target, or the
// process is not one; FOL_E_MEMORY.
fol_status fol_target_denoiser(fol_context *ctx, const fol_target *target, const fol_process *process,
                               fol_denoiser **den);

// Frees any target; NULL is allowed.
void fol_target_free(fol_target *target);

#endif
