// The job `sample`: draws from a model.
#ifndef FOL_JOB_SAMPLE_H
#define FOL_JOB_SAMPLE_H

#include "../chain/sample.h"
#include "job.h"

typedef struct {
    fol_job_common common; // first
    char model[FOL_TEXT_SIZE], output[FOL_TEXT_SIZE], paths[FOL_TEXT_SIZE];
    int64_t n;
    fol_sample_options options;
} fol_job_sample_fields;

#endif
