// Blocks: a long computation as independent blocks of rows, each owned by one thread from start to end.
#include "blocks.h"

#include <math.h>

#include "threads.h"

#define POLL_SECONDS 0.05

struct fol_run {
    fol_context *ctx;
    const char *task;
    size_t n_blocks;
    size_t next, done; // atomic
    bool stop;         // atomic
    bool alone;        // on the calling thread, which may be any of a region of the caller's own
    double last_poll;  // of the calling thread alone
};

size_t fol_block_count(size_t n)
{
    return n / FOL_BLOCK_ROWS + (n % FOL_BLOCK_ROWS != 0);
}

// The index of the calling thread in this run.
static int thread_of(const fol_run *run)
{
    return run->alone ? 0 : fol_thread_index();
}

static void poll_now(fol_run *run)
{
    const fol_progress progress = {run->task, __atomic_load_n(&run->done, __ATOMIC_RELAXED), run->n_blocks, NAN};
    run->last_poll = fol_seconds();
    if (run->ctx->poll(&progress, run->ctx->data))
        __atomic_store_n(&run->stop, true, __ATOMIC_RELAXED);
}

bool fol_run_stopped(fol_run *run)
{
    if (run->ctx->poll && thread_of(run) == 0 && fol_seconds() - run->last_poll > POLL_SECONDS)
        poll_now(run);
    return __atomic_load_n(&run->stop, __ATOMIC_RELAXED);
}

// Takes blocks until there are none left. The first failure by index wins, so the answer does not depend on
// which thread met it first.
static void work(fol_run *run, fol_block_fn block, void *job, fol_status *status, size_t *failed)
{
    while (!fol_run_stopped(run)) {
        const size_t b = __atomic_fetch_add(&run->next, 1, __ATOMIC_RELAXED);
        if (b >= run->n_blocks)
            return;
        const fol_status s = block(job, b, thread_of(run), run);
        __atomic_fetch_add(&run->done, 1, __ATOMIC_RELAXED);
        if (s == FOL_OK)
            continue;
#pragma omp critical(fol_block_failed)
        if (s != FOL_E_INTERRUPT && b < *failed) {
            *failed = b;
            *status = s;
        }
        __atomic_store_n(&run->stop, true, __ATOMIC_RELAXED);
    }
}

fol_status fol_run_blocks(fol_context *ctx, const char *task, size_t n_blocks, fol_block_fn block, void *job)
{
    fol_run run = {.ctx = ctx, .task = task, .n_blocks = n_blocks, .last_poll = fol_seconds()};
    fol_status status = FOL_OK;
    size_t failed = n_blocks;
    int n_threads = fol_threads_for(ctx->threads);
    if ((size_t) n_threads > n_blocks)
        n_threads = n_blocks ? (int) n_blocks : 1;
    run.alone = n_threads == 1;
    if (run.alone) {
        work(&run, block, job, &status, &failed);
    } else {
#pragma omp parallel num_threads(n_threads)
        work(&run, block, job, &status, &failed);
    }
    if (ctx->poll && !run.stop)
        poll_now(&run);
    if (status == FOL_OK && run.stop) // a wish to stop is never lost, be it late: the caller may have more to do
        return fol_fail(ctx, FOL_E_INTERRUPT, "Interrupted after %zu of %zu blocks.", run.done, n_blocks);
    return status;
}

double fol_sum_ordered(const double *part, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += part[i];
    return sum;
}
