// Eigen: eigenvalues and orthonormal eigenvectors of a real symmetric matrix.
#include "eigen.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/vectorize.h"

#define STEPS 40 // of QL for a value, at most and on average; less than 2 are enough
#define TILE 32  // columns that a sequence of rotations is applied to at once

// The matrix under way. Rows of a and z are `stride` doubles apart, a multiple of TILE.
typedef struct {
    size_t d, stride;
    double *a;         // (d, stride): what is left to reduce, and the reflections of rows that are done, as v
    double *z;         // (d, stride): the eigenvectors, one in each row
    double *diagonal;  // (d)
    double *off;       // (d): off[i] is beside diagonal[i] and diagonal[i + 1]
    double *beta;      // (d): of H = 1 - beta v v', one for each row
    double *v, *w, *p; // (stride): a - v w' - w v' is the update that is due; p = a v of the next one
    double *cosine;    // (d): of the rotations of a QL step, that of rows i and i + 1 at i
    double *sine;      // (d)
    size_t *order;     // (d): the column of the caller's matrix that column i is
    size_t *rank;      // (d): the row of z that the caller's row i is
} eigen;

static char *layout(eigen *e, size_t d);
static bool load(eigen *e, const double *symmetric, int *exponent);
static void reduce(eigen *e);
static void accumulate(eigen *e);
static bool iterate(eigen *e);
static void store(eigen *e, int exponent, double *value, double *vector);

fol_status fol_eigen(fol_context *ctx, size_t d, const double *symmetric, double *value, double *vector)
{
    eigen e;
    int exponent;
    fol_status status = FOL_OK;
    char *block = layout(&e, d);
    if (!block)
        return fol_fail_memory(ctx, "eigenvectors");
    if (!load(&e, symmetric, &exponent)) {
        status = fol_fail(ctx, FOL_E_NUMERIC, "A matrix whose eigenvalues are wanted has an entry that is not finite.");
        goto cleanup;
    }
    reduce(&e);
    accumulate(&e);
    if (!iterate(&e)) {
        status = fol_fail(ctx, FOL_E_NUMERIC, "The eigenvalues of a %zu x %zu matrix did not converge.", d, d);
        goto cleanup;
    }
    store(&e, exponent, value, vector);
cleanup:
    fol_free(block);
    return status;
}

static char *layout(eigen *e, size_t d)
{
    const size_t stride = (d + TILE - 1) / TILE * TILE, size = sizeof(double);
    size_t total = 0;
    const size_t a = fol_layout_add(&total, d, stride * size);
    const size_t z = fol_layout_add(&total, d, stride * size);
    const size_t rows = fol_layout_add(&total, 3, stride * size);
    const size_t columns = fol_layout_add(&total, 5, d * size);
    const size_t orders = fol_layout_add(&total, 2, d * sizeof *e->order);
    char *block = fol_alloc_zero(total, 1);
    if (!block)
        return NULL;
    double *row = (double *) (block + rows), *column = (double *) (block + columns);
    size_t *order = (size_t *) (block + orders);
    *e = (eigen){.d = d,
                 .stride = stride,
                 .a = (double *) (block + a),
                 .z = (double *) (block + z),
                 .diagonal = column,
                 .off = column + d,
                 .beta = column + 2 * d,
                 .v = row,
                 .w = row + stride,
                 .p = row + 2 * stride,
                 .cosine = column + 3 * d,
                 .sine = column + 4 * d,
                 .order = order,
                 .rank = order + d};
    return block;
}

// Sorts `order` by key, ascending; of equals the first stays first.
static void sort(size_t n, const double *key, size_t *order)
{
    for (size_t i = 0; i < n; i++) {
        size_t j = i;
        for (; j > 0 && key[order[j - 1]] > key[i]; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
}

// Divided by the power of two above the largest entry, so that no square overflows, and with an ascending diagonal:
// then reduction and QL steps, which take large entries to be last, lose least of the small ones.
static bool load(eigen *e, const double *symmetric, int *exponent)
{
    const size_t d = e->d;
    double largest = 0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++) {
            const double size = fabs(symmetric[i * d + j]);
            if (!isfinite(size))
                return false;
            largest = fmax(largest, size);
        }
    frexp(largest, exponent);
    for (size_t i = 0; i < d; i++)
        e->diagonal[i] = fabs(symmetric[i * d + i]);
    sort(d, e->diagonal, e->order);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            const size_t row = e->order[i], column = e->order[j];
            const double entry = row < column ? symmetric[column * d + row] : symmetric[row * d + column];
            e->a[i * e->stride + j] = ldexp(entry, -*exponent);
        }
    return true;
}

