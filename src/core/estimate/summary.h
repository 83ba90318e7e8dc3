// Summary: estimate, standard error, intervals and warnings from the tallies of one run or of several.
#ifndef FOL_SUMMARY_H
#define FOL_SUMMARY_H

#include "tally.h"

typedef struct {
    double level;      // of the intervals, in (0, 1): 0.95
    int64_t resamples; // of the bootstrap-t interval; 0: none
} fol_summary_options;

// For each of q functions unless it says otherwise. One block, freed by fol_summary_free.
//
// Where draws are independent, the variance of one draw is that of the draws (n - 1); with stratified levels it is the
// size of a batch times the variance of batch means, which alone counts what stratification takes away. Runs are pooled
// in proportion to their draws, mlmc in proportion to their cost (its target is often unlike).
typedef struct {
    size_t q;
    double level; // of the intervals
    double n;     // draws (mlmc: paths of all levels)
    double cost;  // drift evaluations, without the pilot
    double pilot_cost, seconds;
    double df;                 // degrees of freedom of the standard errors (Welch and Satterthwaite; the fewest over
                               // functions); INFINITY beyond 1e6
    double *estimate, *se;     // of the mean, pooled over runs
    double *lower, *upper;     // t interval with df degrees of freedom
    double *lower_t, *upper_t; // bootstrap-t interval over batches (tally_bootstrap.h); NAN without, with fewer than 10
                               // batches in a run, and for mlmc
    double *variance;          // n se^2: of one draw, so that stratification counts; for mlmc it means something only
                               // within `work`
    double *variance_se;       // its standard error, for profiles
    double *work;              // variance x cost per draw = se^2 x cost
    double *work_se;           // its standard error, the cost taken as known
    double *kurtosis;          // E (psi - mean)^4 / variance^2 over draws; mlmc: the largest over levels above the
                               // base; NAN for a constant
    double *tail_index;        // Pareto k of |psi - centre| (tail_index.h); NAN where there are too few values
    double *bias, *bias_se;    // euler: estimate of E psi - truth, minus the mean of fine minus coarse (weak order 1,
                               // Richardson); mlmc: size of the remaining bias (G08), max over the last three levels
                               // of |mean_l| 2^(-alpha (L - l)) / (2^alpha - 1), alpha at least 1/2; NAN elsewhere
    double *vcov;              // (q, q) of the estimates: the standard errors with the correlation of batch means,
                               // positive semidefinite; mlmc: NAN off the diagonal
    double layers[FOL_TALLY_LAYERS]; // shares of draws
    bool heavy;                      // some tail is so heavy that the variance looks infinite (fol_tail_is_heavy)
} fol_summary;

// Its members, from which it is made and turned into JSON and R lists.
extern const fol_members fol_summary_members;

// FOL_E_INPUT when a run has fewer than two batches (mlmc: a level fewer than two paths), the tallies cannot be pooled,
// or an option is out of range; FOL_E_MEMORY. The bootstrap is seeded by the first run's seed.
fol_status fol_summarise(fol_context *ctx, size_t n, const fol_tally *const *tallies,
                         const fol_summary_options *options, fol_summary **summary);
void fol_summary_free(fol_summary *summary);

// Summary with the names of the values as a JSON object (members.h); names may be NULL.
void *fol_summary_to_json(const fol_summary *summary, const char *const *names);

#endif
