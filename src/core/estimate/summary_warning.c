// Summary warnings: what a reader must know beside standard errors, as plain sentences.
#include "summary_warning.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "level_table.h"
#include "run_estimate.h"

#define MOST 10           // sentences
#define SPACE 512         // bytes of a sentence without a name
#define MUCH_KURTOSIS 100 // above it the variance of a level is known to 10 % only with 10^4 paths (G08)
#define MUCH_ERROR 0.5    // of a variance, relative
#define FEW_BASE_DRAWS 25 // that have no layer, or the base level
#define CLOSE_ENOUGH 1.01 // mlmc stops when it has 99 % of the paths that it wants

// The sentences, and what they are about.
typedef struct {
    const fol_summary *summary;
    size_t n;
    const fol_tally *const *tallies; // (n)
    const char *const *names;        // (q) or NULL
    size_t space;                    // bytes of a sentence, and of who
    char **sentence;                 // (MOST + 1)
    size_t n_sentences;
    char *who;
} report;

// Where a trouble is worst, and how often it is there.
typedef struct {
    double score;
    size_t value, level;
    const fol_tally *run; // NULL: all
    size_t count;
} trouble;

static void warn_ended(report *to);
static void warn_tail(report *to);
static void warn_error(report *to);
static void warn_alike(report *to);
static void warn_base(report *to);
static void warn_bias(report *to);
static fol_status warn_levels(report *to, fol_context *ctx);
static void warn_target(report *to, double target_se);
static void warn_simd(report *to);

fol_status fol_summary_warnings(fol_context *ctx, const fol_summary *summary, size_t n, const fol_tally *const *tallies,
                                const char *const *names, double target_se, char ***warnings)
{
    report to = {.summary = summary, .n = n, .tallies = tallies, .names = names, .space = SPACE};
    for (size_t j = 0; names && j < summary->q; j++)
        if (to.space < strlen(names[j]) + SPACE)
            to.space = strlen(names[j]) + SPACE;
    size_t total = 0;
    fol_layout_add(&total, MOST + 1, sizeof(char *));
    const size_t texts = fol_layout_add(&total, MOST + 1, to.space);
    char *block = fol_alloc_zero(total, 1);
    *warnings = to.sentence = (char **) block;
    if (!block)
        return fol_fail_memory(ctx, "the warnings of a summary");
    to.who = block + texts;
    warn_ended(&to);
    warn_tail(&to);
    warn_error(&to);
    warn_alike(&to);
    warn_base(&to);
    warn_bias(&to);
    const fol_status status = warn_levels(&to, ctx);
    warn_target(&to, target_se);
    warn_simd(&to);
    if (status != FOL_OK) {
        fol_free(block);
        *warnings = NULL;
    }
    return status;
}

static void __attribute__((format(printf, 2, 3))) add(report *to, const char *format, ...)
{
    char *sentence = to->who + (to->n_sentences + 1) * to->space;
    va_list values;
    va_start(values, format);
    vsnprintf(sentence, to->space, format, values);
    va_end(values);
    to->sentence[to->n_sentences++] = sentence;
}

static void count(trouble *worst, trouble other)
{
    const size_t so_far = worst->count;
    if (so_far == 0 || other.score > worst->score)
        *worst = other;
    worst->count = so_far + 1;
}

// "`square`", "`square` in the run of seed 7 (and 2 more)".
static const char *who(report *to, trouble worst)
{
    int length = to->names ? snprintf(to->who, to->space, "`%s`", to->names[worst.value])
                           : snprintf(to->who, to->space, "value %zu", worst.value + 1);
    if (worst.run && to->n > 1)
        length +=
            snprintf(to->who + length, to->space - (size_t) length, " in the run of seed %" PRIu64, worst.run->seed);
    if (worst.count > 1)
        snprintf(to->who + length, to->space - (size_t) length, " (and %zu more)", worst.count - 1);
    return to->who;
}

static void warn_tail(report *to)
{
    trouble worst = {0};
    for (size_t j = 0; j < to->summary->q; j++)
        if (!isnan(to->summary->tail_index[j]))
            count(&worst, (trouble){.score = to->summary->tail_index[j], .value = j});
    worst.count = 1; // which others are heavy the summary does not say
    if (to->summary->heavy)
        add(to,
            "The variance of %s looks infinite (tail index %.2f; 0.5 is the limit): its standard error and interval "
            "cannot be relied on.",
            who(to, worst), worst.score);
}

// The relative error of a standard error is half that of the variance. Where a variance looks infinite, its error says
// nothing.
static void warn_error(report *to)
{
    const fol_summary *sum = to->summary;
    trouble worst = {0};
    for (size_t j = 0; j < sum->q && !sum->heavy; j++)
        if (sum->work_se[j] > MUCH_ERROR * sum->work[j])
            count(&worst, (trouble){.score = sum->work_se[j] / sum->work[j], .value = j});
    if (worst.count > 0)
        add(to, "The standard error of %s is itself uncertain by about %.0f %%: %s.", who(to, worst), 50 * worst.score,
            fol_tally_kind(to->tallies[0])->levels ? "aim at a smaller one" : "take more draws");
}

static void warn_alike(report *to)
{
    trouble worst = {0};
    for (size_t j = 0; j < to->summary->q; j++)
        if (to->summary->se[j] == 0)
            count(&worst, (trouble){.value = j});
    if (worst.count > 0)
        add(to, "All draws of %s are alike: a standard error of 0 says nothing unless it is a constant.",
            who(to, worst));
}