// ---- a = Q T Q' with T tridiagonal and Q a product of reflections ----

// v and beta of the reflection that leaves of the first n entries of x the last alone, which it returns; v in the place
// of x. Golub and Van Loan, algorithm 5.1.1.
static double reflect(size_t n, double *x, double *beta)
{
    double largest = 0, sum = 0;
    const double last = x[n - 1];
    *beta = 0;
    for (size_t k = 0; k + 1 < n; k++)
        largest = fmax(largest, fabs(x[k]));
    if (largest == 0) {
        memset(x, 0, n * sizeof *x);
        return last;
    }
    largest = fmax(largest, fabs(last));
    for (size_t k = 0; k < n; k++) {
        x[k] /= largest;
        sum += x[k] * x[k];
    }
    const double norm = sqrt(sum), size = fabs(x[n - 1]);
    x[n - 1] += copysign(norm, x[n - 1]);
    *beta = 1 / (norm * (norm + size));
    return -copysign(norm * largest, last);
}

// The update that is due, of row i up to its diagonal.
FOL_VECTORIZED(void, update_row, (const eigen *e, size_t i), (e, i))
{
    const double *v = e->v, *w = e->w, vi = v[i], wi = w[i];
    double *row = e->a + i * e->stride;
#pragma omp simd
    for (size_t k = 0; k <= i; k++)
        row[k] -= vi * w[k] + wi * v[k];
}

// The same of the leading (n, n) block, and p = a u of the new block. All of a row, as p adds whole rows in order.
FOL_VECTORIZED(void, update_block, (const eigen *e, size_t n, const double *u), (e, n, u))
{
    const double *v = e->v, *w = e->w;
    double *p = e->p;
    memset(p, 0, n * sizeof *p);
    for (size_t j = 0; j < n; j++) {
        const double vj = v[j], wj = w[j], uj = u[j];
        double *row = e->a + j * e->stride;
#pragma omp simd
        for (size_t k = 0; k < n; k++) {
            row[k] -= vj * w[k] + wj * v[k];
            p[k] += uj * row[k];
        }
    }
}

// From the last row on: Golub and Van Loan, algorithm 8.3.1. Updates wait for the next pass over the block.
static void reduce(eigen *e)
{
    for (size_t i = e->d; i-- > 1;) {
        double *u = e->a + i * e->stride, along = 0;
        update_row(e, i);
        e->diagonal[i] = u[i];
        e->off[i - 1] = reflect(i, u, &e->beta[i]);
        update_block(e, i, u);
        const double beta = e->beta[i];
        for (size_t k = 0; k < i; k++)
            along += u[k] * (beta * e->p[k]);
        for (size_t k = 0; k < i; k++) {
            e->v[k] = u[k];
            e->w[k] = beta * e->p[k] - 0.5 * beta * along * u[k];
        }
    }
    update_row(e, 0);
    e->diagonal[0] = e->a[0];
}

// H Q for the reflection of row n, which is of the leading (n, n) block.
FOL_VECTORIZED(void, reflect_rows, (const eigen *e, size_t n), (e, n))
{
    const double *u = e->a + n * e->stride, beta = e->beta[n];
    double *p = e->p;
    memset(p, 0, n * sizeof *p);
    for (size_t j = 0; j < n; j++) {
        const double *row = e->z + j * e->stride, uj = u[j];
#pragma omp simd
        for (size_t k = 0; k < n; k++)
            p[k] += uj * row[k];
    }
    for (size_t j = 0; j < n; j++) {
        double *row = e->z + j * e->stride;
        const double uj = beta * u[j];
#pragma omp simd
        for (size_t k = 0; k < n; k++)
            row[k] -= uj * p[k];
    }
}

// z = Q'.
static void accumulate(eigen *e)
{
    for (size_t i = 0; i < e->d; i++)
        e->z[i * e->stride + i] = 1;
    for (size_t n = 1; n < e->d; n++)
        if (e->beta[n] != 0)
            reflect_rows(e, n);
    for (size_t i = 0; i < e->d; i++)
        for (size_t j = 0; j < i; j++) {
            double *lower = e->z + i * e->stride + j, *upper = e->z + j * e->stride + i, entry = *lower;
            *lower = *upper;
            *upper = entry;
        }
}

