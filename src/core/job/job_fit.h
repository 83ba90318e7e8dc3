// The job `fit`: learning a model from a table.
#ifndef FOL_JOB_FIT_H
#define FOL_JOB_FIT_H

#include "../fit/fit_denoiser.h"
#include "../io/table.h"
#include "job.h"

typedef struct {
    fol_job_common common; // first
    char data[FOL_TEXT_SIZE], output[FOL_TEXT_SIZE];
    int header; // fol_header
    fol_fit_options options;
} fol_job_fit_fields;

#endif
