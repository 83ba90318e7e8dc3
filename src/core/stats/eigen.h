// Eigen: eigenvalues and orthonormal eigenvectors of a real symmetric matrix.
#ifndef FOL_EIGEN_H
#define FOL_EIGEN_H

#include "../base/context.h"

// Householder's reduction to a tridiagonal matrix, then implicit QL steps with Wilkinson's shift (Golub and Van Loan,
// Matrix Computations, 4th ed. 2013, sections 8.3.1 and 8.3.3 to 8.3.5).
// symmetric (d, d), d >= 1: its lower triangle alone is read. value (d): descending. vector (d, d): one in each row, in
// the order of the values, with its entry of largest magnitude (the first of equals) positive; may be `symmetric`.
// Errors of values are of the order of DBL_EPSILON times the largest; small ones keep their own digits where it is the
// scales of columns that make them small. On the calling thread, without polls: about 9 d^3 operations, 16 d^2 bytes.
// The same bits at every SIMD level.
// FOL_E_MEMORY; FOL_E_NUMERIC if an entry is not finite or the steps do not converge.
fol_status fol_eigen(fol_context *ctx, size_t d, const double *symmetric, double *value, double *vector);

#endif
