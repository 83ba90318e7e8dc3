// Blocks of a round: from the levels of some thousand draws to the sums of their pieces.
#ifndef FOL_ROUND_BLOCK_H
#define FOL_ROUND_BLOCK_H

#include "../field/field.h"
#include "expect_options.h"
#include "level_paths.h"
#include "renewal_paths.h"

// How the draws of a round are made: renewal draws, or level paths of one of some shapes.
typedef struct {
    const fol_gap_law *gap;        // renewal draws; NULL: level paths
    const fol_level_shape *shapes; // (n_shapes), costlier ones last
    size_t n_shapes;
    // Writes the shape of draws first .. first + n - 1; thread-safe. NULL: all of shape 0.
    void (*draw_shapes)(const void *data, uint64_t first, size_t n, uint8_t *shape);
    const void *data;
    const double *second; // (n_paths) of shape 0: weights of a second set of columns; NULL: none
    double mean_cost;     // drift evaluations of a draw, about
} fol_round_plan;

// Draws first .. first + n - 1 of the stream of `seed`. Draw i belongs to batch (first + i) / batch.
typedef struct {
    uint64_t seed, first;
    size_t n;
    uint64_t batch;
} fol_round_range;

// Where the sums of the batches are added: the row of batch b is b - first_batch (tally.h).
typedef struct {
    uint64_t first_batch;
    size_t n_columns; // q, or 2 q where the plan has a second set
    double *count, *cost, *moments;
    size_t n_tail;          // 0: no tail
    double *tail;           // (q, n_tail)
    double *layers;         // (FOL_TALLY_LAYERS); NULL: not wanted
    fol_expect_draws draws; // rows of the range; psi NULL: not wanted. Wants layers
} fol_round_sums;

// What many rounds share.
typedef struct {
    fol_context *ctx;
    const fol_sde *sde;
    const fol_field *g;
    const double *centre;  // (q)
    fol_block_whole whole; // what the rounds are a part of, for polls
    size_t most;           // draws of a round at most: a multiple of 256
    fol_path_run run;
    double *partial; // (pieces, 4 n_columns + 1): sums of powers, cost
    size_t capacity_partial;
    // Of all draws, where g is called on one thread:
    double *ends, *values; // (capacity_ends, d), (capacity_ends, q)
    double *weight;        // (capacity_ends): what multiplies g - centre at the first end of a renewal draw
    int32_t *layers;       // (capacity_ends): N
    size_t capacity_ends;
    double pace; // seconds of an evaluation on one thread, as the last round had it; 0 before the first
} fol_round;

// What a pass over the blocks does: all, or paths alone, or what follows when g has been asked in between.
typedef enum { FOL_ROUND_WHOLE, FOL_ROUND_PATHS, FOL_ROUND_SUMS } fol_round_stage;

// A round cut into pieces of at most 256 draws of one batch, and these into blocks.
typedef struct {
    fol_round *round;
    const fol_round_plan *plan;
    const fol_round_range *range;
    const fol_round_sums *sums;
    fol_round_stage stage;
    size_t n_pieces, n_blocks, most; // most: draws of a block
    size_t *piece;                   // (n_pieces + 1): first draw of each
    size_t *block;                   // (n_blocks + 1): first piece of each
    size_t *ends;                    // (n_blocks + 1): place of the ends of each, where all are kept
} fol_round_job;

// Bytes of workspace for a block.
size_t fol_round_block_size(const fol_round_job *job);

// Runs a block: writes the sums of its pieces to round->partial, what is wanted of its draws to sums->draws, and adds
// to sums->tail and sums->layers, which do not depend on the order. For fol_run_blocks(), with the job as data. A
// failure's detail is the draw of the round.
fol_status fol_round_block(void *job, size_t block, void *work, fol_run *run);

// Draws of each shape among n from `first` on: shape (n), count (n_shapes).
void fol_round_count_shapes(const fol_round_job *job, size_t first, size_t n, uint8_t *shape, size_t *count);

#endif
