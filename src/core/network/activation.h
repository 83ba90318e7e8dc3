// Activations: what stands between the layers of a network, of any kind.
#ifndef FOL_ACTIVATION_H
#define FOL_ACTIVATION_H

#include "../base/simd.h"
#include "../io/kind.h"

// The kinds. To add one: a file with its fol_activation_kind (activation_levels.h), and its name here.
#define FOL_ACTIVATION_LIST(X)                                                                                         \
    X(silu)                                                                                                            \
    X(relu)                                                                                                            \
    X(gelu)                                                                                                            \
    X(tanh)                                                                                                            \
    X(softplus)

// An activation: one of these. None has keys.
typedef fol_instance fol_activation;

// The kind of an activation f.
typedef struct {
    fol_kind base; // first
    double gain;   // the first weights of a layer behind it have variance gain / inputs
    // h (rows, cols) = f(h + bias), in place, and slope = f' at the same points unless it is NULL. Indexed by the level
    // of simd.h, between which the last digits may differ.
    void (*activate[FOL_SIMD_V4 + 1])(size_t rows, size_t cols, const float *bias, float *h, float *slope);
} fol_activation_kind;

#define FOL_ACTIVATION_DECLARE(name) extern const fol_activation_kind fol_activation_##name;
FOL_ACTIVATION_LIST(FOL_ACTIVATION_DECLARE)
#undef FOL_ACTIVATION_DECLARE

// The family, ended by NULL.
extern const fol_kind *const fol_activations[];

static inline const fol_activation_kind *fol_activation_kind_of(const fol_activation *activation)
{
    return (const fol_activation_kind *) activation->kind;
}

#endif
