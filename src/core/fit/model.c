// Model: a fitted denoiser with all that made it: process, network, standardisation, history (MATH 2).
#include "model.h"

#include <math.h>

#include "../base/memory.h"

void fol_model_free(fol_model *model)
{
    if (!model)
        return;
    for (size_t j = 0; model->names && j < model->dim; j++)
        fol_free(model->names[j]);
    fol_free(model->names);
    fol_columns_clear(&model->columns);
    fol_free(model->mean);
    fol_free(model->axes.sd);
    fol_free(model->axes.axis);
    fol_network_free(model->network);
    fol_free(model->weights);
    fol_free(model->history);
    fol_free(model->config);
    fol_free(model);
}

fol_fit_end fol_model_end(const fol_model *model)
{
    const fol_history *history = model->history;
    const size_t n = model->n_history;
    if (n == 0)
        return (fol_fit_end){NAN, NAN, NAN, NAN, NAN};
    size_t kept = n - 1;
    for (size_t i = 0; i < n; i++)
        if (history[i].step == model->step)
            kept = i;
    return (fol_fit_end){.steps = history[n - 1].step,
                         .kept = history[kept].step,
                         .loss = history[kept].loss,
                         .validation = history[kept].validation,
                         .untrained = history[0].step == 0 ? history[0].validation : NAN};
}

bool fol_model_starts_gaussian(const fol_model *model)
{
    return model->parametrization == FOL_EDM && (model->axes.axis || model->dim == 1);
}

void fol_model_covariance(const fol_model *model, double *covariance)
{
    const size_t d = model->dim;
    const fol_axes *axes = &model->axes;
    if (d == 1)
        *covariance = model->data_sd * model->data_sd;
    for (size_t i = 0; i < d && axes->axis; i++)
        for (size_t j = 0; j < d; j++) {
            double sum = 0;
            for (size_t k = 0; k < d; k++)
                sum += axes->sd[k] * axes->sd[k] * (double) axes->axis[k * d + i] * (double) axes->axis[k * d + j];
            covariance[i * d + j] = sum;
        }
}

fol_status fol_model_denoiser(fol_context *ctx, const fol_model *model, fol_denoiser **den)
{
    const fol_network_parts parts = {
        .network = model->network,
        .weights = model->weights,
        .mean = model->mean,
        .process = model->process,
        .parametrization = model->parametrization,
        .data_sd = model->data_sd,
        .axes = model->axes,
    };
    return fol_denoiser_network_new(ctx, &parts, den);
}