// ---- the values of T ----

// sqrt(x^2 + y^2) by operations that every machine rounds alike, which hypot is not.
static double length(double x, double y)
{
    const double large = fmax(fabs(x), fabs(y)), small = fmin(fabs(x), fabs(y));
    if (large == 0)
        return 0;
    const double ratio = small / large;
    return large * sqrt(1 + ratio * ratio);
}

// Rotates rows first .. last of z, the last pair first.
FOL_VECTORIZED(void, rotate, (const eigen *e, size_t first, size_t last), (e, first, last))
{
    const size_t stride = e->stride;
    for (size_t t = 0; t < stride; t += TILE) {
        double carry[TILE];
        memcpy(carry, e->z + last * stride + t, sizeof carry);
        for (size_t i = last; i-- > first;) {
            const double c = e->cosine[i], s = e->sine[i];
            const double *row = e->z + i * stride + t;
            double *next = e->z + (i + 1) * stride + t;
#pragma omp simd
            for (size_t k = 0; k < TILE; k++) {
                const double x = row[k];
                next[k] = s * x + c * carry[k];
                carry[k] = c * x - s * carry[k];
            }
        }
        memcpy(e->z + first * stride + t, carry, sizeof carry);
    }
}

// One QL step of the block first .. last, with the shift of Wilkinson: the value of its leading 2 x 2 block that is
// nearer to its first entry. From the last row on, the rotation of rows i and i + 1 takes off[i] to 0 in the rows of
// T - shift; x is the diagonal that this and the rotations before leave in row i, and h and g are what these have made,
// rows and columns, of the diagonal of row i + 1 and of off[i]. (Bowdler, Martin, Reinsch and Wilkinson, Numerische
// Mathematik 11, 1968: no difference of equals, so graded matrices keep their small values.)
static void ql_step(eigen *e, size_t first, size_t last)
{
    double *a = e->diagonal, *b = e->off;
    const double ratio = (a[first + 1] - a[first]) / (2 * b[first]);
    const double shift = a[first] - b[first] / (ratio + copysign(length(ratio, 1), ratio));
    double x = a[last] - shift, c = 1, s = 0;
    for (size_t i = last; i-- > first;) {
        const double h = c * x, g = c * b[i], r = length(x, b[i]), rest = a[i] - shift;
        if (i + 1 < last)
            b[i + 1] = s * r;
        c = r > 0 ? x / r : 1;
        s = r > 0 ? b[i] / r : 0;
        x = c * rest - s * g;
        a[i + 1] = h + s * (c * g + s * rest) + shift;
        e->cosine[i] = c;
        e->sine[i] = s;
    }
    a[first] = c * x + shift;
    b[first] = s * x;
    rotate(e, first, last);
}

// Steps until T is diagonal; false where it takes too many.
static bool iterate(eigen *e)
{
    const double *a = e->diagonal;
    double *b = e->off;
    size_t left = STEPS * e->d;
    for (size_t first = 0; first + 1 < e->d;) {
        size_t last = first;
        for (; last + 1 < e->d; last++)
            if (b[last] * b[last] <= DBL_EPSILON * DBL_EPSILON * fabs(a[last]) * fabs(a[last + 1]) + DBL_MIN) {
                b[last] = 0;
                break;
            }
        if (last == first) {
            first++;
            continue;
        }
        if (left-- == 0)
            return false;
        ql_step(e, first, last);
    }
    return true;
}

static void store(eigen *e, int exponent, double *value, double *vector)
{
    const size_t d = e->d;
    double *negative = e->cosine;
    for (size_t i = 0; i < d; i++)
        negative[i] = -e->diagonal[i];
    sort(d, negative, e->rank);
    for (size_t i = 0; i < d; i++) {
        const double *z = e->z + e->rank[i] * e->stride;
        double *out = vector + i * d, largest = 0;
        value[i] = ldexp(e->diagonal[e->rank[i]], exponent);
        for (size_t j = 0; j < d; j++)
            out[e->order[j]] = z[j];
        for (size_t j = 0; j < d; j++)
            if (fabs(out[j]) > fabs(largest))
                largest = out[j];
        for (size_t j = 0; largest < 0 && j < d; j++)
            out[j] = -out[j];
    }
}
