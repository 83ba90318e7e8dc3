// The job `fit`: learning a model from a table.
#include "job_fit.h"

static const fol_option file_table[] = {
    {"data", FOL_OPTION_TEXT, offsetof(fol_job_fit_fields, data), "", NULL,
     "table to learn from, a row for each observation: a .csv or .npy file, - for standard input"},
    {"header", FOL_OPTION_CHOICE, offsetof(fol_job_fit_fields, header), "auto", FOL_HEADER_CHOICES,
     "whether the first line of a CSV holds the names of the columns; lines after # never do"},
    {"output", FOL_OPTION_TEXT, offsetof(fol_job_fit_fields, output), "", NULL, "file for the model (safetensors)"},
    {0},
};

static const fol_job_section sections[] = {
    {"Files", file_table, 0},
    {"Model and training", fol_fit_option_table, offsetof(fol_job_fit_fields, options)},
    {"Run", fol_job_common_table, offsetof(fol_job_fit_fields, common)},
    {0},
};

static const char *const required[] = {"data", "output", NULL};

const fol_job_kind fol_job_fit = {
    .name = "fit", .sections = sections, .required = required, .size = sizeof(fol_job_fit_fields)};
