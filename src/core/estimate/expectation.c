// Expectation: unbiased and biased estimators of E g(X_T) under a stochastic differential equation (MATH 7).
#include "expectation.h"

#include <math.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/memory.h"
#include "level_pilot.h"
#include "multilevel.h"
#include "round.h"
#include "run_estimate.h"

#define DRAWS 100000                   // of a run without n
#define DRAWS_OPEN ((int64_t) 1 << 40) // at most, of a run to a target
#define BATCH_MOST 8192                // draws of a batch of a run with n: more would stratify no better
#define BATCH_OPEN 256                 // draws of a batch of such a run,
#define FIRST_LOOK 16                  // after which many batches it first looks whether it is there
#define TAIL_DRAWS_OPEN 1e7            // draws that the tail of such a run is kept for
#define SECONDS_ROUND 0.2              // of a round of a run to a time
#define GROWTH 1.05                    // of a run between two looks
#define DRAWS_ALIKE 1e6                // after which many draws that are all alike are believed
#define FIRST_MOST 0.99                // P(first) up to which a centre is chosen for it; above, nothing is gained

typedef struct {
    fol_context *ctx;
    const fol_sde *sde;
    const fol_field *g;
    const fol_expect_options *options;
    fol_expect_draws *draws;
    uint64_t n, batch;   // draws of the whole run, of a batch
    uint64_t begin, end; // the part's draws
    uint64_t done;       // up to which draw
    bool open;           // runs until a target
    double looked;       // draws at the last look
    double share;        // of the way to a target
    double start;        // on the clock
    double *centre;      // (n_columns)
    double pilot_cost;   // drift evaluations
    size_t n_columns;
    fol_level_law law;       // rhee_glynn
    fol_level_shapes shapes; // rhee_glynn
    fol_round round;
    size_t room; // rows of the tally
    fol_tally *tally;
} estimation;

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

static fol_status plan_draws(estimation *e)
{
    const fol_expect_options *o = e->options;
    e->open = !isnan(o->target_se) || !isnan(o->seconds);
    e->n = (uint64_t) (o->n >= 0 ? o->n : e->open ? DRAWS_OPEN : DRAWS);
    e->batch = o->batch > 0                                 ? (uint64_t) o->batch
               : e->open && e->n >= BATCH_OPEN * FIRST_LOOK ? BATCH_OPEN
                                                            : batch_size(e->n);
    const uint64_t n_batches = e->n / e->batch + (e->n % e->batch != 0), parts = (uint64_t) o->parts;
    if (n_batches < 2 * parts)
        return fol_fail(e->ctx, FOL_E_INPUT,
                        "`batch` must leave at least two batches for each part, but %llu draws in batches of %llu make "
                        "%llu for %llu part%s.",
                        (unsigned long long) e->n, (unsigned long long) e->batch, (unsigned long long) n_batches,
                        (unsigned long long) parts, parts == 1 ? "" : "s");
    const uint64_t part = (uint64_t) o->part;
    const uint64_t first = (uint64_t) ((unsigned __int128) n_batches * (part - 1) / parts);
    const uint64_t last = (uint64_t) ((unsigned __int128) n_batches * part / parts);
    e->begin = e->done = first * e->batch;
    e->end = last * e->batch < e->n ? last * e->batch : e->n;
    if (e->draws && e->draws->n < e->end - e->begin)
        return fol_fail(e->ctx, FOL_E_INPUT, "There is room for %zu draws, but %llu are asked for.", e->draws->n,
                        (unsigned long long) (e->end - e->begin));
    return FOL_OK;
}

// A number that differs where the draws do, by what they depend on beside the seed.
static uint64_t fingerprint(const estimation *e)
{
    const fol_expect_options *o = e->options;
    const fol_sde *sde = e->sde;
    const double numbers[] = {
        o->method,    (double) e->n, (double) e->batch, (double) sde->drift->n_in, (double) e->g->n_out,
        sde->horizon, sde->sigma,    (double) sde->x0.n};
    uint64_t state = fol_hash(FOL_HASH_START, numbers, sizeof numbers);
    for (size_t i = 0; i < sde->x0.n; i++)
        for (size_t j = 0; j < sde->x0.d; j++)
            state = fol_hash(state, sde->x0.data + i * sde->x0.row_stride + j * sde->x0.col_stride, sizeof(double));
    if (o->method == FOL_RENEWAL) {
        const fol_instance *gap = &o->gap.base;
        state = fol_hash(state, gap->kind->name, strlen(gap->kind->name));
        state = fol_hash(state, gap->value, sizeof gap->value);
        state = fol_hash(state, &o->gap.tail, sizeof o->gap.tail);
        state = fol_hash(state, o->gap.counts, (size_t) o->gap.n_counts * sizeof(double));
    } else if (o->method == FOL_RHEE_GLYNN) {
        const double levels[] = {o->levels, (double) o->base_level, isnan(o->decay) ? 0 : o->decay};
        state = fol_hash(state, levels, sizeof levels);
    } else if (o->method == FOL_EULER) {
        state = fol_hash(state, &o->steps, sizeof o->steps);
    }
    return state;
}

