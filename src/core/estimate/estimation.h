// Estimation: a run of an estimator under way, as its kind sees it.
#ifndef FOL_ESTIMATION_H
#define FOL_ESTIMATION_H

#include "expect_options.h"
#include "level_pilot.h"
#include "round.h"

struct fol_estimation {
    fol_context *ctx;
    const fol_sde *sde;
    const fol_field *g;
    const fol_expect_options *options;
    const fol_estimator_kind *kind;
    fol_expect_draws *draws;
    uint64_t n, batch;   // draws of the whole run, of a batch
    uint64_t begin, end; // the part's draws
    uint64_t done;       // up to which draw
    bool open;           // runs until a target
    double looked;       // draws at the last look
    double share;        // of the way to a target
    double start;        // on the clock
    size_t n_columns;
    double *centre; // (n_columns)
    // For the kind to set in ask and prepare:
    fol_level_question question;
    fol_level_pilot pilot;
    fol_round_plan plan;
    bool independent;        // draws of a batch are
    double first_share;      // P(first) of set_centre(), 0: none
    int first_level;         // level of the pilot of which `first` is
    fol_level_law law;       // of random levels
    fol_level_shapes shapes; // of paths
    fol_round round;
    size_t capacity; // rows that the tally has space for
    fol_tally *tally;
    // Of a run that an interrupt should leave something of: up to which draw it could end, and the tally's layers and
    // tail then; NULL elsewhere.
    uint64_t kept;
    double *kept_block; // (FOL_TALLY_LAYERS + q n_tail)
};

// What polls of a part of the run are told of the whole.
fol_block_whole fol_estimation_whole(const fol_estimation *e);

#endif
