// Example model: a small model with every field set, for tests of model files.
#ifndef FOL_TESTS_EXAMPLE_MODEL_H
#define FOL_TESTS_EXAMPLE_MODEL_H

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "fit/model.h"
#include "network/mlp.h"

static inline char *example_text(const char *text)
{
    char *copy = fol_alloc(strlen(text) + 1, 1);
    if (copy)
        strcpy(copy, text);
    return copy;
}

// Two columns, two hidden layers, a history of three lines; NULL when memory runs out. fol_model_free it.
static inline fol_model *example_model(void)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_model *model = fol_alloc_zero(1, sizeof *model);
    if (!model)
        return NULL;
    model->dim = 2;
    model->process = (fol_process){&fol_process_pbm.base, {0.1 + 0.2, 7, 1.25}};
    model->network_options = (fol_mlp_options){{2, {5, 3}}, {&fol_activation_gelu.base}, FOL_TIME_SINUSOIDAL, 2};
    model->parametrization = FOL_DENOISED;
    model->data_sd = 1 / 3.0;
    model->seed = UINT64_MAX - 1;
    model->n_rows = 272;
    model->n_history = 3;
    model->config =
        example_text("{\"version\":\"0.1.0\",\"steps\":300,\"learning_rate\":0.003,\"nested\":{\"a\":[1,2]}}");
    const bool has_columns = fol_columns_new(2, &model->columns) && fol_column_reserve(&model->columns.column[1], 3);
    model->mean = fol_alloc(2, sizeof(double));
    model->names = fol_alloc_zero(2, sizeof(char *));
    model->history = fol_alloc(3, sizeof(fol_history));
    model->axes = (fol_axes){fol_alloc(2, sizeof(double)), fol_alloc(4, sizeof(float))};
    model->step = 200;
    if (fol_mlp_new(&ctx, &model->network_options, 2, 2, &model->network) == FOL_OK)
        model->weights = fol_alloc(model->network->n_weights, sizeof(float));
    if (!has_columns || !model->mean || !model->names || !model->history || !model->weights || !model->axes.sd ||
        !model->axes.axis) {
        fol_model_free(model);
        return NULL;
    }
    for (int j = 0; j < 2; j++) {
        model->columns.center[j] = 3.5 + 70 * j;
        model->columns.scale[j] = 1.1 + 12 * j;
        model->mean[j] = -1e-17 * (j + 1);
        model->axes.sd[j] = 0.7 - 0.4 * j;
        model->axes.axis[2 * j] = j == 0 ? 0.6F : -0.8F;
        model->axes.axis[2 * j + 1] = j == 0 ? 0.8F : 0.6F;
    }
    fol_column *column = &model->columns.column[1];
    column->kind = FOL_COLUMN_SCORES;
    column->whole = true;
    column->n_knots = 3;
    column->slope[1] = 2.5;
    for (int k = 0; k < 3; k++) {
        column->at[k] = 40 + 30 * k;
        column->value[k] = 45 + k;
    }
    model->names[0] = example_text("eruptions");
    model->names[1] = example_text("dur\xc3\xa9"
                                   "e \"min\"");
    for (int i = 0; i < 3; i++)
        model->history[i] = (fol_history){100 * (i + 1), 0.5 / (i + 1), i == 0 ? NAN : 0.25};
    for (size_t i = 0; i < model->network->n_weights; i++)
        model->weights[i] = sinf((float) i);
    return model;
}

#endif