// ---- polls ----

// How far the run is: draws of those wanted, or the share of the way to its target, in thousandths.
static void tell(const void *data, fol_progress *progress)
{
    const estimation *e = data;
    progress->done = (size_t) (e->done - e->begin);
    progress->total = (size_t) (e->end - e->begin);
    if (e->open || e->options->method == FOL_MLMC) {
        const double time = (fol_seconds() - e->start) / e->options->seconds;
        progress->done = (size_t) (1000 * fmin(1, fmax(e->share, isnan(time) ? 0 : time)));
        progress->total = 1000;
    }
}

static fol_block_whole whole_of(const estimation *e)
{
    return (fol_block_whole){tell, e};
}

// ---- rounds ----

static double uniform(const uint32_t word[4])
{
    return ((double) (((uint64_t) word[0] << 32 | word[1]) >> 11) + 0.5) * 0x1p-53;
}

// The draws of a batch share one uniform u: draw i has the level of (i + u) / (draws of the batch).
static void draw_stratified_levels(const void *data, uint64_t first, size_t n, uint8_t *level)
{
    const estimation *e = data;
    for (size_t i = 0; i < n;) {
        const uint64_t batch = (first + i) / e->batch, begin = batch * e->batch, left = e->n - begin;
        const uint64_t size = left < e->batch ? left : e->batch;
        uint32_t word[4];
        fol_rng_bits_at(e->ctx->seed, FOL_STREAM_LEVEL, 0, 1, &batch, word);
        const double u = uniform(word);
        for (; i < n && first + i < begin + size; i++) {
            const double v = ((double) (first + i - begin) + u) / (double) size;
            level[i] = (uint8_t) fol_level_law_level(&e->law, v);
        }
    }
}

static void draw_levels(const void *data, uint64_t first, size_t n, uint8_t *level)
{
    const estimation *e = data;
    uint64_t draw[FOL_BLOCK_ROWS];
    uint32_t word[FOL_BLOCK_ROWS][4];
    for (size_t at = 0; at < n; at += FOL_BLOCK_ROWS) {
        const size_t some = n - at < FOL_BLOCK_ROWS ? n - at : FOL_BLOCK_ROWS;
        for (size_t i = 0; i < some; i++)
            draw[i] = first + at + i;
        fol_rng_bits_at(e->ctx->seed, FOL_STREAM_LEVEL, 0, some, draw, word[0]);
        for (size_t i = 0; i < some; i++)
            level[at + i] = (uint8_t) fol_level_law_level(&e->law, uniform(word[i]));
    }
}

// Drift evaluations of a draw by a law of levels.
static double mean_cost(const fol_level_law *law, bool sum)
{
    double cost = 0;
    for (int l = 0; law->base + l <= FOL_LEVEL_FINEST; l++)
        cost += exp2(law->base + l) * (sum ? law->survival[l] : 1.5 * (law->survival[l] - law->survival[l + 1]));
    return cost;
}

static fol_round_plan plan_round(const estimation *e, fol_level_shape *euler)
{
    static const double fine[] = {1, 0}, difference[] = {1, -1};
    const fol_expect_options *o = e->options;
    switch (o->method) {
    case FOL_RENEWAL:
        return (fol_round_plan){.gap = &o->gap, .mean_cost = 1 + fol_gap_mean_layers(&o->gap)};
    case FOL_RHEE_GLYNN:
        return (fol_round_plan){.shapes = e->shapes.shape,
                                .n_shapes = e->shapes.n,
                                .draw_shapes =
                                    o->levels == FOL_LEVELS_STRATIFIED ? draw_stratified_levels : draw_levels,
                                .data = e,
                                .mean_cost = mean_cost(&e->law, o->levels == FOL_LEVELS_SUM)};
    default: // FOL_EULER
        *euler = (fol_level_shape){(uint64_t) o->steps, 2, fine, 0};
        return (fol_round_plan){
            .shapes = euler, .n_shapes = 1, .second = difference, .mean_cost = 1.5 * (double) o->steps};
    }
}

