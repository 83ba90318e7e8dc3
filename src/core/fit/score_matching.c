// Score matching: the objective of a denoiser, its eps-MSE on noised rows (MATH 2).
#include "score_matching.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../random/rng.h"
#include "loss.h"

#define TIME_CELLS 4096 // times are midpoints of equal cells of [0, end], so that their functions are a table
#define VALIDATION_EVALUATIONS 4096 // at least, of one part: few rows are noised several times
#define FOLDS_EVALUATIONS 16384     // of several, whose looks decide between nearly equal losses
#define VALIDATION_SEED 0x5bd1e995u // added to the seed: validation noise is not training noise

// What the rows of a time cell need, n_columns numbers of each, for every column or one for all: input = in_x X +
// in_eps eps, target = target_x X + target_eps eps for the network, eps-MSE = loss * (F - target)^2.
enum { IN_X, IN_EPS, TARGET_X, TARGET_EPS, LOSS, N_SCALES };

typedef struct {
    fol_objective base;
    fol_score_problem problem;
    float *features;                 // (TIME_CELLS, n_features) of the network
    size_t n_columns;                // d with axes, else 1
    float *scales[FOL_MAX_NETWORKS]; // (TIME_CELLS, N_SCALES, n_columns) of each part
} score_objective;

// A thread's workspace: for each row of a slice two random words, its scales and the targets (d); the network's.
typedef struct {
    uint32_t *row_words, *time_words;
    const float **scales;
    float *target;
    fol_network_work network;
} slice_work;

static fol_status take_slice(const fol_objective *objective, const fol_slice *slice, fol_weights weights,
                             float *gradient, double *loss, void *block);
static fol_status validate(const fol_objective *objective, fol_context *ctx, const float *values, fol_block_whole whole,
                           double *loss);

static float *scales_of(const score_objective *o, size_t part, size_t cell)
{
    return o->scales[part] + cell * N_SCALES * o->n_columns;
}

// F should be the one with D = X, so target = (X - skip (a X + s eps)) / out.
static void fill_scales(const score_objective *o, size_t part, size_t cell, const fol_instant *when)
{
    const fol_score_problem *p = &o->problem;
    const double *sd = p->part[part].axes.sd;
    const size_t n = o->n_columns;
    float *to = scales_of(o, part, cell);
    for (size_t k = 0; k < n; k++) {
        const fol_wrapping wrap = fol_wrapping_at(p->parametrization, sd ? sd[k] : p->data_sd, when);
        to[IN_X * n + k] = (float) (wrap.in * when->a);
        to[IN_EPS * n + k] = (float) (wrap.in * when->s);
        to[TARGET_X * n + k] = (float) ((1 - wrap.skip * when->a) / wrap.out);
        to[TARGET_EPS * n + k] = (float) (-wrap.skip * when->s / wrap.out);
        to[LOSS * n + k] = (float) (when->snr * wrap.out * wrap.out);
    }
}

