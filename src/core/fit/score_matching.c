// Score matching: the optimiser's steps on minibatches, the hot path of training (MATH 2).
//
// A minibatch is cut into slices by its size alone. A slice is one thread's work from noise to gradient, and has a
// gradient of its own; the optimiser adds them up in order, so that the threads leave no trace in the bits.
#include "score_matching.h"

#include <math.h>
#include <string.h>

#include "../base/barrier.h"
#include "../base/blocks.h"
#include "../base/memory.h"
#include "../base/threads.h"
#include "../network/mlp_grad.h"
#include "../random/rng.h"

#define SLICE_LEAST 64 // rows of a slice
#define SLICE_MOST 256
#define SLICES_WANTED 8
#define TIME_CELLS 4096    // times are midpoints of equal cells of [0, end], so that their functions are a table
#define CHUNK_WEIGHTS 4096 // weights that a thread updates at once

// What the rows of one time cell need: input = in_x X + in_eps eps, target = target_x X + target_eps eps for the
// network, eps-MSE = loss * |F - target|^2; then the time features.
typedef struct {
    float in_x, in_eps, target_x, target_eps, loss;
    float features[];
} time_cell;

// A run of weights that one thread updates: rows row_0 .. row_1 - 1 of a layer's W, or its bias.
typedef struct {
    size_t offset, n;
    int layer;
    size_t row_0, row_1; // equal for a bias
} chunk;

struct fol_score_trainer {
    fol_score_problem problem;
    int n_threads;
    size_t n_slices, slice_rows, n_chunks;
    size_t cell_size, slot_stride, work_size;
    char *cells;      // (TIME_CELLS) time_cell of cell_size bytes
    float *gradients; // (n_slices, slot_stride)
    float *prepared;  // (mlp.n_prepared), mlp.h
    double *losses;   // (FOL_SCORE_STEPS, n_slices): sums over the rows of a slice
    double *norms;    // (n_chunks): squared gradient norms, for clipping
    chunk *chunks;    // (n_chunks)
    char *work;       // (n_threads) workspaces of work_size bytes
};

static const time_cell *cell_at(const fol_score_trainer *t, size_t i)
{
    return (const time_cell *) (const void *) (t->cells + i * t->cell_size);
}

static void fill_cells(fol_score_trainer *t)
{
    const fol_score_problem *p = &t->problem;
    const double end = fol_process_end(&p->process);
    for (size_t i = 0; i < TIME_CELLS; i++) {
        time_cell *cell = (time_cell *) (void *) (t->cells + i * t->cell_size);
        const fol_instant when = fol_process_at(&p->process, end * ((double) i + 0.5) / TIME_CELLS);
        const fol_wrapping wrap = fol_wrapping_at(p->parametrization, p->data_sd, &when);
        // F should be the one with D = X, so target = (X - skip (a X + s eps)) / out.
        cell->in_x = (float) (wrap.in * when.a);
        cell->in_eps = (float) (wrap.in * when.s);
        cell->target_x = (float) ((1 - wrap.skip * when.a) / wrap.out);
        cell->target_eps = (float) (-wrap.skip * when.s / wrap.out);
        cell->loss = (float) (when.snr * wrap.out * wrap.out);
        fol_mlp_time_features(&p->mlp, 1, &wrap.t, cell->features, 0);
    }
}

static size_t chunk_rows(const fol_mlp *mlp, int l)
{
    const size_t rows = CHUNK_WEIGHTS / mlp->width[l + 1];
    return rows < 1 ? 1 : rows > mlp->width[l] ? mlp->width[l] : rows;
}

// Lists the chunks, or with chunks NULL counts them.
static size_t list_chunks(const fol_mlp *mlp, chunk *chunks)
{
    size_t n = 0;
    for (int l = 0; l < mlp->n_layers; l++) {
        const size_t n_in = mlp->width[l], n_out = mlp->width[l + 1], rows = chunk_rows(mlp, l);
        for (size_t i = 0; i < n_in; i += rows) {
            const size_t end = i + rows < n_in ? i + rows : n_in;
            if (chunks)
                chunks[n] = (chunk){mlp->weight[l] + i * n_out, (end - i) * n_out, l, i, end};
            n++;
        }
        if (chunks)
            chunks[n] = (chunk){mlp->bias[l], n_out, l, 0, 0};
        n++;
    }
    return n;
}

// A thread's workspace: for each row of a slice two random words, the loss's weight and the targets (d); the network's.
typedef struct {
    uint32_t *row_words, *time_words;
    float *loss_weight, *target;
    fol_mlp_work mlp;
} slice_work;

