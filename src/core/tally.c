// Tallies: what a run of an unbiased estimator adds up, kept so that parts of a run join to the same bits.
#include "tally.h"

#include <stdlib.h>

fol_status fol_tally_new(fol_context *ctx, size_t q, size_t n_columns, size_t n_rows, size_t n_tail, fol_tally **tally)
{
    (void) ctx;
    (void) q;
    (void) n_columns;
    (void) n_rows;
    (void) n_tail;
    (void) tally;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}

void fol_tally_free(fol_tally *tally)
{
    (void) tally;
}

size_t fol_tally_tail_size(double n)
{
    (void) n;
    return 0;
}

void fol_tail_offer(double *tail, size_t size, size_t n, const double *value)
{
    (void) tail;
    (void) size;
    (void) n;
    (void) value;
}

fol_status fol_tally_join(fol_context *ctx, size_t n, const fol_tally *const *tallies, size_t *n_joined,
                          fol_tally ***joined)
{
    (void) ctx;
    (void) n;
    (void) tallies;
    (void) n_joined;
    (void) joined;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}

void *fol_tally_to_json(const fol_tally *tally)
{
    (void) tally;
    return NULL;
}

fol_status fol_tally_from_json(fol_context *ctx, const void *object, fol_tally **tally)
{
    (void) ctx;
    (void) object;
    (void) tally;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}
