// Training: learn the denoiser of a process from data by minibatch score matching (MATH 2).
#ifndef FOL_FIT_DENOISER_H
#define FOL_FIT_DENOISER_H

#include "../base/rows.h"
#include "../network/adam.h"
#include "model.h"

typedef struct {
    fol_process process;
    fol_mlp_options network;
    fol_adam_options adam;
    int parametrization;            // fol_parametrization
    int64_t steps, batch;           // optimiser steps; rows per step
    double validation;              // fraction of the rows held out, in [0, 0.9]
    bool standardize;               // centre and scale the columns first
    int64_t report_every;           // steps between entries of the history
    char checkpoint[FOL_TEXT_SIZE]; // file, or empty: none. If it exists the run goes on from it.
    double checkpoint_every;        // seconds between checkpoints
} fol_fit_options;

// All keys of a fit: those of process, network and optimiser, and its own.
extern const fol_option fol_fit_option_table[];

// Fits. x (n, d) needs two rows or more, finite entries and, with standardize, no constant column; FOL_E_INPUT says
// where it fails. `names` are d column names or NULL. The model belongs to the caller.
// With a checkpoint file: written at intervals, at an interrupt and at the end, atomically; when it exists at the
// start, the run goes on from it and ends with the bits of an uninterrupted one; FOL_E_INPUT if it belongs to
// other data, options or seed. FOL_E_NUMERIC when the loss becomes non-finite, with the step and a hint.
fol_status fol_fit_denoiser(fol_context *ctx, fol_rows x, const char *const *names, const fol_fit_options *options,
                            fol_model **model);

#endif
