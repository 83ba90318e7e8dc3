// The job `combine`: one result from those of several runs of `expect`.
#include "job_combine.h"

#include "job_expect.h"

static const fol_option file_table[] = {
    {"output", FOL_OPTION_TEXT, offsetof(fol_job_combine_fields, output), "-", NULL,
     "file for the result (JSON); - for standard output, where otherwise all but its sums are shown"},
    {0},
};

static const fol_job_section sections[] = {
    {"Files", file_table, 0},
    {"Interval", fol_job_interval_table, offsetof(fol_job_combine_fields, interval)},
    {0},
};

static const char *const required[] = {"output", NULL};

const fol_job_kind fol_job_combine = {
    .name = "combine",
    .sections = sections,
    .required = required,
    .size = sizeof(fol_job_combine_fields),
    .takes_files = true,
};
