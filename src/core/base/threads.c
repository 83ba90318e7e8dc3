// Threads: how many there are, and which one is running. The only file that knows OpenMP's own functions.
#include "threads.h"

#include <pthread.h>
#include <sched.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#define SPINS 4000 // looks at the barrier, some 40 microseconds, before a waiter gives its core away

static int thread_limit; // 0: not set
static bool forked;

static void after_fork_in_child(void)
{
    forked = true;
}

// libgomp hangs in a forked child that opens a parallel region, so a child computes on one thread.
__attribute__((constructor)) static void install_fork_handler(void)
{
    pthread_atfork(NULL, NULL, after_fork_in_child);
}

bool fol_threads_available(void)
{
#ifdef _OPENMP
    return true;
#else
    return false;
#endif
}

int fol_threads_for(int requested)
{
#ifdef _OPENMP
    if (forked)
        return 1;
    if (requested < 1)
        requested = thread_limit ? thread_limit : omp_get_max_threads();
    const int most = omp_get_thread_limit();
    return requested < most ? requested : most;
#else
    (void) requested;
    return 1;
#endif
}

int fol_threads(void)
{
    return fol_threads_for(0);
}

void fol_set_threads(int n)
{
    thread_limit = n < 1 ? 0 : fol_threads_for(n);
}

int fol_thread_index(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

int fol_thread_count(void)
{
#ifdef _OPENMP
    return omp_get_num_threads();
#else
    return 1;
#endif
}

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

void fol_barrier_wait(fol_barrier *barrier)
{
    const int phase = __atomic_load_n(&barrier->phase, __ATOMIC_RELAXED);
    if (__atomic_add_fetch(&barrier->arrived, 1, __ATOMIC_ACQ_REL) == fol_thread_count()) {
        __atomic_store_n(&barrier->arrived, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&barrier->phase, phase + 1, __ATOMIC_RELEASE);
        return;
    }
    for (int spins = 0; __atomic_load_n(&barrier->phase, __ATOMIC_ACQUIRE) == phase; spins++) {
        if (spins < SPINS)
            pause_briefly();
        else
            sched_yield();
    }
}
