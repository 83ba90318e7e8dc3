// Axes: the principal axes of data, along which the parametrization "edm" scales each by its own deviation (MATH 2.1).
#ifndef FOL_AXES_H
#define FOL_AXES_H

#include <stddef.h>

// axis and sd NULL: none, and the data's one sd serves all columns.
typedef struct {
    double *sd;  // (d): of the data along each axis, positive
    float *axis; // (d, d): an axis in each row, orthonormal
} fol_axes;

#endif
