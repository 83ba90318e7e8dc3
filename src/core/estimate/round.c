// Rounds: draws of an estimator by the ten thousands, from their paths to the sums of their batches.
#include "round.h"

#include <inttypes.h>
#include <math.h>

#include "../base/vectorize.h"
#include "../base/memory.h"
#include "../base/threads.h"
#include "level_law.h"

#define DRAWS_MOST 65536
#define DRAWS_LEAST 1024
#define ROUND_NUMBERS (1u << 21) // draws times (d + q) of a round at most
#define CHUNK_ROWS 512           // paths that a thread advances together
#define SERIAL_ROWS 16384        // the same where a function is called on one thread
#define SECONDS_ALONE 0.002      // a round that takes one thread less is left to it;
#define WORK_ALONE 8192          // so is a first round of so few evaluations
#define LANES 8                  // sums of powers that are carried side by side

// A run of draws in `order`, of one shape, for one thread; the renewal estimator has draws in their own order.
typedef struct {
    size_t begin, end;
} chunk;

typedef struct {
    fol_round *round;
    const fol_round_plan *plan;
    const fol_round_range *range;
    chunk *chunks;
    size_t n_columns;
    size_t *block_begin; // (n_blocks + 1): of the draws of a block, which lie in one batch
} round_job;

static size_t chunk_rows(const fol_sde *sde, int n_paths)
{
    const size_t rows = (sde->drift->serial ? SERIAL_ROWS : CHUNK_ROWS) / (size_t) n_paths;
    return rows > 16 ? rows : 16;
}

// The workspace of a thread for any shape.
static size_t thread_bytes(const fol_round *round)
{
    size_t most = fol_renewal_work_size(&round->run, chunk_rows(round->sde, 1));
    for (int paths = 1; paths <= FOL_LEVELS_MOST; paths++) {
        const size_t size = fol_level_work_size(&round->run, chunk_rows(round->sde, paths), paths);
        most = size > most ? size : most;
    }
    return most;
}

static size_t shape_of(const fol_round_plan *plan, size_t draw)
{
    return plan->shape_of ? plan->shape_of[draw] : 0;
}

// Drift evaluations of a draw: 1 + 1/2 + .. of its steps.
static double shape_cost(const fol_level_shape *shape)
{
    return (double) (2 * shape->steps - (shape->steps >> (shape->n_paths - 1)));
}

// Drift evaluations of a round, and one more a draw for what is done beside them.
static double work_of(const fol_round_plan *plan, size_t n)
{
    double work = (double) n;
    for (size_t i = 0; i < n && !plan->gap; i++)
        work += shape_cost(plan->shapes + shape_of(plan, i));
    return plan->gap ? work * (2 + fol_gap_mean_layers(plan->gap)) : work;
}

fol_status fol_round_new(fol_context *ctx, fol_round *round, const fol_sde *sde, const fol_field *g,
                         const double *centre, int columns, fol_block_whole whole)
{
    const size_t d = sde->drift->n_in, most = ROUND_NUMBERS / (d + g->n_out) / FOL_BLOCK_ROWS * FOL_BLOCK_ROWS;
    *round = (fol_round){.ctx = ctx, .sde = sde, .g = g, .centre = centre, .whole = whole};
    round->most = most > DRAWS_MOST ? DRAWS_MOST : most < DRAWS_LEAST ? DRAWS_LEAST : most;
    round->run = (fol_path_run){.sde = sde, .noise = fol_path_noise_new(d)};
    round->work_bytes = thread_bytes(round);
    round->run.ends.at = fol_alloc(round->most + 1, sizeof *round->run.ends.at);
    round->run.layers = fol_alloc(round->most, sizeof *round->run.layers);
    round->order = fol_alloc(round->most, sizeof *round->order);
    round->deviations = fol_alloc(round->most, g->n_out * (size_t) columns * sizeof *round->deviations);
    if (round->run.ends.at && round->run.layers && round->order && round->deviations)
        return FOL_OK;
    fol_round_clear(round);
    return fol_fail_memory(ctx, "an expectation");
}

void fol_round_clear(fol_round *round)
{
    fol_free(round->run.ends.at);
    fol_free(round->run.ends.x);
    fol_free(round->run.ends.weight);
    fol_free(round->run.layers);
    fol_free(round->order);
    fol_free(round->values);
    fol_free(round->deviations);
    fol_free(round->partial);
    *round = (fol_round){0};
}

// ---- what is to be done ----

