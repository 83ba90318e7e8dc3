// Expectation: unbiased and biased estimators of E g(X_T) under a stochastic differential equation (MATH 7).
#include <math.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/memory.h"
#include "estimation.h"
#include "expectation.h"
#include "run_estimate.h"

#define DRAWS 100000                   // of a run without n
#define DRAWS_OPEN ((int64_t) 1 << 40) // at most, of a run to a target
#define BATCH_MOST 8192                // draws of a batch of a run with n: more would stratify no better
#define BATCH_OPEN 256                 // draws of a batch of such a run,
#define FIRST_LOOK 16                  // after which many batches it first looks whether it is there
#define TAIL_DRAWS_OPEN 1e7            // draws that the tail of such a run is kept for
#define SECONDS_ROUND 0.2              // of a round of a run to a time
#define SECONDS_KEPT 1.0               // of a round of which an interrupt leaves nothing
#define DRAWS_LOOK 65536.0             // between two looks at most,
#define GROWTH 1.05                    // or this growth of the run
#define DRAWS_ALIKE 1e6                // after which many draws that are all alike are believed
#define FIRST_MOST 0.99                // P(first) up to which a centre is chosen for it; above, nothing is gained

// ---- what is asked for ----

static uint64_t batch_size(uint64_t n)
{
    uint64_t batch = 64;
    while (batch < BATCH_MOST && batch * 2 <= n / 128)
        batch *= 2;
    if (n / batch < 16)
        batch = n < 32 ? 1 : n / 16;
    return batch;
}

static fol_status plan_draws(fol_estimation *e)
{
    const fol_expect_options *o = e->options;
    e->open = !isnan(o->target_se) || !isnan(o->seconds);
    e->n = (uint64_t) (o->n >= 0 ? o->n : e->open ? DRAWS_OPEN : DRAWS);
    e->batch = o->batch > 0                                 ? (uint64_t) o->batch
               : e->open && e->n >= BATCH_OPEN * FIRST_LOOK ? BATCH_OPEN
                                                            : batch_size(e->n);
    const uint64_t n_batches = e->n / e->batch + (e->n % e->batch != 0), parts = (uint64_t) o->parts;
    if (n_batches < 2 * parts)
        return fol_fail_about(e->ctx, "batch",
                              "must leave at least two batches for each part, but %llu draws in batches of %llu make "
                              "%llu for %llu part%s.",
                              (unsigned long long) e->n, (unsigned long long) e->batch, (unsigned long long) n_batches,
                              (unsigned long long) parts, parts == 1 ? "" : "s");
    const uint64_t part = (uint64_t) o->part;
    const uint64_t first = (uint64_t) ((unsigned __int128) n_batches * (part - 1) / parts);
    const uint64_t last = (uint64_t) ((unsigned __int128) n_batches * part / parts);
    e->begin = e->done = first * e->batch;
    e->end = last * e->batch < e->n ? last * e->batch : e->n;
    if (e->draws && e->draws->n < e->end - e->begin)
        return fol_fail_about(e->ctx, "draws", "have space for %zu, but %llu are asked for.", e->draws->n,
                              (unsigned long long) (e->end - e->begin));
    return FOL_OK;
}

// A number that differs where the draws do, by what they depend on beside the seed.
static uint64_t fingerprint(const fol_estimation *e)
{
    const fol_sde *sde = e->sde;
    const double numbers[] = {fol_estimator_place(&e->kind->base),
                              (double) e->n,
                              (double) e->batch,
                              (double) sde->drift->n_in,
                              (double) e->g->n_out,
                              sde->horizon,
                              sde->sigma,
                              (double) sde->x0.n};
    uint64_t state = fol_hash(FOL_HASH_START, numbers, sizeof numbers);
    for (size_t i = 0; i < sde->x0.n; i++)
        for (size_t j = 0; j < sde->x0.d; j++)
            state = fol_hash(state, sde->x0.data + i * sde->x0.row_stride + j * sde->x0.col_stride, sizeof(double));
    return e->kind->fingerprint(e, state);
}

// ---- polls ----

