// Targets: the family of all kinds, and what all of them share.
#include "target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/blocks.h"
#include "../io/real_text.h"
#include "../random/rng.h"

#define ADDRESS(name) &fol_target_##name.base,
const fol_kind *const fol_targets[] = {FOL_TARGET_LIST(ADDRESS) NULL};
#undef ADDRESS

#define SLICE 1024 // normals drawn at once; a multiple of 4 (rng.h)

// The dimensions that shapes name, by letter; 0 is not known yet.
typedef struct {
    size_t size['z' - 'a' + 1];
} extents;

// The length of a dimension where the shape has one; 1 where it has none.
static size_t extent_of(const extents *known, char letter)
{
    return letter ? known->size[letter - 'a'] : 1;
}

// "a 2 x 3 matrix", "2 numbers", "one number"; a dimension that is not known has at least one entry.
static void describe_shape(const char *shape, const extents *known, char *phrase)
{
    const size_t rows = extent_of(known, shape[0]), cols = shape[0] ? extent_of(known, shape[1]) : 1;
    const bool matrix = shape[0] && shape[1], square = matrix && shape[0] == shape[1];
    if (matrix && rows && cols)
        snprintf(phrase, FOL_PHRASE_SIZE, "a %zu x %zu matrix", rows, cols);
    else if (matrix && (rows || cols))
        snprintf(phrase, FOL_PHRASE_SIZE, "a matrix with %zu %s", rows ? rows : cols, rows ? "rows" : "columns");
    else if (matrix)
        snprintf(phrase, FOL_PHRASE_SIZE, "a %s with at least one row and one column",
                 square ? "square matrix" : "matrix");
    else if (rows == 1)
        snprintf(phrase, FOL_PHRASE_SIZE, "one number");
    else if (rows)
        snprintf(phrase, FOL_PHRASE_SIZE, "%zu numbers", rows);
    else
        snprintf(phrase, FOL_PHRASE_SIZE, "a vector of at least one number");
}

// Whether a length is that of its dimension, which it sets if nothing has yet.
static bool extent_fits(extents *known, char letter, size_t length)
{
    if (letter && known->size[letter - 'a'] == 0)
        known->size[letter - 'a'] = length;
    return length > 0 && length == extent_of(known, letter);
}

static fol_status check_shape(fol_context *ctx, const fol_target_parameter *parameter, const char *shape,
                              extents *known)
{
    char wanted[FOL_PHRASE_SIZE];
    size_t size;
    const size_t rows = parameter->rows, cols = parameter->cols;
    describe_shape(shape, known, wanted);
    if (extent_fits(known, shape[0], rows) && extent_fits(known, shape[0] ? shape[1] : '\0', cols) &&
        !__builtin_mul_overflow(rows, cols, &size))
        return FOL_OK;
    if (cols == 1)
        return fol_fail_argument(ctx, parameter->name, wanted, "%zu", rows);
    return fol_fail_argument(ctx, parameter->name, wanted, "%zu x %zu", rows, cols);
}

static fol_status check_entries(fol_context *ctx, const fol_target_parameter *parameter, const fol_option *key)
{
    const size_t cols = parameter->cols, size = parameter->rows * cols;
    char wanted[FOL_PHRASE_SIZE], given[FOL_REAL_SIZE];
    for (size_t i = 0; i < size; i++) {
        const double value = parameter->data[i];
        if (fol_option_fits(key, value))
            continue;
        fol_option_describe(key, isinf(value) ? INFINITY : value, wanted);
        fol_print_real(value, given);
        if (size == 1)
            return fol_fail_argument(ctx, key->key, wanted, "%s", given);
        const fol_place of_vector = {.entry = i + 1}, of_matrix = {.row = i / cols + 1, .column = i % cols + 1};
        return fol_fail_place(ctx, key->key, cols == 1 ? &of_vector : &of_matrix, wanted, "%s", given);
    }
    return FOL_OK;
}

static fol_status refuse_kind(fol_context *ctx, const char *name)
{
    const fol_option option = {.type = FOL_OPTION_KIND, .family = fol_targets};
    char wanted[FOL_PHRASE_SIZE];
    return fol_fail_argument(ctx, "target", fol_option_describe(&option, NAN, wanted), "\"%s\"", name);
}

