// Fields: what all of them share.
#include "field.h"

#include "../base/blocks.h"
#include "../base/memory.h"

size_t fol_field_work_size(const fol_field *field, size_t n)
{
    return field->work_size ? field->work_size(field, n) : 0;
}

void fol_field_free(fol_field *field)
{
    if (field && field->free)
        field->free(field);
    else
        fol_free(field);
}

typedef struct {
    const fol_field *field;
    size_t n, rows; // in all, in a block
    const double *x;
    const fol_instant *at;
    size_t stride;
    double *out;
} map_job;

static fol_status map_block(void *data, size_t block, void *work, fol_run *run)
{
    (void) run;
    const map_job *job = data;
    const size_t first = block * job->rows, rows = job->n - first < job->rows ? job->n - first : job->rows;
    return fol_field_eval(job->field, rows, job->x + first * job->field->n_in, job->at + first * job->stride,
                          job->stride, job->out + first * job->field->n_out, work);
}

fol_status fol_field_map(fol_context *ctx, const char *task, const fol_field *field, size_t n, const double *x,
                         const fol_instant *at, size_t stride, double *out)
{
    map_job job = {field, n, field->serial && n > 0 ? n : FOL_BLOCK_ROWS, x, at, stride, out};
    return fol_run_blocks(ctx, &(fol_block_plan){.task = task,
                                                 .n_blocks = n / job.rows + (n % job.rows != 0),
                                                 .work_bytes = fol_field_work_size(field, job.rows),
                                                 .threads = field->serial ? 1 : 0,
                                                 .block = map_block,
                                                 .job = &job});
}
