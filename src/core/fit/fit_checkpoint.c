// Checkpoints of a fit: all that its next step depends on, in one file.
#include "fit_checkpoint.h"

#include <jansson.h>
#include <string.h>

#include "../base/memory.h"
#include "../io/file.h"
#include "../io/tensor_file.h"

#define HISTORY_COLUMNS (sizeof(fol_history) / sizeof(double))

// The arrays of the state by name.
#define STATE_ARRAYS(X) X(weights) X(moment1) X(moment2) X(average)

fol_status fol_fit_checkpoint_write(fol_context *ctx, const char *path, const char *job,
                                    const fol_fit_progress *progress)
{
    const fol_score_state *state = &progress->state;
    const double counts[] = {(double) state->step, progress->loss_sum, progress->loss_n, (double) progress->n_history};
    fol_tensor tensors[6];
    size_t n = 0;
#define ADD(array) tensors[n++] = (fol_tensor){#array, FOL_F32, 1, {state->n_weights, 0}, state->array};
    STATE_ARRAYS(ADD)
#undef ADD
    tensors[n++] = (fol_tensor){"counts", FOL_F64, 1, {sizeof counts / sizeof *counts, 0}, counts};
    if (progress->n_history)
        tensors[n++] = (fol_tensor){"history", FOL_F64, 2, {progress->n_history, HISTORY_COLUMNS}, progress->history};
    unsigned char *bytes = NULL;
    size_t size;
    fol_status status = fol_tensor_file_pack(ctx, job, tensors, n, &bytes, &size);
    if (status == FOL_OK)
        status = fol_file_write(ctx, path, bytes, size);
    fol_free(bytes);
    return status;
}

// Names what is different about two jobs.
static fol_status fail_other_job(fol_context *ctx, const char *path, const char *job, const char *found)
{
    const char *key = "", *name;
    json_t *ours = json_loads(job, 0, NULL), *theirs = json_loads(found, 0, NULL), *value;
    json_object_foreach(ours, name, value)
    {
        if (json_equal(value, json_object_get(theirs, name)))
            continue;
        key = name;
        break;
    }
    const fol_status status = fol_fail(
        ctx, FOL_E_INPUT,
        "`checkpoint`: %s belongs to another fit (its `%s` is different). Give another file, or remove it.", path, key);
    json_decref(ours);
    json_decref(theirs);
    return status;
}

static fol_status read_progress(fol_context *ctx, const char *path, const fol_tensor_file *file,
                                fol_fit_progress *progress)
{
    fol_score_state *state = &progress->state;
    const void *data;
    fol_status status;
#define GET(array)                                                                                                     \
    status = fol_tensor_file_get(ctx, file, path, #array, FOL_F32, 1, state->n_weights, 0, &data);                     \
    if (status != FOL_OK)                                                                                              \
        return status;                                                                                                 \
    memcpy(state->array, data, state->n_weights * sizeof(float));
    STATE_ARRAYS(GET)
#undef GET
    double counts[4];
    status = fol_tensor_file_get(ctx, file, path, "counts", FOL_F64, 1, 4, 0, &data);
    if (status != FOL_OK)
        return status;
    memcpy(counts, data, sizeof counts);
    if (!(counts[0] >= 0 && counts[0] <= 1e9 && counts[3] >= 0 && counts[3] <= counts[0]))
        return fol_fail(ctx, FOL_E_FORMAT, "%s is not a checkpoint: its counts are out of range.", path);
    state->step = (int64_t) counts[0];
    progress->loss_sum = counts[1];
    progress->loss_n = counts[2];
    const size_t n_history = (size_t) counts[3];
    if (n_history == 0)
        return FOL_OK;
    status = fol_tensor_file_get(ctx, file, path, "history", FOL_F64, 2, n_history, HISTORY_COLUMNS, &data);
    if (status != FOL_OK)
        return status;
    fol_history *history = fol_alloc(n_history, sizeof *history);
    if (!history)
        return fol_fail_memory(ctx, "the history of a fit");
    memcpy(history, data, n_history * sizeof *history);
    fol_free(progress->history);
    progress->history = history;
    progress->n_history = n_history;
    return FOL_OK;
}

fol_status fol_fit_checkpoint_read(fol_context *ctx, const char *path, const char *job, fol_fit_progress *progress)
{
    unsigned char *bytes = NULL;
    size_t n;
    fol_tensor_file file = {0};
    fol_status status = fol_file_read(ctx, path, &bytes, &n);
    if (status == FOL_OK)
        status = fol_tensor_file_unpack(ctx, bytes, n, path, &file);
    if (status != FOL_OK)
        goto cleanup;
    if (strcmp(file.metadata, job) != 0)
        status = fail_other_job(ctx, path, job, file.metadata);
    else
        status = read_progress(ctx, path, &file, progress);
cleanup:
    fol_tensor_file_clear(&file);
    fol_free(bytes);
    return status;
}
