// Blocks: a run on one thread within a parallel region of its caller's.
#include "testing.h"

#include "base/blocks.h"

#define CALLERS 8
#define BLOCKS 5

typedef struct {
    int highest; // index that a block was given
    size_t seen; // blocks, one bit each
} record;

static fol_status look(void *job, size_t block, int thread, fol_run *run)
{
    record *r = job;
    (void) run;
    r->highest = thread > r->highest ? thread : r->highest;
    r->seen |= (size_t) 1 << block;
    return FOL_OK;
}

// A context on one thread has room for one thread: its blocks are told 0, whichever thread of the region calls.
static void test_one_thread_is_thread_0_in_a_region_of_the_caller(void **state)
{
    (void) state;
    record seen[CALLERS] = {{0}};
    fol_status status[CALLERS];
#pragma omp parallel for num_threads(2) schedule(static)
    for (int i = 0; i < CALLERS; i++) {
        fol_context ctx;
        fol_context_init(&ctx);
        ctx.threads = 1;
        status[i] = fol_run_blocks(&ctx, "test", BLOCKS, look, &seen[i]);
    }
    for (int i = 0; i < CALLERS; i++) {
        assert_int_equal(status[i], FOL_OK);
        assert_int_equal(seen[i].highest, 0);
        assert_int_equal(seen[i].seen, (1 << BLOCKS) - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread_is_thread_0_in_a_region_of_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
