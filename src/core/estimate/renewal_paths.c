// Renewal paths: draws that refresh their drift at random times (TR19 eq. 4.2; MATH 7.1).
#include "renewal_paths.h"

#include <math.h>
#include <string.h>

#include "../base/vectorize.h"
#include "../base/memory.h"
#include "../base/vector_math.h"

// The live draws of a chunk, packed: all are at the same layer. Time runs over [0, 1], the horizon's fractions.
typedef struct {
    uint64_t *draw;         // (n): numbers
    uint32_t *slot;         // (n): place among the call's draws
    double *x, *b;          // (n, d): state and drift at its time
    double *b_before;       // (n, d): drift at the layer before
    double *time;           // (n)
    double *gap;            // (n): to the next layer
    double *log_density;    // (n): of that gap
    double *root;           // (n): square root of the step
    double *product;        // (n): of (b_k - b_(k-1)) . xi / sqrt(step)
    double *log_divisor;    // (n): sum of the log densities of the gaps made
    float *noise;           // (S, n, d)
    fol_instant *at;        // (n): the same in the horizon's units, for the drift
    fol_gap_state *state;   // (n)
    uint32_t *kept, *ended; // (n): draws that have another layer, and the others
    void *noise_work, *drift_work;
} renewal_work;

static size_t layout(const fol_path_run *run, size_t n, char *base, renewal_work *work)
{
    const fol_field *drift = run->sde->drift;
    const size_t d = drift->n_in, row = d * sizeof(double), one = sizeof(double);
    size_t total = 0;
    const size_t draw = fol_layout_add(&total, n, sizeof(uint64_t)), slot = fol_layout_add(&total, n, sizeof(uint32_t));
    const size_t x = fol_layout_add(&total, n, row), b = fol_layout_add(&total, n, row);
    const size_t b_before = fol_layout_add(&total, n, row);
    const size_t time = fol_layout_add(&total, n, one), gap = fol_layout_add(&total, n, one);
    const size_t log_density = fol_layout_add(&total, n, one), root = fol_layout_add(&total, n, one);
    const size_t product = fol_layout_add(&total, n, one), log_divisor = fol_layout_add(&total, n, one);
    const size_t at = fol_layout_add(&total, n, sizeof(fol_instant));
    const size_t noise = fol_layout_add(&total, n, 4 * run->noise.counters * sizeof(float));
    const size_t state = fol_layout_add(&total, n, sizeof(fol_gap_state));
    const size_t kept = fol_layout_add(&total, n, sizeof(uint32_t)),
                 ended = fol_layout_add(&total, n, sizeof(uint32_t));
    const size_t noise_work = fol_layout_add(&total, fol_path_noise_work_size(&run->noise, n), 1);
    const size_t drift_work = fol_layout_add(&total, fol_field_work_size(drift, n), 1);
    if (base)
        *work = (renewal_work){.draw = (uint64_t *) (base + draw),
                               .slot = (uint32_t *) (base + slot),
                               .x = (double *) (base + x),
                               .b = (double *) (base + b),
                               .b_before = (double *) (base + b_before),
                               .time = (double *) (base + time),
                               .gap = (double *) (base + gap),
                               .log_density = (double *) (base + log_density),
                               .root = (double *) (base + root),
                               .product = (double *) (base + product),
                               .log_divisor = (double *) (base + log_divisor),
                               .noise = (float *) (base + noise),
                               .at = (fol_instant *) (base + at),
                               .state = (fol_gap_state *) (base + state),
                               .kept = (uint32_t *) (base + kept),
                               .ended = (uint32_t *) (base + ended),
                               .noise_work = base + noise_work,
                               .drift_work = base + drift_work};
    return total;
}

size_t fol_renewal_work_size(const fol_path_run *run, size_t n)
{
    return layout(run, n, NULL, NULL);
}

// The factor (b_k - b_(k-1)) . xi / sqrt(step) of the weight.
FOL_VECTORIZED(void, weigh, (size_t n, size_t d, const renewal_work *live, const float *noise, double scale),
               (n, d, live, noise, scale))
{
    for (size_t i = 0; i < n; i++) {
        double dot = 0;
        for (size_t j = 0; j < d; j++)
            dot += (live->b[i * d + j] - live->b_before[i * d + j]) * (double) noise[i * d + j];
        live->product[i] *= scale * dot / live->root[i];
    }
}

// The root of each step, min(gap, 1 - time).
static void roots(size_t n, const double *gap, const double *time, double *root)
{
    for (size_t i = 0; i < n; i++) {
        const double rest = 1 - time[i];
        root[i] = sqrt(gap[i] < rest ? gap[i] : rest);
    }
}

// x' = x + drift_scale b step + noise_scale sqrt(step) xi, written over b_before.
FOL_VECTORIZED(void, step,
               (size_t n, size_t d, const renewal_work *live, const float *noise, double drift_scale,
                double noise_scale),
               (n, d, live, noise, drift_scale, noise_scale))
{
    for (size_t i = 0; i < n; i++) {
        const double root = live->root[i], pull = drift_scale * root * root, spread = noise_scale * root;
        for (size_t j = 0; j < d; j++) {
            const size_t at = i * d + j;
            live->b_before[at] = live->x[at] + pull * live->b[at] + spread * (double) noise[at];
        }
    }
}

