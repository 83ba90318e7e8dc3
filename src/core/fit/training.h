// Training: what the user chooses of every fit, and the history that every fit keeps.
#ifndef FOL_TRAINING_H
#define FOL_TRAINING_H

#include "../network/adam.h"

typedef struct {
    int64_t steps, batch; // optimiser steps; rows per step
    fol_adam_options adam;
    int64_t report_every;           // steps between looks at the held-out rows, each an entry of the history
    int64_t patience;               // steps without a better look after which a run stops
    char checkpoint[FOL_TEXT_SIZE]; // file, or empty: none. If it exists the run goes on from it.
    double checkpoint_every;        // seconds between checkpoints
} fol_training_options;

// The keys, for a struct that holds a fol_training_options `base` bytes from its start.
#define FOL_TRAINING_KEYS(base)                                                                                        \
    {"steps", FOL_OPTION_INT, (base) + offsetof(fol_training_options, steps), "8000", "[1,1e9]", "optimiser steps"},   \
        {"batch", FOL_OPTION_INT, (base) + offsetof(fol_training_options, batch),                                      \
         "",      "[1,1e6]",      "rows per optimiser step (by the number of rows)"},                                  \
        FOL_ADAM_KEYS((base) + offsetof(fol_training_options, adam)),                                                  \
        {"report_every", FOL_OPTION_INT, (base) + offsetof(fol_training_options, report_every),                        \
         "50",           "[1,1e9]",      "steps between looks at the held-out rows, entries of the loss history"},     \
        {"patience", FOL_OPTION_INT, (base) + offsetof(fol_training_options, patience),                                \
         "400",      "[1,1e9]",      "steps without a better held-out loss after which a fit stops"},                  \
        {"checkpoint",                                                                                                 \
         FOL_OPTION_TEXT,                                                                                              \
         (base) + offsetof(fol_training_options, checkpoint),                                                          \
         "",                                                                                                           \
         NULL,                                                                                                         \
         "file to save to at intervals and to resume from"},                                                           \
    {                                                                                                                  \
        "checkpoint_every", FOL_OPTION_REAL, (base) + offsetof(fol_training_options, checkpoint_every), "30",          \
            "(0,inf)", "seconds between checkpoints", "checkpoint"                                                     \
    }

// One line of the history. Step 0 is that of the first weights, where there are held-out rows.
typedef struct {
    double step;
    double loss;       // the objective's, mean over the steps since the last entry; NAN at step 0
    double validation; // of the averaged weights on held-out rows, NAN without
} fol_history;

#endif
