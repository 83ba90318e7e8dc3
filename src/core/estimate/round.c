// Rounds: draws of an estimator by the ten thousands, from their paths to the sums of their batches.
//
// A round is cut into pieces of at most 256 draws of one batch, whose sums are added in order, and pieces into blocks.
// A thread takes a block from its levels to its sums, in chunks of draws of one shape that stay in its cache. Where g
// is called on one thread and the drift on many, all paths come first, then g, then the sums.
#include "round.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/threads.h"
#include "../base/vectorize.h"
#include "level_law.h"
#include "tally.h"

#define DRAWS_MOST 65536
#define DRAWS_LEAST 1024
#define ROUND_NUMBERS (1u << 21) // draws times (d + q) of a round at most
#define BLOCK_MOST 16384         // draws of a block: many, as deep levels are rare
#define BLOCK_LEAST 1024
#define BLOCKS_EACH 4       // blocks for each thread
#define CHUNK_ROWS 512      // paths that a thread advances together
#define SERIAL_ROWS 65536   // the same where a function is called on one thread
#define SECONDS_ALONE 0.002 // a round that takes one thread less is left to it;
#define WORK_ALONE 8192     // so is a first round of so few evaluations
#define LANES 8             // sums of powers that are carried side by side

typedef enum { WHOLE, PATHS, SUMS } stage;

typedef struct {
    fol_round *round;
    const fol_round_plan *plan;
    const fol_round_range *range;
    const fol_round_sums *sums;
    stage stage;
    size_t n_pieces, n_blocks, most;    // most: draws of a block
    size_t *piece;                      // (n_pieces + 1): first draw of each
    size_t *block;                      // (n_blocks + 1): first piece of each
    size_t *ends;                       // (n_blocks + 1): place of the ends of each, where all are kept
    size_t *n_large;                    // (n_blocks, q): candidates for the tail
    double (*layers)[FOL_TALLY_LAYERS]; // (n_blocks)
    double least[];                     // (q): a candidate is above; NAN: any is one
} round_job;

static bool is_serial(const fol_round *round)
{
    return round->sde->drift->serial;
}

static size_t chunk_rows(const fol_round *round, int n_paths)
{
    const size_t rows = (is_serial(round) ? SERIAL_ROWS : CHUNK_ROWS) / (size_t) n_paths;
    return rows > 16 ? rows : 16;
}

// Drift evaluations of a draw: 1 + 1/2 + .. of its steps.
static double shape_cost(const fol_level_shape *shape)
{
    return (shape->mirrored ? 2 : 1) * (double) (2 * shape->steps - (shape->steps >> (shape->n_paths - 1)));
}

static int most_ends(const fol_round_plan *plan)
{
    int most = plan->gap ? 2 : 1;
    for (size_t s = 0; s < plan->n_shapes; s++)
        most = fol_level_ends(plan->shapes + s) > most ? fol_level_ends(plan->shapes + s) : most;
    return most;
}

fol_status fol_round_new(fol_context *ctx, fol_round *round, const fol_sde *sde, const fol_field *g,
                         const double *centre, int columns, fol_block_whole whole)
{
    const size_t d = sde->drift->n_in, most = ROUND_NUMBERS / (d + g->n_out) / FOL_BLOCK_ROWS * FOL_BLOCK_ROWS;
    *round = (fol_round){.ctx = ctx, .sde = sde, .g = g, .centre = centre, .whole = whole};
    round->most = most > DRAWS_MOST ? DRAWS_MOST : most < DRAWS_LEAST ? DRAWS_LEAST : most;
    round->run = (fol_path_run){.sde = sde, .noise = fol_path_noise_new(d)};
    round->deviations = fol_alloc(round->most, g->n_out * (size_t) columns * sizeof *round->deviations);
    round->large = fol_alloc(round->most, g->n_out * sizeof *round->large);
    round->weight = fol_alloc(round->most, sizeof *round->weight);
    round->layers = fol_alloc(round->most, sizeof *round->layers);
    if (round->deviations && round->large && round->weight && round->layers)
        return FOL_OK;
    fol_round_clear(round);
    return fol_fail_memory(ctx, "an expectation");
}

void fol_round_clear(fol_round *round)
{
    fol_free(round->deviations);
    fol_free(round->large);
    fol_free(round->weight);
    fol_free(round->layers);
    fol_free(round->partial);
    fol_free(round->ends);
    fol_free(round->values);
    *round = (fol_round){0};
}