// Gives every draw the places of its ends.
static fol_status place_ends(fol_round *round, const fol_round_plan *plan, size_t n)
{
    fol_path_ends *ends = &round->run.ends;
    ends->at[0] = 0;
    for (size_t i = 0; i < n; i++)
        ends->at[i + 1] = ends->at[i] + (plan->gap ? 2 : (size_t) plan->shapes[shape_of(plan, i)].n_paths);
    if (ends->at[n] <= round->room_ends)
        return FOL_OK;
    const size_t room = ends->at[n] + ends->at[n] / 8;
    fol_free(ends->x);
    fol_free(ends->weight);
    fol_free(round->values);
    ends->x = fol_alloc(room, round->sde->drift->n_in * sizeof *ends->x);
    ends->weight = fol_alloc(room, sizeof *ends->weight);
    round->values = fol_alloc(room, round->g->n_out * sizeof *round->values);
    round->room_ends = ends->x && ends->weight && round->values ? room : 0;
    return round->room_ends ? FOL_OK : fol_fail_memory(round->ctx, "an expectation");
}

// Orders the draws by shape, the costliest first, and cuts the order into chunks; returns how many. Renewal draws are
// cut in their own order.
static size_t cut(fol_round *round, const fol_round_plan *plan, size_t n, chunk *chunks)
{
    size_t count[UINT8_MAX + 1] = {n}, begin[UINT8_MAX + 1], n_chunks = 0;
    for (size_t i = 0; i < n && plan->shape_of; i++) {
        count[0]--;
        count[plan->shape_of[i]]++;
    }
    for (size_t s = plan->gap ? 1 : plan->n_shapes, at = 0; s-- > 0;) {
        const size_t rows = chunk_rows(round->sde, plan->gap ? 1 : plan->shapes[s].n_paths);
        begin[s] = at;
        for (size_t end = at + count[s]; at < end; at += rows < end - at ? rows : end - at)
            chunks[n_chunks++] = (chunk){at, rows < end - at ? at + rows : end};
    }
    for (size_t i = 0; i < n && !plan->gap; i++)
        round->order[begin[shape_of(plan, i)]++] = i;
    return n_chunks;
}

// Cuts the draws at the ends of batches, and every FOL_BLOCK_ROWS draws within one; returns how many blocks.
static size_t cut_blocks(const fol_round_range *range, size_t *begin)
{
    size_t n_blocks = 0;
    for (size_t i = 0; i < range->n;) {
        const uint64_t place = (range->first + i) % range->batch, rest = range->batch - place;
        const size_t block = FOL_BLOCK_ROWS - place % FOL_BLOCK_ROWS;
        begin[n_blocks++] = i;
        i += block < rest ? block : (size_t) rest;
    }
    begin[n_blocks] = range->n;
    return n_blocks;
}

// ---- paths ----

static fol_status advance_chunk(void *data, size_t index, void *work, fol_run *blocks)
{
    const round_job *job = data;
    const fol_round *round = job->round;
    const chunk c = job->chunks[index];
    if (job->plan->gap)
        return fol_renewal_paths(&round->run, job->plan->gap, NULL, c.begin, c.end - c.begin, work, blocks);
    const fol_level_shape *shape = job->plan->shapes + shape_of(job->plan, round->order[c.begin]);
    return fol_level_paths(&round->run, shape, round->order + c.begin, c.end - c.begin, work, blocks);
}

// ---- values and sums ----

// The deviations of a block's draws in one column, from the values of g at their ends.
static void weigh(const round_job *job, size_t j, size_t begin, size_t end, double *deviation)
{
    const fol_round *round = job->round;
    const fol_path_ends *ends = &round->run.ends;
    const size_t q = round->g->n_out, column = j < q ? j : j - q;
    const double *value = round->values + column, centre = round->centre[column];
    for (size_t i = begin; i < end; i++) {
        const size_t first = ends->at[i], n_ends = ends->at[i + 1] - first;
        const double *factor = j < q ? ends->weight + first : job->plan->second;
        double sum = 0;
        for (size_t e = 0; e < n_ends; e++)
            sum += factor[e] * (value[(first + e) * q] - centre);
        deviation[i] = sum;
    }
}

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

static fol_status sum_block(void *data, size_t block, void *work, fol_run *blocks)
{
    const round_job *job = data;
    const fol_round *round = job->round;
    const size_t begin = job->block_begin[block], end = job->block_begin[block + 1];
    const size_t at = round->run.ends.at[begin], n_ends = round->run.ends.at[end] - at;
    if (!round->g->serial) {
        const fol_status status = fol_field_eval(round->g, n_ends, round->run.ends.x + at * round->sde->drift->n_in,
                                                 NULL, 0, round->values + at * round->g->n_out, work);
        if (status != FOL_OK)
            return status;
    }
    double *partial = round->partial + block * (4 * job->n_columns + 1), cost = 0;
    for (size_t j = 0; j < job->n_columns; j++) {
        double *deviation = round->deviations + j * round->most, powers[4];
        weigh(job, j, begin, end, deviation);
        sum_powers(end - begin, deviation + begin, powers);
        if (!isfinite(powers[0])) // as no addend that is not finite can be undone
            return fol_run_fail(blocks, FOL_E_NUMERIC, first_failure(deviation, begin, end));
        for (size_t k = 0; k < 4; k++)
            partial[k * job->n_columns + j] = powers[k];
    }
    for (size_t i = begin; i < end; i++)
        cost += job->plan->gap ? round->run.layers[i] + 1.0 : shape_cost(job->plan->shapes + shape_of(job->plan, i));
    partial[4 * job->n_columns] = cost;
    return FOL_OK;
}