static size_t lay_out_work(const fol_score_trainer *t, char *block, slice_work *work)
{
    size_t total = 0;
    const size_t rows = t->slice_rows;
    const size_t row_words = fol_layout_add(&total, rows, sizeof(uint32_t));
    const size_t time_words = fol_layout_add(&total, rows, sizeof(uint32_t));
    const size_t loss_weight = fol_layout_add(&total, rows, sizeof(float));
    const size_t target = fol_layout_add(&total, rows * t->problem.d, sizeof(float));
    const size_t mlp = fol_layout_add(&total, 1, fol_mlp_work_size(&t->problem.mlp, rows, true));
    if (block) {
        work->row_words = (uint32_t *) (void *) (block + row_words);
        work->time_words = (uint32_t *) (void *) (block + time_words);
        work->loss_weight = (float *) (void *) (block + loss_weight);
        work->target = (float *) (void *) (block + target);
        fol_mlp_work_init(&t->problem.mlp, rows, true, block + mlp, &work->mlp);
    }
    return total;
}

fol_status fol_score_trainer_new(fol_context *ctx, const fol_score_problem *problem, fol_score_trainer **trainer)
{
    fol_score_trainer plan = {.problem = *problem, .n_threads = fol_threads_for(ctx->threads)};
    const size_t wanted = (problem->batch + SLICES_WANTED - 1) / SLICES_WANTED;
    plan.slice_rows = wanted < SLICE_LEAST ? SLICE_LEAST : wanted > SLICE_MOST ? SLICE_MOST : (wanted + 15) / 16 * 16;
    plan.n_slices = (problem->batch + plan.slice_rows - 1) / plan.slice_rows;
    if ((size_t) plan.n_threads > plan.n_slices)
        plan.n_threads = (int) plan.n_slices;
    plan.n_chunks = list_chunks(&problem->mlp, NULL);
    plan.cell_size = sizeof(time_cell) + problem->mlp.n_time * sizeof(float);
    plan.slot_stride = (problem->mlp.n_weights + 15) / 16 * 16;
    plan.work_size = lay_out_work(&plan, NULL, NULL);

    size_t total = 0;
    fol_layout_add(&total, 1, sizeof plan);
    const size_t cells = fol_layout_add(&total, TIME_CELLS, plan.cell_size);
    const size_t gradients = fol_layout_add(&total, plan.n_slices * plan.slot_stride, sizeof(float));
    const size_t prepared = fol_layout_add(&total, problem->mlp.n_prepared, sizeof(float));
    const size_t losses = fol_layout_add(&total, FOL_SCORE_STEPS * plan.n_slices, sizeof(double));
    const size_t norms = fol_layout_add(&total, plan.n_chunks, sizeof(double));
    const size_t chunks = fol_layout_add(&total, plan.n_chunks, sizeof(chunk));
    const size_t work = fol_layout_add(&total, (size_t) plan.n_threads, plan.work_size);
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "training");
    plan.cells = block + cells;
    plan.gradients = (float *) (void *) (block + gradients);
    plan.prepared = (float *) (void *) (block + prepared);
    memset(plan.prepared, 0, problem->mlp.n_prepared * sizeof(float));
    plan.losses = (double *) (void *) (block + losses);
    plan.norms = (double *) (void *) (block + norms);
    plan.chunks = (chunk *) (void *) (block + chunks);
    plan.work = block + work;
    list_chunks(&problem->mlp, plan.chunks);
    fill_cells(&plan);
    *trainer = (fol_score_trainer *) (void *) block;
    **trainer = plan;
    return FOL_OK;
}

void fol_score_trainer_free(fol_score_trainer *trainer)
{
    fol_free(trainer);
}

// Rows first .. first + rows - 1 of step's minibatch: inputs and targets of the network, and loss weights.
static void draw_slice(const fol_score_trainer *t, int64_t step, size_t first, size_t rows, const slice_work *work)
{
    const fol_score_problem *p = &t->problem;
    const size_t d = p->d, width = p->mlp.width[0];
    const uint32_t s = (uint32_t) step;
    fol_rng_bits(p->seed, FOL_STREAM_BATCH, s, first, rows, work->row_words);
    fol_rng_bits(p->seed, FOL_STREAM_TIME, s, first, rows, work->time_words);
    fol_rng_normals(p->seed, FOL_STREAM_EPS, s, first * d, rows * d, work->target);
    for (size_t i = 0; i < rows; i++) {
        const float *x = p->x + (size_t) (((uint64_t) work->row_words[i] * p->n) >> 32) * d;
        // Times are stratified over the minibatch: row i has the i-th of `batch` equal parts of [0, end].
        const double place = ((double) (first + i) + (double) work->time_words[i] * 0x1p-32) / (double) p->batch;
        const time_cell *cell = cell_at(t, (size_t) (place * TIME_CELLS));
        float *in = work->mlp.h[0] + i * width, *target = work->target + i * d;
        for (size_t j = 0; j < d; j++) {
            const float eps = target[j];
            in[j] = cell->in_x * x[j] + cell->in_eps * eps;
            target[j] = cell->target_x * x[j] + cell->target_eps * eps;
        }
        memcpy(in + d, cell->features, p->mlp.n_time * sizeof *in);
        work->loss_weight[i] = cell->loss;
    }
}

