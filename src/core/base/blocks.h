// Blocks: a long computation as independent blocks of rows, each owned by one thread from start to end.
#ifndef FOL_BLOCKS_H
#define FOL_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "context.h"

#define FOL_BLOCK_ROWS 256 // a multiple of 128, so that noise of a block starts at a whole group (rng.h)

typedef struct fol_run fol_run;

// Does one block. Returns FOL_OK or a status that stops the run; must not touch the context. In blocks longer
// than a few milliseconds call fol_run_stopped between steps and return FOL_E_INTERRUPT when it says so.
typedef fol_status (*fol_block_fn)(void *job, size_t block, int thread, fol_run *run);

// The number of blocks of FOL_BLOCK_ROWS rows that n rows make.
size_t fol_block_count(size_t n);

// Runs blocks 0 .. n_blocks - 1 on the threads of ctx (fol_threads_for(ctx->threads), never more than blocks);
// which thread takes a block is not fixed, so a block's result must depend on its index alone. Polls as
// `task`, in units of blocks, on the calling thread. Returns the status of the failed block of lowest index,
// or FOL_E_INTERRUPT with a message.
fol_status fol_run_blocks(fol_context *ctx, const char *task, size_t n_blocks, fol_block_fn block, void *job);

// Polls when called on the calling thread and enough time has passed; true when the run should stop.
bool fol_run_stopped(fol_run *run);

// The sum of n numbers, in order: partial results of blocks give the same bits on any number of threads.
double fol_sum_ordered(const double *part, size_t n);

#endif
