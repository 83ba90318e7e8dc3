// The job `info`: what follmer runs on, or what a model file holds.
#ifndef FOL_JOB_INFO_H
#define FOL_JOB_INFO_H

#include "job.h"

typedef struct {
    fol_job_common common; // first
    char model[FOL_TEXT_SIZE];
    bool json;
} fol_job_info_fields;

#endif
