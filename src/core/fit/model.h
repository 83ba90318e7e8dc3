// Model: a fitted denoiser with all that made it: process, network, standardisation, history (MATH 2).
#ifndef FOL_MODEL_H
#define FOL_MODEL_H

#include <stdint.h>

#include "../field/denoiser_network.h"
#include "../network/mlp.h"
#include "../stats/columns.h"
#include "training.h"

// A model. Every pointer is a block of its own from fol_alloc, each name too.
typedef struct {
    size_t dim;
    fol_process process;
    fol_mlp_options network_options;
    fol_network *network; // of these options, from (n, d) and a time to (n, d)
    int parametrization;  // fol_parametrization
    double data_sd;       // root mean variance of the standardised columns: sd of MATH 2's edm
    fol_columns columns;  // from and to the standardised columns
    double *mean;         // (d): mean of the standardised data, the denoiser at SNR 0
    fol_axes axes;        // of the standardised data, or none
    float *weights;       // (network->n_weights): averaged over the steps up to `step`
    double step;          // the one of the best held-out loss; else the last
    fol_history *history; // (n_history): losses are eps-MSE per dimension
    size_t n_history;
    char **names; // (d) column names, or NULL
    char *config; // JSON object as text: how the model was made (every option of the fit, seed, rows, version)
    uint64_t seed;
    uint64_t n_rows; // of the training data
    bool unsealed;   // it comes from a file without a checksum
} fol_model;

// How a fit ended: its steps, the one whose weights were kept, the losses there, and the held-out loss of the untrained
// network, which with axes is the denoiser of a Gaussian with the data's covariance. NAN where there is none.
typedef struct {
    double steps, kept, loss, validation, untrained;
} fol_fit_end;

fol_fit_end fol_model_end(const fol_model *model);

// Whether the untrained network is the denoiser of a Gaussian with the covariance of the data.
bool fol_model_starts_gaussian(const fol_model *model);

// That covariance (d, d), of the standardised data.
void fol_model_covariance(const fol_model *model, double *covariance);

// Frees all of it; NULL is allowed.
void fol_model_free(fol_model *model);

// A denoiser that uses the model's weights (the model must outlive it), on standardised coordinates.
fol_status fol_model_denoiser(fol_context *ctx, const fol_model *model, fol_denoiser **den);

#endif
