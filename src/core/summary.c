// Summary: estimate, standard error, intervals and warnings from the tallies of one run or of several.
#include "summary.h"

#include <stdlib.h>

fol_status fol_summarise(fol_context *ctx, size_t n, const fol_tally *const *tallies,
                         const fol_summary_options *options, fol_summary **summary)
{
    (void) ctx;
    (void) n;
    (void) tallies;
    (void) options;
    (void) summary;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}

void fol_summary_free(fol_summary *summary)
{
    (void) summary;
}

fol_status fol_level_table_new(fol_context *ctx, const fol_tally *tally, size_t j, fol_level_table **table)
{
    (void) ctx;
    (void) tally;
    (void) j;
    (void) table;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}

void fol_level_table_free(fol_level_table *table)
{
    (void) table;
}

void *fol_summary_to_json(const fol_summary *summary, const char *const *names)
{
    (void) summary;
    (void) names;
    return NULL;
}
