// Rounds: draws of an estimator by the ten thousands, from their paths to the sums of their batches.
#ifndef FOL_ROUND_H
#define FOL_ROUND_H

#include "../field/field.h"
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
    size_t n_columns;
    double *count, *cost, *moments;
    size_t n_tail;
    double *tail;   // (q, n_tail); NULL: not wanted
    double *layers; // (FOL_TALLY_LAYERS); NULL: not wanted
} fol_round_sums;

// The arrays of a round, made once for many of them.
typedef struct {
    fol_context *ctx;
    const fol_sde *sde;
    const fol_field *g;
    const double *centre;  // (q)
    fol_block_whole whole; // what the rounds are a part of, for polls
    size_t most;           // draws of a round at most: a function of the dimensions alone, a multiple of 256
    fol_path_run run;
    // What the last round has made, by draw:
    double *deviations; // (n_columns, most): value - centre, the first q columns by the paths' weights
    double *weight;     // (most): what multiplies g - centre at the first end
    int32_t *layers;    // (most): N, or the level
    double *large;      // (q, most): candidates for the tail, by blocks
    double *partial;    // (pieces, 4 n_columns + 1): sums of powers, cost
    size_t capacity_partial;
    double *ends, *values; // of all draws where g is called on one thread: (capacity_ends, d), (capacity_ends, q)
    size_t capacity_ends;
    double pace; // seconds of an evaluation on one thread, as the last round had it; 0 before the first
} fol_round;

// FOL_E_MEMORY. `columns` is 1 or 2: how many sets of q columns. centre must outlive it.
fol_status fol_round_new(fol_context *ctx, fol_round *round, const fol_sde *sde, const fol_field *g,
                         const double *centre, int columns, fol_block_whole whole);
void fol_round_clear(fol_round *round);

// Runs one round of at most round->most draws, and adds it to *sums. FOL_E_MEMORY, FOL_E_INTERRUPT, FOL_E_NUMERIC, what
// the drift or g return.
fol_status fol_round_run(fol_round *round, const fol_round_plan *plan, const fol_round_range *range,
                         const fol_round_sums *sums);

#endif
