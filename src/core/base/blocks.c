// Blocks: a long computation as independent blocks of rows, each owned by one thread from start to end.
#include "blocks.h"

#include <math.h>
#include <stdint.h>

#include "memory.h"
#include "threads.h"

#define POLL_SECONDS 0.05

// What the threads of a run share.
typedef struct {
    fol_context *ctx;
    const fol_block_plan *plan;
    size_t next, done; // atomic
    bool interrupted;  // atomic
    size_t end;        // atomic: blocks from here on are not wanted, as one of them has failed
    fol_status status; // of block `end`, when it is one
    size_t detail;
    double last_poll; // of the calling thread alone
    char *memory;     // a workspace for each thread
    size_t stride;
} team;

// A thread's view of it.
struct fol_run {
    team *team;
    size_t block, detail;
    int thread;
};

size_t fol_block_count(size_t n)
{
    return n / FOL_BLOCK_ROWS + (n % FOL_BLOCK_ROWS != 0);
}

size_t fol_block_rows(size_t n, size_t block)
{
    const size_t left = n - block * FOL_BLOCK_ROWS;
    return left < FOL_BLOCK_ROWS ? left : FOL_BLOCK_ROWS;
}

static void poll_now(team *team)
{
    const fol_block_plan *plan = team->plan;
    fol_progress progress = {plan->task, __atomic_load_n(&team->done, __ATOMIC_RELAXED), plan->n_blocks, NAN};
    if (plan->whole.tell)
        plan->whole.tell(plan->whole.data, &progress);
    team->last_poll = fol_seconds();
    if (team->ctx->poll(&progress, team->ctx->data))
        __atomic_store_n(&team->interrupted, true, __ATOMIC_RELAXED);
}

bool fol_run_stopped(fol_run *run)
{
    team *team = run->team;
    if (team->ctx->poll && run->thread == 0 && fol_seconds() - team->last_poll > POLL_SECONDS)
        poll_now(team);
    return __atomic_load_n(&team->interrupted, __ATOMIC_RELAXED) ||
           run->block >= __atomic_load_n(&team->end, __ATOMIC_RELAXED);
}

fol_status fol_run_fail(fol_run *run, fol_status status, size_t detail)
{
    run->detail = detail;
    return status;
}

static void note_failure(const fol_run *run, fol_status status)
{
    team *team = run->team;
#pragma omp critical(fol_block_failed)
    if (run->block < team->end) {
        team->status = status;
        team->detail = run->detail;
        __atomic_store_n(&team->end, run->block, __ATOMIC_RELAXED);
    }
}

// Takes blocks until there are none left that are wanted.
static void work(team *team, int thread)
{
    const fol_block_plan *plan = team->plan;
    fol_run run = {.team = team, .thread = thread};
    while (!fol_run_stopped(&run)) {
        run.block = __atomic_fetch_add(&team->next, 1, __ATOMIC_RELAXED);
        if (run.block >= plan->n_blocks || fol_run_stopped(&run))
            return;
        const fol_status status =
            plan->block(plan->job, run.block, team->memory + (size_t) thread * team->stride, &run);
        __atomic_fetch_add(&team->done, 1, __ATOMIC_RELAXED);
        if (status == FOL_E_INTERRUPT && run.block < __atomic_load_n(&team->end, __ATOMIC_RELAXED))
            __atomic_store_n(&team->interrupted, true, __ATOMIC_RELAXED); // be it of the block's own accord
        else if (status != FOL_OK && status != FOL_E_INTERRUPT)
            note_failure(&run, status);
    }
}

fol_status fol_run_blocks(fol_context *ctx, const fol_block_plan *plan)
{
    team team = {.ctx = ctx, .plan = plan, .end = SIZE_MAX, .last_poll = fol_seconds()};
    int n_threads = fol_threads_for(plan->threads ? plan->threads : ctx->threads);
    if ((size_t) n_threads > plan->n_blocks)
        n_threads = plan->n_blocks ? (int) plan->n_blocks : 1;
    fol_layout_add(&team.stride, plan->work_bytes, 1);
    team.memory = fol_alloc((size_t) n_threads, team.stride);
    if (!team.memory)
        return fol_fail(ctx, FOL_E_MEMORY, "There is not enough memory for the workspaces of \"%s\".", plan->task);
    if (n_threads == 1) { // the calling thread, which may be any of a region of the caller's own
        work(&team, 0);
    } else {
#pragma omp parallel num_threads(n_threads)
        work(&team, fol_thread_index());
    }
    fol_free(team.memory);
    if (ctx->poll && !team.interrupted && team.end == SIZE_MAX)
        poll_now(&team);
    if (team.end != SIZE_MAX) {
        if (plan->failure)
            *plan->failure = (fol_block_failure){team.end, team.detail};
        return fol_fail(ctx, team.status, "The run of \"%s\" has failed: %s.", plan->task,
                        fol_status_text(team.status));
    }
    if (team.interrupted) // a wish to stop is never lost, be it late: the caller may have more to do
        return fol_fail(ctx, FOL_E_INTERRUPT, "Interrupted after %zu of %zu blocks.", team.done, plan->n_blocks);
    return FOL_OK;
}

double fol_sum_ordered(const double *part, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += part[i];
    return sum;
}