static void add_sums(const round_job *job, size_t n_blocks, const fol_round_sums *sums)
{
    const size_t size = 4 * job->n_columns;
    for (size_t block = 0; block < n_blocks; block++) {
        const double *partial = job->round->partial + block * (size + 1);
        const size_t begin = job->block_begin[block], end = job->block_begin[block + 1];
        const size_t row = (size_t) ((job->range->first + begin) / job->range->batch - sums->first_batch);
        sums->count[row] += (double) (end - begin);
        sums->cost[row] += partial[size];
        for (size_t j = 0; j < size; j++)
            sums->moments[row * size + j] += partial[j];
    }
}

// ---- a round ----

static fol_status make_room(fol_round *round, size_t size)
{
    if (size <= round->room_partial)
        return FOL_OK;
    fol_free(round->partial);
    round->partial = fol_alloc(size, sizeof *round->partial);
    round->room_partial = round->partial ? size : 0;
    return round->partial ? FOL_OK : fol_fail_memory(round->ctx, "an expectation");
}

// What a block cannot say for itself.
static fol_status fail(const fol_round *round, fol_status status, const fol_block_failure *failure)
{
    if (status == FOL_E_NUMERIC)
        fol_fail(round->ctx, status,
                 "The value of draw %" PRIu64 " is not finite: the drift or `g` grows too fast, or the steps are too "
                 "coarse for it.",
                 round->run.first + failure->detail + 1);
    else if (status == FOL_E_CALLBACK)
        fol_fail(round->ctx, status, "The function of the drift or of `g` has stopped the run.");
    return status;
}

fol_status fol_round_run(fol_round *round, const fol_round_plan *plan, const fol_round_range *range,
                         const fol_round_sums *sums)
{
    fol_context *ctx = round->ctx;
    const double work = work_of(plan, range->n), start = fol_seconds();
    // What is soon done is done on one thread: others would be waited for longer, most of all where the machine is
    // busy.
    const bool alone = round->pace > 0 ? work * round->pace < SECONDS_ALONE : work < WORK_ALONE;
    round_job job = {.round = round, .plan = plan, .range = range, .n_columns = sums->n_columns};
    fol_block_failure failure = {0};
    fol_block_plan blocks = {.task = "expect", .job = &job, .whole = round->whole, .failure = &failure};
    round->run.seed = range->seed;
    round->run.first = range->first;
    job.chunks = fol_alloc(range->n / 16 + UINT8_MAX + 1, sizeof *job.chunks);
    job.block_begin = fol_alloc(range->n + 1, sizeof *job.block_begin);
    fol_status status = FOL_OK;
    if (!job.chunks || !job.block_begin) {
        status = fol_fail_memory(ctx, "an expectation");
        goto cleanup;
    }
    status = place_ends(round, plan, range->n);
    if (status != FOL_OK)
        goto cleanup;
    blocks.n_blocks = cut(round, plan, range->n, job.chunks);
    blocks.work_bytes = round->work_bytes;
    blocks.block = advance_chunk;
    blocks.threads = alone || round->sde->drift->serial ? 1 : ctx->threads;
    const int used = fol_threads_for(blocks.threads);
    status = fol_run_blocks(ctx, &blocks);
    if (status != FOL_OK)
        goto cleanup;
    const size_t n_ends = round->run.ends.at[range->n];
    fol_sde_rescale(round->sde, n_ends, round->run.ends.x);
    if (round->g->serial)
        status = fol_field_map(ctx, "expect", round->g, n_ends, round->run.ends.x, NULL, 0, round->values);
    blocks.n_blocks = cut_blocks(range, job.block_begin);
    blocks.work_bytes = fol_field_work_size(round->g, FOL_BLOCK_ROWS * FOL_LEVELS_MOST);
    blocks.block = sum_block;
    blocks.threads = alone ? 1 : ctx->threads;
    if (status == FOL_OK)
        status = make_room(round, blocks.n_blocks * (4 * job.n_columns + 1));
    if (status == FOL_OK)
        status = fol_run_blocks(ctx, &blocks);
    if (status == FOL_OK)
        add_sums(&job, blocks.n_blocks, sums);
    round->pace = used * (fol_seconds() - start) / work;
cleanup:
    fol_free(job.chunks);
    fol_free(job.block_begin);
    return fail(round, status, &failure);
}
