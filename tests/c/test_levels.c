// Tests of SIMD levels: results in double precision are the same bits at every level that this CPU has.
#include "testing.h"

#include "base/blocks.h"
#include "base/simd.h"
#include "base/vector_math.h"
#include "chain/sample.h"
#include "estimate/expectation.h"
#include "field/drift.h"
#include "field/drift_follmer.h"
#include "field/functional.h"
#include "fit/loss.h"
#include "random/rng.h"

#define N 700 // rows: two whole blocks and a part of one
enum { SPACE = 32 * N };

// A computation writes its results to out (SPACE) and returns how many there are.
typedef size_t (*computation)(double *out);

static fol_context new_context(void)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.seed = 11;
    return ctx;
}

static size_t normals(double *out)
{
    float z[N];
    uint64_t counter[N / 4];
    fol_rng_normals(3, FOL_STREAM_STEP, 5, 64, N, z);
    for (size_t i = 0; i < N; i++)
        out[i] = (double) z[i];
    for (size_t i = 0; i < N / 4; i++)
        counter[i] = 7 * i * i;
    fol_rng_normals_at(3, FOL_STREAM_PATH, 5, N / 4, counter, z);
    for (size_t i = 0; i < N; i++)
        out[N + i] = (double) z[i];
    return 2 * N;
}

static void arguments(double low, double high, double *x)
{
    fol_rng_uniforms(4, FOL_STREAM_PILOT, 0, 0, N, x);
    for (size_t i = 0; i < N; i++)
        x[i] = low + (high - low) * x[i];
}

static size_t elementary(double *out)
{
    double x[N];
    arguments(-40, 40, x);
    fol_vector_exp(N, x, out);
    fol_vector_sin(N, x, out + N);
    fol_vector_cos(N - 1, x, out + 2 * N); // a last tile that is not full
    fol_vector_tanh(N, x, out + 3 * N - 1);
    return 4 * N - 1;
}

static size_t logarithm(double *out)
{
    double x[N];
    arguments(0, 10, x);
    fol_vector_log(N, x, out);
    return N;
}

// One kind of a family with its defaults at N - 1 numbers, a last vector of which is not full.
static size_t drift_of(const fol_kind *kind, double *out)
{
    double x[N];
    fol_instance drift;
    fol_instance_init(&drift, kind);
    arguments(-5, 5, x);
    ((const fol_drift_kind *) kind)->eval(&drift, N - 1, x, out);
    return N - 1;
}

static size_t functional_of(const fol_kind *kind, double *out)
{
    double x[N];
    fol_instance g;
    fol_instance_init(&g, kind);
    arguments(-5, 5, x);
    ((const fol_functional_kind *) kind)->eval(&g, N / 3, 3, x, out);
    return N / 3 * fol_functional_n_out(&g, 3);
}

static size_t every_drift(double *out)
{
    size_t n = 0;
    for (const fol_kind *const *kind = fol_drifts; *kind; kind++)
        n += drift_of(*kind, out + n);
    return n;
}

static size_t every_functional(double *out)
{
    size_t n = 0;
    for (const fol_kind *const *kind = fol_functionals; *kind; kind++)
        n += functional_of(*kind, out + n);
    return n;
}

// Draws of the exact denoiser of the plane mixture, by each method of each process.
static size_t draws_by(int kind, int method, double *out)
{
    fol_context ctx = new_context();
    fol_target *gmm = new_plane();
    const fol_process process = paper_process(kind);
    fol_denoiser *den = new_exact(gmm, &process);
    const fol_sample_options options = {
        .steps = 9, .method = method, .grid = FOL_GRID_LOG_SNR, .snr_min = NAN, .snr_max = NAN};
    const fol_sample_job job = {.out = {out, N, 2, 2, 1}};
    assert_int_equal(fol_sample(&ctx, den, &options, &job), FOL_OK);
    fol_denoiser_free(den);
    fol_target_free(gmm);
    return 2 * N;
}

static size_t multistep(double *out)
{
    return draws_by(PROCESS_vp, FOL_METHOD_MULTISTEP, out);
}

static size_t ancestral(double *out)
{
    return draws_by(PROCESS_vp, FOL_METHOD_ANCESTRAL, out);
}

static size_t euler(double *out)
{
    return draws_by(PROCESS_pbm, FOL_METHOD_EULER, out);
}

static size_t ode(double *out)
{
    return draws_by(PROCESS_localization, FOL_METHOD_ODE, out);
}

// The loss at moments of their own.
static size_t loss(double *out)
{
    fol_context ctx = new_context();
    double x[2 * N];
    fol_target *gmm = new_plane();
    const fol_process process = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(gmm, &process);
    gmm->draw(gmm, 5, 0, N, x);
    fol_loss result;
    assert_int_equal(fol_denoising_loss(&ctx, den, NULL, (fol_rows){x, N, 2, 2, 1}, &(fol_loss_options){.repeats = 2},
                                        &result, NULL),
                     FOL_OK);
    out[0] = result.loss.mean;
    out[1] = result.loss.se;
    fol_denoiser_free(den);
    fol_target_free(gmm);
    return 2;
}

