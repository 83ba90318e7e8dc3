// Model: a fitted denoiser with all that made it: process, network, standardisation, history (MATH 2).
#include "model.h"

#include "../base/memory.h"

void fol_model_free(fol_model *model)
{
    if (!model)
        return;
    for (size_t j = 0; model->names && j < model->dim; j++)
        fol_free(model->names[j]);
    fol_free(model->names);
    fol_free(model->center);
    fol_free(model->scale);
    fol_free(model->mean);
    fol_network_free(model->network);
    fol_free(model->weights);
    fol_free(model->history);
    fol_free(model->config);
    fol_free(model);
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
    };
    return fol_denoiser_network_new(ctx, &parts, den);
}
