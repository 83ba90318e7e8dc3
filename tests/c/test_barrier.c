// Barriers: nobody passes early, everybody passes, also where threads are many more than cores and arrive late.
#include "testing.h"

#include <time.h>

#include "base/barrier.h"
#include "base/threads.h"

#define MOST 8

// What a thread wrote before a barrier is seen after it by all others, in every round; a lost wake-up never ends.
// Every `late` rounds one thread, each in turn, comes so late that the others sleep.
static int count_faults(int n_threads, int n_rounds, int late)
{
    fol_barrier barrier = {0};
    int written[MOST] = {0}, faults = 0;
#pragma omp parallel num_threads(n_threads) reduction(+ : faults)
    {
        const int me = fol_thread_index(), n = fol_thread_count();
        for (int round = 1; round <= n_rounds; round++) {
            if (late && round % late == 0 && round / late % n == me)
                nanosleep(&(struct timespec){0, 2000000}, NULL);
            __atomic_store_n(&written[me], round, __ATOMIC_RELAXED);
            fol_barrier_wait(&barrier);
            for (int i = 0; i < n; i++)
                faults += __atomic_load_n(&written[i], __ATOMIC_RELAXED) != round;
            fol_barrier_wait(&barrier);
        }
    }
    return faults;
}

static void test_rounds_in_step(void **state)
{
    (void) state;
    for (int n = 1; n <= 4; n++)
        assert_int_equal(count_faults(n, 1000, 0), 0);
}

static void test_more_threads_than_cores(void **state)
{
    (void) state;
    assert_int_equal(count_faults(MOST, 200, 0), 0);
}

static void test_late_arrivals_wake_the_others(void **state)
{
    (void) state;
    assert_int_equal(count_faults(2, 1000, 10), 0);
    assert_int_equal(count_faults(5, 300, 10), 0);
}

// Waiters sleep: while one thread is away, the process uses far less than the time of the cores that wait.
static void test_waiters_sleep(void **state)
{
    (void) state;
    enum { THREADS = 4 };
    fol_barrier barrier = {0};
    clock_t used = 0;
#pragma omp parallel num_threads(THREADS)
    {
        fol_barrier_wait(&barrier); // all are there
        if (fol_thread_index() == 0) {
            const clock_t start = clock(); // of the process
            nanosleep(&(struct timespec){0, 300000000}, NULL);
            used = clock() - start;
        }
        fol_barrier_wait(&barrier);
    }
#ifdef __linux__
    assert_true((double) used / CLOCKS_PER_SEC < 0.05);
#else
    (void) used;
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waiters_sleep), // first: LLVM's idle threads spin, too
        cmocka_unit_test(test_rounds_in_step),
        cmocka_unit_test(test_more_threads_than_cores),
        cmocka_unit_test(test_late_arrivals_wake_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