// ---- a block ----

// A thread's arrays for a block, and for a chunk of it.
typedef struct {
    uint8_t *shape;     // (draws)
    uint32_t *order;    // (draws): places in the block, the costliest shape first
    uint64_t *draw;     // (rows): numbers of a chunk's draws
    double *ends;       // (2 rows, d): of renewal draws
    double *values;     // (rows of ends, q)
    double *deviations; // (rows)
    void *paths, *g;
} workspace;

static size_t layout(const round_job *job, char *base, workspace *work)
{
    const fol_round *round = job->round;
    const bool gap = job->plan->gap != NULL;
    const size_t rows = chunk_rows(round, 1), size = sizeof(double), points = gap ? 2 * rows : rows;
    size_t total = 0, paths = gap ? fol_renewal_work_size(&round->run, rows) : 0;
    for (int n = 1; n <= most_ends(job->plan) && !gap; n++) {
        const size_t some = fol_level_work_size(&round->run, chunk_rows(round, n), n);
        paths = some > paths ? some : paths;
    }
    const size_t shape = fol_layout_add(&total, job->most, sizeof(uint8_t));
    const size_t order = fol_layout_add(&total, job->most, sizeof(uint32_t));
    const size_t draw = fol_layout_add(&total, rows, sizeof(uint64_t));
    const size_t ends = fol_layout_add(&total, gap ? points : 0, round->sde->drift->n_in * size);
    const size_t values = fol_layout_add(&total, points, round->g->n_out * size);
    const size_t deviations = fol_layout_add(&total, rows, size);
    const size_t at_paths = fol_layout_add(&total, paths, 1);
    const size_t g = fol_layout_add(&total, fol_field_work_size(round->g, points), 1);
    if (base)
        *work = (workspace){.shape = (uint8_t *) (base + shape),
                            .order = (uint32_t *) (void *) (base + order),
                            .draw = (uint64_t *) (void *) (base + draw),
                            .ends = (double *) (void *) (base + ends),
                            .values = (double *) (void *) (base + values),
                            .deviations = (double *) (void *) (base + deviations),
                            .paths = base + at_paths,
                            .g = base + g};
    return total;
}

// Some draws of a block that are advanced together: places begin .. begin + n - 1 of its order.
typedef struct {
    size_t first; // draw of the block
    size_t begin, n;
    const fol_level_shape *shape; // NULL: renewal draws, in their own order
    bool in_order;
    const double *values; // (points n, q)
} chunk;

// to = weight (value - centre), and to += weight (value - centre).
FOL_VECTORIZED(void, set_values, (size_t n, double weight, const double *value, double centre, double *to),
               (n, weight, value, centre, to))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        to[i] = weight * (value[i] - centre);
}

FOL_VECTORIZED(void, add_values, (size_t n, double weight, const double *value, double centre, double *to),
               (n, weight, value, centre, to))
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        to[i] += weight * (value[i] - centre);
}

static void add_point(const chunk *c, size_t q, bool first, const double *value, double weight, double centre,
                      double *to)
{
    if (q == 1 && first)
        set_values(c->n, weight, value, centre, to);
    else if (q == 1)
        add_values(c->n, weight, value, centre, to);
    else
        for (size_t i = 0; i < c->n; i++)
            to[i] = (first ? 0 : to[i]) + weight * (value[i * q] - centre);
}

// The deviations of a chunk's draws in one column.
static void weigh(const round_job *job, const chunk *c, size_t column, double *to)
{
    const fol_round *round = job->round;
    const size_t q = round->g->n_out, j = column < q ? column : column - q, first = c->first + c->begin;
    const double centre = round->centre[j], *value = c->values + j;
    if (!c->shape) {
        const double *second = value + c->n * q;
        for (size_t i = 0; i < c->n; i++) {
            const double weight = round->weight[first + i], other = round->layers[first + i] > 0 ? -weight : 0;
            to[i] = weight * (value[i * q] - centre) + other * (second[i * q] - centre);
        }
        return;
    }
    const double *weight = column < q ? c->shape->weight : job->plan->second;
    for (int p = 0; p < fol_level_ends(c->shape); p++)
        add_point(c, q, p == 0, value + (size_t) p * c->n * q, weight[p], centre, to);
}