// How far the run is: draws of those wanted, or the share of the way to its target, in thousandths.
static void tell(const void *data, fol_progress *progress)
{
    const fol_estimation *e = data;
    progress->done = (size_t) (e->done - e->begin);
    progress->total = (size_t) (e->end - e->begin);
    if (e->open || e->kind->levels) {
        const double time = (fol_seconds() - e->start) / e->options->seconds;
        progress->done = (size_t) (1000 * fmin(1, fmax(e->share, isnan(time) ? 0 : time)));
        progress->total = 1000;
    }
}

fol_block_whole fol_estimation_whole(const fol_estimation *e)
{
    return (fol_block_whole){tell, e};
}

// ---- rounds ----

// Where the run writes its next draws.
static fol_expect_draws next_draws(const fol_estimation *e)
{
    const size_t at = (size_t) (e->done - e->begin);
    const fol_expect_draws *all = e->draws;
    return all ? (fol_expect_draws){all->psi + at * e->g->n_out, all->layers + at, all->weight + at, all->n - at}
               : (fol_expect_draws){0};
}

// Makes the tally's rows reach up to draw `end`.
static fol_status make_rows(fol_estimation *e, uint64_t end)
{
    const uint64_t first = e->begin / e->batch;
    const size_t n_rows = (size_t) ((end - 1) / e->batch - first + 1);
    if (n_rows > e->capacity) {
        const size_t capacity = e->open ? 2 * n_rows : n_rows;
        const double n = e->open && (double) e->n > TAIL_DRAWS_OPEN ? TAIL_DRAWS_OPEN : (double) e->n;
        const fol_status status =
            e->tally ? fol_tally_grow(e->ctx, capacity, &e->tally)
                     : fol_tally_new(e->ctx, e->g->n_out, e->n_columns, capacity, fol_tally_tail_size(n), &e->tally);
        if (status != FOL_OK)
            return status;
        e->capacity = capacity;
    }
    e->tally->method = fol_estimator_place(&e->kind->base);
    e->tally->independent = e->independent;
    for (size_t row = 0; row < n_rows; row++)
        e->tally->place[row] = first + row;
    e->tally->n_rows = n_rows;
    return FOL_OK;
}

static fol_status run_round(fol_estimation *e, size_t n)
{
    fol_status status = make_rows(e, e->done + n);
    if (status != FOL_OK)
        return status;
    const fol_round_range range = {e->ctx->seed, e->done, n, e->batch};
    const fol_round_sums sums = {.first_batch = e->begin / e->batch,
                                 .n_columns = e->n_columns,
                                 .count = e->tally->count,
                                 .cost = e->tally->cost,
                                 .moments = e->tally->moments,
                                 .n_tail = e->tally->n_tail,
                                 .tail = e->tally->tail,
                                 .layers = e->tally->layers,
                                 .draws = next_draws(e)};
    status = fol_round_run(&e->round, &e->plan, &range, &sums);
    if (status != FOL_OK)
        return status;
    e->done += n;
    return FOL_OK;
}

// Whether an open run has reached its target; it is looked for when the run has grown by a part.
static fol_status look(fol_estimation *e, bool *reached)
{
    const fol_expect_options *o = e->options;
    const double done = (double) (e->done - e->begin);
    *reached = !isnan(o->seconds) && fol_seconds() - e->start >= o->seconds;
    if (*reached || isnan(o->target_se) || e->tally->n_rows < FIRST_LOOK || done < GROWTH * e->looked)
        return FOL_OK;
    e->looked = done;
    e->share = 1;
    for (size_t j = 0; j < e->g->n_out; j++) {
        const double se = sqrt(fol_run_estimate_of(e->tally, j).se2);
        if (isnan(se))
            return fol_fail(e->ctx, FOL_E_NUMERIC,
                            "The standard error is not a number: g has values too large for it.");
        // draws that are all alike say nothing before there are many
        e->share = fmin(e->share, se == 0 ? done / DRAWS_ALIKE : pow(o->target_se / se, 2));
    }
    *reached = e->share >= 1;
    return FOL_OK;
}

