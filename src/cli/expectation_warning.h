// Warnings: what a reader of an expectation must know beside its standard error, as plain sentences.
#ifndef FOL_EXPECTATION_WARNING_H
#define FOL_EXPECTATION_WARNING_H

#include "expectation_file.h"

// Appends the sentences, if any, to a list (a json_t): a tail so heavy that the variance looks infinite; a bias of
// euler above the standard error; levels of mlmc that rest on a few paths or are not consistent; a target missed.
void cli_expectation_warn(const cli_expectation *expectation, const fol_summary *summary, void *list);

#endif
