// The job `expect`: an expectation of a stochastic differential equation.
#ifndef FOL_JOB_EXPECT_H
#define FOL_JOB_EXPECT_H

#include "../estimate/expect_options.h"
#include "../estimate/summary.h"
#include "../field/drift.h"
#include "../field/functional.h"
#include "../io/table.h"
#include "job.h"

typedef struct {
    fol_job_common common; // first
    char model[FOL_TEXT_SIZE], x0[FOL_TEXT_SIZE], output[FOL_TEXT_SIZE], draws[FOL_TEXT_SIZE];
    int header; // fol_header, of x0
    int64_t dim;
    double start, horizon, sigma, snr_max;
    fol_instance drift, g;
    fol_expect_options options;
    fol_summary_options interval;
} fol_job_expect_fields;

// The keys of the equation, beside those of its drift.
extern const fol_option fol_job_equation_table[];

// The keys of a fol_summary_options, of `combine` too.
extern const fol_option fol_job_interval_table[];

#endif