// Draws of the next round of an open run: it doubles the run, within what a while takes, up to the next look.
static double next_open(const fol_estimation *e)
{
    const double done = (double) (e->done - e->begin), spent = fol_seconds() - e->start;
    const double left = e->options->seconds - spent, steps = ceil((GROWTH * e->looked - done) / DRAWS_LOOK);
    const double most = isnan(e->options->target_se) ? done : fmin(done, fmax(1, steps) * DRAWS_LOOK);
    if (done == 0)
        return (double) (FIRST_LOOK * e->batch);
    return isnan(left) ? most : fmin(most, done * fmin(left, fmax(SECONDS_ROUND, left / 2)) / spent);
}

// Draws of the next round of a run that an interrupt should leave something of: as many as a while takes.
static double next_kept(const fol_estimation *e)
{
    const double done = (double) (e->done - e->begin), spent = fol_seconds() - e->start;
    return done == 0 ? (double) e->batch : fmax((double) e->batch, done * fmin(1, SECONDS_KEPT / spent));
}

// Draws of the next round: it ends where a batch does, or a block of one, so that all rounds add the same blocks.
static size_t next_round(const fol_estimation *e)
{
    const uint64_t left = e->end - e->done, most = left < e->round.most ? left : e->round.most;
    uint64_t n = most;
    if (e->open && next_open(e) < (double) most)
        n = (uint64_t) fmax(1, next_open(e));
    if (e->options->keep_interrupted && next_kept(e) < (double) n)
        n = (uint64_t) fmax(1, next_kept(e));
    if (n == left)
        return (size_t) n;
    const uint64_t place = (e->done + n) % e->batch, over = place % FOL_BLOCK_ROWS;
    if (over < n)
        return (size_t) (n - over);
    const uint64_t rest = e->batch - e->done % e->batch; // not a block: the rest of the batch, or a block of it
    const uint64_t block = FOL_BLOCK_ROWS - e->done % e->batch % FOL_BLOCK_ROWS;
    n = rest < block ? rest : block;
    return (size_t) (n < left ? n : left);
}

// ---- interrupts ----

// Notes where the run could end: with draws that are stratified over a batch, where one ends.
static fol_status keep(fol_estimation *e)
{
    const fol_tally *tally = e->tally;
    const size_t n_tail = tally->q * tally->n_tail;
    if (!e->options->keep_interrupted || (!e->independent && e->done % e->batch != 0))
        return FOL_OK;
    if (!e->kept_block && !(e->kept_block = fol_alloc(FOL_TALLY_LAYERS + n_tail, sizeof *e->kept_block)))
        return fol_fail_memory(e->ctx, "an expectation");
    e->kept = e->done;
    memcpy(e->kept_block, tally->layers, sizeof tally->layers);
    memcpy(e->kept_block + FOL_TALLY_LAYERS, tally->tail, n_tail * sizeof *tally->tail);
    return FOL_OK;
}

// After an interrupt: the run as it was where it could end, if it had two batches.
static fol_status end_early(fol_estimation *e)
{
    if (!e->kept_block || e->kept < e->begin + 2 * e->batch)
        return FOL_E_INTERRUPT;
    fol_tally *tally = e->tally;
    e->done = e->kept;
    tally->n_rows = (size_t) ((e->done - 1) / e->batch - e->begin / e->batch + 1);
    memcpy(tally->layers, e->kept_block, sizeof tally->layers);
    memcpy(tally->tail, e->kept_block + FOL_TALLY_LAYERS, tally->q * tally->n_tail * sizeof *tally->tail);
    tally->ended = FOL_TALLY_INTERRUPTED;
    return FOL_OK;
}

static fol_status run_rounds(fol_estimation *e)
{
    fol_status status = FOL_OK;
    bool reached = false;
    while (status == FOL_OK && !reached && e->done < e->end) {
        status = run_round(e, next_round(e));
        if (status == FOL_E_INTERRUPT)
            return end_early(e);
        if (status == FOL_OK)
            status = keep(e);
        // levels are stratified over whole batches: a part of one would be biased
        if (status == FOL_OK && e->open && e->done % e->batch == 0)
            status = look(e, &reached);
    }
    return status;
}

