// Blocks of a round: a thread takes one from the levels of its draws to the sums of their pieces, in chunks of draws of
// one shape that stay in its cache.
#include "round_block.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/vectorize.h"
#include "tally.h"

#define CHUNK_ROWS 512    // paths that a thread advances together
#define SERIAL_ROWS 65536 // the same where a function is called on one thread
#define LANES 8           // sums of powers that are carried side by side

static size_t chunk_rows(const fol_round *round, int n_paths)
{
    const size_t rows = (round->sde->drift->serial ? SERIAL_ROWS : CHUNK_ROWS) / (size_t) n_paths;
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

// A thread's arrays for a block of draws, and for a chunk of it.
typedef struct {
    size_t first, n;    // draws of the block
    uint8_t *shape;     // (draws)
    uint32_t *order;    // (draws): places in the block, the costliest shape first
    double *weight;     // (draws): what multiplies g - centre at the first end
    int32_t *layers;    // (draws): N, or the level
    double *deviations; // (n_columns, draws): value - centre, the first q columns by the paths' weights
    double *large;      // (draws): candidates for the tail
    uint64_t *draw;     // (rows): numbers of a chunk's draws
    double *ends;       // (2 rows, d): of renewal draws
    double *values;     // (rows of ends, q)
    double *scattered;  // (rows): deviations in the chunk's order
    void *paths, *g;
} workspace;

static size_t layout(const fol_round_job *job, char *base, workspace *work)
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
    const size_t weight = fol_layout_add(&total, job->most, size);
    const size_t layers = fol_layout_add(&total, job->most, sizeof(int32_t));
    const size_t deviations = fol_layout_add(&total, job->most, job->sums->n_columns * size);
    const size_t large = fol_layout_add(&total, job->most, size);
    const size_t draw = fol_layout_add(&total, rows, sizeof(uint64_t));
    const size_t ends = fol_layout_add(&total, gap ? points : 0, round->sde->drift->n_in * size);
    const size_t values = fol_layout_add(&total, points, round->g->n_out * size);
    const size_t scattered = fol_layout_add(&total, rows, size);
    const size_t at_paths = fol_layout_add(&total, paths, 1);
    const size_t g = fol_layout_add(&total, fol_field_work_size(round->g, points), 1);
    if (base)
        *work = (workspace){.shape = (uint8_t *) (base + shape),
                            .order = (uint32_t *) (void *) (base + order),
                            .weight = (double *) (void *) (base + weight),
                            .layers = (int32_t *) (void *) (base + layers),
                            .deviations = (double *) (void *) (base + deviations),
                            .large = (double *) (void *) (base + large),
                            .draw = (uint64_t *) (void *) (base + draw),
                            .ends = (double *) (void *) (base + ends),
                            .values = (double *) (void *) (base + values),
                            .scattered = (double *) (void *) (base + scattered),
                            .paths = base + at_paths,
                            .g = base + g};
    return total;
}

size_t fol_round_block_size(const fol_round_job *job)
{
    return layout(job, NULL, NULL);
}

// ---- a chunk ----

