// Threads: how many there are, and which one is running.
#ifndef FOL_THREADS_H
#define FOL_THREADS_H

#include <stdbool.h>

// Whether the library was built with OpenMP.
bool fol_threads_available(void);

// The number of threads that long computations use unless their context says otherwise: what fol_set_threads
// set, at first OpenMP's own maximum (OMP_NUM_THREADS, OMP_THREAD_LIMIT and the cores of the machine). Always 1
// in a forked child, where OpenMP's pool does not exist.
int fol_threads(void);

// Sets that number; n < 1 returns to OpenMP's maximum. Never more than OMP_THREAD_LIMIT. Not thread-safe.
void fol_set_threads(int n);

// The threads for a request: 0 asks for fol_threads(); anything else is capped as in fol_set_threads.
int fol_threads_for(int requested);

// The index of the calling thread inside a parallel region, 0 outside, and how many there are in it.
int fol_thread_index(void);
int fol_thread_count(void);

// A barrier for the threads of one parallel region. Its waiters spin for some microseconds and then let others run:
// OpenMP's own spin for milliseconds, which on a busy machine keeps the core from the thread that they wait for.
typedef struct {
    int arrived, phase; // atomic; zero at first
} fol_barrier;

// Returns when all threads of the region have called it; what they wrote before is visible after.
void fol_barrier_wait(fol_barrier *barrier);

#endif