static void fill_cells(const score_objective *o)
{
    const fol_score_problem *p = &o->problem;
    const double end = fol_process_end(&p->process);
    for (size_t i = 0; i < TIME_CELLS; i++) {
        const fol_instant when = fol_process_at(&p->process, end * ((double) i + 0.5) / TIME_CELLS);
        const double t = fol_network_time(p->data_sd, &when);
        p->network->features(p->network, 1, &t, 0, o->features + i * p->network->n_features);
        for (size_t part = 0; part < p->n_parts; part++)
            fill_scales(o, part, i, &when);
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
    const size_t scales = fol_layout_add(&total, rows, sizeof *work->scales);
    const size_t target = fol_layout_add(&total, rows, o->problem.d * sizeof(float));
    const size_t of_network = fol_layout_add(&total, network->work_size(network, rows, FOL_GRADIENT), 1);
    if (block) {
        work->row_words = (uint32_t *) (void *) (block + row_words);
        work->time_words = (uint32_t *) (void *) (block + time_words);
        work->scales = (const float **) (void *) (block + scales);
        work->target = (float *) (void *) (block + target);
        network->work_init(network, rows, FOL_GRADIENT, block + of_network, &work->network);
    }
    return total;
}

static size_t count_held_out(const fol_score_problem *p)
{
    size_t n = 0;
    for (size_t part = 0; part < p->n_parts; part++)
        n += p->part[part].n_held_out;
    return n;
}

fol_status fol_score_objective_new(fol_context *ctx, const fol_score_problem *problem, fol_objective **objective)
{
    const fol_network *networks[FOL_MAX_NETWORKS];
    for (size_t part = 0; part < problem->n_parts; part++)
        networks[part] = problem->network;
    score_objective plan = {
        .base = {.rows = problem->n_parts * problem->batch,
                 .slice_rows = problem->n_parts > 1 ? problem->batch : fol_slice_rows(problem->batch),
                 .loss_terms = (double) problem->n_parts * (double) problem->batch * (double) problem->d,
                 .networks = fol_network_set_of(problem->n_parts, networks, FOL_GRADIENT),
                 .remedy = "`standardize` = true",
                 .slice = take_slice,
                 .validate = count_held_out(problem) > 0 ? validate : NULL},
        .problem = *problem,
        .n_columns = problem->part[0].axes.sd ? problem->d : 1,
    };
    plan.base.work_size = lay_out_work(&plan, NULL, NULL);
    size_t total = 0, scales[FOL_MAX_NETWORKS];
    fol_layout_add(&total, 1, sizeof plan);
    const size_t features = fol_layout_add(&total, TIME_CELLS, problem->network->n_features * sizeof(float));
    for (size_t part = 0; part < problem->n_parts; part++)
        scales[part] = fol_layout_add(&total, TIME_CELLS, N_SCALES * plan.n_columns * sizeof(float));
    char *block = fol_alloc(total, 1);
    *objective = (fol_objective *) (void *) block;
    if (!block)
        return fol_fail_memory(ctx, "training");
    plan.features = (float *) (void *) (block + features);
    for (size_t part = 0; part < problem->n_parts; part++)
        plan.scales[part] = (float *) (void *) (block + scales[part]);
    *(score_objective *) (void *) block = plan;
    fill_cells(&plan);
    return FOL_OK;
}

void fol_score_objective_free(fol_objective *objective)
{
    fol_free(objective);
}

// The network's inputs and targets (d), which hold eps, of a row x (d).
static void scale_row(const score_objective *o, const float *by, const float *x, float *in, float *target)
{
    const size_t d = o->problem.d, n = o->n_columns;
    if (n == 1) {
        for (size_t j = 0; j < d; j++) {
            const float eps = target[j];
            in[j] = by[IN_X] * x[j] + by[IN_EPS] * eps;
            target[j] = by[TARGET_X] * x[j] + by[TARGET_EPS] * eps;
        }
        return;
    }
    for (size_t j = 0; j < d; j++) {
        const float eps = target[j];
        in[j] = by[IN_X * n + j] * x[j] + by[IN_EPS * n + j] * eps;
        target[j] = by[TARGET_X * n + j] * x[j] + by[TARGET_EPS * n + j] * eps;
    }
}

// Inputs and targets of a part's network for a slice, and their scales.
static void draw_slice(const score_objective *o, size_t part, const fol_slice *slice, const slice_work *work)
{
    const fol_score_problem *p = &o->problem;
    const fol_score_part *own = &p->part[part];
    const size_t d = p->d, n_features = p->network->n_features, width = d + n_features;
    const size_t first = slice->first, rows = slice->rows, begin = part * p->batch;
    const uint32_t step = (uint32_t) slice->step;
    fol_rng_bits(p->seed, FOL_STREAM_BATCH, step, first, rows, work->row_words);
    fol_rng_bits(p->seed, FOL_STREAM_TIME, step, first, rows, work->time_words);
    fol_rng_normals(p->seed, FOL_STREAM_EPS, step, first * d, rows * d, work->target);
    for (size_t i = 0; i < rows; i++) {
        const float *x = own->x + (size_t) (((uint64_t) work->row_words[i] * own->n) >> 32) * d;
        // Times are stratified over the minibatch: row i has the i-th of `batch` equal parts of [0, end].
        const double place =
            ((double) (first - begin + i) + (double) work->time_words[i] * 0x1p-32) / (double) p->batch;
        const size_t cell = (size_t) (place * TIME_CELLS);
        float *in = work->network.in + i * width;
        work->scales[i] = scales_of(o, part, cell);
        scale_row(o, work->scales[i], x, in, work->target + i * d);
        memcpy(in + d, o->features + cell * n_features, n_features * sizeof *in);
    }
}

// The gradient of the mean of |F - target|^2 / d over the minibatch with respect to F, and the eps-MSE's sum.
static double compare(const score_objective *o, size_t rows, const slice_work *work)
{
    const size_t d = o->problem.d, n = o->n_columns;
    const float *f = work->network.out;
    float *g = work->network.out_gradient;
    const float factor = (float) (2.0 / ((double) o->problem.batch * (double) d));
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        const float *weight = work->scales[i] + LOSS * n;
        float square = 0;
        for (size_t j = 0; j < d; j++) {
            const float difference = f[i * d + j] - work->target[i * d + j];
            g[i * d + j] = factor * difference;
            square += (n == 1 ? 1 : weight[j]) * difference * difference;
        }
        sum += (n == 1 ? (double) *weight : 1) * (double) square;
    }
    return sum;
}