// Writes what the run keeps of each draw.
static void keep_draws(const estimation *e, size_t n)
{
    const size_t q = e->g->n_out, at = (size_t) (e->done - e->begin);
    for (size_t i = 0; e->draws && i < n; i++) {
        for (size_t j = 0; j < q; j++)
            e->draws->psi[(at + i) * q + j] = e->centre[j] + e->round.deviations[j * e->round.most + i];
        e->draws->layers[at + i] = e->round.layers[i];
        e->draws->weight[at + i] = e->round.weight[i];
    }
}

// Makes the tally's rows reach up to draw `end`.
static fol_status make_rows(estimation *e, uint64_t end)
{
    const uint64_t first = e->begin / e->batch;
    const size_t n_rows = (size_t) ((end - 1) / e->batch - first + 1);
    if (n_rows > e->room) {
        const size_t room = e->open ? 2 * n_rows : n_rows;
        const double n = e->open && (double) e->n > TAIL_DRAWS_OPEN ? TAIL_DRAWS_OPEN : (double) e->n;
        const fol_status status =
            e->tally ? fol_tally_grow(e->ctx, room, &e->tally)
                     : fol_tally_new(e->ctx, e->g->n_out, e->n_columns, room, fol_tally_tail_size(n), &e->tally);
        if (status != FOL_OK)
            return status;
        e->room = room;
    }
    e->tally->method = e->options->method;
    e->tally->independent = e->options->method != FOL_RHEE_GLYNN || e->options->levels != FOL_LEVELS_STRATIFIED;
    for (size_t row = 0; row < n_rows; row++)
        e->tally->place[row] = first + row;
    e->tally->n_rows = n_rows;
    return FOL_OK;
}

static fol_status run_round(estimation *e, size_t n)
{
    fol_level_shape euler;
    fol_status status = make_rows(e, e->done + n);
    if (status != FOL_OK)
        return status;
    const fol_round_plan plan = plan_round(e, &euler);
    const fol_round_range range = {e->ctx->seed, e->done, n, e->batch};
    const fol_round_sums sums = {.first_batch = e->begin / e->batch,
                                 .n_columns = e->n_columns,
                                 .count = e->tally->count,
                                 .cost = e->tally->cost,
                                 .moments = e->tally->moments,
                                 .n_tail = e->tally->n_tail,
                                 .tail = e->tally->n_tail > 0 ? e->tally->tail : NULL,
                                 .layers = e->tally->layers};
    status = fol_round_run(&e->round, &plan, &range, &sums);
    if (status != FOL_OK)
        return status;
    keep_draws(e, n);
    e->done += n;
    return FOL_OK;
}

// Whether an open run has reached its target; it is looked for when the run has grown by a part.
static fol_status look(estimation *e, bool *reached)
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

// Draws of the next round of an open run: it doubles the run, within what a while takes.
static double next_open(const estimation *e)
{
    const double done = (double) (e->done - e->begin), spent = fol_seconds() - e->start;
    const double left = e->options->seconds - spent;
    if (done == 0)
        return (double) (FIRST_LOOK * e->batch);
    return isnan(left) ? done : fmin(done, done * fmin(left, fmax(SECONDS_ROUND, left / 2)) / spent);
}