// ---- the run ----

// The constants of least variance: psi = c + .., where c stands beside (1 - S 1{first}), S = 1 / P(first), if `first`
// says that the draw ends with one step (renewal) or is of the base level (single), where g has the mean m: least at c
// = (S m - E g) / (S - 1). Else the mean of g.
static void set_centre(fol_estimation *e)
{
    const double first = e->first_share;
    const size_t q = e->g->n_out;
    for (size_t j = 0; j < q; j++) {
        const double mean = e->pilot.mean[j], m = e->pilot.level_mean[(size_t) e->first_level * q + j];
        e->centre[j] = first > 0 && first < FIRST_MOST ? (m - first * mean) / (1 - first) : mean;
    }
}

static fol_status prepare(fol_estimation *e)
{
    const int columns = e->kind->twice ? 2 : 1;
    e->n_columns = (size_t) columns * e->g->n_out;
    e->centre = fol_alloc_zero(e->n_columns, sizeof *e->centre);
    if (!e->centre)
        return fol_fail_memory(e->ctx, "an expectation");
    e->question = (fol_level_question){.draws = e->open ? DRAWS : (double) e->n,
                                       .first = (int) e->options->base_level,
                                       .whole = fol_estimation_whole(e)};
    if (e->kind->ask)
        e->kind->ask(e);
    fol_status status = fol_level_pilot_run(e->ctx, e->sde, e->g, &e->question, &e->pilot);
    if (status == FOL_OK)
        status = e->kind->prepare(e);
    if (status != FOL_OK)
        return status;
    set_centre(e);
    fol_round_init(e->ctx, &e->round, e->sde, e->g, e->centre, fol_estimation_whole(e));
    return FOL_OK;
}

static fol_status run_draws(fol_estimation *e)
{
    fol_status status = plan_draws(e);
    if (status == FOL_OK)
        status = prepare(e);
    if (status == FOL_OK)
        status = run_rounds(e);
    if (status != FOL_OK)
        return status;
    e->tally->n_total = e->open ? (double) (e->done - e->begin) : (double) e->n;
    e->tally->pilot_cost = e->pilot.cost;
    memcpy(e->tally->centre, e->centre, e->n_columns * sizeof *e->centre);
    e->tally->base_level = e->kind->random_levels ? e->law.base : NAN;
    e->tally->decay = e->kind->random_levels ? e->law.decay : NAN;
    return FOL_OK;
}

fol_status fol_expect(fol_context *ctx, const fol_sde *sde, const fol_field *g, const fol_expect_options *options,
                      fol_expect_draws *draws, fol_tally **tally)
{
    fol_estimation e = {.ctx = ctx,
                        .sde = sde,
                        .g = g,
                        .options = options,
                        .kind = (const fol_estimator_kind *) options->method.kind,
                        .draws = draws,
                        .independent = true,
                        .start = fol_seconds()};
    fol_status status = fol_sde_check(ctx, sde);
    if (status == FOL_OK)
        status = fol_expect_check(ctx, options);
    if (status == FOL_OK && g->n_in != sde->drift->n_in)
        status =
            fol_fail_about(ctx, "g", "must take %zu columns, as the drift has, not %zu.", sde->drift->n_in, g->n_in);
    if (status == FOL_OK)
        status = e.kind->run ? e.kind->run(&e) : run_draws(&e);
    if (status == FOL_OK) {
        e.tally->seed = ctx->seed;
        e.tally->fingerprint = fingerprint(&e);
        e.tally->simd = sde->drift->single ? fol_tally_level() : 0;
        e.tally->seconds = fol_seconds() - e.start;
        *tally = e.tally;
        if (draws)
            draws->n = (size_t) (e.done - e.begin);
    } else {
        fol_tally_free(e.tally);
    }
    if (e.round.ctx)
        fol_round_clear(&e.round);
    fol_level_pilot_clear(&e.pilot);
    fol_free(e.kept_block);
    fol_free(e.centre);
    return status;
}
