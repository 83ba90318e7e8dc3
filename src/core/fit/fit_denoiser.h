// Training: learn the denoiser of a process from data by minibatch score matching (MATH 2).
#ifndef FOL_FIT_DENOISER_H
#define FOL_FIT_DENOISER_H

#include "../base/rows.h"
#include "model.h"

typedef struct {
    fol_process process;
    fol_mlp_options network;
    int parametrization; // fol_parametrization
    double validation;   // fraction of the rows held out, in [0, 0.9]
    bool standardize;    // centre and scale the columns first
    int transform;       // fol_transform
    fol_training_options training;
} fol_fit_options;

// All keys of a fit: those of process, network and training, and its own.
extern const fol_option fol_fit_option_table[];

// Fits. x (n, d) needs two rows or more, finite entries and, with standardize, no constant column; FOL_E_INPUT says
// where it fails. `names` are d column names or NULL. The model belongs to the caller.
// Checkpoints and failures of the training itself are those of fol_train (trainer.h): a checkpoint of other data,
// options or seed is refused.
fol_status fol_fit_denoiser(fol_context *ctx, fol_rows x, const char *const *names, const fol_fit_options *options,
                            fol_model **model);

#endif
