// The job `combine`: one result from those of several runs of `expect`.
#ifndef FOL_JOB_COMBINE_H
#define FOL_JOB_COMBINE_H

#include "../estimate/summary.h"
#include "job.h"

typedef struct {
    fol_job_files files; // first
    char output[FOL_TEXT_SIZE];
    fol_summary_options interval;
} fol_job_combine_fields;

#endif