// Puts the parameters into the order of the keys.
static fol_status sort_parameters(fol_context *ctx, const fol_kind *kind, const fol_target_parameter *parameters,
                                  size_t n, fol_target_parameter *sorted)
{
    for (size_t i = 0; i < n; i++) {
        const int place = fol_kind_key(kind, parameters[i].name);
        if (place < 0)
            return fol_fail_about(ctx, parameters[i].name, "is no parameter of a target of kind %s.", kind->name);
        sorted[place] = parameters[i];
    }
    for (size_t i = 0; kind->keys[i].key; i++)
        if (!sorted[i].data)
            return fol_fail_about(ctx, kind->keys[i].key, "must be given for a target of kind %s.", kind->name);
    return FOL_OK;
}

fol_status fol_target_new(fol_context *ctx, const char *kind, const fol_target_parameter *parameters, size_t n,
                          fol_target **target)
{
    const fol_target_kind *of = (const fol_target_kind *) fol_kind_find(fol_targets, kind);
    if (!of)
        return refuse_kind(ctx, kind);
    fol_target_parameter sorted[FOL_TARGET_PARAMETERS] = {{0}};
    extents known = {{0}};
    fol_status status = sort_parameters(ctx, &of->base, parameters, n, sorted);
    for (size_t i = 0; status == FOL_OK && of->base.keys[i].key; i++)
        status = check_shape(ctx, &sorted[i], of->shapes[i], &known);
    for (size_t i = 0; status == FOL_OK && of->base.keys[i].key; i++)
        status = check_entries(ctx, &sorted[i], &of->base.keys[i]);
    return status == FOL_OK ? of->make(ctx, sorted, target) : status;
}

// "`target` must have exact draws; "funnel" has none."
static fol_status fail_without(fol_context *ctx, const fol_target *target, const char *what)
{
    return fol_fail_about(ctx, "target", "must have %s; \"%s\" has none.", what, target->name);
}

// The status of a target's own function, which has no context, with a message.
static fol_status say(fol_context *ctx, const fol_target *target, fol_status status)
{
    return status == FOL_OK
               ? FOL_OK
               : fol_fail(ctx, status, "The target \"%s\" has failed: %s.", target->name, fol_status_text(status));
}

typedef struct {
    const fol_field *field;
    size_t n;
    const double *x;
    double *out;
} gradient_job;

static fol_status gradient_block(void *data, size_t block, void *work, fol_run *run)
{
    (void) run;
    const gradient_job *job = data;
    const size_t at = block * FOL_BLOCK_ROWS * job->field->n_in;
    return job->field->pullback(job->field, fol_block_rows(job->n, block), job->x + at, NULL, 0, NULL, job->out + at,
                                work);
}

fol_status fol_target_gradient(fol_context *ctx, const fol_target *target, size_t n, const double *x, double *out)
{
    const fol_field *field = &target->log_density;
    if (!field->pullback)
        return fail_without(ctx, target, "a gradient");
    gradient_job job = {field, n, x, out};
    return fol_run_blocks(ctx, &(fol_block_plan){.task = "gradient",
                                                 .n_blocks = fol_block_count(n),
                                                 .work_bytes = fol_field_work_size(field, FOL_BLOCK_ROWS),
                                                 .threads = field->serial ? 1 : 0,
                                                 .block = gradient_block,
                                                 .job = &job});
}

fol_status fol_target_draw(fol_context *ctx, const fol_target *target, uint64_t seed, uint64_t first, size_t n,
                           double *x)
{
    if (!target->draw)
        return fail_without(ctx, target, "exact draws");
    return say(ctx, target, target->draw(target, seed, first, n, x));
}

fol_status fol_target_denoiser(fol_context *ctx, const fol_target *target, const fol_process *process,
                               fol_denoiser **den)
{
    const fol_status status = fol_process_check(ctx, process);
    if (status == FOL_OK && !target->denoiser)
        return fail_without(ctx, target, "an exact denoiser");
    return status == FOL_OK ? target->denoiser(ctx, target, process, den) : status;
}

fol_status fol_target_standardize(fol_context *ctx, const fol_target *target, const double *center, const double *scale,
                                  fol_target **standard)
{
    if (!target->standardize)
        return fail_without(ctx, target, "a standardised law");
    return target->standardize(ctx, target, center, scale, standard);
}

void fol_target_free(fol_target *target)
{
    fol_field_free(target ? &target->log_density : NULL);
}

void fol_target_normals(uint64_t seed, uint64_t first, size_t n, size_t d, double *z)
{
    float slice[SLICE];
    for (size_t i = 0; i < n * d; i += SLICE) {
        const size_t some = n * d - i < SLICE ? n * d - i : SLICE;
        fol_rng_normals(seed, FOL_STREAM_TARGET, 0, first * d + i, some, slice);
        for (size_t j = 0; j < some; j++)
            z[i + j] = (double) slice[j];
    }
}
