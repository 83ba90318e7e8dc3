// Chains: x' = keep x + pull f(x) + noise xi, step after step, forwards with log weights and backwards.
#ifndef FOL_CHAIN_H
#define FOL_CHAIN_H

#include "../base/blocks.h"
#include "../field/field.h"
#include "../random/rng.h"

// A step, with f at the moment `at`. With extrapolate = c, f + c (f - f of the step before) stands for f. Heun's method
// takes a second look, at the next step's moment: guess = keep x + pull f(x), x' = heun[0] x + heun[1] f(x) + heun[2]
// guess + heun[3] f(guess).
typedef struct {
    fol_instant at;
    double keep, pull, noise; // noise >= 0
    double extrapolate;       // not with Heun's, nor after it, nor in the first step
    const double *columns;    // (3, d): keep, pull and noise of each column instead of the three above; NULL: none
    bool is_heun;
    double heun[4];
} fol_chain_step;

typedef struct {
    const fol_field *f; // n_in = n_out = d
    size_t n_steps;
    const fol_chain_step *steps; // (n_steps)
    double start;                // x_0 = start N(0, I)
    uint64_t seed;               // of starts and noise: element i d + j of streams START and STEP is row i's column j
} fol_chain;

// Bytes of workspace for a block of rows.
size_t fol_chain_work_size(const fol_chain *chain, size_t rows);

// Rows first .. first + rows - 1, at most FOL_BLOCK_ROWS of them and `first` a multiple of it: x (rows, d) is x_0 if
// starts are given, else written here; then x_K. states (n_steps + 1, rows, d) are all of them, unless NULL. log_weight
// (rows), unless NULL, is log dP^0 / dP of the path, P^0 the chain with f = 0: the sum of -(u.xi + |u|^2 / 2) with
// u = (pull / noise) f, over the steps with noise (MATH 5.4). FOL_E_INTERRUPT when the run is stopped; FOL_E_NUMERIC,
// with the step as detail, when a state becomes non-finite; what f returns. run may be NULL.
typedef struct {
    uint64_t first;
    size_t rows;
    bool started;
    double *x, *states, *log_weight;
    // Called after the start (k = 0) and after each step, unless NULL.
    void (*visit)(void *data, size_t k, size_t row, size_t rows, const double *x);
    void *data;
    size_t row; // of the first row, as visit is told
} fol_chain_block;
fol_status fol_chain_forward(const fol_chain *chain, const fol_chain_block *block, void *work, fol_run *run);

// The derivatives of a function of x_K and the log weights, back to x_0: gradient (rows, d) is d/dx_K on entry and
// d/dx_0 on return; weight (rows) is d/d(log weight), NULL for none. block has been through fol_chain_forward with
// states. f's pullback is asked at every step, the last first, and may gather derivatives of its own. FOL_E_INPUT when
// f has none or a step is Heun's or extrapolates; what f returns.
fol_status fol_chain_adjoint(const fol_chain *chain, const fol_chain_block *block, const double *weight,
                             double *gradient, void *work);

#endif
