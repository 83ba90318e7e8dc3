// Model: a fitted denoiser with all that made it: process, network, standardisation, history (MATH 2).
#include "model.h"

#include "memory.h"

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
    fol_free(model->weights);
    fol_free(model->history);
    fol_free(model->config);
    fol_free(model);
}
