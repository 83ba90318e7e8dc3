// The job `sample`: draws from a model.
#include "job_sample.h"

static const fol_option draw_table[] = {
    {"model", FOL_OPTION_TEXT, offsetof(fol_job_sample_fields, model), "", NULL, "file of the model"},
    {"output", FOL_OPTION_TEXT, offsetof(fol_job_sample_fields, output), "-", NULL,
     "file for the draws: .npy, or CSV under any other name; - for standard output"},
    {"paths", FOL_OPTION_TEXT, offsetof(fol_job_sample_fields, paths), "", NULL,
     "file for the whole trajectories, in the process's own coordinates: .npy of shape (n, steps + 1, columns), or "
     "CSV"},
    {"n", FOL_OPTION_INT, offsetof(fol_job_sample_fields, n), "1000", "[1,1e12]", "draws"},
    {0},
};

static const fol_job_section sections[] = {
    {"Files and draws", draw_table, 0},
    {"Sampler", fol_sample_option_table, offsetof(fol_job_sample_fields, options)},
    {"Run", fol_job_common_table, offsetof(fol_job_sample_fields, common)},
    {0},
};

static const char *const required[] = {"model", "output", NULL};

const fol_job_kind fol_job_sample = {
    .name = "sample", .sections = sections, .required = required, .size = sizeof(fol_job_sample_fields)};
