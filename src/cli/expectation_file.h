// Expectation files: what `follmer expect` and `follmer combine` write, out and in.
#ifndef FOL_EXPECTATION_FILE_H
#define FOL_EXPECTATION_FILE_H

#include <stdbool.h>

#include "estimate/level_table.h"
#include "estimate/summary_warning.h"
#include "io/options.h"

// An expectation: tallies with what they are of. {0} is empty.
typedef struct {
    void *problem;       // json_t, an object: equation and functions; equal for expectations that may be pooled
    void *names;         // json_t, an array: the names of the values
    fol_tally **tallies; // (n), an array of fol_alloc
    size_t n;
    double target_se; // standard error that was aimed at; NAN or 0: none
} cli_expectation;

void cli_expectation_clear(cli_expectation *expectation);

// Writes the members of head (a json_t, given up), then problem, names, summary, warnings, for mlmc levels, and the
// tallies, to a file or, for "-", to standard output; with `show`, all but the tallies to standard output when they go
// to a file. FOL_E_INPUT as fol_summarise, FOL_E_FILE, FOL_E_MEMORY.
fol_status cli_expectation_write(fol_context *ctx, const char *path, bool show, void *head,
                                 const cli_expectation *expectation, const fol_summary_options *options);

// Reads such a file, or standard input for "-". FOL_E_FILE with the reason, FOL_E_FORMAT with what is wrong in which
// file; on failure *expectation is empty.
fol_status cli_expectation_read(fol_context *ctx, const char *path, cli_expectation *expectation);

// Joins what another file holds to *into (empty: takes it), both to the bits of one run where they are parts of one.
// FOL_E_INPUT when they are not of the same problem and names, or cannot be joined (tally.h).
fol_status cli_expectation_join(fol_context *ctx, cli_expectation *into, cli_expectation *more);

#endif