// Draws without a layer, or of the base level, carry the expectation of the coarsest path: the others only correct it.
static void warn_base(report *to)
{
    const fol_summary *sum = to->summary;
    const fol_estimator_kind *kind = fol_tally_kind(to->tallies[0]);
    double all = 0;
    for (int l = 0; l < FOL_TALLY_LAYERS; l++)
        all += sum->layers[l];
    if (!kind->base_draws || !(all > 0) || sum->layers[0] * sum->n >= FEW_BASE_DRAWS)
        return;
    add(to,
        "Only %.0f of %.0f draws %s: the estimate and its standard error rest on them and cannot be relied on. Take "
        "%s.",
        sum->layers[0] * sum->n, sum->n, kind->base_draws, kind->base_advice);
}

static void warn_bias(report *to)
{
    const fol_summary *sum = to->summary;
    const fol_estimator_kind *kind = fol_tally_kind(to->tallies[0]);
    trouble worst = {0};
    for (size_t j = 0; j < sum->q && kind->bias && !kind->levels; j++) {
        const double bias = fabs(sum->bias[j]);
        if (bias > sum->se[j] && bias > 2 * sum->bias_se[j])
            count(&worst, (trouble){.score = bias / sum->se[j], .value = j});
    }
    if (worst.count > 0)
        add(to,
            "The bias of %s is about %.2g, more than its standard error of %.2g: take more steps, or an unbiased "
            "method.",
            who(to, worst), sum->bias[worst.value], sum->se[worst.value]);
}

static fol_status warn_levels(report *to, fol_context *ctx)
{
    trouble odd = {0}, few = {0};
    for (size_t r = 0; r < to->n && fol_tally_kind(to->tallies[0])->levels; r++)
        for (size_t j = 0; j < to->summary->q; j++) {
            fol_level_table *table;
            const fol_status status = fol_level_table_new(ctx, to->tallies[r], j, &table);
            if (status != FOL_OK)
                return status;
            const size_t last = table->n - 1;
            for (size_t l = 1; l <= last; l++)
                if (table->check[l] > 1)
                    count(&odd, (trouble){.score = table->check[l], .value = j, .level = l, .run = to->tallies[r]});
            if (table->kurtosis[last] > MUCH_KURTOSIS)
                count(&few, (trouble){table->kurtosis[last], j, last, to->tallies[r], 0});
            fol_level_table_free(table);
        }
    if (odd.count > 0)
        add(to, "Levels %zu and %zu of %s are not consistent (check %.3g; 1 or less is wanted).", odd.level - 1,
            odd.level, who(to, odd), odd.score);
    if (few.count > 0)
        add(to,
            "Level %zu of %s rests on a few paths (kurtosis %.0f): its variance, and so the standard error, are not "
            "well known.",
            few.level, who(to, few), few.score);
    return FOL_OK;
}

// The target of mlmc is a root mean square error.
static void warn_target(report *to, double target_se)
{
    const fol_summary *sum = to->summary;
    const bool levels = fol_tally_kind(to->tallies[0])->levels;
    const double limit = levels ? CLOSE_ENOUGH * target_se : target_se;
    trouble worst = {0};
    for (size_t j = 0; j < sum->q && target_se > 0; j++) {
        const double error = levels && !isnan(sum->bias[j]) ? hypot(sum->se[j], sum->bias[j]) : sum->se[j];
        if (error > limit)
            count(&worst, (trouble){.score = error, .value = j});
    }
    if (worst.count > 0)
        add(to, "The target was not reached: the %s of %s is %.3g, not %.3g.",
            levels ? "root mean square error" : "standard error", who(to, worst), worst.score, target_se);
}

static void warn_ended(report *to)
{
    trouble worst = {0};
    for (size_t r = 0; r < to->n; r++)
        if (to->tallies[r]->ended & FOL_TALLY_INTERRUPTED)
            count(&worst, (trouble){.run = to->tallies[r]});
    if (worst.count == 0)
        return;
    char others[SPACE] = "", wanted[SPACE] = "";
    const bool levels = fol_tally_kind(worst.run)->levels;
    const double draws = fol_tally_draws(worst.run);
    if (worst.count > 1)
        snprintf(others, sizeof others, " (and %zu more)", worst.count - 1);
    if (!levels && worst.run->n_total > draws)
        snprintf(wanted, sizeof wanted, " of %.0f", worst.run->n_total);
    add(to, "The run of seed %" PRIu64 "%s was interrupted: it has %.0f%s %s.", worst.run->seed, others, draws, wanted,
        levels ? "paths" : "draws");
}

// Parts of one run, whose draws would be to the bit those of the whole run on one machine.
static void warn_simd(report *to)
{
    trouble worst = {0};
    for (size_t r = 0; r < to->n; r++)
        if (__builtin_popcount(to->tallies[r]->simd) > 1)
            count(&worst, (trouble){.run = to->tallies[r]});
    if (worst.count == 0)
        return;
    char levels[FOL_TEXT_SIZE], others[SPACE] = "";
    if (worst.count > 1)
        snprintf(others, sizeof others, " (and %zu more)", worst.count - 1);
    add(to,
        "Parts of the run of seed %" PRIu64 "%s were made at different SIMD levels (%s), between which the last digits "
        "of a network in single precision differ: the result is not to the bit that of one machine.",
        worst.run->seed, others, fol_tally_levels(worst.run, levels));
}
