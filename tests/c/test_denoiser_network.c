// Tests of network denoisers: along the axes of the data an untrained one is the exact denoiser of a Gaussian.
#include "field/denoiser_network.h"
#include "network/mlp.h"
#include "stats/eigen.h"
#include "testing.h"

enum { D = 3, N = 300 }; // more rows than go through in a pass

static const double mean[D] = {1, -0.5, 2};
static const double covariance[D * D] = {2, 0.6, -0.3, 0.6, 0.5, 0.1, -0.3, 0.1, 0.9};

typedef struct {
    fol_network *network;
    float *weights;
    double sd[D];
    float axis[D * D];
    fol_target *gaussian;
    fol_denoiser *learned, *exact;
} pair;

static void new_pair(pair *p, const fol_process *process)
{
    fol_context ctx;
    fol_context_init(&ctx);
    const fol_mlp_options options = {{1, {8}}, {&fol_activation_silu.base}, FOL_TIME_RAW, 1};
    assert_int_equal(fol_mlp_new(&ctx, &options, D, D, &p->network), FOL_OK);
    p->weights = fol_alloc(p->network->n_weights, sizeof *p->weights);
    p->network->init(p->network, 1, 0, p->weights);
    double vector[D * D], trace = 0;
    assert_int_equal(fol_eigen(&ctx, D, covariance, p->sd, vector), FOL_OK);
    for (size_t k = 0; k < D; k++) {
        trace += p->sd[k];
        p->sd[k] = sqrt(p->sd[k]);
    }
    for (size_t i = 0; i < D * D; i++)
        p->axis[i] = (float) vector[i];
    const fol_network_parts parts = {.network = p->network,
                                     .weights = p->weights,
                                     .mean = mean,
                                     .process = *process,
                                     .parametrization = FOL_EDM,
                                     .data_sd = sqrt(trace / D),
                                     .axes = {p->sd, p->axis}};
    assert_int_equal(fol_denoiser_network_new(&ctx, &parts, &p->learned), FOL_OK);
    const fol_target_parameter parameters[] = {{"mean", D, 1, mean}, {"covariance", D, D, covariance}};
    assert_int_equal(fol_target_new(&ctx, "gaussian", parameters, 2, &p->gaussian), FOL_OK);
    p->exact = new_exact(p->gaussian, process);
}

static void free_pair(pair *p)
{
    fol_denoiser_free(p->exact);
    fol_denoiser_free(p->learned);
    fol_target_free(p->gaussian);
    fol_free(p->weights);
    fol_network_free(p->network);
}

static void eval(const fol_denoiser *den, size_t n, const double *x, const fol_instant *when, size_t stride,
                 double *out)
{
    void *work = fol_alloc(fol_field_work_size(&den->field, n), 1);
    assert_int_equal(fol_field_eval(&den->field, n, x, when, stride, out, work), FOL_OK);
    fol_free(work);
}

// From almost noise to almost data, with one moment for all rows and one for each.
static void test_gaussian(void **state)
{
    (void) state;
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        const fol_process process = paper_process(kind);
        pair p;
        new_pair(&p, &process);
        static double x[N * D], learned[N * D], exact[N * D], alone[N * D];
        static fol_instant when[N];
        for (size_t i = 0; i < N; i++) {
            when[i] = fol_process_at_snr(&process, 1e-3 * pow(1e7, (double) i / N));
            for (size_t j = 0; j < D; j++)
                x[i * D + j] =
                    when[i].a * (mean[j] + sin((double) (i * D + j))) + when[i].s * cos((double) (7 * i + j));
        }
        eval(p.learned, N, x, when, 1, learned);
        eval(p.exact, N, x, when, 1, exact);
        for (size_t i = 0; i < N; i++) {
            eval(p.learned, 1, x + i * D, when + i, 0, alone + i * D);
            // in single precision, but never by more than a small part of the noise
            const double bound = 2e-6 * fmin(1, 1 / sqrt(when[i].snr)) + 2e-6 * fabs(mean[0]) * (when[i].snr < 1);
            for (size_t j = 0; j < D; j++)
                assert_near(learned[i * D + j], exact[i * D + j], bound, fol_processes[kind]->name);
        }
        for (size_t i = 0; i < N * D; i++)
            assert_near(alone[i], learned[i], 1e-6, "one moment");
        free_pair(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaussian),
    };
    return cmocka_run_group_tests_name("denoiser_network", tests, NULL, NULL);
}