// All that a run of an estimator adds up, but for the time that it took.
static size_t tally_of(const fol_field *drift, const char *const *words, double *out)
{
    fol_context ctx = new_context();
    double x0[4] = {0.3, -0.2};
    const size_t d = drift->n_in;
    const fol_sde sde = {.drift = drift, .x0 = {x0, 1, d, d, 1}, .horizon = 1, .sigma = 1};
    fol_expect_options options;
    const fol_instance cosine = INSTANCE(fol_functional_option_table, "g", "cosine");
    const fol_functional g = fol_functional_of(&cosine, d);
    fol_options_init(fol_expect_option_table, &options);
    for (; *words; words += 2)
        assert_int_equal(fol_options_set_word(&ctx, fol_expect_option_table, &options, words[0], words[1]), FOL_OK);
    fol_tally *tally;
    if (fol_expect(&ctx, &sde, &g.field, &options, NULL, &tally) != FOL_OK)
        fail_msg("%s", ctx.message);
    size_t n = 0;
    for (size_t row = 0; row < tally->n_rows; row++)
        for (size_t k = 0; k < 4 * tally->n_columns && n < SPACE; k++)
            out[n++] = tally->moments[row * 4 * tally->n_columns + k];
    fol_tally_free(tally);
    return n;
}

static size_t tally_of_sine(const char *const *words, double *out)
{
    fol_context ctx = new_context();
    const fol_instance sine = INSTANCE(fol_drift_option_table, "drift", "sin", "amplitude", "1.3", "frequency", "0.7");
    fol_field *drift;
    assert_int_equal(fol_drift_new(&ctx, &sine, 3, &drift), FOL_OK);
    const size_t n = tally_of(drift, words, out);
    fol_field_free(drift);
    return n;
}
#define WORDS(...)                                                                                                     \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }

static size_t stratified(double *out)
{
    return tally_of_sine(WORDS("n", "5000"), out);
}

static size_t renewal(double *out)
{
    return tally_of_sine(WORDS("n", "5000", "method", "renewal", "gap", "gamma"), out);
}

static size_t multilevel(double *out)
{
    return tally_of_sine(WORDS("method", "mlmc", "target_se", "0.02"), out);
}

static size_t follmer(double *out)
{
    fol_context ctx = new_context();
    fol_target *gmm = new_plane();
    const fol_process process = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(gmm, &process);
    fol_field *drift;
    assert_int_equal(fol_drift_follmer_new(&ctx, den, 1, INFINITY, &drift), FOL_OK);
    const size_t n = tally_of(drift, WORDS("n", "2000", "method", "renewal"), out);
    fol_field_free(drift);
    fol_denoiser_free(den);
    fol_target_free(gmm);
    return n;
}

static void assert_same_bits(computation compute)
{
    static const char *const levels[] = {"baseline", "x86-64-v3", "x86-64-v4"};
    static double first[SPACE], other[SPACE];
    fol_simd_choose(levels[0]);
    const size_t n = compute(first);
    assert_true(n > 0 && n <= SPACE);
    for (size_t l = 1; l < 3; l++) {
        if (strcmp(fol_simd_choose(levels[l])->name, levels[l]) != 0)
            continue; // this CPU does not have it
        memset(other, 0, sizeof other);
        assert_int_equal(compute(other), n);
        for (size_t i = 0; i < n; i++)
            if (memcmp(first + i, other + i, sizeof *first) != 0)
                fail_msg("Number %zu is %.17g at level %s and %.17g at %s.", i, first[i], levels[0], other[i],
                         levels[l]);
    }
    fol_simd_choose(NULL);
}

#define TEST(name)                                                                                                     \
    static void test_##name(void **state)                                                                              \
    {                                                                                                                  \
        (void) state;                                                                                                  \
        assert_same_bits(name);                                                                                        \
    }
TEST(normals)
TEST(elementary)
TEST(logarithm)
TEST(every_drift)
TEST(every_functional)
TEST(multistep)
TEST(ancestral)
TEST(euler)
TEST(ode)
TEST(loss)
TEST(stratified)
TEST(renewal)
TEST(multilevel)
TEST(follmer)

// A row's denoised value does not depend on how many rows there are beside it, nor on its place among them.
static void test_rows_beside(void **state)
{
    (void) state;
    double x[2 * N], all[2 * N], alone[2];
    fol_target *gmm = new_plane();
    const fol_process process = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(gmm, &process);
    gmm->draw(gmm, 5, 0, N, x);
    void *work = fol_alloc(fol_field_work_size(&den->field, N), 1);
    const fol_instant when = fol_process_at(&process, 0.4);
    fol_field_eval(&den->field, N, x, &when, 0, all, work);
    for (size_t i = 0; i < N; i++) {
        fol_field_eval(&den->field, 1, x + 2 * i, &when, 0, alone, work);
        assert_memory_equal(alone, all + 2 * i, sizeof alone);
    }
    fol_free(work);
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normals),     cmocka_unit_test(test_elementary),
        cmocka_unit_test(test_logarithm),   cmocka_unit_test(test_multistep),
        cmocka_unit_test(test_ancestral),   cmocka_unit_test(test_euler),
        cmocka_unit_test(test_ode),         cmocka_unit_test(test_loss),
        cmocka_unit_test(test_stratified),  cmocka_unit_test(test_renewal),
        cmocka_unit_test(test_multilevel),  cmocka_unit_test(test_follmer),
        cmocka_unit_test(test_every_drift), cmocka_unit_test(test_every_functional),
        cmocka_unit_test(test_rows_beside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
