// Blocks: a run on one thread within a parallel region of its caller's.
#include "testing.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread_has_one_workspace_in_a_region_of_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