static fol_status take_slice(const fol_objective *objective, const fol_slice *slice, fol_weights weights,
                             float *gradient, double *loss, void *block)
{
    const score_objective *o = (const score_objective *) objective;
    const fol_network *network = o->problem.network;
    const size_t part = slice->first / o->problem.batch; // slices of several parts are those of one
    const fol_weights own = fol_network_set_weights(&objective->networks, part, weights);
    slice_work work;
    lay_out_work(o, block, &work);
    draw_slice(o, part, slice, &work);
    network->forward(network, own, slice->rows, NULL, &work.network);
    *loss = compare(o, slice->rows, &work);
    if (o->problem.n_parts > 1)
        memset(gradient, 0, objective->networks.n_weights * sizeof *gradient);
    network->backward(network, own, slice->rows, &work.network, false, gradient + objective->networks.values[part],
                      NULL);
    return FOL_OK;
}

// The loss of a part's network on its held-out rows, each noised so often.
static fol_status validate_part(const score_objective *o, fol_context *ctx, size_t part, const float *values,
                                size_t repeats, fol_block_whole whole, double *loss)
{
    const fol_score_problem *p = &o->problem;
    const fol_score_part *own = &p->part[part];
    const fol_network_parts parts = {
        .network = p->network,
        .weights = values + o->base.networks.values[part],
        .mean = p->mean,
        .process = p->process,
        .parametrization = p->parametrization,
        .data_sd = p->data_sd,
        .axes = own->axes,
    };
    const fol_loss_options options = {.repeats = repeats, .seed = p->seed + VALIDATION_SEED + part, .whole = whole};
    const fol_rows rows = {own->held_out, own->n_held_out, p->d, p->d, 1};
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

static fol_status validate(const fol_objective *objective, fol_context *ctx, const float *values, fol_block_whole whole,
                           double *loss)
{
    const score_objective *o = (const score_objective *) objective;
    const fol_score_problem *p = &o->problem;
    const size_t n = count_held_out(p), wanted = p->n_parts > 1 ? FOLDS_EVALUATIONS : VALIDATION_EVALUATIONS;
    const size_t repeats = (wanted + n - 1) / n;
    double sum = 0;
    fol_status status = FOL_OK;
    for (size_t part = 0; part < p->n_parts && status == FOL_OK; part++) {
        if (p->part[part].n_held_out == 0)
            continue;
        double one = NAN;
        status = validate_part(o, ctx, part, values, repeats, whole, &one);
        sum += one * (double) p->part[part].n_held_out;
    }
    *loss = sum / (double) n;
    return status;
}
