// Loss: the eps-MSE per dimension of a denoiser, with its Bayes floor where the truth is known (MATH 2).
#ifndef FOL_LOSS_H
#define FOL_LOSS_H

#include <stdint.h>

#include "../base/blocks.h"
#include "../base/rows.h"
#include "../field/denoiser.h"

// A mean over rows with its standard error.
typedef struct {
    double mean, se;
} fol_mean;

// Loss E|eps^ - eps|^2 / d, tau ~ U(0, end) stratified over rows. With the exact denoiser: its own loss on the same
// noise (the floor) and the excess E|eps^ - eps_exact|^2 / d, whose error is far smaller than that of the
// difference. Standard errors are over rows (each row's average over its repeats).
typedef struct {
    fol_mean loss, floor, excess; // floor and excess NAN without the exact denoiser
} fol_loss;

// One bin of noising time.
typedef struct {
    double tau_low, tau_high;
    double n; // evaluations in the bin
    fol_loss loss;
} fol_loss_bin;

typedef struct {
    size_t repeats;        // noise draws per row, at least 1
    size_t n_bins;         // equal bins of noising time, may be 0
    uint64_t seed;         // of the noise
    fol_block_whole whole; // what the loss is a part of, for polls
} fol_loss_options;

// x (n, d) in the process's coordinates (standardised data for a model that standardises). exact may be NULL.
// Same bits on any number of threads.
fol_status fol_denoising_loss(fol_context *ctx, const fol_denoiser *den, const fol_denoiser *exact, fol_rows x,
                              const fol_loss_options *options, fol_loss *loss, fol_loss_bin *bins /* (n_bins) */);

#endif
