// Optimiser: Adam with a learning-rate schedule, clipping, weight decay and averaged weights.
#ifndef FOL_ADAM_H
#define FOL_ADAM_H

#include "../base/simd.h"
#include "../io/options.h"

#define FOL_SCHEDULE_CHOICES "cosine|constant|exponential"
typedef enum { FOL_COSINE, FOL_CONSTANT, FOL_EXPONENTIAL } fol_schedule;

typedef struct {
    double learning_rate; // at the start of the schedule
    int schedule;         // fol_schedule; cosine ends at 0, exponential at learning_rate / 100
    int64_t warmup;       // steps over which the rate rises linearly from 0
    double clip;          // largest gradient norm, INFINITY: none
    double weight_decay;  // decoupled (AdamW)
    double ema;           // decay of the exponential moving average of the weights, in [0, 1)
} fol_adam_options;

// The keys, for a struct that holds a fol_adam_options `base` bytes from its start.
#define FOL_ADAM_KEYS(base)                                                                                              \
    {"learning_rate", FOL_OPTION_REAL, (base) + offsetof(fol_adam_options, learning_rate),                               \
     "0.003",         "(0,10]",        "step size of the optimiser (Adam)"},                                             \
        {"schedule", FOL_OPTION_CHOICE,    (base) + offsetof(fol_adam_options, schedule),                                \
         "cosine",   FOL_SCHEDULE_CHOICES, "how the step size falls over the steps"},                                    \
        {"warmup", FOL_OPTION_INT, (base) + offsetof(fol_adam_options, warmup),                                          \
         "100",    "[0,1e9]",      "steps over which the step size rises"},                                              \
        {"clip", FOL_OPTION_REAL, (base) + offsetof(fol_adam_options, clip), "inf", "(0,inf]", "largest gradient norm"}, \
        {"weight_decay", FOL_OPTION_REAL,         (base) + offsetof(fol_adam_options, weight_decay), "0",                \
         "[0,1]",        "decoupled weight decay"},                                                                      \
    {                                                                                                                    \
        "ema", FOL_OPTION_REAL, (base) + offsetof(fol_adam_options, ema), "0.999", "[0,1)",                              \
            "decay of the running average of the weights"                                                                \
    }

// The scalars of step 1, 2, ..., n_steps (Kingma, Ba, 2015; beta 0.9 and 0.999), for a gradient of the given norm.
fol_adam_scalars fol_adam_at(const fol_adam_options *options, int64_t step, int64_t n_steps, double gradient_norm);

#endif
