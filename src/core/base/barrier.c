// A barrier for the threads of one parallel region, whose waiters spin briefly and then sleep.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // syscall
#endif
#include "barrier.h"

#include <limits.h>
#include <sched.h>
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <stdbool.h>
#include <stddef.h>

#include "threads.h"

#define SPINS 4000       // looks at the barrier, some 40 to 100 microseconds
#define SPINS_CROWDED 50 // where the thread that is waited for may need this one's core

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

// Sleeps while *word is `value`, or comes back early: the caller looks again.
static void sleep_while(const int *word, int value)
{
#ifdef __linux__
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#else
    (void) word, (void) value;
    sched_yield();
#endif
}

static void wake_all(const int *word)
{
#ifdef __linux__
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
#else
    (void) word;
#endif
}

static bool in_phase(const fol_barrier *barrier, int phase)
{
    return __atomic_load_n(&barrier->phase, __ATOMIC_SEQ_CST) == phase;
}

// No wake-up is lost: of the last arrival's new phase and look at `sleeping`, and a waiter's count there and look at
// the phase (by the kernel, as it lets it sleep), one order holds for all threads, so one of the two sees the other.
void fol_barrier_wait(fol_barrier *barrier)
{
    const int phase = __atomic_load_n(&barrier->phase, __ATOMIC_RELAXED);
    if (__atomic_add_fetch(&barrier->arrived, 1, __ATOMIC_ACQ_REL) == fol_thread_count()) {
        __atomic_store_n(&barrier->arrived, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&barrier->phase, phase + 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&barrier->sleeping, __ATOMIC_SEQ_CST))
            wake_all(&barrier->phase);
        return;
    }
    const int most = fol_threads_crowded() ? SPINS_CROWDED : SPINS;
    for (int spins = 0; in_phase(barrier, phase); spins++) {
        if (spins < most) {
            pause_briefly();
            continue;
        }
        __atomic_fetch_add(&barrier->sleeping, 1, __ATOMIC_SEQ_CST);
        while (in_phase(barrier, phase))
            sleep_while(&barrier->phase, phase);
        __atomic_fetch_sub(&barrier->sleeping, 1, __ATOMIC_RELAXED);
    }
}