// The gradient of the mean of |F - target|^2 / d over the minibatch with respect to F, and the eps-MSE's sum.
static double compare(const fol_score_trainer *t, size_t rows, const slice_work *work)
{
    const size_t d = t->problem.d;
    const float *f = work->mlp.h[t->problem.mlp.n_layers];
    float *g = work->mlp.g[0];
    const float factor = (float) (2.0 / ((double) t->problem.batch * (double) d));
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

static void slice_step(const fol_score_trainer *t, const fol_score_state *state, int64_t step, size_t slice,
                       double *loss)
{
    slice_work work;
    lay_out_work(t, t->work + (size_t) fol_thread_index() * t->work_size, &work);
    const size_t first = slice * t->slice_rows, rest = t->problem.batch - first;
    const size_t rows = rest < t->slice_rows ? rest : t->slice_rows;
    draw_slice(t, step, first, rows, &work);
    fol_mlp_forward(&t->problem.mlp, state->weights, t->prepared, rows, NULL, &work.mlp);
    *loss = compare(t, rows, &work);
    fol_mlp_backward(&t->problem.mlp, t->prepared, rows, &work.mlp, false, t->gradients + slice * t->slot_stride, NULL);
}

static double squared_norm(const fol_score_trainer *t, const chunk *c)
{
    double sum = 0;
    for (size_t i = c->offset; i < c->offset + c->n; i++) {
        float g = t->gradients[i];
        for (size_t slice = 1; slice < t->n_slices; slice++)
            g += t->gradients[slice * t->slot_stride + i];
        sum += (double) g * (double) g;
    }
    return sum;
}

static void update(const fol_score_trainer *t, const fol_adam_scalars *scalars, const chunk *c, fol_score_state *state)
{
    const size_t at = c->offset;
    fol_simd_get()->adam(c->n, scalars, t->n_slices, t->slot_stride, t->gradients + at, state->moment1 + at,
                         state->moment2 + at, state->weights + at, state->average + at);
    fol_mlp_prepare(&t->problem.mlp, c->layer, c->row_0, c->row_1, state->weights, c->layer > 0, t->prepared);
}

// What the threads of one call of fol_score_train share.
typedef struct {
    fol_barrier barrier;
    size_t next[FOL_SCORE_STEPS]; // atomic: the next slice of each step to be taken
} team;

// The steps as each thread goes through them: any free slice, then its share of the chunks.
static void thread_steps(fol_score_trainer *t, fol_score_state *state, size_t n_steps, team *team)
{
    const fol_score_problem *p = &t->problem;
    const bool clips = isfinite(p->adam.clip);
    const size_t thread = (size_t) fol_thread_index(), n_threads = (size_t) fol_thread_count();
    const size_t chunk_0 = t->n_chunks * thread / n_threads, chunk_1 = t->n_chunks * (thread + 1) / n_threads;
    for (size_t k = 0; k < n_steps; k++) {
        const int64_t step = state->step + (int64_t) k + 1;
        size_t slice;
        while ((slice = __atomic_fetch_add(&team->next[k], 1, __ATOMIC_RELAXED)) < t->n_slices)
            slice_step(t, state, step, slice, &t->losses[k * t->n_slices + slice]);
        fol_barrier_wait(&team->barrier);
        double norm = 0;
        if (clips) {
            for (size_t c = chunk_0; c < chunk_1; c++)
                t->norms[c] = squared_norm(t, &t->chunks[c]);
            fol_barrier_wait(&team->barrier);
            norm = sqrt(fol_sum_ordered(t->norms, t->n_chunks));
        }
        const fol_adam_scalars scalars = fol_adam_at(&p->adam, step, p->steps, norm);
        for (size_t c = chunk_0; c < chunk_1; c++)
            update(t, &scalars, &t->chunks[c], state);
        fol_barrier_wait(&team->barrier);
    }
}

void fol_score_train(fol_score_trainer *t, fol_score_state *state, size_t n_steps, double *loss)
{
    const fol_score_problem *p = &t->problem;
    team team = {0};
    fol_mlp_prepare_all(&p->mlp, state->weights, true, t->prepared);
#pragma omp parallel num_threads(t->n_threads)
    thread_steps(t, state, n_steps, &team);
    state->step += (int64_t) n_steps;
    for (size_t k = 0; k < n_steps; k++)
        loss[k] = fol_sum_ordered(t->losses + k * t->n_slices, t->n_slices) / ((double) p->batch * (double) p->d);
}
