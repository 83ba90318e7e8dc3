// Random networks: renewal draws with their layers kept, as the deep generative model of TR19 section 4.
#include "random_network.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "renewal_paths.h"

#define CHUNK 256 // draws that a thread makes together

typedef struct {
    fol_path_run run;
    const fol_gap_law *gap;
    const fol_renewal_trace *trace; // NULL: the numbers of layers alone are wanted
    size_t n, chunk;
    double *end, *weight; // (n, d), (n): as fol_random_network has them; NULL with the trace
    int32_t *layers;      // (n)
} trace_job;

// A thread's arrays for a chunk of draws; returns their bytes.
static size_t layout(const trace_job *job, char *base, double **x, double **weight)
{
    size_t total = 0;
    fol_layout_add(&total, fol_renewal_work_size(&job->run, job->chunk), 1);
    const size_t at_x = fol_layout_add(&total, job->chunk, 2 * job->run.sde->drift->n_in * sizeof(double));
    const size_t at_weight = fol_layout_add(&total, job->chunk, sizeof(double));
    if (base) {
        *x = (double *) (void *) (base + at_x);
        *weight = (double *) (void *) (base + at_weight);
    }
    return total;
}

static fol_status make_chunk(void *data, size_t block, void *work, fol_run *blocks)
{
    const trace_job *job = data;
    const size_t first = block * job->chunk, left = job->n - first, n = left < job->chunk ? left : job->chunk;
    const size_t d = job->run.sde->drift->n_in;
    fol_renewal_ends ends = {.layers = job->layers + first};
    fol_renewal_trace own;
    layout(job, work, &ends.x, &ends.weight);
    if (job->trace) {
        own = *job->trace;
        own.at += first;
    }
    const fol_status status =
        fol_renewal_paths(&job->run, job->gap, job->trace ? &own : NULL, first, n, work, blocks, &ends);
    if (status == FOL_OK && job->trace) {
        memcpy(job->end + first * d, ends.x, n * d * sizeof *ends.x);
        memcpy(job->weight + first, ends.weight, n * sizeof *ends.weight);
    }
    return status;
}

static fol_status make_all(fol_context *ctx, trace_job *job)
{
    const bool serial = job->run.sde->drift->serial;
    job->chunk = serial ? job->n : CHUNK;
    return fol_run_blocks(ctx, &(fol_block_plan){.task = "random_network",
                                                 .n_blocks = (job->n - 1) / job->chunk + 1,
                                                 .work_bytes = layout(job, NULL, NULL, NULL),
                                                 .threads = serial ? 1 : 0,
                                                 .block = make_chunk,
                                                 .job = job});
}

// One block for n draws with n_layers layers in all.
static fol_random_network *allocate(size_t n, size_t d, size_t n_layers)
{
    size_t total = 0;
    fol_layout_add(&total, 1, sizeof(fol_random_network));
    const size_t offset = fol_layout_add(&total, n + 1, sizeof(size_t));
    const size_t time = fol_layout_add(&total, n_layers, sizeof(double));
    const size_t state = fol_layout_add(&total, n_layers, d * sizeof(double));
    const size_t noise = fol_layout_add(&total, n_layers, d * sizeof(double));
    const size_t end = fol_layout_add(&total, n, d * sizeof(double));
    const size_t weight = fol_layout_add(&total, n, sizeof(double));
    char *block = fol_alloc(total, 1);
    if (!block)
        return NULL;
    fol_random_network *network = (fol_random_network *) block;
    *network = (fol_random_network){.n = n,
                                    .d = d,
                                    .n_layers = n_layers,
                                    .offset = (size_t *) (block + offset),
                                    .time = (double *) (block + time),
                                    .state = (double *) (block + state),
                                    .noise = (double *) (block + noise),
                                    .end = (double *) (block + end),
                                    .weight = (double *) (block + weight)};
    return network;
}

static bool all_finite(size_t n, const double *x)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

static fol_status check_draws(fol_context *ctx, const fol_random_network *net)
{
    const size_t d = net->d, *at = net->offset;
    for (size_t i = 0; i < net->n; i++) {
        const char *what = !all_finite((at[i + 1] - at[i]) * d, net->state + at[i] * d) ? "A state"
                           : !all_finite(d, net->end + i * d)                           ? "The end"
                           : !isfinite(net->weight[i])                                  ? "The weight"
                                                                                        : NULL;
        if (what)
            return fol_fail(ctx, FOL_E_NUMERIC, "%s of draw %zu is not finite: the drift grows too fast.", what, i + 1);
    }
    return FOL_OK;
}

// The layers of the draws that `job` has made once; *network is made.
static fol_status trace(fol_context *ctx, trace_job *job, fol_random_network **network)
{
    const fol_sde *sde = job->run.sde;
    const size_t n = job->n, d = sde->drift->n_in;
    size_t n_layers = 0;
    for (size_t i = 0; i < n; i++)
        n_layers += (size_t) job->layers[i] + 1;
    fol_random_network *net = allocate(n, d, n_layers);
    if (!net)
        return fol_fail_memory(ctx, "a random network");
    net->offset[0] = 0;
    for (size_t i = 0; i < n; i++)
        net->offset[i + 1] = net->offset[i] + (size_t) job->layers[i] + 1;
    const fol_renewal_trace to = {net->offset, net->time, net->state, net->noise};
    job->trace = &to;
    job->end = net->end;
    job->weight = net->weight;
    fol_status status = make_all(ctx, job);
    if (status == FOL_OK) {
        fol_sde_rescale(sde, n_layers, net->state);
        fol_sde_rescale(sde, n, net->end);
        status = check_draws(ctx, net);
    }
    if (status == FOL_OK)
        *network = net;
    else
        fol_random_network_free(net);
    return status;
}

fol_status fol_random_network_new(fol_context *ctx, const fol_sde *sde, const fol_gap_law *gap, size_t n,
                                  fol_random_network **network)
{
    fol_status status = fol_sde_check(ctx, sde);
    if (status == FOL_OK)
        status = fol_gap_law_check(ctx, gap);
    if (status == FOL_OK && n == 0)
        status = fol_fail_argument(ctx, "n", "at least 1", "0");
    if (status != FOL_OK)
        return status;
    const size_t d = sde->drift->n_in;
    trace_job job = {.run = {.sde = sde, .seed = ctx->seed, .noise = fol_path_noise_new(d)}, .gap = gap, .n = n};
    job.layers = fol_alloc(n, sizeof *job.layers);
    if (!job.layers)
        return fol_fail_memory(ctx, "a random network");
    status = make_all(ctx, &job);
    if (status == FOL_OK)
        status = trace(ctx, &job, network);
    if (status == FOL_E_CALLBACK)
        fol_fail(ctx, status, "The function of the drift has stopped the run.");
    fol_free(job.layers);
    return status;
}

void fol_random_network_free(fol_random_network *network)
{
    fol_free(network);
}
