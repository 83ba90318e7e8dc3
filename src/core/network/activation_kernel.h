// The loop of an activation for one level, around the formula in FOL_ACTIVATION_FILE: what activation_levels.h
// compiles.
#include "../base/simd_math.h"
#include FOL_ACTIVATION_FILE

// A last vector of fewer than FOL_W entries goes through a padded copy.
static void FOL_NAME(activate)(size_t rows, size_t cols, const float *bias, float *h, float *slope)
{
    for (size_t i = 0; i < rows; i++, h += cols, slope = slope ? slope + cols : NULL) {
        vf value, derivative;
        size_t j = 0;
        for (; j + FOL_W <= cols; j += FOL_W) {
            FOL_NAME(activation_at)(*(const vf *) (h + j) + *(const vf *) (bias + j), &value, &derivative);
            *(vf *) (h + j) = value;
            if (slope)
                *(vf *) (slope + j) = derivative;
        }
        if (j == cols)
            continue;
        const size_t rest = (cols - j) * sizeof(float);
        vf z = {0}, b = {0};
        memcpy(&z, h + j, rest);
        memcpy(&b, bias + j, rest);
        FOL_NAME(activation_at)(z + b, &value, &derivative);
        memcpy(h + j, &value, rest);
        if (slope)
            memcpy(slope + j, &derivative, rest);
    }
}
