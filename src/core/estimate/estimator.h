// Estimators: what a run of each kind adds up, what that says, and how it is made (MATH 7).
#ifndef FOL_ESTIMATOR_H
#define FOL_ESTIMATOR_H

#include <stdbool.h>

#include "../io/kind.h"

// The kinds. To add one: a file with its fol_estimator_kind, and its name here, last, as files have the place of a
// kind.
#define FOL_ESTIMATOR_LIST(X)                                                                                          \
    X(rhee_glynn)                                                                                                      \
    X(renewal)                                                                                                         \
    X(mlmc)                                                                                                            \
    X(euler)                                                                                                           \
    X(antithetic)

#define FOL_ESTIMATOR_PLACE(name) FOL_ESTIMATOR_##name,
enum { FOL_ESTIMATOR_LIST(FOL_ESTIMATOR_PLACE) FOL_N_ESTIMATORS };
#undef FOL_ESTIMATOR_PLACE

// "rhee_glynn|renewal|..."
#define FOL_ESTIMATOR_WORD(name) "|" #name
#define FOL_ESTIMATOR_CHOICES (&(FOL_ESTIMATOR_LIST(FOL_ESTIMATOR_WORD))[1])

typedef struct fol_tally fol_tally;                   // tally.h
typedef struct fol_expect_options fol_expect_options; // expect_options.h
typedef struct fol_estimation fol_estimation;         // estimation.h

// The kind of an estimator. Functions may be NULL where a line says so.
typedef struct {
    fol_kind base; // first
    // What its tallies have. Columns: psi of the q functions; twice as many where differences stand beside values:
    // with `levels`, a row for each level of fine minus coarse (the base level: g), then g of the fine path; else a row
    // for each batch of g of the fine path, then fine minus coarse, half as many steps.
    bool levels, twice;
    bool random_levels; // of which a draw has one: its tail comes in lumps, one for each
    // Of the draws without a layer, or of the base level, on which all rests: what they are, and what more of them
    // takes, in words. NULL: there are none.
    const char *base_draws, *base_advice;
    // The bias that is left in function j of a tally, and its standard error. NULL: it is unbiased.
    fol_status (*bias)(fol_context *ctx, const fol_tally *tally, size_t j, double *bias, double *se);

    // How a run is made. Options that do not go together are refused (NULL: all do).
    fol_status (*check)(fol_context *ctx, const fol_expect_options *options);
    // The whole run, which makes the tally. NULL: rounds of draws, by the functions below.
    fol_status (*run)(fol_estimation *e);
    void (*ask)(fol_estimation *e);           // what the pilot is asked (e->question). NULL: as it is
    fol_status (*prepare)(fol_estimation *e); // what e->pilot has found is taken in
    // The state of a hash, with all that the draws depend on beside the equation and the numbers of draws.
    uint64_t (*fingerprint)(const fol_estimation *e, uint64_t state);
} fol_estimator_kind;

#define FOL_ESTIMATOR_DECLARE(name) extern const fol_estimator_kind fol_estimator_##name;
FOL_ESTIMATOR_LIST(FOL_ESTIMATOR_DECLARE)
#undef FOL_ESTIMATOR_DECLARE

// The family, ended by NULL; the kind at a place of it, and the place of a kind.
extern const fol_kind *const fol_estimators[];
const fol_estimator_kind *fol_estimator_at(int place);
int fol_estimator_place(const fol_kind *kind);

#endif