// Writes what is kept of a chunk's draws.
static void keep(const round_job *job, const chunk *c, const workspace *work)
{
    fol_round *round = job->round;
    const uint32_t *order = work->order + c->begin;
    for (size_t column = 0; column < job->sums->n_columns; column++) {
        double *all = round->deviations + column * round->most + c->first;
        if (c->in_order) {
            weigh(job, c, column, all + c->begin);
            continue;
        }
        weigh(job, c, column, work->deviations);
        for (size_t i = 0; i < c->n; i++)
            all[order[i]] = work->deviations[i];
    }
    for (size_t i = 0; c->shape && i < c->n && job->sums->layers; i++) {
        const size_t place = c->first + (c->in_order ? c->begin + i : order[i]);
        round->layers[place] = c->shape->level;
        round->weight[place] = c->shape->weight[0];
    }
}

// A chunk's paths, values and deviations, as far as the stage goes. *end is the place of its ends where all are kept.
static fol_status run_chunk(const round_job *job, chunk *c, const workspace *work, fol_run *run, size_t *end)
{
    fol_round *round = job->round;
    const fol_round_range *range = job->range;
    const size_t d = round->sde->drift->n_in, q = round->g->n_out;
    const size_t n_ends = c->n * (c->shape ? (size_t) fol_level_ends(c->shape) : 2), place = *end;
    const uint64_t number = range->first + c->first;
    double *ends = work->ends;
    fol_status status = FOL_OK;
    *end += n_ends;
    if (job->stage == SUMS) {
        c->values = round->values + place * q;
        keep(job, c, work);
        return FOL_OK;
    }
    if (c->shape) {
        for (size_t i = 0; i < c->n; i++)
            work->draw[i] = number + (c->in_order ? c->begin + i : work->order[c->begin + i]);
        status = fol_level_paths(&round->run, c->shape, work->draw, c->n, work->paths, run, &ends);
    } else {
        const size_t first = c->first + c->begin;
        const fol_renewal_ends to = {ends, round->weight + first, round->layers + first};
        status =
            fol_renewal_paths(&round->run, job->plan->gap, NULL, range->first + first, c->n, work->paths, run, &to);
    }
    if (status != FOL_OK)
        return status;
    fol_sde_rescale(round->sde, n_ends, ends);
    if (job->stage == PATHS) {
        memcpy(round->ends + place * d, ends, n_ends * d * sizeof *ends);
        return FOL_OK;
    }
    status = fol_field_eval(round->g, n_ends, ends, NULL, 0, work->values, work->g);
    c->values = work->values;
    if (status == FOL_OK)
        keep(job, c, work);
    return status;
}

// Draws of each shape of a block, count (n_shapes).
static void count_shapes(const round_job *job, size_t first, size_t n, uint8_t *shape, size_t *count)
{
    const fol_round_plan *plan = job->plan;
    memset(count, 0, plan->n_shapes * sizeof *count);
    count[0] = n;
    if (!plan->draw_shapes)
        return;
    plan->draw_shapes(plan->data, job->range->first + first, n, shape);
    for (size_t i = 0; i < n; i++) {
        count[0]--;
        count[shape[i]]++;
    }
}

static fol_status run_chunks(const round_job *job, size_t block, size_t first, size_t n, const workspace *work,
                             fol_run *run)
{
    const fol_round_plan *plan = job->plan;
    size_t count[UINT8_MAX + 1] = {n}, place[UINT8_MAX + 1], end = job->ends ? job->ends[block] : 0, at = 0;
    fol_status status = FOL_OK;
    if (!plan->gap)
        count_shapes(job, first, n, work->shape, count);
    for (size_t s = plan->gap ? 1 : plan->n_shapes; s-- > 0; at += count[s])
        place[s] = at;
    for (size_t i = 0; i < n && plan->draw_shapes; i++)
        work->order[place[work->shape[i]]++] = (uint32_t) i;
    at = 0;
    for (size_t s = plan->gap ? 1 : plan->n_shapes; s-- > 0 && status == FOL_OK;) {
        const fol_level_shape *shape = plan->gap ? NULL : plan->shapes + s;
        const size_t rows = chunk_rows(job->round, shape ? fol_level_ends(shape) : 1), stop = at + count[s];
        for (; at < stop && status == FOL_OK; at += rows < stop - at ? rows : stop - at) {
            chunk c = {.first = first,
                       .begin = at,
                       .n = rows < stop - at ? rows : stop - at,
                       .shape = shape,
                       .in_order = !plan->draw_shapes};
            status = run_chunk(job, &c, work, run, &end);
        }
    }
    return status;
}

