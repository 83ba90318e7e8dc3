// Blocks: a run on one thread within a parallel region of its caller's, and which of several failures is returned.
#include "testing.h"

#include <time.h>

#include "base/blocks.h"

#define CALLERS 8
#define BLOCKS 5

typedef struct {
    void *first; // workspace that a block was given
    bool same;   // as all others
    size_t seen; // blocks, one bit each
} record;

static fol_status look(void *job, size_t block, void *work, fol_run *run)
{
    record *r = job;
    (void) run;
    r->first = r->first ? r->first : work;
    r->same = r->same && work == r->first;
    r->seen |= (size_t) 1 << block;
    return FOL_OK;
}

// A context on one thread has one workspace, whichever thread of the region calls.
static void test_one_thread_has_one_workspace_in_a_region_of_the_caller(void **state)
{
    (void) state;
    record seen[CALLERS];
    fol_status status[CALLERS];
#pragma omp parallel for num_threads(2) schedule(static)
    for (int i = 0; i < CALLERS; i++) {
        fol_context ctx;
        fol_context_init(&ctx);
        ctx.threads = 1;
        seen[i] = (record){.same = true};
        status[i] = fol_run_blocks(
            &ctx,
            &(fol_block_plan){.task = "test", .n_blocks = BLOCKS, .work_bytes = 64, .block = look, .job = &seen[i]});
    }
    for (int i = 0; i < CALLERS; i++) {
        assert_int_equal(status[i], FOL_OK);
        assert_true(seen[i].same);
        assert_int_equal(seen[i].seen, (1 << BLOCKS) - 1);
    }
}

// What each block of a run does: it waits, then ends with its status.
typedef struct {
    fol_status status;
    double seconds;
    bool looks; // meanwhile, and gives up when the run has stopped
} act;

enum { ACTS = 40 }; // blocks after the last act that is written succeed at once

typedef struct {
    act acts[ACTS];
    bool taken[ACTS];
} script;

static fol_status perform(void *job, size_t block, void *work, fol_run *run)
{
    script *s = job;
    const act *a = &s->acts[block];
    const double end = fol_seconds() + a->seconds;
    (void) work;
    s->taken[block] = true;
    while (fol_seconds() < end) {
        if (a->looks && fol_run_stopped(run))
            return FOL_E_INTERRUPT;
        nanosleep(&(struct timespec){0, 500000}, NULL);
    }
    return a->status == FOL_OK ? FOL_OK : fol_run_fail(run, a->status, 10 * block);
}

static fol_status run_script(script *s, int threads, int (*poll)(const fol_progress *, void *),
                             fol_block_failure *failure)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.threads = threads;
    ctx.poll = poll;
    ctx.data = s;
    memset(s->taken, 0, sizeof s->taken);
    return fol_run_blocks(
        &ctx, &(fol_block_plan){.task = "test", .n_blocks = ACTS, .block = perform, .job = s, .failure = failure});
}

static void assert_on_all_threads(script *s, fol_status want, size_t block)
{
    for (int threads = 1; threads <= 8; threads++)
        for (int i = 0; i < 4; i++) {
            fol_block_failure failure = {0};
            assert_int_equal(run_script(s, threads, NULL, &failure), want);
            assert_int_equal(failure.block, block);
            assert_int_equal(failure.detail, 10 * block);
        }
}

// Blocks are taken in order, so that a block below one that failed has been taken, and has its say.
static void test_lowest_failure_wins_though_it_is_the_last(void **state)
{
    (void) state;
    script s = {.acts = {[1] = {FOL_OK, 0.03, false},
                         [3] = {FOL_E_FILE, 0.02, false},
                         [4] = {FOL_E_NUMERIC, 0.01, false},
                         [5] = {FOL_E_MEMORY, 0, false},
                         [20] = {FOL_E_FORMAT, 0, false}}};
    assert_on_all_threads(&s, FOL_E_FILE, 3);
    assert_int_equal(run_script(&s, 1, NULL, NULL), FOL_E_FILE);
    assert_true(s.taken[3] && !s.taken[4]);
}

static void test_first_and_last_blocks_fail(void **state)
{
    (void) state;
    script s = {.acts = {[ACTS - 1] = {FOL_E_NUMERIC, 0, false}}};
    assert_on_all_threads(&s, FOL_E_NUMERIC, ACTS - 1);
    s.acts[0] = (act){FOL_E_FILE, 0.005, false};
    assert_on_all_threads(&s, FOL_E_FILE, 0);
}

static fol_status fail_all(void *job, size_t block, void *work, fol_run *run)
{
    (void) job;
    (void) block;
    (void) work;
    (void) run;
    return FOL_E_NUMERIC;
}

// Blocks say nothing; the run does.
static void test_failure_has_a_message(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    const fol_block_plan plan = {.task = "test", .n_blocks = 3, .block = fail_all};
    assert_int_equal(fol_run_blocks(&ctx, &plan), FOL_E_NUMERIC);
    assert_string_equal(ctx.message, "The run of \"test\" has failed: a value became non-finite.");
}

// A block that looks is not stopped by the failure of one above it, which would make the answer a matter of time.
static void test_lowest_failure_wins_though_it_looks(void **state)
{
    (void) state;
    script s = {
        .acts = {[2] = {FOL_E_FILE, 0.02, true}, [3] = {FOL_E_NUMERIC, 0.01, true}, [4] = {FOL_E_MEMORY, 0, false}}};
    assert_on_all_threads(&s, FOL_E_FILE, 2);
}

// A block that looks is stopped by the failure of one below it.
static void test_failure_ends_the_blocks_above(void **state)
{
    (void) state;
    script s = {.acts = {[0] = {FOL_E_FILE, 0.01, false}, [1] = {FOL_E_NUMERIC, 30, true}}};
    const double start = fol_seconds();
    assert_on_all_threads(&s, FOL_E_FILE, 0);
    assert_true(fol_seconds() - start < 20);
}

static int stop_when_begun(const fol_progress *progress, void *data)
{
    (void) progress;
    return ((script *) data)->taken[0];
}

// A poll that stops the run ends also the blocks that look; a failure met before goes before it.
static void test_interrupt(void **state)
{
    (void) state;
    script s = {.acts = {[0] = {FOL_OK, 30, true}, [1] = {FOL_OK, 30, true}}};
    const double start = fol_seconds();
    for (int threads = 1; threads <= 2; threads++)
        assert_int_equal(run_script(&s, threads, stop_when_begun, NULL), FOL_E_INTERRUPT);
    assert_true(fol_seconds() - start < 10);
    s.acts[0] = (act){FOL_E_FILE, 0, false};
    assert_int_equal(run_script(&s, 1, stop_when_begun, NULL), FOL_E_FILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread_has_one_workspace_in_a_region_of_the_caller),
        cmocka_unit_test(test_lowest_failure_wins_though_it_is_the_last),
        cmocka_unit_test(test_first_and_last_blocks_fail),
        cmocka_unit_test(test_failure_has_a_message),
        cmocka_unit_test(test_lowest_failure_wins_though_it_looks),
        cmocka_unit_test(test_failure_ends_the_blocks_above),
        cmocka_unit_test(test_interrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
