// Threads: how many there are, and which one is running. The only file that knows OpenMP's own functions.
#include "threads.h"

#include <pthread.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "cores.h"

static int threads_set; // 0: not set
static int processors;  // that the process may run on; 0: not counted
static bool forked;

#ifndef _WIN32 // which has no fork
static void after_fork_in_child(void)
{
    forked = true;
}

// libgomp hangs in a forked child that opens a parallel region, so a child computes on one thread.
__attribute__((constructor)) static void install_fork_handler(void)
{
    pthread_atfork(NULL, NULL, after_fork_in_child);
}
#endif

#ifdef _OPENMP
static fol_cores cores; // what the surroundings say
static pthread_once_t cores_once = PTHREAD_ONCE_INIT;

static void count_cores(void)
{
    processors = omp_get_num_procs();
    cores = fol_cores_count(processors, "");
}

// The threads for a request, and what decides it.
static fol_cores decide(int requested)
{
    if (forked)
        return (fol_cores){1, "a forked process computes on one thread"};
    pthread_once(&cores_once, count_cores);
    fol_cores threads = cores;
    if (requested >= 1)
        threads = (fol_cores){requested, "as requested"};
    else if (threads_set)
        threads = (fol_cores){threads_set, "as set"};
    const int most = omp_get_thread_limit();
    return threads.n <= most ? threads : (fol_cores){most, "OMP_THREAD_LIMIT"};
}
#else
static void count_cores(void)
{
}

static fol_cores decide(int requested)
{
    (void) requested;
    return (fol_cores){1, "built without OpenMP"};
}
#endif

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
    return decide(requested).n;
}

int fol_threads(void)
{
    return fol_threads_for(0);
}

const char *fol_threads_reason(int requested)
{
    return decide(requested).why;
}

void fol_set_threads(int n)
{
    threads_set = n < 1 ? 0 : n;
    if (n < 1)
        count_cores();
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

bool fol_threads_crowded(void)
{
    return processors && fol_thread_count() > processors;
}
