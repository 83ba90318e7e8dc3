// Threads: how many there are, and which one is running.
#ifndef FOL_THREADS_H
#define FOL_THREADS_H

#include <stdbool.h>

// Whether the library was built with OpenMP.
bool fol_threads_available(void);

// The threads of a computation that asks for `requested`, by the first of these that there is:
//   1. what it asks for, unless that is 0;
//   2. what fol_set_threads set;
//   3. the environment variable OMP_NUM_THREADS;
//   4. the least of: the cores that the process may run on (its affinity), the CPU quota of its control group and of
//      those above it (rounded up), SLURM_CPUS_PER_TASK, NSLOTS, and 2 where _R_CHECK_LIMIT_CORES_ is neither empty
//      nor "false".
// Never more than OMP_THREAD_LIMIT; 1 without OpenMP, and in a forked child, where OpenMP's pool does not exist.
// 3 and 4 are looked up once, so that the number does not change during a computation, and again by fol_set_threads(0).
int fol_threads_for(int requested);

// The threads of a computation that asks for none: fol_threads_for(0).
int fol_threads(void);

// What decides fol_threads_for(requested): some words that last, such as "OMP_NUM_THREADS".
const char *fol_threads_reason(int requested);

// Sets the number of 2; n < 1 takes it back and looks at 3 and 4 again. Not thread-safe.
void fol_set_threads(int n);

// The index of the calling thread inside a parallel region, 0 outside, and how many there are in it.
int fol_thread_index(void);
int fol_thread_count(void);

// Whether these are more than the cores that the process may run on, so that some of them cannot run now.
bool fol_threads_crowded(void);

#endif
