// Steps: an optimiser's steps on an objective, the hot path of every fit.
//
// A slice of a step is one thread's work and has a gradient of its own; the optimiser adds them up in order, so that
// the threads leave no trace in the bits.
#include "steps.h"

#include <math.h>
#include <string.h>

#include "../base/barrier.h"
#include "../base/blocks.h"
#include "../base/memory.h"
#include "../base/threads.h"

#define CHUNK_WEIGHTS 4096 // weights that a thread updates at once
#define LOOK_SECONDS 0.1   // between looks whether to stop, in a step

// A run of weights that one thread updates: rows row_0 .. row_1 - 1 of an array of a network of the set.
typedef struct {
    size_t offset, n; // in the weights of all networks
    size_t network, array;
    size_t row_0, row_1;
} chunk;

struct fol_stepper {
    const fol_objective *objective;
    fol_adam_options adam;
    int64_t n_steps;
    int n_threads;
    size_t n_slices, n_chunks, slot_stride;
    float *gradients;     // (n_slices, slot_stride)
    float *prepared;      // (networks.n_prepared)
    double *losses;       // (FOL_STEPS_MOST, n_slices): sums of the slices
    fol_status *statuses; // (n_slices) of the present step
    double *norms;        // (n_chunks): squared gradient norms, for clipping
    chunk *chunks;        // (n_chunks)
    char *work;           // (n_threads) workspaces of objective->work_size bytes
};

static size_t chunk_rows(const fol_weight_array *array)
{
    const size_t rows = CHUNK_WEIGHTS / array->row_size;
    return rows < 1 ? 1 : rows > array->rows ? array->rows : rows;
}

// Lists the chunks, or with chunks NULL counts them.
static size_t list_chunks(const fol_network_set *set, chunk *chunks)
{
    size_t n = 0;
    for (size_t k = 0; k < set->n; k++)
        for (size_t a = 0; a < set->network[k]->n_arrays; a++) {
            const fol_weight_array *array = &set->network[k]->arrays[a];
            const size_t rows = chunk_rows(array), at = set->values[k] + array->offset;
            for (size_t i = 0; i < array->rows; i += rows, n++) {
                const size_t end = i + rows < array->rows ? i + rows : array->rows;
                if (chunks)
                    chunks[n] = (chunk){at + i * array->row_size, (end - i) * array->row_size, k, a, i, end};
            }
        }
    return n;
}

fol_status fol_stepper_new(fol_context *ctx, const fol_objective *objective, const fol_adam_options *adam,
                           int64_t n_steps, fol_stepper **stepper)
{
    const fol_network_set *set = &objective->networks;
    fol_stepper plan = {.objective = objective, .adam = *adam, .n_steps = n_steps};
    plan.n_threads = objective->serial ? 1 : fol_threads_for(ctx->threads);
    plan.n_slices = (objective->rows + objective->slice_rows - 1) / objective->slice_rows;
    if ((size_t) plan.n_threads > plan.n_slices)
        plan.n_threads = (int) plan.n_slices;
    plan.n_chunks = list_chunks(set, NULL);
    plan.slot_stride = (set->n_weights + 15) / 16 * 16;

    size_t total = 0;
    fol_layout_add(&total, 1, sizeof plan);
    const size_t gradients = fol_layout_add(&total, plan.n_slices, plan.slot_stride * sizeof(float));
    const size_t prepared = fol_layout_add(&total, set->n_prepared, sizeof(float));
    const size_t losses = fol_layout_add(&total, FOL_STEPS_MOST * plan.n_slices, sizeof(double));
    const size_t statuses = fol_layout_add(&total, plan.n_slices, sizeof(fol_status));
    const size_t norms = fol_layout_add(&total, plan.n_chunks, sizeof(double));
    const size_t chunks = fol_layout_add(&total, plan.n_chunks, sizeof(chunk));
    const size_t work = fol_layout_add(&total, (size_t) plan.n_threads, objective->work_size);
    char *block = fol_alloc(total, 1);
    *stepper = (fol_stepper *) (void *) block;
    if (!block)
        return fol_fail_memory(ctx, "training");
    plan.gradients = (float *) (void *) (block + gradients);
    plan.prepared = (float *) (void *) (block + prepared);
    memset(plan.prepared, 0, set->n_prepared * sizeof(float));
    plan.losses = (double *) (void *) (block + losses);
    plan.statuses = (fol_status *) (void *) (block + statuses);
    plan.norms = (double *) (void *) (block + norms);
    plan.chunks = (chunk *) (void *) (block + chunks);
    plan.work = block + work;
    list_chunks(set, plan.chunks);
    **stepper = plan;
    return FOL_OK;
}

void fol_stepper_free(fol_stepper *stepper)
{
    fol_free(stepper);
}

