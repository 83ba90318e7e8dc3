// What the bench programs share: a clock, options from words, and the way out when a call fails.
#ifndef FOL_BENCH_H
#define FOL_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "follmer.h"

static inline double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

// Ends the program with the message of a call that failed.
static inline void bench_check(const fol_context *ctx, fol_status status)
{
    if (status == FOL_OK)
        return;
    fprintf(stderr, "%s\n", ctx->message);
    exit(1);
}

// A block of n doubles, or the end of the program.
static inline double *bench_doubles(size_t n)
{
    double *block = fol_alloc(n, sizeof *block);
    if (!block) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return block;
}

// Sets an option from words, such as "steps", "100".
static inline void bench_set(fol_context *ctx, const fol_option *table, void *fields, const char *key, const char *word)
{
    bench_check(ctx, fol_options_set_word(ctx, table, fields, key, word));
}

// A mixture, or the end of the program.
static inline fol_target *bench_mixture(fol_context *ctx, size_t k, size_t d, const double *mean, const double *sd,
                                        const double *weight)
{
    fol_target *target;
    bench_check(ctx, fol_target_gmm_new(ctx, k, d, mean, sd, weight, &target));
    return target;
}

// n exact draws of a target, row-major.
static inline double *bench_draws(const fol_target *target, uint64_t seed, size_t n)
{
    double *x = bench_doubles(n * target->log_density.n_in);
    target->draw(target, seed, 0, n, x);
    return x;
}

static inline fol_rows bench_rows(const double *x, size_t n, size_t d)
{
    return (fol_rows){.data = x, .n = n, .d = d, .row_stride = d, .col_stride = 1};
}

static inline fol_sample_job bench_job(double *x, size_t n, size_t d)
{
    return (fol_sample_job){.out = {.data = x, .n = n, .d = d, .row_stride = d, .col_stride = 1}};
}

#endif
