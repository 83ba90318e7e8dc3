// Bootstrap-t intervals of means, over groups of values of one run or of several.
#include "bootstrap.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../random/rng.h"
#include "sort.h"

// Groups of one run.
typedef struct {
    size_t first, n; // its groups
    double *shift;   // (q): its mean less the pooled one
} run_groups;

// All groups, and space for a resample.
typedef struct {
    size_t q, n_runs, n;
    run_groups *run; // (n_runs)
    double *shift;   // (n_runs, q)
    double *count;   // (n): values
    double *sums;    // (n, q, 2): of mean - mean of the run, and of its square, times values
    double *part;    // (q, 2): the same sums over a run
    uint32_t *word;  // (n): random words
    size_t *chosen;  // (n): the groups of a resample
    double *error;   // (q): its estimate less the pooled one
    double *se;      // (q)
} resampling;

static char *layout(resampling *all, size_t q, size_t n_runs, size_t n)
{
    const size_t size = sizeof(double);
    size_t total = 0;
    const size_t run = fol_layout_add(&total, n_runs, sizeof *all->run);
    const size_t shift = fol_layout_add(&total, n_runs, q * size);
    const size_t count = fol_layout_add(&total, n, size);
    const size_t sums = fol_layout_add(&total, n, 2 * q * size);
    const size_t part = fol_layout_add(&total, q, 2 * size);
    const size_t word = fol_layout_add(&total, n, sizeof *all->word);
    const size_t chosen = fol_layout_add(&total, n, sizeof *all->chosen);
    const size_t error = fol_layout_add(&total, q, size);
    const size_t se = fol_layout_add(&total, q, size);
    char *block = fol_alloc(total, 1);
    if (block)
        *all = (resampling){.q = q,
                            .n_runs = n_runs,
                            .n = n,
                            .run = (run_groups *) (block + run),
                            .shift = (double *) (block + shift),
                            .count = (double *) (block + count),
                            .sums = (double *) (block + sums),
                            .part = (double *) (block + part),
                            .word = (uint32_t *) (block + word),
                            .chosen = (size_t *) (block + chosen),
                            .error = (double *) (block + error),
                            .se = (double *) (block + se)};
    return block;
}

static double pooled_mean(const fol_groups *groups, size_t j)
{
    double count = 0, sum = 0;
    for (size_t r = 0; r < groups->n_runs; r++) {
        count += groups->run_count[r];
        sum += groups->run_count[r] * groups->run_mean[r * groups->q + j];
    }
    return sum / count;
}

static void fill(resampling *all, const fol_groups *groups)
{
    const size_t q = all->q;
    size_t first = 0;
    for (size_t r = 0; r < all->n_runs; r++) {
        all->run[r] = (run_groups){.first = first, .n = groups->n_groups[r], .shift = all->shift + r * q};
        first += groups->n_groups[r];
    }
    memcpy(all->count, groups->count, all->n * sizeof *all->count);
    for (size_t j = 0; j < q; j++) {
        const double pooled = pooled_mean(groups, j);
        for (size_t r = 0; r < all->n_runs; r++) {
            const run_groups *run = &all->run[r];
            const double mean = groups->run_mean[r * q + j];
            run->shift[j] = mean - pooled;
            for (size_t g = run->first; g < run->first + run->n; g++) {
                double *sums = all->sums + 2 * (g * q + j);
                sums[0] = groups->count[g] * (groups->mean[g * q + j] - mean);
                sums[1] = sums[0] * (groups->mean[g * q + j] - mean);
            }
        }
    }
}

