// Networks in records: a network's weights as tensors, named by a prefix and the names of its arrays.
#include "network_record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/memory.h"

// The tensor of one array, without its data.
static fol_tensor tensor_of(const fol_weight_array *array, const char *prefix)
{
    fol_tensor tensor = {.type = FOL_F32, .n_dims = array->n_dims};
    memcpy(tensor.shape, array->shape, sizeof tensor.shape);
    snprintf(tensor.name, sizeof tensor.name, "%.*s%s", FOL_TENSOR_NAME / 2 - 1, prefix, array->name);
    return tensor;
}

static size_t entries(const fol_weight_array *array)
{
    return array->rows * array->row_size;
}

void fol_network_tensors(const fol_network *net, const char *prefix, const float *values, fol_tensor *tensors)
{
    for (size_t a = 0; a < net->n_arrays; a++) {
        tensors[a] = tensor_of(&net->arrays[a], prefix);
        tensors[a].data = values + net->arrays[a].offset;
    }
}

bool fol_network_has_tensor(const fol_network *net, const char *prefix, const char *name)
{
    bool has = false;
    for (size_t a = 0; a < net->n_arrays && !has; a++)
        has = strcmp(tensor_of(&net->arrays[a], prefix).name, name) == 0;
    return has;
}

static fol_status copy_array(fol_context *ctx, const fol_record *record, const fol_weight_array *array,
                             const char *prefix, float *values)
{
    fol_tensor tensor = tensor_of(array, prefix);
    const fol_status status = fol_record_get(ctx, record, &tensor);
    if (status != FOL_OK)
        return status;
    memcpy(values, tensor.data, entries(array) * sizeof *values);
    for (size_t i = 0; i < entries(array); i++)
        if (!isfinite(values[i]))
            return fol_fail_format(ctx, record->source,
                                   fol_fail_place(ctx, tensor.name, &(fol_place){.entry = i + 1}, "a finite number",
                                                  "%g", (double) values[i]));
    return FOL_OK;
}

fol_status fol_network_read(fol_context *ctx, const fol_record *record, const fol_network *net, const char *prefix,
                            float **values)
{
    fol_status status = FOL_OK;
    *values = NULL;
    for (size_t a = 0; a < net->n_arrays && status == FOL_OK; a++) {
        fol_tensor tensor = tensor_of(&net->arrays[a], prefix);
        status = fol_record_get(ctx, record, &tensor);
    }
    if (status != FOL_OK)
        return status;
    *values = fol_alloc(net->n_weights, sizeof **values);
    if (!*values)
        return fol_fail_memory(ctx, "the weights of a model");
    for (size_t a = 0; a < net->n_arrays && status == FOL_OK; a++)
        status = copy_array(ctx, record, &net->arrays[a], prefix, *values + net->arrays[a].offset);
    return status;
}