// Draws of the next round: it ends where a batch does, or a block of one, so that all rounds add the same blocks.
static size_t next_round(const estimation *e)
{
    const uint64_t left = e->end - e->done, most = left < e->round.most ? left : e->round.most;
    uint64_t n = most;
    if (e->open && next_open(e) < (double) most)
        n = (uint64_t) fmax(1, next_open(e));
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

static fol_status run_rounds(estimation *e)
{
    fol_status status = FOL_OK;
    bool reached = false;
    while (status == FOL_OK && !reached && e->done < e->end) {
        status = run_round(e, next_round(e));
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
static void set_centre(estimation *e, const fol_level_pilot *pilot)
{
    const fol_expect_options *o = e->options;
    double first = 0;
    if (o->method == FOL_RENEWAL)
        first = exp(fol_gap_log_survival(&o->gap, 0, 1));
    if (o->method == FOL_RHEE_GLYNN && o->levels == FOL_LEVELS_SINGLE)
        first = 1 - e->law.survival[1];
    const int level = o->method == FOL_RHEE_GLYNN ? e->law.base - pilot->first : 0;
    for (size_t j = 0; j < e->g->n_out; j++) {
        const double mean = pilot->mean[j], m = pilot->level_mean[(size_t) level * e->g->n_out + j];
        e->centre[j] = first > 0 && first < FIRST_MOST ? (m - first * mean) / (1 - first) : mean;
    }
}

// What the pilot is asked: renewal draws begin with one step, Euler's paths have theirs.
static fol_level_question question_of(const estimation *e)
{
    const fol_expect_options *o = e->options;
    fol_level_question question = {
        .draws = e->open ? DRAWS : (double) e->n, .first = (int) o->base_level, .whole = whole_of(e)};
    if (o->method == FOL_RENEWAL)
        question.first = 0;
    if (o->method == FOL_EULER) {
        question.means = true;
        question.first = 63 - __builtin_clzll((uint64_t) o->steps);
    }
    return question;
}

static fol_status prepare(estimation *e, fol_level_pilot *pilot)
{
    const fol_expect_options *o = e->options;
    e->n_columns = (o->method == FOL_EULER ? 2 : 1) * e->g->n_out;
    e->centre = fol_alloc_zero(e->n_columns, sizeof *e->centre);
    if (!e->centre)
        return fol_fail_memory(e->ctx, "an expectation");
    const fol_level_question question = question_of(e);
    fol_status status = fol_level_pilot_run(e->ctx, e->sde, e->g, &question, pilot);
    if (status != FOL_OK)
        return status;
    if (o->method == FOL_RHEE_GLYNN) {
        e->law = fol_level_pilot_law(pilot, (int) o->base_level, o->decay, o->levels);
        fol_level_shapes_init(&e->shapes, &e->law, o->levels == FOL_LEVELS_SUM);
    }
    set_centre(e, pilot);
    e->pilot_cost = pilot->cost;
    status = fol_round_new(e->ctx, &e->round, e->sde, e->g, e->centre, (int) (e->n_columns / e->g->n_out), whole_of(e));
    return status;
}

static fol_status estimate(estimation *e)
{
    const fol_expect_options *o = e->options;
    fol_level_pilot pilot = {0};
    fol_status status;
    if (o->method == FOL_MLMC) { // its levels are their own pilot
        status = fol_multilevel(e->ctx, e->sde, e->g, o, whole_of(e), &e->share, &e->tally);
    } else {
        status = prepare(e, &pilot);
        if (status == FOL_OK)
            status = run_rounds(e);
    }
    fol_level_pilot_clear(&pilot);
    if (status != FOL_OK)
        return status;
    e->tally->seed = e->ctx->seed;
    e->tally->fingerprint = fingerprint(e);
    e->tally->simd = e->sde->drift->single ? fol_tally_level() : 0;
    e->tally->seconds = fol_seconds() - e->start;
    if (o->method == FOL_MLMC)
        return FOL_OK;
    e->tally->n_total = e->open ? (double) (e->done - e->begin) : (double) e->n;
    e->tally->pilot_cost = e->pilot_cost;
    memcpy(e->tally->centre, e->centre, e->n_columns * sizeof *e->centre);
    e->tally->base_level = o->method == FOL_RHEE_GLYNN ? e->law.base : NAN;
    e->tally->decay = o->method == FOL_RHEE_GLYNN ? e->law.decay : NAN;
    return FOL_OK;
}

fol_status fol_expect(fol_context *ctx, const fol_sde *sde, const fol_field *g, const fol_expect_options *options,
                      fol_expect_draws *draws, fol_tally **tally)
{
    estimation e = {.ctx = ctx, .sde = sde, .g = g, .options = options, .draws = draws, .start = fol_seconds()};
    fol_status status = fol_sde_check(ctx, sde);
    if (status == FOL_OK)
        status = fol_expect_check(ctx, options);
    if (status == FOL_OK && g->n_in != sde->drift->n_in)
        status = fol_fail(ctx, FOL_E_INPUT, "`g` must take %zu columns, as the drift has, not %zu.", sde->drift->n_in,
                          g->n_in);
    if (status == FOL_OK && options->method != FOL_MLMC)
        status = plan_draws(&e);
    if (status == FOL_OK)
        status = estimate(&e);
    if (status == FOL_OK && draws)
        draws->n = (size_t) (e.done - e.begin);
    if (status == FOL_OK)
        *tally = e.tally;
    else
        fol_tally_free(e.tally);
    if (e.round.ctx)
        fol_round_clear(&e.round);
    fol_free(e.centre);
    return status;
}
