// Functionals: the functions g whose expectations are wanted, several at once.
#include "functional.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/vector_math.h"

#define CHUNK 256 // cosines taken at once

const fol_option fol_functional_option_table[] = {FOL_FUNCTIONAL_KEYS(0), {NULL, 0, 0, NULL, NULL, NULL}};

static fol_status eval_entries(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                               double *out, void *work);
static fol_status eval_squared_norm(const fol_field *field, size_t n, const double *x, const fol_instant *at,
                                    size_t stride, double *out, void *work);
static fol_status eval_cosine(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                              double *out, void *work);

fol_functional fol_functional_builtin(const fol_functional_options *options, size_t d)
{
    fol_functional g = {.field = {.n_in = d, .n_out = 1}, .kind = options->kind, .threshold = options->threshold};
    switch (options->kind) {
    case FOL_G_SQUARED_NORM:
        g.field.eval = eval_squared_norm;
        break;
    case FOL_G_COSINE:
        g.field.eval = eval_cosine;
        break;
    default:
        g.field.n_out = d;
        g.field.eval = eval_entries;
    }
    return g;
}

const char *fol_functional_name(const fol_functional *g, size_t j, char *buffer)
{
    fol_choice_word(FOL_FUNCTIONAL_CHOICES, g->kind, buffer);
    if (g->kind != FOL_G_SQUARED_NORM && g->kind != FOL_G_COSINE) {
        const size_t length = strlen(buffer);
        snprintf(buffer + length, FOL_TEXT_SIZE - length, " %zu", j + 1);
    }
    return buffer;
}

// One value for each entry. What is not a number stays so.
static fol_status eval_entries(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                               double *out, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const fol_functional *g = (const fol_functional *) field;
    const size_t size = n * field->n_in;
    const double threshold = g->threshold;
    switch (g->kind) {
    case FOL_G_MEAN:
        memcpy(out, x, size * sizeof *out);
        break;
    case FOL_G_SECOND_MOMENT:
        for (size_t i = 0; i < size; i++)
            out[i] = x[i] * x[i];
        break;
    case FOL_G_EXCEEDANCE:
        for (size_t i = 0; i < size; i++)
            out[i] = x[i] > threshold ? 1 : x[i] <= threshold ? 0 : NAN;
        break;
    default: // FOL_G_EXCESS
        for (size_t i = 0; i < size; i++)
            out[i] = x[i] <= threshold ? 0 : x[i] - threshold;
    }
    return FOL_OK;
}

static fol_status eval_squared_norm(const fol_field *field, size_t n, const double *x, const fol_instant *at,
                                    size_t stride, double *out, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const size_t d = field->n_in;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < d; j++)
            sum += x[i * d + j] * x[i * d + j];
        out[i] = sum;
    }
    return FOL_OK;
}

static fol_status eval_cosine(const fol_field *field, size_t n, const double *x, const fol_instant *at, size_t stride,
                              double *out, void *work)
{
    (void) at;
    (void) stride;
    (void) work;
    const size_t d = field->n_in, size = n * d;
    const double root = sqrt((double) d);
    double cosine[CHUNK], sum = 0;
    if (d == 1) {
        fol_vector_cos(n, x, out);
        return FOL_OK;
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
    return FOL_OK;
}
