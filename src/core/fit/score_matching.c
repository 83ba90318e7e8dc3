// Score matching: the objective of a denoiser, its eps-MSE on noised rows (MATH 2).
#include "score_matching.h"

#include <string.h>

#include "../base/memory.h"
#include "../random/rng.h"
#include "loss.h"

#define TIME_CELLS 4096 // times are midpoints of equal cells of [0, end], so that their functions are a table
#define VALIDATION_EVALUATIONS 2048 // at least: few rows are noised several times
#define VALIDATION_SEED 0x5bd1e995u // added to the seed: validation noise is not training noise

// What the rows of one time cell need: input = in_x X + in_eps eps, target = target_x X + target_eps eps for the
// network, eps-MSE = loss * |F - target|^2; then the time features.
typedef struct {
    float in_x, in_eps, target_x, target_eps, loss;
    float features[];
} time_cell;

typedef struct {
    fol_objective base;
    fol_score_problem problem;
    size_t cell_size;
    char *cells; // (TIME_CELLS) time_cell of cell_size bytes
} score_objective;

// A thread's workspace: for each row of a slice two random words, the loss's weight and the targets (d); the network's.
typedef struct {
    uint32_t *row_words, *time_words;
    float *loss_weight, *target;
    fol_network_work network;
} slice_work;

static fol_status take_slice(const fol_objective *objective, const fol_slice *slice, fol_weights weights,
                             float *gradient, double *loss, void *block);
static fol_status validate(const fol_objective *objective, fol_context *ctx, const float *values, fol_block_whole whole,
                           double *loss);

static time_cell *cell_at(const score_objective *o, size_t i)
{
    return (time_cell *) (void *) (o->cells + i * o->cell_size);
}

static void fill_cells(const score_objective *o)
{
    const fol_score_problem *p = &o->problem;
    const double end = fol_process_end(&p->process);
    for (size_t i = 0; i < TIME_CELLS; i++) {
        time_cell *cell = cell_at(o, i);
        const fol_instant when = fol_process_at(&p->process, end * ((double) i + 0.5) / TIME_CELLS);
        const fol_wrapping wrap = fol_wrapping_at(p->parametrization, p->data_sd, &when);
        // F should be the one with D = X, so target = (X - skip (a X + s eps)) / out.
        cell->in_x = (float) (wrap.in * when.a);
        cell->in_eps = (float) (wrap.in * when.s);
        cell->target_x = (float) ((1 - wrap.skip * when.a) / wrap.out);
        cell->target_eps = (float) (-wrap.skip * when.s / wrap.out);
        cell->loss = (float) (when.snr * wrap.out * wrap.out);
        p->network->features(p->network, 1, &wrap.t, 0, cell->features);
    }
}

// With block NULL it only counts.
static size_t lay_out_work(const score_objective *o, char *block, slice_work *work)
{
    size_t total = 0;
    const fol_network *network = o->problem.network;
    const size_t rows = o->base.slice_rows;
    const size_t row_words = fol_layout_add(&total, rows, sizeof(uint32_t));
    const size_t time_words = fol_layout_add(&total, rows, sizeof(uint32_t));
    const size_t loss_weight = fol_layout_add(&total, rows, sizeof(float));
    const size_t target = fol_layout_add(&total, rows, o->problem.d * sizeof(float));
    const size_t of_network = fol_layout_add(&total, network->work_size(network, rows, FOL_GRADIENT), 1);
    if (block) {
        work->row_words = (uint32_t *) (void *) (block + row_words);
        work->time_words = (uint32_t *) (void *) (block + time_words);
        work->loss_weight = (float *) (void *) (block + loss_weight);
        work->target = (float *) (void *) (block + target);
        network->work_init(network, rows, FOL_GRADIENT, block + of_network, &work->network);
    }
    return total;
}

fol_status fol_score_objective_new(fol_context *ctx, const fol_score_problem *problem, fol_objective **objective)
{
    score_objective plan = {
        .base = {.rows = problem->batch,
                 .slice_rows = fol_slice_rows(problem->batch),
                 .loss_terms = (double) problem->batch * (double) problem->d,
                 .networks = fol_network_set_of(1, &problem->network, FOL_GRADIENT),
                 .remedy = "`standardize` = true",
                 .slice = take_slice,
                 .validate = problem->n_held_out > 0 ? validate : NULL},
        .problem = *problem,
        .cell_size = sizeof(time_cell) + problem->network->n_features * sizeof(float),
    };
    plan.base.work_size = lay_out_work(&plan, NULL, NULL);
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof plan);
    const size_t cells = fol_layout_add(&total, TIME_CELLS, plan.cell_size);
    char *block = fol_alloc(total, 1);
    *objective = (fol_objective *) (void *) block;
    if (!block)
        return fol_fail_memory(ctx, "training");
    plan.cells = block + cells;
    *(score_objective *) (void *) block = plan;
    fill_cells(&plan);
    return FOL_OK;
}

