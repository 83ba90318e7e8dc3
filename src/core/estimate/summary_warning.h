// Summary warnings: what a reader must know beside standard errors, as plain sentences.
#ifndef FOL_SUMMARY_WARNING_H
#define FOL_SUMMARY_WARNING_H

#include "summary.h"

// The sentences, if any, about a summary and the n tallies that it is of. Each kind of trouble has one, which names the
// worst value and says how many more there are:
// - a run that was interrupted;
// - a tail so heavy that the variance looks infinite;
// - a standard error that is itself known to 25 % or worse, because the variance is known to 50 % or worse;
// - draws that are all alike, whose standard error of 0 says nothing;
// - renewal, rhee_glynn: fewer than 25 draws without a layer or of the base level, on which all rests;
// - euler: a bias above the standard error, and above two of its own standard errors;
// - mlmc: fine and coarse paths that are not consistent; a last level that rests on a few paths;
// - a target that was not reached (mlmc: by the root mean square error);
// - parts of one run that were made at different levels of vector instructions, where the bits depend on them.
// names: of the summary's q values; NULL: "value 1" and so on. target_se: NAN or 0 is no target. *warnings is an array
// of sentences with NULL after the last, one block (fol_free). FOL_E_MEMORY. Thread-safe.
fol_status fol_summary_warnings(fol_context *ctx, const fol_summary *summary, size_t n, const fol_tally *const *tallies,
                                const char *const *names, double target_se, char ***warnings);

#endif
