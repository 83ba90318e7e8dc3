// Rounds: draws of an estimator by the ten thousands, from their paths to the sums of their batches.
//
// The sums of pieces of at most 256 draws of one batch are added in order; threads take blocks of pieces. Where g is
// called on one thread and the drift on many, all paths come first, then g, then the sums.
#include "round.h"

#include <inttypes.h>

#include "../base/memory.h"
#include "../base/threads.h"

#define ROUND_NUMBERS (1u << 21) // draws times (d + q) of a round at most
#define DRAWS_MOST (1u << 20)    // many, as the threads wait for each other at its end
#define DRAWS_SERIAL 65536       // where a function is called on one thread: all its draws are one block
#define DRAWS_LEAST 1024
#define BLOCK_MOST 16384 // draws of a block: many, as deep levels are rare
#define BLOCK_LEAST 1024
#define BLOCKS_EACH 4       // blocks for each thread
#define SECONDS_ALONE 0.002 // a round that takes one thread less is left to it;
#define WORK_ALONE 8192     // so is a first round of so few evaluations

void fol_round_init(fol_context *ctx, fol_round *round, const fol_sde *sde, const fol_field *g, const double *centre,
                    fol_block_whole whole)
{
    const size_t d = sde->drift->n_in, most = ROUND_NUMBERS / (d + g->n_out) / FOL_BLOCK_ROWS * FOL_BLOCK_ROWS;
    const size_t draws = sde->drift->serial || g->serial ? DRAWS_SERIAL : DRAWS_MOST;
    *round = (fol_round){.ctx = ctx, .sde = sde, .g = g, .centre = centre, .whole = whole};
    round->run = (fol_path_run){.sde = sde, .noise = fol_path_noise_new(d)};
    round->most = most > draws ? draws : most < DRAWS_LEAST ? DRAWS_LEAST : most;
}

void fol_round_clear(fol_round *round)
{
    fol_free(round->partial);
    fol_free(round->ends);
    fol_free(round->values);
    fol_free(round->weight);
    fol_free(round->layers);
    *round = (fol_round){0};
}

// Cuts the draws at the ends of batches, and every FOL_BLOCK_ROWS draws within one.
static void cut_pieces(fol_round_job *job)
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
static void cut_blocks(fol_round_job *job, size_t wanted)
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
    if (round->sde->drift->serial)
        return n;
    return each < BLOCK_LEAST ? BLOCK_LEAST : each > BLOCK_MOST ? BLOCK_MOST : each;
}

static bool grow(double **array, size_t *capacity, size_t size)
{
    if (size <= *capacity)
        return true;
    fol_free(*array);
    *array = fol_alloc(size, sizeof **array);
    *capacity = *array ? size : 0;
    return *array != NULL;
}

// The places of the blocks' ends, and space for all of them.
static bool place_ends(fol_round_job *job)
{
    fol_round *round = job->round;
    const fol_round_plan *plan = job->plan;
    size_t count[UINT8_MAX + 1];
    uint8_t *shape = fol_alloc(job->most, sizeof *shape);
    job->ends[0] = 0;
    for (size_t b = 0; shape && b < job->n_blocks; b++) {
        const size_t first = job->piece[job->block[b]], n = job->piece[job->block[b + 1]] - first;
        size_t ends = 2 * n;
        if (!plan->gap) {
            fol_round_count_shapes(job, first, n, shape, count);
            ends = 0;
            for (size_t s = 0; s < plan->n_shapes; s++)
                ends += count[s] * (size_t) fol_level_ends(plan->shapes + s);
        }
        job->ends[b + 1] = job->ends[b] + ends;
    }
    fol_free(shape);
    const size_t n_ends = job->ends[job->n_blocks], size = sizeof(double);
    if (!shape)
        return false;
    if (n_ends <= round->capacity_ends)
        return true;
    fol_free(round->ends);
    fol_free(round->values);
    fol_free(round->weight);
    fol_free(round->layers);
    round->ends = fol_alloc(n_ends, round->sde->drift->n_in * size);
    round->values = fol_alloc(n_ends, round->g->n_out * size);
    round->weight = fol_alloc(n_ends, size);
    round->layers = fol_alloc(n_ends, sizeof *round->layers);
    const bool all = round->ends && round->values && round->weight && round->layers;
    round->capacity_ends = all ? n_ends : 0;
    return all;
}

