// The job `info`: what follmer runs on, or what a model file holds.
#include "job_info.h"

static const fol_option info_table[] = {
    {"model", FOL_OPTION_TEXT, offsetof(fol_job_info_fields, model), "", NULL, "describe this model file, as JSON"},
    {"json", FOL_OPTION_FLAG, offsetof(fol_job_info_fields, json), "false", NULL, "write JSON also without `model`"},
    {0},
};

static const fol_job_section sections[] = {
    {"What to show", info_table, 0},
    {"Run", fol_job_threads_table, offsetof(fol_job_info_fields, common)},
    {0},
};

static const char *const required[] = {NULL};

const fol_job_kind fol_job_info = {
    .name = "info", .sections = sections, .required = required, .size = sizeof(fol_job_info_fields)};
