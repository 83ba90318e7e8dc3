// Summary: estimate, standard error, intervals and warnings from the tallies of one run or of several.
#ifndef FOL_SUMMARY_H
#define FOL_SUMMARY_H

#include "tally.h"

typedef struct {
    double level;      // of the intervals, in (0, 1): 0.95
    int64_t resamples; // of the bootstrap-t interval; 0: none
} fol_summary_options;

// For each of q functions unless it says otherwise. One block, freed by fol_summary_free.
typedef struct {
    size_t q;
    double n;    // draws (mlmc: paths of all levels)
    double cost; // drift evaluations, without the pilot
    double pilot_cost, seconds;
    double df;                 // degrees of freedom of the standard error; INFINITY beyond 1e6
    double *estimate, *se;     // of the mean, pooled over runs in proportion to their draws
    double *lower, *upper;     // t interval with df degrees of freedom
    double *lower_t, *upper_t; // bootstrap-t interval over batches; NAN without, and for mlmc
    double *variance;          // of one draw: n se^2, so that stratification counts
    double *variance_se;       // its standard error, for profiles
    double *work;              // variance x cost per draw
    double *work_se;           // its standard error
    double *kurtosis;          // E (psi - mean)^4 / variance^2 over draws; mlmc: the largest over levels
    double *tail_index;        // Pareto k of |psi - centre| (MATH 7.5); NAN where there are too few draws
    double *bias, *bias_se;    // euler: estimate of E psi - truth, by halving the steps; mlmc: of the remaining bias;
                               // NAN elsewhere
    double *vcov;              // (q, q) of the estimates
    double layers[FOL_TALLY_LAYERS]; // shares of draws
    bool heavy;                      // some tail index above 0.5: the variance looks infinite
} fol_summary;

// FOL_E_INPUT when there are fewer than two batches; FOL_E_MEMORY. The bootstrap is seeded by the first run's seed.
fol_status fol_summarise(fol_context *ctx, size_t n, const fol_tally *const *tallies,
                         const fol_summary_options *options, fol_summary **summary);
void fol_summary_free(fol_summary *summary);

// The table of an mlmc tally as people know it from Giles's papers: for level l = 0 .. n - 1 of function j.
typedef struct {
    size_t n;
    double *count, *cost;              // (n): paths, steps of one path (fine and coarse)
    double *mean, *variance;           // (n): of fine minus coarse
    double *fine_mean, *fine_variance; // (n): of the fine path
    double *kurtosis;                  // (n): of fine minus coarse; NAN at the base level
    double *check;             // (n): |E fine - E coarse - E (fine - coarse)| / (3 standard deviations): above 1 says
                               // that fine and coarse paths are not consistent; NAN at the base level
    double alpha, beta, gamma; // rates of mean, variance and cost, by regression over levels >= 1
} fol_level_table;
fol_status fol_level_table_new(fol_context *ctx, const fol_tally *tally, size_t j, fol_level_table **table);
void fol_level_table_free(fol_level_table *table);

// Summary with the names of the values as a JSON object (json_t; names may be NULL). NULL when memory runs out.
void *fol_summary_to_json(const fol_summary *summary, const char *const *names);

#endif
