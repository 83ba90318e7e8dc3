// Checkpoints of a fit: all that its next step depends on, in one file.
#include "checkpoint.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../io/record.h"

#define HISTORY_COLUMNS (sizeof(fol_history) / sizeof(double))
#define ARRAYS 5
#define COUNTS 6
#define MOST_STEPS 1e9

static const fol_record_kind checkpoint_kind = {"follmer-checkpoint", 2, 2};

// The arrays of a fit as tensors.
static void array_tensors(const fol_train_progress *progress, fol_tensor tensors[ARRAYS])
{
    static const char *const names[ARRAYS] = {"weights", "moment1", "moment2", "average", "best"};
    const fol_train_state *state = &progress->state;
    const float *const arrays[ARRAYS] = {state->weights, state->moment1, state->moment2, state->average,
                                         progress->best};
    for (int k = 0; k < ARRAYS; k++) {
        tensors[k] = (fol_tensor){.type = FOL_F32, .n_dims = 1, .shape = {state->n_weights}, .data = arrays[k]};
        strcpy(tensors[k].name, names[k]);
    }
}

static fol_tensor counts_tensor(const double *counts)
{
    return (fol_tensor){"counts", FOL_F64, 1, {COUNTS}, counts};
}

static fol_tensor history_tensor(const fol_history *history, size_t n)
{
    return (fol_tensor){"history", FOL_F64, 2, {n, HISTORY_COLUMNS}, history};
}

// A job's text as JSON; NULL when memory runs out.
static json_t *job_json(const char *job)
{
    return json_loads(job, 0, NULL);
}

fol_status fol_checkpoint_write(fol_context *ctx, const char *path, const char *job, const fol_train_progress *progress)
{
    const fol_train_state *state = &progress->state;
    const double counts[COUNTS] = {(double) state->step,         progress->loss_sum,  progress->loss_n,
                                   (double) progress->n_history, progress->best_step, progress->best_loss};
    fol_tensor tensors[ARRAYS + 2];
    array_tensors(progress, tensors);
    tensors[ARRAYS] = counts_tensor(counts);
    tensors[ARRAYS + 1] = history_tensor(progress->history, progress->n_history);
    json_t *json = json_pack("{so}", "job", job_json(job));
    const fol_status status = json ? fol_record_write(ctx, &checkpoint_kind, json, tensors, ARRAYS + 2, path)
                                   : fol_fail_memory(ctx, "a checkpoint");
    json_decref(json);
    return status;
}

// A key of `a` whose value is another in `b`, or NULL.
static const char *other_key(json_t *a, const json_t *b)
{
    const char *name;
    json_t *value;
    json_object_foreach(a, name, value)
    {
        if (!json_equal(value, json_object_get(b, name)))
            return name;
    }
    return NULL;
}

// Whether the checkpoint belongs to the job; if not, says what is different.
static fol_status check_job(fol_context *ctx, const fol_record *record, const char *job)
{
    json_t *ours = job_json(job), *theirs = json_object_get(record->json, "job");
    fol_status status = FOL_OK;
    if (!ours) {
        status = fol_fail_memory(ctx, "a checkpoint");
    } else if (!json_is_object(theirs)) {
        status = fol_fail_file(ctx, FOL_E_FORMAT, record->source, "is not a checkpoint: its `job` is not an object.");
    } else if (!json_equal(ours, theirs)) {
        const char *key = other_key(ours, theirs);
        status = fol_fail_about(ctx, "checkpoint",
                                "belongs to another fit (its `%s` is different). Give another file, or remove it.",
                                key ? key : other_key(theirs, ours));
        fol_fail_within(ctx, "%s", record->source);
    }
    json_decref(ours);
    return status;
}

static fol_status read_progress(fol_context *ctx, const fol_record *record, fol_train_progress *progress)
{
    fol_train_state *state = &progress->state;
    float *const arrays[ARRAYS] = {state->weights, state->moment1, state->moment2, state->average, progress->best};
    fol_tensor tensors[ARRAYS], counted = counts_tensor(NULL);
    double counts[COUNTS];
    fol_status status = FOL_OK;
    array_tensors(progress, tensors);
    for (int k = 0; k < ARRAYS && status == FOL_OK; k++)
        status = fol_record_get(ctx, record, &tensors[k]);
    if (status == FOL_OK)
        status = fol_record_get(ctx, record, &counted);
    if (status != FOL_OK)
        return status;
    memcpy(counts, counted.data, sizeof counts);
    if (!(counts[0] >= 0 && counts[0] <= MOST_STEPS && counts[3] >= 0 && counts[3] <= counts[0] + 1 && counts[4] >= 0 &&
          counts[4] <= counts[0] && !isnan(counts[5])))
        return fol_fail_file(ctx, FOL_E_FORMAT, record->source, "is not a checkpoint: its counts are out of range.");
    const size_t n_history = (size_t) counts[3];
    fol_tensor history = history_tensor(NULL, n_history);
    status = fol_record_get(ctx, record, &history);
    if (status != FOL_OK)
        return status;
    fol_history *copy = fol_alloc(n_history, sizeof *copy);
    if (!copy)
        return fol_fail_memory(ctx, "the history of a fit");
    if (n_history > 0)
        memcpy(copy, history.data, n_history * sizeof *copy);
    for (int k = 0; k < ARRAYS; k++)
        memcpy(arrays[k], tensors[k].data, state->n_weights * sizeof(float));
    state->step = (int64_t) counts[0];
    progress->loss_sum = counts[1];
    progress->loss_n = counts[2];
    progress->best_step = counts[4];
    progress->best_loss = counts[5];
    fol_free(progress->history);
    progress->history = copy;
    progress->n_history = n_history;
    return FOL_OK;
}

fol_status fol_checkpoint_read(fol_context *ctx, const char *path, const char *job, fol_train_progress *progress)
{
    fol_record record;
    fol_status status = fol_record_read(ctx, &checkpoint_kind, path, &record);
    if (status == FOL_OK)
        status = check_job(ctx, &record, job);
    if (status == FOL_OK)
        status = read_progress(ctx, &record, progress);
    fol_record_clear(&record);
    return status;
}