static fol_status take_slice(const fol_stepper *s, const fol_train_state *state, int64_t step, size_t index,
                             double *loss)
{
    const fol_objective *o = s->objective;
    const size_t first = index * o->slice_rows, rest = o->rows - first;
    const fol_slice slice = {step, first, rest < o->slice_rows ? rest : o->slice_rows};
    return o->slice(o, &slice, (fol_weights){state->weights, s->prepared}, s->gradients + index * s->slot_stride, loss,
                    s->work + (size_t) fol_thread_index() * o->work_size);
}

static double squared_norm(const fol_stepper *s, const chunk *c)
{
    double sum = 0;
    for (size_t i = c->offset; i < c->offset + c->n; i++) {
        float g = s->gradients[i];
        for (size_t slice = 1; slice < s->n_slices; slice++)
            g += s->gradients[slice * s->slot_stride + i];
        sum += (double) g * (double) g;
    }
    return sum;
}

static void update(const fol_stepper *s, const fol_adam_scalars *scalars, const chunk *c, fol_train_state *state)
{
    const size_t at = c->offset;
    const fol_network_set *set = &s->objective->networks;
    const fol_network *network = set->network[c->network];
    fol_simd_get()->adam(c->n, scalars, s->n_slices, s->slot_stride, s->gradients + at, state->moment1 + at,
                         state->moment2 + at, state->weights + at, state->average + at);
    network->prepare(network, c->array, c->row_0, c->row_1, state->weights + set->values[c->network], set->passes,
                     s->prepared + set->prepared[c->network]);
}

// What the threads of one call of fol_stepper_run share.
typedef struct {
    fol_barrier barrier;
    size_t next[FOL_STEPS_MOST]; // atomic: the next slice of each step to be taken
    bool failed, stopped;        // atomic: a slice did; the caller wants no more
    size_t n_done;               // whole steps
    bool (*stop)(const void *data);
    const void *data;
    double last_look; // of the calling thread, at `stop`
} team;

// Between slices: whether the step under way is not wanted, which has changed nothing yet.
static bool is_stopped(team *team)
{
    if (team->stop && fol_thread_index() == 0 && fol_seconds() - team->last_look > LOOK_SECONDS) {
        team->last_look = fol_seconds();
        if (team->stop(team->data))
            __atomic_store_n(&team->stopped, true, __ATOMIC_RELAXED);
    }
    return __atomic_load_n(&team->stopped, __ATOMIC_RELAXED);
}

// The steps as each thread goes through them: any free slice, then its share of the chunks.
static void thread_steps(fol_stepper *s, fol_train_state *state, size_t n, team *team)
{
    const bool clips = isfinite(s->adam.clip);
    const size_t thread = (size_t) fol_thread_index(), n_threads = (size_t) fol_thread_count();
    const size_t chunk_0 = s->n_chunks * thread / n_threads, chunk_1 = s->n_chunks * (thread + 1) / n_threads;
    for (size_t k = 0; k < n; k++) {
        const int64_t step = state->step + (int64_t) k + 1;
        size_t slice;
        while (!is_stopped(team) && (slice = __atomic_fetch_add(&team->next[k], 1, __ATOMIC_RELAXED)) < s->n_slices) {
            s->statuses[slice] = take_slice(s, state, step, slice, &s->losses[k * s->n_slices + slice]);
            if (s->statuses[slice] != FOL_OK)
                __atomic_store_n(&team->failed, true, __ATOMIC_RELAXED);
        }
        fol_barrier_wait(&team->barrier);
        // the same for all threads: the next slice is a barrier off
        if (__atomic_load_n(&team->failed, __ATOMIC_RELAXED) || __atomic_load_n(&team->stopped, __ATOMIC_RELAXED))
            return;
        double norm = 0;
        if (clips) {
            for (size_t c = chunk_0; c < chunk_1; c++)
                s->norms[c] = squared_norm(s, &s->chunks[c]);
            fol_barrier_wait(&team->barrier);
            norm = sqrt(fol_sum_ordered(s->norms, s->n_chunks));
        }
        const fol_adam_scalars scalars = fol_adam_at(&s->adam, step, s->n_steps, norm);
        for (size_t c = chunk_0; c < chunk_1; c++)
            update(s, &scalars, &s->chunks[c], state);
        if (thread == 0)
            team->n_done = k + 1;
        fol_barrier_wait(&team->barrier);
    }
}

fol_status fol_stepper_run(fol_stepper *s, fol_train_state *state, size_t n, bool (*stop)(const void *data),
                           const void *data, double *loss)
{
    team team = {.stop = stop, .data = data, .last_look = fol_seconds()};
    fol_network_set_prepare(&s->objective->networks, state->weights, s->prepared);
#pragma omp parallel num_threads(s->n_threads)
    thread_steps(s, state, n, &team);
    state->step += (int64_t) team.n_done;
    for (size_t k = 0; k < team.n_done; k++)
        loss[k] = fol_sum_ordered(s->losses + k * s->n_slices, s->n_slices) / s->objective->loss_terms;
    if (team.stopped)
        return FOL_E_INTERRUPT;
    fol_status status = FOL_OK;
    for (size_t slice = 0; team.failed && status == FOL_OK; slice++)
        status = s->statuses[slice];
    return status;
}
