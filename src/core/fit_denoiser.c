// Training: learn the denoiser of a process from data by minibatch score matching (MATH 2).
#include "fit_denoiser.h"

const fol_option fol_fit_option_table[] = {
    FOL_PROCESS_KEYS(offsetof(fol_fit_options, process)),
    FOL_MLP_KEYS(offsetof(fol_fit_options, network)),
    {"parametrization", FOL_OPTION_CHOICE, offsetof(fol_fit_options, parametrization), "edm",
     FOL_PARAMETRIZATION_CHOICES, "what the network predicts"},
    {"steps", FOL_OPTION_INT, offsetof(fol_fit_options, steps), "10000", "[1,1e9]", "optimiser steps"},
    {"batch", FOL_OPTION_INT, offsetof(fol_fit_options, batch), "512", "[1,1e6]", "rows per optimiser step"},
    FOL_ADAM_KEYS(offsetof(fol_fit_options, adam)),
    {"validation", FOL_OPTION_REAL, offsetof(fol_fit_options, validation), "0.1", "[0,0.9]",
     "fraction of the rows held out to check the loss"},
    {"standardize", FOL_OPTION_FLAG, offsetof(fol_fit_options, standardize), "true", NULL,
     "centre and scale the columns first"},
    {"report_every", FOL_OPTION_INT, offsetof(fol_fit_options, report_every), "200", "[1,1e9]",
     "steps between entries of the loss history"},
    {"checkpoint", FOL_OPTION_TEXT, offsetof(fol_fit_options, checkpoint), "", NULL,
     "file to save to at intervals and to resume from"},
    {"checkpoint_every", FOL_OPTION_REAL, offsetof(fol_fit_options, checkpoint_every), "30", "(0,inf)",
     "seconds between checkpoints"},
    {NULL, 0, 0, NULL, NULL, NULL},
};
