// Blocks: a long computation as independent blocks of rows, each owned by one thread from start to end.
#ifndef FOL_BLOCKS_H
#define FOL_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "context.h"

#define FOL_BLOCK_ROWS 256 // a multiple of 128, so that noise of a block starts at a whole group (rng.h)

typedef struct fol_run fol_run;

// Does one block in a workspace of its thread (aligned to FOL_ALIGN, not cleared). Returns FOL_OK or a status that ends
// the run; must not touch the context. In blocks longer than a few milliseconds call fol_run_stopped between steps and
// return FOL_E_INTERRUPT when it says so.
typedef fol_status (*fol_block_fn)(void *job, size_t block, void *work, fol_run *run);

// Which block a run has failed with, and what that block said of it.
typedef struct {
    size_t block, detail;
} fol_block_failure;

// The longer computation that a run is a part of: tell makes of *progress, which comes in units of the part's blocks,
// what polls are told. {0}: the blocks are the whole.
typedef struct {
    void (*tell)(const void *data, fol_progress *progress);
    const void *data;
} fol_block_whole;

typedef struct {
    const char *task;  // "fit", "sample", ..., for polls
    size_t n_blocks;   // blocks 0 .. n_blocks - 1
    size_t work_bytes; // of a thread's workspace; SIZE_MAX (fol_layout_add) is out of memory
    int threads;       // at most; 0: as the context says. Never more than blocks
    fol_block_fn block;
    void *job;
    fol_block_whole whole;
    fol_block_failure *failure; // NULL: not wanted
} fol_block_plan;

// The number of blocks of FOL_BLOCK_ROWS rows that n rows make.
size_t fol_block_count(size_t n);

// The rows of block `block` of n rows.
size_t fol_block_rows(size_t n, size_t block);

// Runs the blocks in ascending order on the plan's threads. Which thread takes a block is not fixed, so a block's
// result must depend on its index alone. Polls on the calling thread. A block that fails stops those after it alone,
// so that of all that fail the lowest index gives the status and *failure, on any number of threads. FOL_E_INTERRUPT;
// FOL_E_MEMORY; what a block returns, with a message for callers that know no better. The context is not written to,
// but for a message.
fol_status fol_run_blocks(fol_context *ctx, const fol_block_plan *plan);

// Polls when called on the calling thread and enough time has passed; true when the block under way should stop.
bool fol_run_stopped(fol_run *run);

// A status for a block to return, with a detail for fol_block_failure.
fol_status fol_run_fail(fol_run *run, fol_status status, size_t detail);

// The sum of n numbers, in order: partial results of blocks give the same bits on any number of threads.
double fol_sum_ordered(const double *part, size_t n);

#endif
