// Warnings: what a reader of an expectation must know beside its standard error, as plain sentences.
#include "expectation_warning.h"

#include <jansson.h>
#include <math.h>

#define MUCH_KURTOSIS 100 // above it the variance of a level is known to 10 % only with 10^4 paths (G08)

static const char *name_of(const cli_expectation *expectation, size_t j)
{
    return json_string_value(json_array_get(expectation->names, j));
}

static size_t largest(const double *x, size_t n)
{
    size_t at = 0;
    for (size_t j = 1; j < n; j++)
        if (x[j] > x[at] || isnan(x[at]))
            at = j;
    return at;
}

static void warn_tail(const cli_expectation *expectation, const fol_summary *summary, json_t *list)
{
    const size_t j = largest(summary->tail_index, summary->q);
    if (summary->heavy)
        json_array_append_new(list,
                              json_sprintf("The variance of `%s` looks infinite: its tail index of %.2f is near or "
                                           "above 0.5. Standard errors and intervals cannot be trusted.",
                                           name_of(expectation, j), summary->tail_index[j]));
}

static void warn_bias(const cli_expectation *expectation, const fol_summary *summary, json_t *list)
{
    for (size_t j = 0; j < summary->q; j++) {
        const double bias = fabs(summary->bias[j]);
        if (bias > summary->se[j] && bias > 2 * summary->bias_se[j])
            json_array_append_new(list, json_sprintf("The bias of `%s` is about %.2g, more than its standard error of "
                                                     "%.2g: take more steps, or an unbiased method.",
                                                     name_of(expectation, j), summary->bias[j], summary->se[j]));
    }
}

static void warn_levels(const cli_expectation *expectation, size_t i, size_t j, json_t *list)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_level_table *table;
    if (fol_level_table_new(&ctx, expectation->tallies[i], j, &table) != FOL_OK)
        return;
    for (size_t l = 1; l < table->n; l++)
        if (table->check[l] > 1)
            json_array_append_new(list, json_sprintf("`%s` is not consistent between levels %zu and %zu (check %.2f, 1 "
                                                     "or less is wanted).",
                                                     name_of(expectation, j), l - 1, l, table->check[l]));
    const size_t last = table->n - 1;
    if (table->kurtosis[last] > MUCH_KURTOSIS)
        json_array_append_new(list,
                              json_sprintf("Level %zu of `%s` rests on a few paths (kurtosis %.0f): its variance, "
                                           "and so the standard error, are not well known.",
                                           last, name_of(expectation, j), table->kurtosis[last]));
    fol_level_table_free(table);
}

static void warn_target(const cli_expectation *expectation, const fol_summary *summary, json_t *list)
{
    const size_t j = largest(summary->se, summary->q);
    if (expectation->target_se > 0 && summary->se[j] > expectation->target_se)
        json_array_append_new(list, json_sprintf("The target was not reached: the standard error of `%s` is %.3g, not "
                                                 "%.3g.",
                                                 name_of(expectation, j), summary->se[j], expectation->target_se));
}

void cli_expectation_warn(const cli_expectation *expectation, const fol_summary *summary, void *list)
{
    const int method = expectation->tallies[0]->method;
    warn_tail(expectation, summary, list);
    if (method == FOL_EULER)
        warn_bias(expectation, summary, list);
    for (size_t i = 0; i < expectation->n && method == FOL_MLMC; i++)
        for (size_t j = 0; j < summary->q; j++)
            warn_levels(expectation, i, j, list);
    warn_target(expectation, summary, list);
}