// The paths on all threads, g on this one, and the sums on all again.
static fol_status run_apart(fol_round_job *job, fol_block_plan *blocks)
{
    fol_round *round = job->round;
    if (!place_ends(job))
        return fol_fail_memory(round->ctx, "an expectation");
    job->stage = FOL_ROUND_PATHS;
    fol_status status = fol_run_blocks(round->ctx, blocks);
    if (status == FOL_OK)
        status = fol_field_map(round->ctx, blocks->task, round->g, job->ends[job->n_blocks], round->ends, NULL, 0,
                               round->values);
    job->stage = FOL_ROUND_SUMS;
    return status == FOL_OK ? fol_run_blocks(round->ctx, blocks) : status;
}

static void add_sums(const fol_round_job *job)
{
    const fol_round *round = job->round;
    const fol_round_sums *sums = job->sums;
    const size_t size = 4 * sums->n_columns;
    for (size_t piece = 0; piece < job->n_pieces; piece++) {
        const double *partial = round->partial + piece * (size + 1);
        const size_t begin = job->piece[piece], end = job->piece[piece + 1];
        const size_t row = (size_t) ((job->range->first + begin) / job->range->batch - sums->first_batch);
        sums->count[row] += (double) (end - begin);
        sums->cost[row] += partial[size];
        for (size_t j = 0; j < size; j++)
            sums->moments[row * size + j] += partial[j];
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

// The round cut into blocks of about `wanted` draws.
static fol_round_job *job_new(fol_round *round, const fol_round_plan *plan, const fol_round_range *range,
                              const fol_round_sums *sums, size_t wanted)
{
    const size_t n_pieces = 2 * (range->n / FOL_BLOCK_ROWS + (size_t) (range->n / range->batch)) + 4;
    const size_t n_blocks = 2 * (range->n / wanted) + 3; // as no two that follow each other are smaller together
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(fol_round_job));
    const size_t piece = fol_layout_add(&total, n_pieces, sizeof(size_t));
    const size_t block = fol_layout_add(&total, n_blocks, sizeof(size_t));
    const size_t ends = fol_layout_add(&total, n_blocks, sizeof(size_t));
    char *base = fol_alloc_zero(total, 1);
    if (!base)
        return NULL;
    fol_round_job *job = (fol_round_job *) base;
    *job = (fol_round_job){.round = round,
                           .plan = plan,
                           .range = range,
                           .sums = sums,
                           .piece = (size_t *) (void *) (base + piece),
                           .block = (size_t *) (void *) (base + block),
                           .ends = (size_t *) (void *) (base + ends)};
    cut_pieces(job);
    cut_blocks(job, wanted);
    return job;
}

fol_status fol_round_run(fol_round *round, const fol_round_plan *plan, const fol_round_range *range,
                         const fol_round_sums *sums)
{
    fol_context *ctx = round->ctx;
    const double work = (double) range->n * (1 + plan->mean_cost), start = fol_seconds();
    // What is soon done is done on one thread: others would be waited for longer, most of all where the machine is
    // busy.
    const bool alone =
        round->sde->drift->serial || (round->pace > 0 ? work * round->pace < SECONDS_ALONE : work < WORK_ALONE);
    const int threads = alone ? 1 : fol_threads_for(ctx->threads);
    fol_round_job *job = job_new(round, plan, range, sums, block_size(round, range->n, threads));
    fol_block_failure failure = {0};
    if (!job)
        return fol_fail_memory(ctx, "an expectation");
    round->run.seed = range->seed;
    fol_block_plan blocks = {.task = "expect",
                             .n_blocks = job->n_blocks,
                             .work_bytes = fol_round_block_size(job),
                             .threads = threads,
                             .block = fol_round_block,
                             .job = job,
                             .whole = round->whole,
                             .failure = &failure};
    fol_status status = FOL_OK;
    if (!grow(&round->partial, &round->capacity_partial, job->n_pieces * (4 * sums->n_columns + 1)))
        status = fol_fail_memory(ctx, "an expectation");
    else if (round->g->serial && !round->sde->drift->serial)
        status = run_apart(job, &blocks);
    else
        status = fol_run_blocks(ctx, &blocks);
    if (status == FOL_OK)
        add_sums(job);
    round->pace = threads * (fol_seconds() - start) / work;
    fol_free(job);
    return fail(round, range->first, status, &failure);
}