// Error and standard error of the pooled estimate over the chosen groups: with N_r values and m_r groups of run r,
// se^2 = sum_r (N_r / N)^2 sum_b n_b (mean_b - mean_r)^2 / ((m_r - 1) N_r).
static void estimate(resampling *all)
{
    double total = 0;
    for (size_t j = 0; j < all->q; j++)
        all->error[j] = all->se[j] = 0;
    for (size_t r = 0; r < all->n_runs; r++) {
        const run_groups *run = &all->run[r];
        double count = 0;
        for (size_t k = 0; k < 2 * all->q; k++)
            all->part[k] = 0;
        for (size_t g = run->first; g < run->first + run->n; g++) {
            const double *sums = all->sums + all->chosen[g] * 2 * all->q;
            count += all->count[all->chosen[g]];
            for (size_t k = 0; k < 2 * all->q; k++)
                all->part[k] += sums[k];
        }
        total += count;
        for (size_t j = 0; j < all->q; j++) {
            const double sum = all->part[2 * j], spread = all->part[2 * j + 1] - sum * sum / count;
            all->error[j] += count * run->shift[j] + sum;
            all->se[j] += count * fmax(spread, 0) / (double) (run->n - 1);
        }
    }
    for (size_t j = 0; j < all->q; j++) {
        all->error[j] /= total;
        all->se[j] = sqrt(all->se[j]) / total;
    }
}

static void resample(resampling *all, uint64_t seed, size_t step)
{
    fol_rng_bits(seed, FOL_STREAM_BOOTSTRAP, (uint32_t) step, 0, all->n, all->word);
    for (size_t r = 0; r < all->n_runs; r++)
        for (size_t g = all->run[r].first; g < all->run[r].first + all->run[r].n; g++)
            all->chosen[g] = all->run[r].first + (size_t) ((uint64_t) all->word[g] * all->run[r].n >> 32);
}

// The order statistic at place (n + 1) p of n ascending values, between two of them by interpolation.
static double order_statistic(size_t n, const double *value, double p)
{
    const double place = fmin(fmax((double) (n + 1) * p, 1), (double) n);
    const size_t below = (size_t) place;
    const double share = place - (double) below;
    if (share == 0 || value[below - 1] == value[below])
        return value[below - 1];
    return value[below - 1] + share * (value[below] - value[below - 1]);
}

fol_status fol_bootstrap_t(fol_context *ctx, const fol_groups *groups, uint64_t seed, double level, size_t resamples,
                           double *lower, double *upper)
{
    const size_t q = groups->q;
    size_t n_groups = 0, fewest = SIZE_MAX;
    for (size_t r = 0; r < groups->n_runs; r++) {
        n_groups += groups->n_groups[r];
        fewest = groups->n_groups[r] < fewest ? groups->n_groups[r] : fewest;
    }
    for (size_t j = 0; j < q; j++)
        lower[j] = upper[j] = NAN;
    if (fewest < FOL_BOOTSTRAP_LEAST || resamples < 1)
        return FOL_OK;

    fol_status status = FOL_OK;
    resampling all;
    char *block = layout(&all, q, groups->n_runs, n_groups);
    double *t = fol_alloc(resamples, q * sizeof *t); // (q, resamples)
    if (!block || !t) {
        status = fol_fail_memory(ctx, "the bootstrap");
        goto cleanup;
    }
    fill(&all, groups);
    for (size_t i = 0; i < resamples; i++) {
        resample(&all, seed, i);
        estimate(&all);
        for (size_t j = 0; j < q; j++)
            t[j * resamples + i] = all.error[j] == 0 ? 0 : all.error[j] / all.se[j];
    }
    for (size_t g = 0; g < n_groups; g++)
        all.chosen[g] = g;
    estimate(&all);
    for (size_t j = 0; j < q; j++) {
        double *own = t + j * resamples;
        const double mean = pooled_mean(groups, j), se = all.se[j];
        fol_sort(own, resamples);
        lower[j] = se > 0 ? mean - order_statistic(resamples, own, 0.5 + level / 2) * se : mean;
        upper[j] = se > 0 ? mean - order_statistic(resamples, own, 0.5 - level / 2) * se : mean;
    }
cleanup:
    fol_free(t);
    fol_free(block);
    return status;
}
