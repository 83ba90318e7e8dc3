// What fuzzers share: random numbers of a seed, and for how long they run.
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t random_state;

static inline uint64_t random_bits(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15u; // splitmix64
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline size_t random_below(size_t n)
{
    return n > 0 ? (size_t) (random_bits() % n) : 0;
}

// So many mutants, or seconds from `start` on.
typedef struct {
    double most;
    bool by_time;
    time_t start;
} fuzz_limit;

// From the arguments [count|SECONDSs [seed]]: 5000 mutants and seed 1 where they are not given.
static inline fuzz_limit fuzz_begin(int argc, char **argv)
{
    const char *limit = argc > 1 ? argv[1] : "5000";
    random_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    return (fuzz_limit){strtod(limit, NULL), strchr(limit, 's') != NULL, time(NULL)};
}

static inline bool fuzz_goes_on(const fuzz_limit *limit, size_t n)
{
    return (limit->by_time ? difftime(time(NULL), limit->start) : (double) n) < limit->most;
}

#endif