// ---- sums ----

// Sums of the first four powers, in LANES that are added at the end.
FOL_VECTORIZED(void, sum_powers, (size_t n, const double *x, double powers[4]), (n, x, powers))
{
    double lane[4][LANES] = {{0}};
    for (size_t i = 0; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            const double x1 = x[i + l], x2 = x1 * x1;
            lane[0][l] += x1;
            lane[1][l] += x2;
            lane[2][l] += x2 * x1;
            lane[3][l] += x2 * x2;
        }
    for (size_t i = n / LANES * LANES, l = 0; i < n; i++, l++) {
        const double x1 = x[i], x2 = x1 * x1;
        lane[0][l] += x1;
        lane[1][l] += x2;
        lane[2][l] += x2 * x1;
        lane[3][l] += x2 * x2;
    }
    for (size_t k = 0; k < 4; k++)
        powers[k] = fol_sum_ordered(lane[k], LANES);
}

// The first draw whose deviation is not finite; the last where only their sum is not.
static size_t first_failure(const double *deviation, size_t begin, size_t end)
{
    while (begin + 1 < end && isfinite(deviation[begin]))
        begin++;
    return begin;
}

static fol_status sum_piece(const round_job *job, size_t piece, fol_run *run)
{
    const fol_round *round = job->round;
    const fol_round_plan *plan = job->plan;
    const size_t n_columns = job->sums->n_columns, begin = job->piece[piece], end = job->piece[piece + 1];
    double *partial = round->partial + piece * (4 * n_columns + 1), cost = 0;
    for (size_t j = 0; j < n_columns; j++) {
        const double *deviation = round->deviations + j * round->most;
        double powers[4];
        sum_powers(end - begin, deviation + begin, powers);
        if (!isfinite(powers[0])) // as no addend that is not finite can be undone
            return fol_run_fail(run, FOL_E_NUMERIC, first_failure(deviation, begin, end));
        for (size_t k = 0; k < 4; k++)
            partial[k * n_columns + j] = powers[k];
    }
    for (size_t i = begin; i < end && (plan->gap || plan->draw_shapes); i++)
        cost += plan->gap ? round->layers[i] + 1.0 : shape_cost(plan->shapes + round->layers[i]);
    partial[4 * n_columns] = plan->gap || plan->draw_shapes ? cost : (double) (end - begin) * shape_cost(plan->shapes);
    return FOL_OK;
}

// The block's candidates for the tail, and its numbers of layers.
static void look_at_draws(const round_job *job, size_t block, size_t begin, size_t end)
{
    const fol_round *round = job->round;
    for (size_t i = begin; i < end && job->sums->layers; i++)
        job->layers[block][round->layers[i] < FOL_TALLY_LAYERS ? round->layers[i] : FOL_TALLY_LAYERS - 1]++;
    for (size_t j = 0; j < round->g->n_out && job->sums->tail; j++) {
        const double *deviation = round->deviations + j * round->most, least = job->least[j];
        double *large = round->large + j * round->most + begin;
        size_t n = 0;
        for (size_t i = begin; i < end; i++) {
            large[n] = fabs(deviation[i]);
            n += !(large[n] <= least);
        }
        job->n_large[block * round->g->n_out + j] = n;
    }
}

static fol_status run_block(void *data, size_t block, void *memory, fol_run *run)
{
    const round_job *job = data;
    const size_t first = job->piece[job->block[block]], end = job->piece[job->block[block + 1]];
    workspace work;
    layout(job, memory, &work);
    fol_status status = run_chunks(job, block, first, end - first, &work, run);
    for (size_t p = job->block[block]; p < job->block[block + 1] && job->stage != PATHS && status == FOL_OK; p++)
        status = sum_piece(job, p, run);
    if (job->stage != PATHS && status == FOL_OK)
        look_at_draws(job, block, first, end);
    return status;
}

// ---- a round ----