static void write_trace(const fol_path_run *run, const fol_renewal_trace *trace, size_t k, size_t n,
                        const renewal_work *live, const float *noise)
{
    const size_t d = run->sde->drift->n_in;
    for (size_t i = 0; i < n; i++) {
        const size_t at = trace->at[live->slot[i]] + k;
        trace->time[at] = run->sde->horizon * live->time[i];
        memcpy(trace->state + at * d, live->x + i * d, d * sizeof *live->x);
        for (size_t j = 0; j < d; j++)
            trace->noise[at * d + j] = (double) noise[i * d + j];
    }
}

// Parts the draws that have another layer before the horizon from those that have not; returns how many have.
static size_t part(size_t n, const renewal_work *live)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) { // no branch: a guess would be wrong as often as right
        const bool goes_on = live->time[i] + live->gap[i] < 1;
        live->kept[n_kept] = (uint32_t) i;
        live->ended[i - n_kept] = (uint32_t) i;
        n_kept += goes_on;
    }
    return n_kept;
}

// The draws that have reached the horizon after n_layers layers; their last states stand in b_before.
static void finish(const fol_path_run *run, const fol_gap_law *law, size_t n_layers, size_t n, const renewal_work *live,
                   size_t n_all, const fol_renewal_ends *ends)
{
    const size_t d = run->sde->drift->n_in;
    double *divisor = live->root; // which has served
    for (size_t e = 0; e < n; e++) {
        const size_t i = live->ended[e];
        divisor[e] = -live->log_divisor[i] - fol_gap_log_survival(law, n_layers, 1 - live->time[i]);
    }
    fol_vector_exp(n, divisor, divisor);
    for (size_t e = 0; e < n; e++) {
        const size_t i = live->ended[e], slot = live->slot[i], opposite = n_all + slot;
        const double *end = live->b_before + i * d, *before = n_layers > 0 ? live->x + i * d : end;
        const double weight = live->product[i] * divisor[e];
        for (size_t j = 0; j < d; j++) {
            ends->x[slot * d + j] = end[j];
            ends->x[opposite * d + j] = before[j];
        }
        ends->weight[slot] = weight;
        ends->layers[slot] = (int32_t) (n_layers < INT32_MAX ? n_layers : INT32_MAX);
    }
}

// The n draws that go on are packed, each at its next layer, with the noise that is left of layer k's.
static void pack(const fol_path_run *run, size_t k, size_t n_before, size_t n, const renewal_work *live)
{
    const size_t d = run->sde->drift->n_in, steps = run->noise.steps;
    for (size_t to = 0; to < n; to++) {
        const size_t i = live->kept[to];
        live->time[to] = live->time[i] + live->gap[i];
        live->log_divisor[to] = live->log_divisor[i] + live->log_density[i];
        live->product[to] = live->product[i];
        live->draw[to] = live->draw[i];
        live->slot[to] = live->slot[i];
        live->state[to] = live->state[i];
        for (size_t j = 0; j < d; j++) {
            const double x = live->b_before[i * d + j], b = live->b[i * d + j];
            live->x[to * d + j] = x;
            live->b_before[to * d + j] = b;
        }
    }
    for (size_t s = k % steps + 1; s < steps; s++) {
        const float *from = live->noise + s * n_before * d;
        float *noise = live->noise + s * n * d;
        for (size_t to = 0; to < n; to++)
            for (size_t j = 0; j < d; j++)
                noise[to * d + j] = from[live->kept[to] * d + j];
    }
}

fol_status fol_renewal_paths(const fol_path_run *run, const fol_gap_law *law, const fol_renewal_trace *trace,
                             uint64_t first, size_t n, void *memory, fol_run *blocks, const fol_renewal_ends *ends)
{
    const fol_sde *sde = run->sde;
    const size_t d = sde->drift->n_in, steps = run->noise.steps;
    const double scale = fol_path_scale(sde);
    const size_t n_all = n;
    renewal_work live;
    layout(run, n, memory, &live);
    for (size_t i = 0; i < n; i++) {
        live.slot[i] = (uint32_t) i;
        live.draw[i] = first + i;
        live.time[i] = live.log_divisor[i] = 0;
        live.product[i] = 1;
    }
    fol_path_starts(run, n, live.draw, live.x);
    for (size_t k = 0; n > 0; k++) {
        if (fol_run_stopped(blocks))
            return FOL_E_INTERRUPT;
        if (k % steps == 0)
            fol_path_noise_fill(&run->noise, run->seed, (uint32_t) k, n, live.draw, live.noise, live.noise_work);
        const float *noise = live.noise + k % steps * n * d;
        fol_gap_draw(law, run->seed, (uint32_t) k, n, live.draw, live.time, live.state, live.gap, live.log_density);
        roots(n, live.gap, live.time, live.root);
        for (size_t i = 0; i < n; i++)
            live.at[i].tau = sde->horizon * live.time[i];
        const fol_status status = k == 0 ? fol_path_start_drift(run, n, live.x, live.b, live.drift_work)
                                         : fol_field_eval(sde->drift, n, live.x, live.at, 1, live.b, live.drift_work);
        if (status != FOL_OK)
            return status;
        if (trace)
            write_trace(run, trace, k, n, &live, noise);
        if (k > 0)
            weigh(n, d, &live, noise, sde->horizon / scale);
        step(n, d, &live, noise, sde->horizon, scale);
        const size_t n_kept = part(n, &live);
        finish(run, law, k, n - n_kept, &live, n_all, ends);
        pack(run, k, n, n_kept, &live);
        n = n_kept;
    }
    return FOL_OK;
}
