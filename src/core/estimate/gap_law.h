// Gap laws: the random times at which a renewal draw refreshes its drift (TR19 eq. 4.2; MATH 7.1).
#ifndef FOL_GAP_LAW_H
#define FOL_GAP_LAW_H

#include <stdint.h>

#include "../io/options.h"

// The kinds with keys. To add one: a file with its fol_gap_kind, and its name here. Times are fractions of the horizon.
#define FOL_GAP_LIST(X)                                                                                                \
    X(exponential)                                                                                                     \
    X(gamma)                                                                                                           \
    X(uniform)                                                                                                         \
    X(weibull)

#define FOL_GAP_COUNTS 64 // entries of a table of p_n

typedef struct {
    fol_instance base; // first
    // Of fol_gap_count alone: positive p_n for n < n_counts, which sum to less than 1; the rest is geometric: p_(n+1) =
    // tail p_n from n_counts on, tail in (0, 0.99].
    int n_counts;
    double counts[FOL_GAP_COUNTS];
    double tail;
} fol_gap_law;

// The state of a draw's sequence of times; a copy goes on where the original stands.
typedef struct {
    uint32_t words[4]; // random bits of this layer and the next
    int32_t total;     // count: how many layers there will be
} fol_gap_state;

// 1 / f(s) <= s^(1 - h) exp(a s - log_q) on [0, 1], where -log(1 - F) is convex.
typedef struct {
    double h, a, log_q;
} fol_gap_envelope;

// The kind of a law with density f and distribution function F.
typedef struct {
    fol_kind base; // first
    void (*draw)(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                 const double *time, fol_gap_state *state, double *gap, double *log_density);
    double (*log_survival)(const fol_gap_law *law, size_t n_layers, double rest);
    double (*log_density)(const fol_gap_law *law, double gap); // log f(gap); NULL of count
    // NULL of the following: by a numerical solution of the renewal equation.
    double (*mean_layers)(const fol_gap_law *law);
    double (*log_layers)(const fol_gap_law *law, double k); // log P(N >= k), k >= 1
    // For bounds on the variance; NULL: none.
    fol_gap_envelope (*envelope)(const fol_gap_law *law);
    double (*log_generating)(const fol_gap_law *law, double theta); // log E exp(theta N) where it has a closed form
    // For tuning: which key sets how dense layers are (-1: none), and its value at the logarithm of that.
    int tuned;
    double (*tune)(const fol_gap_law *law, double at);
} fol_gap_kind;

#define FOL_GAP_DECLARE(name) extern const fol_gap_kind fol_gap_##name;
FOL_GAP_LIST(FOL_GAP_DECLARE)
#undef FOL_GAP_DECLARE

// The general form, which has no keys: N = n with probability p_n, and n ordered uniform times.
extern const fol_gap_kind fol_gap_count;

// The family of the kinds with keys, ended by NULL.
extern const fol_kind *const fol_gaps[];

// The keys, for a struct that holds a fol_gap_law `start` bytes from its start; they count where `rule` says.
#define FOL_GAP_KEYS(start, rule)                                                                                      \
    {                                                                                                                  \
        "gap", FOL_OPTION_KIND, (start) + offsetof(fol_gap_law, base), "exponential", NULL,                            \
            "renewal: law of the gaps between layers", rule, fol_gaps                                                  \
    }

extern const fol_option fol_gap_option_table[];

static inline const fol_gap_kind *fol_gap_kind_of(const fol_gap_law *law)
{
    return (const fol_gap_kind *) law->base.kind;
}

// A law of a kind with its defaults.
void fol_gap_law_init(fol_gap_law *law, const fol_gap_kind *kind);

// The value to three significant digits, for tuning.
double fol_gap_signif(double value);

// FOL_E_INPUT names the key, or `prob` or `decay` of count: what is wanted (support on [0, 1], so gap_max > 1), what
// was given.
fol_status fol_gap_law_check(fol_context *ctx, const fol_gap_law *law);

// n draws (numbers draw[i]) at layer `layer`, 0 first and then one after the other: gap[i] > 0 is the time from time[i]
// to the next layer, or anything >= 1 - time[i] when there is none (time[i] + gap[i] may round to time[i]).
// log_density[i] is what the weight is divided by for a layer that there is, in logs: log f(gap), and 0 for count. The
// numbers of a row depend on seed, draw[i], layer and time[i] alone; state[i] is first written at layer 0.
static inline void fol_gap_draw(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                                const double *time, fol_gap_state *state, double *gap, double *log_density)
{
    fol_gap_kind_of(law)->draw(law, seed, layer, n, draw, time, state, gap, log_density);
}

// log(1 - F(rest)) for a draw that has made n_layers layers and has `rest` of the horizon left, which the weight is
// divided by; for count: log(n! p_n), n = n_layers.
static inline double fol_gap_log_survival(const fol_gap_law *law, size_t n_layers, double rest)
{
    return fol_gap_kind_of(law)->log_survival(law, n_layers, rest);
}

// Mean number of layers N (cost is N + 1 drift evaluations). FOL_E_MEMORY.
fol_status fol_gap_mean_layers(fol_context *ctx, const fol_gap_law *law, double *mean);

// log P(N >= k) for n whole numbers k >= 1, ascending. FOL_E_MEMORY.
fol_status fol_gap_log_layers(fol_context *ctx, const fol_gap_law *law, size_t n, const double *k, double *log_p);

#endif