// Cuts the draws at the ends of batches, and every FOL_BLOCK_ROWS draws within one.
static void cut_pieces(round_job *job)
{
    const fol_round_range *range = job->range;
    job->n_pieces = 0;
    for (size_t i = 0; i < range->n;) {
        const uint64_t place = (range->first + i) % range->batch, rest = range->batch - place;
        const size_t piece = FOL_BLOCK_ROWS - place % FOL_BLOCK_ROWS;
        job->piece[job->n_pieces++] = i;
        i += piece < rest ? piece : (size_t) rest;
    }
    job->piece[job->n_pieces] = range->n;
}

// Gathers the pieces into blocks of about `wanted` draws.
static void cut_blocks(round_job *job, size_t wanted)
{
    job->n_blocks = 0;
    job->most = 0;
    for (size_t p = 0; p < job->n_pieces;) {
        const size_t first = job->piece[p];
        job->block[job->n_blocks++] = p;
        while (p < job->n_pieces && (job->piece[p + 1] - first <= wanted || job->piece[p] == first))
            p++;
        job->most = job->piece[p] - first > job->most ? job->piece[p] - first : job->most;
    }
    job->block[job->n_blocks] = job->n_pieces;
}

static size_t block_size(const fol_round *round, size_t n, int threads)
{
    const size_t blocks = BLOCKS_EACH * (size_t) threads, each = (n + blocks - 1) / blocks;
    if (is_serial(round))
        return n;
    return each < BLOCK_LEAST ? BLOCK_LEAST : each > BLOCK_MOST ? BLOCK_MOST : each;
}

static bool grow(double **array, size_t *capacity, size_t size, size_t width)
{
    if (size <= *capacity)
        return true;
    fol_free(*array);
    *array = fol_alloc(size, width * sizeof **array);
    *capacity = *array ? size : 0;
    return *array != NULL;
}

// The places of the blocks' ends, and space for all of them.
static bool place_ends(round_job *job)
{
    fol_round *round = job->round;
    const fol_round_plan *plan = job->plan;
    size_t count[UINT8_MAX + 1], capacity = round->capacity_ends;
    uint8_t *shape = fol_alloc(job->most, sizeof *shape);
    job->ends[0] = 0;
    for (size_t b = 0; shape && b < job->n_blocks; b++) {
        const size_t first = job->piece[job->block[b]], n = job->piece[job->block[b + 1]] - first;
        size_t ends = 2 * n;
        if (!plan->gap) {
            count_shapes(job, first, n, shape, count);
            ends = 0;
            for (size_t s = 0; s < plan->n_shapes; s++)
                ends += count[s] * (size_t) fol_level_ends(plan->shapes + s);
        }
        job->ends[b + 1] = job->ends[b] + ends;
    }
    fol_free(shape);
    const size_t n_ends = job->ends[job->n_blocks];
    return shape && grow(&round->ends, &capacity, n_ends, round->sde->drift->n_in) &&
           grow(&round->values, &round->capacity_ends, n_ends, round->g->n_out);
}

// The paths on all threads, g on this one, and the sums on all again.
static fol_status run_apart(round_job *job, fol_block_plan *blocks)
{
    fol_round *round = job->round;
    if (!place_ends(job))
        return fol_fail_memory(round->ctx, "an expectation");
    job->stage = PATHS;
    fol_status status = fol_run_blocks(round->ctx, blocks);
    if (status == FOL_OK)
        status = fol_field_map(round->ctx, blocks->task, round->g, job->ends[job->n_blocks], round->ends, NULL, 0,
                               round->values);
    job->stage = SUMS;
    return status == FOL_OK ? fol_run_blocks(round->ctx, blocks) : status;
}

static void add_sums(const round_job *job)
{
    const fol_round *round = job->round;
    const fol_round_sums *sums = job->sums;
    const size_t size = 4 * sums->n_columns, q = round->g->n_out;
    for (size_t piece = 0; piece < job->n_pieces; piece++) {
        const double *partial = round->partial + piece * (size + 1);
        const size_t begin = job->piece[piece], end = job->piece[piece + 1];
        const size_t row = (size_t) ((job->range->first + begin) / job->range->batch - sums->first_batch);
        sums->count[row] += (double) (end - begin);
        sums->cost[row] += partial[size];
        for (size_t j = 0; j < size; j++)
            sums->moments[row * size + j] += partial[j];
    }
    for (size_t b = 0; b < job->n_blocks; b++) {
        for (size_t l = 0; l < FOL_TALLY_LAYERS && sums->layers; l++)
            sums->layers[l] += job->layers[b][l];
        for (size_t j = 0; j < q && sums->tail; j++)
            fol_tail_offer(sums->tail + j * sums->n_tail, sums->n_tail, job->n_large[b * q + j],
                           round->large + j * round->most + job->piece[job->block[b]]);
    }
}

