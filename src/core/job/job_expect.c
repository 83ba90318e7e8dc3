// The job `expect`: an expectation of a stochastic differential equation.
#include "job_expect.h"

static const fol_option file_table[] = {
    {"output", FOL_OPTION_TEXT, offsetof(fol_job_expect_fields, output), "-", NULL,
     "file for the result (JSON); - for standard output, where otherwise all but its sums are shown"},
    {"draws", FOL_OPTION_TEXT, offsetof(fol_job_expect_fields, draws), "", NULL,
     "file for the draws themselves, a row for each: its values, layers (or level) and weight; .npy, or CSV under any "
     "other name",
     "method=rhee_glynn|renewal|euler"},
    {0},
};

const fol_option fol_job_equation_table[] = {
    {"model", FOL_OPTION_TEXT, offsetof(fol_job_expect_fields, model), "", NULL,
     "file of a model, whose Follmer process is the equation: from 0 at time 0 to the model's distribution at time 1"},
    {"snr_max", FOL_OPTION_REAL, offsetof(fol_job_expect_fields, snr_max), "", "(0,inf]",
     "of a model: signal-to-noise ratio from which on the drift stays as it is (100 / variance)", "model"},
    {"dim", FOL_OPTION_INT, offsetof(fol_job_expect_fields, dim), "1", "[1,1e6]",
     "columns of x, each with the same drift", "!model,!x0"},
    {"start", FOL_OPTION_REAL, offsetof(fol_job_expect_fields, start), "0", "(-inf,inf)", "where every column starts",
     "!model,!x0"},
    {"x0", FOL_OPTION_TEXT, offsetof(fol_job_expect_fields, x0), "", NULL,
     "table of starts, one of its rows chosen at random for each draw: a .csv or .npy file, - for standard input",
     "!model"},
    {"header", FOL_OPTION_CHOICE, offsetof(fol_job_expect_fields, header), "auto", FOL_HEADER_CHOICES,
     "whether the first line of a CSV of starts holds the names of the columns; lines after # never do", "x0"},
    {"horizon", FOL_OPTION_REAL, offsetof(fol_job_expect_fields, horizon), "1", "(0,inf)",
     "time at which x is looked at", "!model"},
    {"sigma", FOL_OPTION_REAL, offsetof(fol_job_expect_fields, sigma), "1", "(0,inf)", "scale of the noise"},
    {0},
};

const fol_option fol_job_interval_table[] = {
    {"conf_level", FOL_OPTION_REAL, offsetof(fol_summary_options, level), "0.95", "(0,1)", "level of the intervals"},
    {"resamples", FOL_OPTION_INT, offsetof(fol_summary_options, resamples), "1999", "[0,1e6]",
     "resamples of the bootstrap-t interval, 0 for none"},
    {0},
};

static const fol_job_section sections[] = {
    {"Files", file_table, 0},
    {"Equation", fol_job_equation_table, 0},
    {"Drift", fol_drift_option_table, offsetof(fol_job_expect_fields, drift), "!model"},
    {"Function", fol_functional_option_table, offsetof(fol_job_expect_fields, g)},
    {"Estimator", fol_expect_option_table, offsetof(fol_job_expect_fields, options)},
    {"Interval", fol_job_interval_table, offsetof(fol_job_expect_fields, interval)},
    {"Run", fol_job_common_table, offsetof(fol_job_expect_fields, common)},
    {0},
};

static const char *const required[] = {"output", NULL};

const fol_job_kind fol_job_expect = {
    .name = "expect", .sections = sections, .required = required, .size = sizeof(fol_job_expect_fields)};
