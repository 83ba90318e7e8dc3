// Summary: estimate, standard error, intervals and warnings from the tallies of one run or of several.
#include "summary.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../stats/quantile.h"
#include "../stats/tail_index.h"
#include "run_estimate.h"
#include "tally_bootstrap.h"

#define MOST_DF 1e6

#define AT(member) .key = #member, .offset = offsetof(fol_summary, member)
#define BY(member)                                                                                                     \
    {                                                                                                                  \
        .from = 1 + offsetof(fol_summary, member)                                                                      \
    }
#define VALUE .kind = FOL_MEMBER_REALS, .rule = FOL_OR_NAN, .shape = {BY(q)}, .form = FOL_FORM_RECORDS
static const fol_member list[] = {
    {AT(level), .kind = FOL_MEMBER_REAL},
    {AT(n), .kind = FOL_MEMBER_REAL},
    {AT(cost), .kind = FOL_MEMBER_REAL},
    {AT(pilot_cost), .kind = FOL_MEMBER_REAL},
    {AT(seconds), .kind = FOL_MEMBER_REAL},
    {AT(df), .kind = FOL_MEMBER_REAL},
    {AT(heavy), .kind = FOL_MEMBER_FLAG},
    {AT(q), .kind = FOL_MEMBER_SIZE, .rule = FOL_FROM_ARRAYS},
    {AT(estimate), VALUE},
    {AT(se), VALUE},
    {AT(lower), VALUE},
    {AT(upper), VALUE},
    {AT(lower_t), VALUE},
    {AT(upper_t), VALUE},
    {AT(variance), VALUE},
    {AT(variance_se), VALUE},
    {AT(work), VALUE},
    {AT(work_se), VALUE},
    {AT(kurtosis), VALUE},
    {AT(tail_index), VALUE},
    {AT(bias), VALUE},
    {AT(bias_se), VALUE},
    {AT(vcov), .kind = FOL_MEMBER_REALS, .shape = {BY(q), BY(q)}, .form = FOL_FORM_ROWS},
    {AT(layers), .kind = FOL_MEMBER_INLINE, .shape = {{.fixed = FOL_TALLY_LAYERS}}, .form = FOL_FORM_TRIMMED},
    {.key = NULL},
};
const fol_members fol_summary_members = {
    .what = "a summary", .size = sizeof(fol_summary), .list = list, .records = "values"};

static fol_status check(fol_context *ctx, size_t n, const fol_tally *const *tallies,
                        const fol_summary_options *options);
static void add_totals(fol_summary *sum, size_t n, const fol_tally *const *tallies);
static double share(const fol_summary *sum, const fol_tally *tally);
static void pool_estimates(fol_summary *sum, size_t n, const fol_tally *const *tallies, size_t j);
static double pooled_kurtosis(const fol_summary *sum, size_t n, const fol_tally *const *tallies, size_t j);
static fol_status add_bias(fol_context *ctx, fol_summary *sum, size_t n, const fol_tally *const *tallies, size_t j);
static fol_status add_tail_index(fol_context *ctx, fol_summary *sum, size_t n, const fol_tally *const *tallies,
                                 size_t j);
static fol_status add_covariance(fol_context *ctx, fol_summary *sum, size_t n, const fol_tally *const *tallies);

fol_status fol_summarise(fol_context *ctx, size_t n, const fol_tally *const *tallies,
                         const fol_summary_options *options, fol_summary **summary)
{
    *summary = NULL;
    fol_status status = check(ctx, n, tallies, options);
    fol_summary like;
    fol_members_init(&fol_summary_members, &like);
    like.level = options->level;
    like.q = tallies[0]->q;
    if (status == FOL_OK)
        status = fol_members_new(ctx, &fol_summary_members, &like, summary);
    if (status != FOL_OK)
        return status;
    fol_summary *sum = *summary;
    add_totals(sum, n, tallies);
    for (size_t j = 0; j < sum->q && status == FOL_OK; j++) {
        pool_estimates(sum, n, tallies, j);
        sum->kurtosis[j] = pooled_kurtosis(sum, n, tallies, j);
        status = add_bias(ctx, sum, n, tallies, j);
        if (status == FOL_OK)
            status = add_tail_index(ctx, sum, n, tallies, j);
    }
    const double t = fol_t_quantile(0.5 + options->level / 2, sum->df);
    for (size_t j = 0; j < sum->q; j++) {
        sum->lower[j] = sum->estimate[j] - t * sum->se[j];
        sum->upper[j] = sum->estimate[j] + t * sum->se[j];
    }
    if (status == FOL_OK)
        status = add_covariance(ctx, sum, n, tallies);
    if (status == FOL_OK && !fol_tally_kind(tallies[0])->levels)
        status = fol_tally_bootstrap_t(ctx, n, tallies, options->level, (size_t) options->resamples, sum->lower_t,
                                       sum->upper_t);
    if (status != FOL_OK) {
        fol_summary_free(sum);
        *summary = NULL;
    }
    return status;
}

