// Tests of random networks: what becomes non-finite, or is stopped by the drift, is refused with a sentence.
#include "testing.h"

#include <stdio.h>

#include "estimate/random_network.h"
#include "field/field_function.h"

#define N 20
#define D 2

// 0 up to a wall, beyond it what the two numbers of data say: the wall, and the drift there.
static int walled(size_t n, size_t d, const double *x, const double *t, double *out, const void *data)
{
    const double *wall = data;
    (void) t;
    for (size_t i = 0; i < n * d; i++)
        out[i] = fabs(x[i]) > wall[0] ? wall[1] : 0;
    return 0;
}

static int stop(size_t n, size_t d, const double *x, const double *t, double *out, const void *data)
{
    (void) x;
    (void) t;
    (void) data;
    memset(out, 0, n * d * sizeof *out);
    return 1;
}

// Draws of dX = b dt + dW from 0.
static fol_status make(fol_context *ctx, fol_field_fn function, const void *data, uint64_t seed,
                       fol_random_network **network)
{
    static const double zero[D] = {0};
    const fol_gap_law gap = {{&fol_gap_exponential.base, {2}}};
    fol_field *drift;
    fol_context_init(ctx);
    ctx->seed = seed;
    assert_int_equal(fol_field_function_new(
                         ctx, &(fol_field_function){.function = function, .data = data, .n_in = D, .n_out = D}, &drift),
                     FOL_OK);
    const fol_sde sde = {.drift = drift, .x0 = {zero, 1, D, D, 1}, .horizon = 1, .sigma = 1};
    *network = NULL;
    const fol_status status = fol_random_network_new(ctx, &sde, &gap, N, network);
    fol_field_free(drift);
    return status;
}

// The first draw that is beyond the wall when a layer begins; *last: whether that is its last layer.
static size_t first_beyond(const fol_random_network *net, double wall, bool *last)
{
    for (size_t i = 0; i < net->n; i++)
        for (size_t k = net->offset[i]; k < net->offset[i + 1]; k++)
            for (size_t j = 0; j < D; j++)
                if (fabs(net->state[k * D + j]) > wall) {
                    *last = k + 1 == net->offset[i + 1];
                    return i + 1;
                }
    return 0;
}

// Beyond the wall a layer passes on what is not finite, to a state or, if it is the last, to the end. Mutants that
// this catches: states or ends left out of the check, draws counted from 0.
static void test_not_finite(void **state)
{
    static const double open[] = {INFINITY, 0}, infinite[] = {0.8, INFINITY};
    int met[2] = {0, 0};
    (void) state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        fol_context ctx;
        fol_random_network *net;
        char sentence[FOL_MESSAGE_SIZE];
        bool last = false;
        assert_int_equal(make(&ctx, walled, open, seed, &net), FOL_OK);
        const size_t draw = first_beyond(net, infinite[0], &last);
        fol_random_network_free(net);
        assert_true(draw > 0);
        met[last]++;
        assert_int_equal(make(&ctx, walled, infinite, seed, &net), FOL_E_NUMERIC);
        assert_null(net);
        snprintf(sentence, sizeof sentence, "%s of draw %zu is not finite: the drift grows too fast.",
                 last ? "The end" : "A state", draw);
        assert_string_equal(ctx.message, sentence);
    }
    assert_true(met[0] > 0 && met[1] > 0);
}

static int swinging(size_t n, size_t d, const double *x, const double *t, double *out, const void *data)
{
    (void) x;
    (void) data;
    for (size_t i = 0; i < n * d; i++)
        out[i] = 1e200 * sin(1000 * t[i / d]);
    return 0;
}

// With two layers after the first, products of the increments of b overflow where the states do not.
static void test_weight_not_finite(void **state)
{
    fol_context ctx;
    fol_random_network *net;
    (void) state;
    assert_int_equal(make(&ctx, swinging, NULL, 1, &net), FOL_E_NUMERIC);
    assert_null(net);
    assert_non_null(strstr(ctx.message, "The weight of draw "));
}

static void test_stopped(void **state)
{
    fol_context ctx;
    fol_random_network *net;
    (void) state;
    assert_int_equal(make(&ctx, stop, NULL, 1, &net), FOL_E_CALLBACK);
    assert_null(net);
    assert_string_equal(ctx.message, "The function of the drift has stopped the run.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_not_finite), cmocka_unit_test(test_weight_not_finite),
                                       cmocka_unit_test(test_stopped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
