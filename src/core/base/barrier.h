// A barrier for the threads of one parallel region, whose waiters spin briefly and then sleep.
#ifndef FOL_BARRIER_H
#define FOL_BARRIER_H

// OpenMP's own barrier spins for milliseconds, which on a busy machine keeps the core from the thread that is waited
// for, and under a CPU quota spends that thread's time.
typedef struct {
    int arrived, phase, sleeping; // atomic; zero at first
} fol_barrier;

// Returns when all threads of the region have called it; what they wrote before is visible after.
void fol_barrier_wait(fol_barrier *barrier);

#endif
