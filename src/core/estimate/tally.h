// Tallies: what a run of an unbiased estimator adds up, kept so that parts of a run join to the same bits.
#ifndef FOL_TALLY_H
#define FOL_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "../io/members.h"
#include "../stats/moments.h"
#include "estimator.h"

// Levels of vector instructions (base/simd.h), after that of a part whose file does not say it.
#define FOL_TALLY_LEVELS "unknown|baseline|x86-64-v3|x86-64-v4"
#define FOL_TALLY_UNKNOWN 1u // its bit

#define FOL_TALLY_ENDS "interrupted"
#define FOL_TALLY_INTERRUPTED 1u // its bit

#define FOL_TALLY_LAYERS 64 // classes of the number of layers N (renewal) or the level M (others); the last is "more"

// The sums of one run. A row is a batch of draws (mlmc: a level). All pointers point into blocks that the tally owns.
struct fol_tally {
    int method;           // place of the estimator (estimator.h), which says what the columns are
    bool independent;     // draws of a row are independent (all but stratified levels)
    uint64_t seed;        // of the run
    uint64_t fingerprint; // of all that the draws depend on beside the seed: runs of the same seed and fingerprint are
                          // parts of one run
    unsigned simd;        // FOL_TALLY_LEVELS at which a drift in single precision was evaluated, a bit each: more than
                          // one when parts differed; 0: the bits do not depend on it
    double n_total;       // draws of the whole run (the parts together), which sets n_tail
    size_t q, n_columns;  // functions; columns
    double *centre;       // (n_columns): constants that the sums are taken about (fol_tally_centre)
    size_t n_rows;
    uint64_t *place; // (n_rows): which batch (mlmc: level) of the run it is, ascending
    double *count;   // (n_rows): draws, at least 1
    double *cost;    // (n_rows): drift evaluations, each of one row at one time
    double *moments; // (n_rows, 4, n_columns): sums of (value - centre)^1, ^2, ^3, ^4
    size_t n_tail;   // values kept of each function, at most; 0 for mlmc
    double *tail;    // (q, n_tail): the largest |psi - centre|, descending; NAN after the last
    double layers[FOL_TALLY_LAYERS];
    double base_level, decay; // rhee_glynn, mlmc: levels have 2^(base_level + l) steps; P(M >= l) falls as
                              // 2^(-decay l) in the end. NAN elsewhere
    double pilot_cost;        // drift evaluations of the pilot
    double seconds;           // of the clock
    unsigned ended;           // FOL_TALLY_ENDS, a bit each: why it has not all that it should
};

// The estimator of a tally.
static inline const fol_estimator_kind *fol_tally_kind(const fol_tally *tally)
{
    return fol_estimator_at(tally->method);
}

// Its members, from which it is made, joined, and turned into JSON and R lists: a new one is a line of this table.
extern const fol_members fol_tally_members;

// A tally with space for n_rows rows, cleared to zero (tail to NAN). FOL_E_MEMORY.
fol_status fol_tally_new(fol_context *ctx, size_t q, size_t n_columns, size_t n_rows, size_t n_tail, fol_tally **tally);
void fol_tally_free(fol_tally *tally); // NULL is allowed

// The same tally, of its n_rows rows, with space for n_rows rows or more: *tally is freed and made anew. FOL_E_MEMORY.
fol_status fol_tally_grow(fol_context *ctx, size_t n_rows, fol_tally **tally);

// The bit of `simd` that stands for this machine's level, and the words of a tally's (buffer: FOL_TEXT_SIZE bytes).
unsigned fol_tally_level(void);
const char *fol_tally_levels(const fol_tally *tally, char *buffer);

// What the sums of a row and column are taken about: centre[column], but 0 for differences of mlmc, which have none.
double fol_tally_centre(const fol_tally *tally, size_t row, size_t column);

// How many values of a run of n draws the tail index looks at (MATH 7.5): min(n / 5, 3 sqrt(n), 10000).
size_t fol_tally_tail_size(double n);

// Offers n values of |psi - centre| for one function to a descending list of the size largest (NAN where empty). The
// list does not depend on the order of the values, nor on how they are cut into calls. A NAN is passed over.
void fol_tail_offer(double *tail, size_t size, size_t n, const double *value);

// Moments of the draws of some rows. Rows of mlmc are read one at a time.
fol_moments fol_tally_moments(const fol_tally *tally, size_t first_row, size_t n_rows, size_t column);

// FOL_E_INPUT unless the tallies can be pooled: at least one, the same number of functions, and mlmc and euler with
// their own kind alone.
fol_status fol_tally_check_pool(fol_context *ctx, size_t n, const fol_tally *const *tallies);

// Joins tallies: parts of one run become one tally with the bits of the whole run, in any order; the others stay
// apart. The pilot of a run counts once, its seconds add up. Parts whose pilots differ in rounding (other CPUs) join,
// about the centre of the first; what is of several levels, or of known and unknown ones, keeps them all in `simd`.
// On success *joined is an array (fol_alloc) of *n_joined new tallies, ordered by seed;
// the given ones stay with the caller. FOL_E_INPUT when they cannot be pooled; when a batch stands in two parts (the
// same draws twice); when different runs have one seed, and so random numbers in common.
fol_status fol_tally_join(fol_context *ctx, size_t n, const fol_tally *const *tallies, size_t *n_joined,
                          fol_tally ***joined);

// A tally as a JSON object and back (members.h).
void *fol_tally_to_json(const fol_tally *tally);
fol_status fol_tally_from_json(fol_context *ctx, const void *object, fol_tally **tally);

#endif