// What a block cannot say for itself.
static fol_status fail(const fol_round *round, uint64_t first, fol_status status, const fol_block_failure *failure)
{
    if (status == FOL_E_NUMERIC)
        fol_fail(round->ctx, status,
                 "The value of draw %" PRIu64 " is not finite: the drift or `g` grows too fast, or the steps are too "
                 "coarse for it.",
                 first + failure->detail + 1);
    else if (status == FOL_E_CALLBACK)
        fol_fail(round->ctx, status, "The function of the drift or of `g` has stopped the run.");
    return status;
}

static round_job *job_new(fol_round *round, const fol_round_plan *plan, const fol_round_range *range,
                          const fol_round_sums *sums)
{
    const size_t q = round->g->n_out, n = range->n;
    const size_t n_pieces = 2 * (n / FOL_BLOCK_ROWS + (size_t) (n / range->batch)) + 4;
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(round_job) + q * sizeof(double));
    const size_t piece = fol_layout_add(&total, n_pieces, sizeof(size_t));
    const size_t block = fol_layout_add(&total, 2 * n / BLOCK_LEAST + 2, sizeof(size_t));
    const size_t ends = fol_layout_add(&total, 2 * n / BLOCK_LEAST + 2, sizeof(size_t));
    const size_t n_large = fol_layout_add(&total, 2 * n / BLOCK_LEAST + 2, q * sizeof(size_t));
    const size_t layers = fol_layout_add(&total, 2 * n / BLOCK_LEAST + 2, sizeof(double[FOL_TALLY_LAYERS]));
    char *base = fol_alloc_zero(total, 1);
    if (!base)
        return NULL;
    round_job *job = (round_job *) base;
    *job = (round_job){.round = round,
                       .plan = plan,
                       .range = range,
                       .sums = sums,
                       .piece = (size_t *) (void *) (base + piece),
                       .block = (size_t *) (void *) (base + block),
                       .ends = (size_t *) (void *) (base + ends),
                       .n_large = (size_t *) (void *) (base + n_large),
                       .layers = (double(*)[FOL_TALLY_LAYERS])(void *) (base + layers)};
    for (size_t j = 0; j < q && sums->tail; j++)
        job->least[j] = sums->n_tail > 0 ? sums->tail[(j + 1) * sums->n_tail - 1] : INFINITY;
    return job;
}

fol_status fol_round_run(fol_round *round, const fol_round_plan *plan, const fol_round_range *range,
                         const fol_round_sums *sums)
{
    fol_context *ctx = round->ctx;
    const double work = (double) range->n * (1 + plan->mean_cost), start = fol_seconds();
    // What is soon done is done on one thread: others would be waited for longer, most of all where the machine is
    // busy.
    const bool alone = is_serial(round) || (round->pace > 0 ? work * round->pace < SECONDS_ALONE : work < WORK_ALONE);
    const int threads = alone ? 1 : fol_threads_for(ctx->threads);
    round_job *job = job_new(round, plan, range, sums);
    fol_block_failure failure = {0};
    if (!job)
        return fol_fail_memory(ctx, "an expectation");
    round->run.seed = range->seed;
    cut_pieces(job);
    cut_blocks(job, block_size(round, range->n, threads));
    fol_block_plan blocks = {.task = "expect",
                             .n_blocks = job->n_blocks,
                             .work_bytes = layout(job, NULL, NULL),
                             .threads = threads,
                             .block = run_block,
                             .job = job,
                             .whole = round->whole,
                             .failure = &failure};
    fol_status status = FOL_OK;
    if (!grow(&round->partial, &round->capacity_partial, job->n_pieces * (4 * sums->n_columns + 1), 1))
        status = fol_fail_memory(ctx, "an expectation");
    else if (round->g->serial && !is_serial(round))
        status = run_apart(job, &blocks);
    else
        status = fol_run_blocks(ctx, &blocks);
    if (status == FOL_OK)
        add_sums(job);
    round->pace = threads * (fol_seconds() - start) / work;
    fol_free(job);
    return fail(round, range->first, status, &failure);
}