// Some draws of a block that are advanced together: places begin .. begin + n - 1 of its order.
typedef struct {
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
static void weigh(const fol_round_job *job, const chunk *c, const workspace *work, size_t column, double *to)
{
    const fol_round *round = job->round;
    const size_t q = round->g->n_out, j = column < q ? column : column - q;
    const double centre = round->centre[j], *value = c->values + j;
    if (!c->shape) {
        const double *second = value + c->n * q;
        for (size_t i = 0; i < c->n; i++) {
            const double weight = work->weight[c->begin + i], other = work->layers[c->begin + i] > 0 ? -weight : 0;
            to[i] = weight * (value[i * q] - centre) + other * (second[i * q] - centre);
        }
        return;
    }
    const double *weight = column < q ? c->shape->weight : job->plan->second;
    for (int p = 0; p < fol_level_ends(c->shape); p++)
        add_point(c, q, p == 0, value + (size_t) p * c->n * q, weight[p], centre, to);
}

// Writes what is kept of a chunk's draws.
static void keep(const fol_round_job *job, const chunk *c, const workspace *work)
{
    const uint32_t *order = work->order + c->begin;
    for (size_t column = 0; column < job->sums->n_columns; column++) {
        double *all = work->deviations + column * job->most;
        if (c->in_order) {
            weigh(job, c, work, column, all + c->begin);
            continue;
        }
        weigh(job, c, work, column, work->scattered);
        for (size_t i = 0; i < c->n; i++)
            all[order[i]] = work->scattered[i];
    }
    for (size_t i = 0; c->shape && i < c->n && job->sums->layers; i++) {
        const size_t place = c->in_order ? c->begin + i : order[i];
        work->layers[place] = c->shape->level;
        work->weight[place] = c->shape->weight[0];
    }
}

// A chunk's paths, values and deviations, as far as the stage goes. *end is the place of its ends where all are kept.
static fol_status run_chunk(const fol_round_job *job, chunk *c, const workspace *work, fol_run *run, size_t *end)
{
    fol_round *round = job->round;
    const size_t d = round->sde->drift->n_in, q = round->g->n_out;
    const size_t n_ends = c->n * (c->shape ? (size_t) fol_level_ends(c->shape) : 2), place = *end;
    const uint64_t number = job->range->first + work->first;
    double *ends = work->ends;
    fol_status status = FOL_OK;
    *end += n_ends;
    if (job->stage == FOL_ROUND_SUMS) {
        c->values = round->values + place * q;
        keep(job, c, work);
        return FOL_OK;
    }
    if (c->shape) {
        for (size_t i = 0; i < c->n; i++)
            work->draw[i] = number + (c->in_order ? c->begin + i : work->order[c->begin + i]);
        status = fol_level_paths(&round->run, c->shape, work->draw, c->n, work->paths, run, &ends);
    } else {
        const fol_renewal_ends to = {ends, work->weight + c->begin, work->layers + c->begin};
        status = fol_renewal_paths(&round->run, job->plan->gap, NULL, number + c->begin, c->n, work->paths, run, &to);
    }
    if (status != FOL_OK)
        return status;
    fol_sde_rescale(round->sde, n_ends, ends);
    if (job->stage == FOL_ROUND_PATHS) {
        memcpy(round->ends + place * d, ends, n_ends * d * sizeof *ends);
        return FOL_OK;
    }
    status = fol_field_eval(round->g, n_ends, ends, NULL, 0, work->values, work->g);
    c->values = work->values;
    if (status == FOL_OK)
        keep(job, c, work);
    return status;
}

void fol_round_count_shapes(const fol_round_job *job, size_t first, size_t n, uint8_t *shape, size_t *count)
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

static fol_status run_chunks(const fol_round_job *job, size_t block, const workspace *work, fol_run *run)
{
    const fol_round_plan *plan = job->plan;
    size_t count[UINT8_MAX + 1] = {work->n}, place[UINT8_MAX + 1], end = job->ends ? job->ends[block] : 0, at = 0;
    fol_status status = FOL_OK;
    if (!plan->gap)
        fol_round_count_shapes(job, work->first, work->n, work->shape, count);
    for (size_t s = plan->gap ? 1 : plan->n_shapes; s-- > 0; at += count[s])
        place[s] = at;
    for (size_t i = 0; i < work->n && plan->draw_shapes; i++)
        work->order[place[work->shape[i]]++] = (uint32_t) i;
    at = 0;
    for (size_t s = plan->gap ? 1 : plan->n_shapes; s-- > 0 && status == FOL_OK;) {
        const fol_level_shape *shape = plan->gap ? NULL : plan->shapes + s;
        const size_t rows = chunk_rows(job->round, shape ? fol_level_ends(shape) : 1), stop = at + count[s];
        for (; at < stop && status == FOL_OK; at += rows < stop - at ? rows : stop - at) {
            chunk c = {
                .begin = at, .n = rows < stop - at ? rows : stop - at, .shape = shape, .in_order = !plan->draw_shapes};
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

static fol_status sum_piece(const fol_round_job *job, size_t piece, const workspace *work, fol_run *run)
{
    const fol_round_plan *plan = job->plan;
    const size_t n_columns = job->sums->n_columns;
    const size_t begin = job->piece[piece] - work->first, end = job->piece[piece + 1] - work->first;
    double *partial = job->round->partial + piece * (4 * n_columns + 1), cost = 0;
    for (size_t j = 0; j < n_columns; j++) {
        const double *deviation = work->deviations + j * job->most;
        double powers[4];
        sum_powers(end - begin, deviation + begin, powers);
        if (!isfinite(powers[0])) // as no addend that is not finite can be undone
            return fol_run_fail(run, FOL_E_NUMERIC, work->first + first_failure(deviation, begin, end));
        for (size_t k = 0; k < 4; k++)
            partial[k * n_columns + j] = powers[k];
    }
    for (size_t i = begin; i < end && (plan->gap || plan->draw_shapes); i++)
        cost += plan->gap ? work->layers[i] + 1.0 : shape_cost(plan->shapes + work->layers[i]);
    partial[4 * n_columns] = plan->gap || plan->draw_shapes ? cost : (double) (end - begin) * shape_cost(plan->shapes);
    return FOL_OK;
}

// ---- what is kept of the draws ----

static void add_layers(const fol_round_sums *sums, const workspace *work)
{
    double count[FOL_TALLY_LAYERS] = {0};
    for (size_t i = 0; i < work->n; i++)
        count[work->layers[i] < FOL_TALLY_LAYERS ? work->layers[i] : FOL_TALLY_LAYERS - 1]++;
#pragma omp critical(fol_round_layers)
    for (size_t l = 0; l < FOL_TALLY_LAYERS; l++)
        sums->layers[l] += count[l];
}

// Offers the draws of function j to its tail; those that are surely none of it are left out before.
static void add_tail(const fol_round_job *job, const workspace *work, size_t j)
{
    const fol_round_sums *sums = job->sums;
    const double *deviation = work->deviations + j * job->most;
    double *tail = sums->tail + j * sums->n_tail, least; // NAN: there is space
    size_t n = 0;
#pragma omp critical(fol_round_tail)
    least = tail[sums->n_tail - 1];
    for (size_t i = 0; i < work->n; i++) {
        work->large[n] = fabs(deviation[i]);
        n += !(work->large[n] <= least);
    }
    if (n == 0)
        return;
#pragma omp critical(fol_round_tail)
    fol_tail_offer(tail, sums->n_tail, n, work->large);
}

static void write_draws(const fol_round_job *job, const workspace *work)
{
    const fol_round *round = job->round;
    const fol_expect_draws *draws = &job->sums->draws;
    const size_t q = round->g->n_out;
    for (size_t i = 0; i < work->n; i++) {
        const size_t row = work->first + i;
        for (size_t j = 0; j < q; j++)
            draws->psi[row * q + j] = round->centre[j] + work->deviations[j * job->most + i];
        draws->layers[row] = work->layers[i];
        draws->weight[row] = work->weight[i];
    }
}

fol_status fol_round_block(void *data, size_t block, void *memory, fol_run *run)
{
    const fol_round_job *job = data;
    const fol_round_sums *sums = job->sums;
    workspace work;
    layout(job, memory, &work);
    work.first = job->piece[job->block[block]];
    work.n = job->piece[job->block[block + 1]] - work.first;
    if (job->stage != FOL_ROUND_WHOLE && job->plan->gap) {
        work.weight = job->round->weight + work.first;
        work.layers = job->round->layers + work.first;
    }
    fol_status status = run_chunks(job, block, &work, run);
    if (job->stage == FOL_ROUND_PATHS)
        return status;
    for (size_t p = job->block[block]; p < job->block[block + 1] && status == FOL_OK; p++)
        status = sum_piece(job, p, &work, run);
    if (status != FOL_OK)
        return status;
    if (sums->layers)
        add_layers(sums, &work);
    for (size_t j = 0; j < job->round->g->n_out && sums->n_tail > 0; j++)
        add_tail(job, &work, j);
    if (sums->draws.psi)
        write_draws(job, &work);
    return FOL_OK;
}
