// Functional cosine: the sum of the cosines of all columns, over sqrt(d).
#include <math.h>

#include "../base/vector_math.h"
#include "functional.h"

#define CHUNK 256 // cosines taken at once

static void eval(const fol_instance *g, size_t n, size_t d, const double *x, double *out)
{
    (void) g;
    const size_t size = n * d;
    const double root = sqrt((double) d);
    double cosine[CHUNK], sum = 0;
    if (d == 1) {
        fol_vector_cos(n, x, out);
        return;
    }
    for (size_t first = 0, row = 0, j = 0; first < size; first += CHUNK) {
        const size_t length = size - first < CHUNK ? size - first : CHUNK;
        fol_vector_cos(length, x + first, cosine);
        for (size_t i = 0; i < length; i++) {
            sum += cosine[i];
            if (++j < d)
                continue;
            out[row++] = sum / root;
            sum = 0;
            j = 0;
        }
    }
}

const fol_functional_kind fol_functional_cosine = {
    .base = {"cosine", "sum of cos(x) over columns, divided by the root of their number", fol_no_keys}, .eval = eval};
