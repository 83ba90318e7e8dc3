// Expect options: which estimator of an expectation, with what budget (MATH 7).
#ifndef FOL_EXPECT_OPTIONS_H
#define FOL_EXPECT_OPTIONS_H

#include "estimator.h"
#include "gap_law.h"

#define FOL_LEVELS_CHOICES "stratified|sum|single"
typedef enum { FOL_LEVELS_STRATIFIED, FOL_LEVELS_SUM, FOL_LEVELS_SINGLE } fol_levels;

struct fol_expect_options {
    fol_instance method; // fol_estimators
    int64_t n;           // draws (mlmc: paths of all levels); with target_se or seconds the most of them (-1: 100000;
                         // 2^40 with a target)
    double target_se;    // stop when every standard error is below; NAN: no. mlmc: the root mean square error
    double seconds; // stop after that time; NAN: no. mlmc keeps what is left of both for levels, too (multilevel.h)
    int64_t batch;  // draws of a batch; -1: a power of two near n / 128, at least 64
    int64_t part, parts;   // do part 1 .. parts of the draws alone
    fol_gap_law gap;       // renewal
    int levels;            // rhee_glynn: fol_levels
    int64_t base_level;    // rhee_glynn, mlmc: the base level has 2^base_level steps; -1: by a pilot (mlmc: 0)
    double decay;          // rhee_glynn: P(M >= l) = 2^(-decay l); NAN: by a pilot
    bool keep_interrupted; // a poll that stops the run ends it with what it has
};

// The keys, for a struct that holds a fol_expect_options `base` bytes from its start; FOL_GAP_KEYS stand beside them.
#define FOL_EXPECT_KEYS(base)                                                                                          \
    {"method", FOL_OPTION_KIND, (base) + offsetof(fol_expect_options, method), "rhee_glynn", NULL, "estimator",        \
     NULL,     fol_estimators},                                                                                        \
        {"n", FOL_OPTION_INT, (base) + offsetof(fol_expect_options, n),                                                \
         "",  "[2,1e12]",     "draws (100000); with target_se or seconds the most of them"},                           \
        {"target_se", FOL_OPTION_REAL, (base) + offsetof(fol_expect_options, target_se),                               \
         "",          "(0,inf)",       "stop at this standard error (mlmc: root mean square error, required)"},        \
        {"seconds", FOL_OPTION_REAL, (base) + offsetof(fol_expect_options, seconds),                                   \
         "",        "(0,inf)",       "stop after this time"},                                                          \
        {"batch",                                                                                                      \
         FOL_OPTION_INT,                                                                                               \
         (base) + offsetof(fol_expect_options, batch),                                                                 \
         "",                                                                                                           \
         "[1,1e9]",                                                                                                    \
         "draws of a batch (a power of two near n / 128)",                                                             \
         "method!=mlmc"},                                                                                              \
        {"part", FOL_OPTION_INT, (base) + offsetof(fol_expect_options, part),                                          \
         "1",    "[1,1e6]",      "which part of the draws to do"},                                                     \
        {"parts", FOL_OPTION_INT, (base) + offsetof(fol_expect_options, parts),                                        \
         "1",     "[1,1e6]",      "parts that the draws are split into"},                                              \
        {"keep_interrupted",                                                                                           \
         FOL_OPTION_FLAG,                                                                                              \
         (base) + offsetof(fol_expect_options, keep_interrupted),                                                      \
         "false",                                                                                                      \
         NULL,                                                                                                         \
         "an interrupt ends with the result of the draws that there are"},                                             \
        {"levels",           FOL_OPTION_CHOICE,  (base) + offsetof(fol_expect_options, levels),                        \
         "stratified",       FOL_LEVELS_CHOICES, "rhee_glynn: form of the estimator",                                  \
         "method=rhee_glynn"},                                                                                         \
        {"base_level",                                                                                                 \
         FOL_OPTION_INT,                                                                                               \
         (base) + offsetof(fol_expect_options, base_level),                                                            \
         "",                                                                                                           \
         "[0,20]",                                                                                                     \
         "rhee_glynn, mlmc: log2 of the steps of the base level (by a pilot; mlmc: 0)",                                \
         "method=rhee_glynn|mlmc"},                                                                                    \
    {                                                                                                                  \
        "decay", FOL_OPTION_REAL, (base) + offsetof(fol_expect_options, decay), "", "(1,4)",                           \
            "rhee_glynn: P(level >= l) = 2^(-decay l) (by a pilot)", "method=rhee_glynn"                               \
    }

// The same, with the keys of the gap law, for a fol_expect_options alone.
extern const fol_option fol_expect_option_table[];

// Refuses options that are out of range or do not go together, without work.
fol_status fol_expect_check(fol_context *ctx, const fol_expect_options *options);

// Where the draws themselves go, if they are wanted: space for options.n of them, by number. NULL: not wanted.
typedef struct {
    double *psi;     // (n, q) row-major
    int32_t *layers; // (n): N, or the level
    double *weight;  // (n): what multiplies g - centre at the end of the path
    size_t n;        // rows there are; set to the draws made
} fol_expect_draws;

#endif