void fol_score_objective_free(fol_objective *objective)
{
    fol_free(objective);
}

// Inputs and targets of the network for a slice, and loss weights.
static void draw_slice(const score_objective *o, const fol_slice *slice, const slice_work *work)
{
    const fol_score_problem *p = &o->problem;
    const size_t d = p->d, n_features = p->network->n_features, width = d + n_features;
    const size_t first = slice->first, rows = slice->rows;
    const uint32_t step = (uint32_t) slice->step;
    fol_rng_bits(p->seed, FOL_STREAM_BATCH, step, first, rows, work->row_words);
    fol_rng_bits(p->seed, FOL_STREAM_TIME, step, first, rows, work->time_words);
    fol_rng_normals(p->seed, FOL_STREAM_EPS, step, first * d, rows * d, work->target);
    for (size_t i = 0; i < rows; i++) {
        const float *x = p->x + (size_t) (((uint64_t) work->row_words[i] * p->n) >> 32) * d;
        // Times are stratified over the minibatch: row i has the i-th of `batch` equal parts of [0, end].
        const double place = ((double) (first + i) + (double) work->time_words[i] * 0x1p-32) / (double) p->batch;
        const time_cell *cell = cell_at(o, (size_t) (place * TIME_CELLS));
        float *in = work->network.in + i * width, *target = work->target + i * d;
        for (size_t j = 0; j < d; j++) {
            const float eps = target[j];
            in[j] = cell->in_x * x[j] + cell->in_eps * eps;
            target[j] = cell->target_x * x[j] + cell->target_eps * eps;
        }
        memcpy(in + d, cell->features, n_features * sizeof *in);
        work->loss_weight[i] = cell->loss;
    }
}

// The gradient of the mean of |F - target|^2 / d over the minibatch with respect to F, and the eps-MSE's sum.
static double compare(const score_objective *o, size_t rows, const slice_work *work)
{
    const size_t d = o->problem.d;
    const float *f = work->network.out;
    float *g = work->network.out_gradient;
    const float factor = (float) (2.0 / o->base.loss_terms);
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        float square = 0;
        for (size_t j = 0; j < d; j++) {
            const float difference = f[i * d + j] - work->target[i * d + j];
            g[i * d + j] = factor * difference;
            square += difference * difference;
        }
        sum += (double) work->loss_weight[i] * (double) square;
    }
    return sum;
}

static fol_status take_slice(const fol_objective *objective, const fol_slice *slice, fol_weights weights,
                             float *gradient, double *loss, void *block)
{
    const score_objective *o = (const score_objective *) objective;
    const fol_network *network = o->problem.network;
    slice_work work;
    lay_out_work(o, block, &work);
    draw_slice(o, slice, &work);
    network->forward(network, weights, slice->rows, NULL, &work.network);
    *loss = compare(o, slice->rows, &work);
    network->backward(network, weights, slice->rows, &work.network, false, gradient, NULL);
    return FOL_OK;
}

static fol_status validate(const fol_objective *objective, fol_context *ctx, const float *values, fol_block_whole whole,
                           double *loss)
{
    const fol_score_problem *p = &((const score_objective *) objective)->problem;
    const fol_network_parts parts = {
        .network = p->network,
        .weights = values,
        .mean = p->mean,
        .process = p->process,
        .parametrization = p->parametrization,
        .data_sd = p->data_sd,
    };
    const fol_loss_options options = {
        .repeats = (VALIDATION_EVALUATIONS + p->n_held_out - 1) / p->n_held_out,
        .seed = p->seed + VALIDATION_SEED,
        .whole = whole,
    };
    const fol_rows rows = {p->held_out, p->n_held_out, p->d, p->d, 1};
    fol_denoiser *averaged;
    fol_status status = fol_denoiser_network_new(ctx, &parts, &averaged);
    if (status != FOL_OK)
        return status;
    fol_loss of_all;
    status = fol_denoising_loss(ctx, averaged, NULL, rows, &options, &of_all, NULL);
    *loss = of_all.loss.mean;
    fol_denoiser_free(averaged);
    return status;
}
