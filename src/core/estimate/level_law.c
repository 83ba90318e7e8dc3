// Level laws: the random level of a Rhee-Glynn draw (MATH 7.3).
#include "level_law.h"

#include <math.h>

// Weights of a level over the one before: no level is left out, as a pilot may have missed all of it, and none is
// believed to fall faster than variances of 2^(-3 l) make them.
#define FIRST_RATIO 0.02
#define RATIO 0.25

fol_level_law fol_level_law_geometric(int base, double decay)
{
    fol_level_law law = {.base = base, .decay = decay};
    for (int l = 0; base + l <= FOL_LEVEL_FINEST; l++)
        law.survival[l] = exp2(-decay * l);
    return law;
}

fol_level_law fol_level_law_best(int base, const double *variance, double beta, bool survival)
{
    fol_level_law law = {.base = base, .decay = (beta + 1) / 2};
    const int finest = FOL_LEVEL_FINEST - base;
    double weight[FOL_LEVELS_MOST];
    for (int l = 0; l <= finest; l++) {
        weight[l] = sqrt(variance[l] / (l == 0 ? 1 : 1.5 * exp2(l)));
        if (l == 0 && !(weight[l] > 0))
            weight[l] = 1;
        const double least = l == 0 ? 0 : (l == 1 ? FIRST_RATIO : RATIO) * weight[l - 1];
        if (!(weight[l] > least))
            weight[l] = least;
        if (l > 0 && survival && weight[l] > weight[l - 1])
            weight[l] = weight[l - 1];
    }
    if (weight[0] < weight[1]) // differences larger than the values: no law is good, but none may starve the base
        weight[0] = weight[1];
    if (survival) {
        for (int l = 0; l <= finest; l++)
            law.survival[l] = weight[l] / weight[0];
        return law;
    }
    for (int l = finest; l >= 0; l--)
        law.survival[l] = law.survival[l + 1] + weight[l];
    for (int l = finest; l >= 0; l--)
        law.survival[l] /= law.survival[0];
    return law;
}

int fol_level_law_level(const fol_level_law *law, double v)
{
    int level = 0;
    while (v < law->survival[level + 1])
        level++;
    return level;
}

void fol_level_shapes_init(fol_level_shapes *shapes, const fol_level_law *law, bool sum)
{
    const double *survival = law->survival;
    shapes->n = (size_t) (FOL_LEVEL_FINEST - law->base + 1);
    for (int l = 0; l < (int) shapes->n; l++) {
        double *weight = shapes->weight[l];
        const int n_paths = sum ? l + 1 : l == 0 ? 1 : 2;
        for (int j = 0; j < n_paths; j++) { // path j is of level l - j
            if (sum)
                weight[j] = 1 / survival[l - j] - (j == 0 ? 0 : 1 / survival[l - j + 1]);
            else
                weight[j] = (j == 0 ? 1 : -1) / (survival[l] - survival[l + 1]);
        }
        shapes->shape[l] = (fol_level_shape){
            .steps = UINT64_C(1) << (law->base + l), .n_paths = n_paths, .weight = weight, .level = l};
    }
}
