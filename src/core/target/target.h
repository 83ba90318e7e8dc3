// Targets: a distribution by its log density, gradient and exact draws (MATH 9).
#ifndef FOL_TARGET_H
#define FOL_TARGET_H

#include <stdint.h>

#include "../field/denoiser.h"
#include "../io/kind.h"

// The kinds. To add one: a file with its fol_target_kind, and its name here.
#define FOL_TARGET_LIST(X) X(gmm) X(gaussian) X(funnel)

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
    // The law of (x - center) / scale, center (d), scale (d) positive; may be NULL where there is no exact denoiser.
    fol_status (*standardize)(fol_context *ctx, const fol_target *target, const double *center, const double *scale,
                              fol_target **standard);
};

// A parameter of a target by its name: a number (1, 1), a vector (n, 1) or a matrix (rows, cols), row-major.
typedef struct {
    const char *name;
    size_t rows, cols;
    const double *data;
} fol_target_parameter;

#define FOL_TARGET_PARAMETERS FOL_KIND_KEYS // of a kind, at most

// A kind of target. The keys of its base are its parameters, with ranges for their entries; all must be given.
typedef struct {
    fol_kind base; // first
    // The shape of each: "kd" a matrix, "d" a vector, "" a number. A letter is a dimension of at least 1, which is the
    // same wherever it stands.
    const char *const *shapes;
    // From the parameters in the order of the keys, of such shapes and in range. FOL_E_INPUT, FOL_E_MEMORY.
    fol_status (*make)(fol_context *ctx, const fol_target_parameter *parameters, fol_target **target);
} fol_target_kind;

#define FOL_TARGET_DECLARE(name) extern const fol_target_kind fol_target_##name;
FOL_TARGET_LIST(FOL_TARGET_DECLARE)
#undef FOL_TARGET_DECLARE

// The family, ended by NULL.
extern const fol_kind *const fol_targets[];

// A target of the kind of that name from n parameters in any order, whose data are copied. FOL_E_INPUT names the kind,
// or the parameter that is unknown, missing, of a wrong shape or out of range; FOL_E_MEMORY. Free it with
// fol_target_free.
fol_status fol_target_new(fol_context *ctx, const char *kind, const fol_target_parameter *parameters, size_t n,
                          fol_target **target);

// out (n, d) = gradient of the log density at x (n, d), by blocks on the threads of ctx. FOL_E_INPUT when the target
// has none; FOL_E_MEMORY, FOL_E_INTERRUPT.
fol_status fol_target_gradient(fol_context *ctx, const fol_target *target, size_t n, const double *x, double *out);

// Draws first .. first + n - 1, as target->draw makes them. FOL_E_INPUT when the target has none.
fol_status fol_target_draw(fol_context *ctx, const fol_target *target, uint64_t seed, uint64_t first, size_t n,
                           double *x);

// The exact posterior mean of a process (MATH 2, Bayes floor). FOL_E_INPUT when there is none for this target, or the
// process is not one; FOL_E_MEMORY.
fol_status fol_target_denoiser(fol_context *ctx, const fol_target *target, const fol_process *process,
                               fol_denoiser **den);

// The law of (x - center) / scale as a target of its own. FOL_E_INPUT when it is not known; FOL_E_MEMORY.
fol_status fol_target_standardize(fol_context *ctx, const fol_target *target, const double *center, const double *scale,
                                  fol_target **standard);

// Frees any target; NULL is allowed.
void fol_target_free(fol_target *target);

// For draw functions: the standard normals (n, d) that belong to draws first .. first + n - 1, d each.
void fol_target_normals(uint64_t seed, uint64_t first, size_t n, size_t d, double *z);

#endif
