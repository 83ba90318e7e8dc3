// Bootstrap-t intervals of tallies: their batches as groups.
#include "tally_bootstrap.h"

#include "../base/memory.h"
#include "../stats/bootstrap.h"

static size_t groups_of(const fol_tally *tally)
{
    return tally->n_rows < FOL_TALLY_GROUPS ? tally->n_rows : FOL_TALLY_GROUPS;
}

// The groups of a run, from batch means on.
static void fill_run(const fol_tally *tally, double *run_count, double *run_mean, double *count, double *mean)
{
    const size_t q = tally->q, n = groups_of(tally);
    for (size_t j = 0; j < q; j++) {
        const fol_moments all = fol_tally_moments(tally, 0, tally->n_rows, j);
        *run_count = all.n;
        run_mean[j] = all.mean;
        for (size_t g = 0; g < n; g++) {
            const size_t begin = g * tally->n_rows / n, end = (g + 1) * tally->n_rows / n;
            const fol_moments group = fol_tally_moments(tally, begin, end - begin, j);
            count[g] = group.n;
            mean[g * q + j] = group.mean;
        }
    }
}

fol_status fol_tally_bootstrap_t(fol_context *ctx, size_t n, const fol_tally *const *tallies, double level,
                                 size_t resamples, double *lower, double *upper)
{
    const size_t q = tallies[0]->q, size = sizeof(double);
    size_t total = 0, all = 0;
    for (size_t r = 0; r < n; r++)
        all += groups_of(tallies[r]);
    const size_t at_groups = fol_layout_add(&total, n, sizeof(size_t));
    const size_t at_run_count = fol_layout_add(&total, n, size), at_run_mean = fol_layout_add(&total, n, q * size);
    const size_t at_count = fol_layout_add(&total, all, size), at_mean = fol_layout_add(&total, all, q * size);
    char *block = fol_alloc(total, 1);
    if (!block)
        return fol_fail_memory(ctx, "the bootstrap");
    size_t *n_groups = (size_t *) (block + at_groups);
    double *run_count = (double *) (block + at_run_count), *run_mean = (double *) (block + at_run_mean);
    double *count = (double *) (block + at_count), *mean = (double *) (block + at_mean);
    for (size_t r = 0, first = 0; r < n; first += n_groups[r++]) {
        n_groups[r] = groups_of(tallies[r]);
        fill_run(tallies[r], run_count + r, run_mean + r * q, count + first, mean + first * q);
    }
    const fol_groups groups = {q, n, n_groups, run_count, run_mean, count, mean};
    const fol_status status = fol_bootstrap_t(ctx, &groups, tallies[0]->seed, level, resamples, lower, upper);
    fol_free(block);
    return status;
}
