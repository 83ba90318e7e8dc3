// Gap laws: the random times at which a renewal draw refreshes its drift (TR19 eq. 4.2; MATH 7.1).
#ifndef FOL_GAP_LAW_H
#define FOL_GAP_LAW_H

#include <stdint.h>

#include "../io/options.h"

// Times are fractions of the horizon. exponential: rate; gamma: shape, rate; uniform on (0, max): max > 1.
// count is the general form: N = n with probability p_n, and n ordered uniform times.
#define FOL_GAP_CHOICES "exponential|gamma|uniform|count"
typedef enum { FOL_GAP_EXPONENTIAL, FOL_GAP_GAMMA, FOL_GAP_UNIFORM, FOL_GAP_COUNT } fol_gap_kind;

#define FOL_GAP_COUNTS 64 // entries of a table of p_n

typedef struct {
    int kind;           // fol_gap_kind
    double rate, shape; // exponential, gamma
    double max;         // uniform
    // count: positive p_n for n < n_counts, which sum to less than 1; the rest is geometric: p_(n+1) = tail p_n from
    // n_counts on, tail in (0, 0.99]. Not keys of a job.
    int n_counts;
    double counts[FOL_GAP_COUNTS];
    double tail;
} fol_gap_law;

// The keys, for a struct that holds a fol_gap_law `base` bytes from its start.
#define FOL_GAP_KEYS(base)                                                                                             \
    {"gap",         FOL_OPTION_CHOICE,           (base) + offsetof(fol_gap_law, kind),                                 \
     "exponential", "exponential|gamma|uniform", "renewal: law of the gaps between layers"},                           \
        {"gap_rate", FOL_OPTION_REAL, (base) + offsetof(fol_gap_law, rate),                                            \
         "1",        "(0,100]",       "renewal: rate of exponential and gamma gaps, per horizon"},                     \
        {"gap_shape", FOL_OPTION_REAL, (base) + offsetof(fol_gap_law, shape),                                          \
         "0.5",       "[0.01,100]",    "renewal: shape of gamma gaps"},                                                \
    {                                                                                                                  \
        "gap_max", FOL_OPTION_REAL, (base) + offsetof(fol_gap_law, max), "2", "(1,1e6]",                               \
            "renewal: largest of uniform gaps, in horizons"                                                            \
    }

extern const fol_option fol_gap_option_table[];

// FOL_E_INPUT names `gap`, `rate`, `shape`, `max`, `prob` or `decay`: what is wanted (support on [0, 1], so max > 1),
// what came.
fol_status fol_gap_law_check(fol_context *ctx, const fol_gap_law *law);

// The state of a draw's sequence of times; a copy goes on where the original stands.
typedef struct {
    uint32_t words[4]; // random bits of this layer and the next
    int32_t total;     // count: how many layers there will be
} fol_gap_state;

// n draws (numbers draw[i]) at layer `layer`, 0 first and then one after the other: gap[i] > 0 is the time from time[i]
// to the next layer, or anything >= 1 - time[i] when there is none (time[i] + gap[i] may round to time[i]).
// log_density[i] is what the weight is divided by for a layer that there is, in logs: log f(gap), and 0 for count. The
// numbers of a row depend on seed, draw[i], layer and time[i] alone; state[i] is first written at layer 0.
void fol_gap_draw(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                  const double *time, fol_gap_state *state, double *gap, double *log_density);

// log(1 - F(rest)) for a draw that has made n_layers layers and has `rest` of the horizon left, which the weight is
// divided by; for count: log(n! p_n), n = n_layers.
double fol_gap_log_survival(const fol_gap_law *law, size_t n_layers, double rest);

// Mean number of layers N (cost is N + 1 drift evaluations).
double fol_gap_mean_layers(const fol_gap_law *law);

#endif