void fol_summary_free(fol_summary *summary)
{
    fol_free(summary);
}

void *fol_summary_to_json(const fol_summary *summary, const char *const *names)
{
    return fol_members_to_json(&fol_summary_members, summary, names);
}

static fol_status check(fol_context *ctx, size_t n, const fol_tally *const *tallies, const fol_summary_options *options)
{
    if (!(options->level > 0 && options->level < 1))
        return fol_fail_argument(ctx, "level", "a number between 0 and 1", "%g", options->level);
    if (options->resamples < 0 || options->resamples > UINT32_MAX)
        return fol_fail_about(ctx, "resamples", "must be a whole number from 0 to %lu, not %" PRId64 ".",
                              (unsigned long) UINT32_MAX, options->resamples);
    const fol_status status = fol_tally_check_pool(ctx, n, tallies);
    if (status != FOL_OK)
        return status;
    for (size_t r = 0; r < n; r++) {
        const fol_tally *tally = tallies[r];
        if (!fol_tally_kind(tally)->levels && tally->n_rows < 2)
            return fol_fail_about(ctx, "tallies",
                                  "must have at least 2 batches of draws for a standard error; the run of seed "
                                  "%" PRIu64 " has %zu.",
                                  tally->seed, tally->n_rows);
        for (size_t i = 0; i < tally->n_rows && fol_tally_kind(tally)->levels; i++)
            if (tally->count[i] < 2)
                return fol_fail_about(ctx, "tallies",
                                      "must have at least 2 paths of each level for a standard error; level %" PRIu64
                                      " of the run of seed %" PRIu64 " has %.0f.",
                                      tally->place[i], tally->seed, tally->count[i]);
        if (tally->n_rows == 0)
            return fol_fail_about(ctx, "tallies", "must have at least 1 level; the run of seed %" PRIu64 " has 0.",
                                  tally->seed);
    }
    return FOL_OK;
}

// Totals --------------------------------------------------------------------------------------------------------------

static void add_totals(fol_summary *sum, size_t n, const fol_tally *const *tallies)
{
    double all = 0;
    for (size_t r = 0; r < n; r++) {
        sum->n += fol_tally_draws(tallies[r]);
        sum->cost += fol_tally_cost(tallies[r]);
        sum->pilot_cost += tallies[r]->pilot_cost;
        sum->seconds += tallies[r]->seconds;
        for (size_t k = 0; k < FOL_TALLY_LAYERS; k++) {
            sum->layers[k] += tallies[r]->layers[k];
            all += tallies[r]->layers[k];
        }
    }
    for (size_t k = 0; k < FOL_TALLY_LAYERS && all > 0; k++)
        sum->layers[k] /= all;
    sum->df = INFINITY;
}

// The weight of a run in the pooled estimate.
static double share(const fol_summary *sum, const fol_tally *tally)
{
    return fol_tally_kind(tally)->levels ? fol_tally_cost(tally) / sum->cost : fol_tally_draws(tally) / sum->n;
}

// Runs pooled ---------------------------------------------------------------------------------------------------------

// estimate = sum w_r mean_r, se^2 = sum w_r^2 se_r^2; degrees of freedom by Welch and Satterthwaite.
static void pool_estimates(fol_summary *sum, size_t n, const fol_tally *const *tallies, size_t j)
{
    double mean = 0, se2 = 0, over_df = 0, all_df = 0, error = 0;
    for (size_t r = 0; r < n; r++) {
        const fol_run_estimate run = fol_run_estimate_of(tallies[r], j);
        const double w = share(sum, tallies[r]), part = w * w * run.se2;
        const double scale = w * w * sum->n / fol_tally_draws(tallies[r]); // of its variance in n se^2
        mean += w * run.mean;
        se2 += part;
        over_df += part * part / run.df;
        all_df += run.df;
        error += scale * scale * run.variance_se * run.variance_se;
    }
    const double df = over_df > 0 ? se2 * se2 / over_df : all_df;
    if (df < sum->df && df <= MOST_DF)
        sum->df = df;
    sum->estimate[j] = mean;
    sum->se[j] = sqrt(se2);
    sum->variance[j] = sum->n * se2;
    sum->variance_se[j] = sqrt(error);
    sum->work[j] = sum->cost * se2;
    sum->work_se[j] = sum->variance_se[j] * sum->cost / sum->n;
}

static double pooled_kurtosis(const fol_summary *sum, size_t n, const fol_tally *const *tallies, size_t j)
{
    double m2 = 0, m4 = 0, largest = NAN;
    for (size_t r = 0; r < n; r++) {
        const fol_tally *tally = tallies[r];
        if (fol_tally_kind(tally)->levels) {
            for (size_t l = 1; l < tally->n_rows; l++) {
                const fol_moments level = fol_tally_moments(tally, l, 1, j);
                largest = fmax(largest, level.m4 / (level.m2 * level.m2)); // 0 / 0 is passed over
            }
            continue;
        }
        const fol_moments all = fol_tally_moments(tally, 0, tally->n_rows, j);
        const double w = all.n / sum->n, d = all.mean - sum->estimate[j];
        m2 += w * (all.m2 + d * d);
        m4 += w * (all.m4 + 4 * d * all.m3 + 6 * d * d * all.m2 + d * d * d * d);
    }
    return fol_tally_kind(tallies[0])->levels ? largest : m4 / (m2 * m2);
}

static fol_status add_bias(fol_context *ctx, fol_summary *sum, size_t n, const fol_tally *const *tallies, size_t j)
{
    double bias = 0, se2 = 0;
    if (!fol_tally_kind(tallies[0])->bias)
        return FOL_OK;
    for (size_t r = 0; r < n; r++) {
        const double w = share(sum, tallies[r]);
        double one, se;
        const fol_status status = fol_tally_kind(tallies[r])->bias(ctx, tallies[r], j, &one, &se);
        if (status != FOL_OK)
            return status;
        bias += w * one;
        se2 += w * w * se * se;
    }
    sum->bias[j] = bias;
    sum->bias_se[j] = sqrt(se2);
    return FOL_OK;
}

// Of all runs together: the largest values, as many as a run of that many draws looks at, above what every run that
// has dropped values has kept.
static fol_status add_tail_index(fol_context *ctx, fol_summary *sum, size_t n, const fol_tally *const *tallies,
                                 size_t j)
{
    const size_t size = fol_tally_tail_size(sum->n);
    double *tail = fol_alloc(2 * size, sizeof *tail), dropped = 0;
    if (!tail)
        return fol_fail_memory(ctx, "the tail index");
    for (size_t i = 0; i < size; i++)
        tail[i] = NAN;
    for (size_t r = 0; r < n; r++) {
        const size_t n_tail = tallies[r]->n_tail;
        const double *own = tallies[r]->tail + j * n_tail;
        fol_tail_offer(tail, size, n_tail, own);
        if (n_tail > 0 && !isnan(own[n_tail - 1]))
            dropped = fmax(dropped, own[n_tail - 1]);
    }
    size_t length = 0;
    while (length < size && tail[length] >= dropped)
        length++;
    const fol_tail_index index = fol_tail_index_fit(length, tail, tail + size);
    sum->tail_index[j] = index.k;
    sum->heavy = sum->heavy ||
                 fol_tail_is_heavy(index, sum->q, sum->n, sum->kurtosis[j], fol_tally_kind(tallies[0])->random_levels);
    fol_free(tail);
    return FOL_OK;
}

// se_j se_k times the correlation of batch means, as a product of a matrix with itself: (q, m) deviations, each row
// scaled to the weighted standard error. The diagonal is se^2 to the bit.
static fol_status add_covariance(fol_context *ctx, fol_summary *sum, size_t n, const fol_tally *const *tallies)
{
    const size_t q = sum->q;
    for (size_t r = 0; r < n; r++) {
        const fol_tally *tally = tallies[r];
        const size_t m = tally->n_rows;
        double *root = fol_alloc(m, q * sizeof *root);
        if (!root)
            return fol_fail_memory(ctx, "the covariances of the estimates");
        for (size_t j = 0; j < q; j++) {
            const fol_run_estimate run = fol_run_estimate_of(tally, j);
            double square = 0;
            for (size_t i = 0; i < m; i++) {
                const fol_moments batch = fol_tally_moments(tally, i, 1, j);
                root[j * m + i] = sqrt(batch.n) * (batch.mean - run.mean);
                square += root[j * m + i] * root[j * m + i];
            }
            const double scale = square > 0 ? share(sum, tally) * sqrt(run.se2 / square) : 0;
            for (size_t i = 0; i < m; i++)
                root[j * m + i] *= scale;
            for (size_t k = 0; k < j; k++)
                for (size_t i = 0; i < m; i++)
                    sum->vcov[j * q + k] += root[j * m + i] * root[k * m + i];
        }
        fol_free(root);
    }
    for (size_t j = 0; j < q; j++) {
        sum->vcov[j * q + j] = sum->se[j] * sum->se[j];
        for (size_t k = 0; k < j; k++)
            sum->vcov[k * q + j] = sum->vcov[j * q + k] =
                fol_tally_kind(tallies[0])->levels ? NAN : sum->vcov[j * q + k];
    }
    return FOL_OK;
}
