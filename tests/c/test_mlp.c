// Tests of the network: forward pass against the plain loop in double, gradients against finite differences.
#include "base/simd.h"
#include "network/mlp_grad.h"
#include "random/rng.h"
#include "testing.h"

#define MOST 600 // the largest width in these tests

static double activate(int activation, double z)
{
    switch (activation) {
    case FOL_RELU:
        return z > 0 ? z : 0;
    case FOL_GELU:
        return 0.5 * z * (1 + tanh(sqrt(2 / PI) * (z + 0.044715 * z * z * z)));
    case FOL_TANH:
        return tanh(z);
    default:
        return z / (1 + exp(-z));
    }
}

// The plain loop: one row through the network in double.
static void plain_forward(const fol_mlp *mlp, const double *weights, const double *in, double *out)
{
    double h[2][MOST];
    memcpy(h[0], in, mlp->width[0] * sizeof *in);
    for (int l = 0; l < mlp->n_layers; l++)
        for (size_t j = 0; j < mlp->width[l + 1]; j++) {
            double z = weights[mlp->bias[l] + j];
            for (size_t i = 0; i < mlp->width[l]; i++)
                z += h[l % 2][i] * weights[mlp->weight[l] + i * mlp->width[l + 1] + j];
            h[(l + 1) % 2][j] = l + 1 < mlp->n_layers ? activate(mlp->options.activation, z) : z;
        }
    memcpy(out, h[mlp->n_layers % 2], mlp->width[mlp->n_layers] * sizeof *out);
}

typedef struct {
    fol_mlp mlp;
    size_t n;
    float *weights, *prepared, *in, *out_gradient;
    fol_mlp_work work;
    void *block;
} network;

// A network with random weights everywhere, random inputs of n rows and a random gradient at its output.
static network new_network(fol_ints hidden, int activation, size_t n_state, size_t n_out, size_t n)
{
    fol_context ctx;
    fol_context_init(&ctx);
    network net = {.n = n};
    const fol_mlp_options options = {hidden, activation, FOL_TIME_SINUSOIDAL, 3};
    assert_int_equal(fol_mlp_init(&ctx, &net.mlp, &options, n_state, n_out), FOL_OK);
    const size_t n_weights = net.mlp.n_weights;
    net.weights = fol_alloc(n_weights, sizeof(float));
    net.prepared = fol_alloc_zero(net.mlp.n_prepared, sizeof(float));
    net.in = fol_alloc(n * net.mlp.width[0], sizeof(float));
    net.out_gradient = fol_alloc(n * n_out, sizeof(float));
    fol_rng_normals(1, FOL_STREAM_PILOT, 0, 0, n_weights, net.weights);
    for (size_t i = 0; i < n_weights; i++)
        net.weights[i] *= 0.4f;
    fol_rng_normals(1, FOL_STREAM_PILOT, 1, 0, n * net.mlp.width[0], net.in);
    fol_rng_normals(1, FOL_STREAM_PILOT, 2, 0, n * n_out, net.out_gradient);
    fol_mlp_prepare_all(&net.mlp, net.weights, true, net.prepared);
    net.block = fol_alloc(1, fol_mlp_work_size(&net.mlp, n, true));
    fol_mlp_work_init(&net.mlp, n, true, net.block, &net.work);
    memcpy(net.work.h[0], net.in, n * net.mlp.width[0] * sizeof(float));
    memcpy(net.work.g[0], net.out_gradient, n * n_out * sizeof(float));
    return net;
}

static void free_network(network *net)
{
    fol_free(net->block);
    fol_free(net->out_gradient);
    fol_free(net->in);
    fol_free(net->prepared);
    fol_free(net->weights);
}

static const fol_ints shapes[] = {{1, {5}}, {2, {16, 8}}, {3, {7, 33, 20}}, {4, {32, 32, 32, 32}}};

static void test_forward(void **state)
{
    (void) state;
    for (int activation = 0; activation < 4; activation++)
        for (size_t s = 0; s < 4; s++) {
            network net = new_network(shapes[s], activation, 3, 1 + 2 * s, 37);
            const size_t n_in = net.mlp.width[0], n_out = net.mlp.width[net.mlp.n_layers];
            double weights[8192], in[MOST], out[MOST];
            for (size_t i = 0; i < net.mlp.n_weights; i++)
                weights[i] = net.weights[i];
            fol_mlp_forward(&net.mlp, net.weights, net.prepared, net.n, NULL, &net.work);
            for (size_t i = 0; i < net.n; i++) {
                for (size_t j = 0; j < n_in; j++)
                    in[j] = net.in[i * n_in + j];
                plain_forward(&net.mlp, weights, in, out);
                for (size_t j = 0; j < n_out; j++)
                    assert_near(net.work.h[net.mlp.n_layers][i * n_out + j], out[j], 2e-5 * (1 + fabs(out[j])),
                                "output");
            }
            free_network(&net);
        }
}

// Of many times at once, for few frequencies and for many.
static void test_time_features(void **state)
{
    (void) state;
    enum { N = 70, STRIDE = MOST };
    const int64_t frequencies[] = {1, 2, 8, FOL_MOST_FREQUENCIES};
    float *features = fol_alloc_zero(N * STRIDE, sizeof *features);
    for (size_t k = 0; k < 4; k++) {
        fol_context ctx;
        fol_context_init(&ctx);
        fol_mlp mlp;
        const fol_mlp_options options = {{1, {4}}, FOL_SILU, FOL_TIME_SINUSOIDAL, frequencies[k]};
        assert_int_equal(fol_mlp_init(&ctx, &mlp, &options, 1, 1), FOL_OK);
        const size_t n = (size_t) frequencies[k];
        double t[N];
        for (size_t i = 0; i < N; i++)
            t[i] = 8 * (double) i / (N - 1) - 4;
        fol_mlp_time_features(&mlp, N, t, features, STRIDE);
        for (size_t i = 0; i < N; i++) {
            const float *row = features + i * STRIDE;
            assert_near(row[0], t[i], 1e-6, "t");
            for (size_t j = 0; j < n; j++) {
                const double f = pow(16, n > 1 ? (double) j / (double) (n - 1) : 0);
                assert_near(row[1 + j], sin(f * t[i]), 1e-7, "sin");
                assert_near(row[1 + n + j], cos(f * t[i]), 1e-7, "cos");
            }
        }
    }
    fol_free(features);
}

// Rows at one time: the first layer's bias takes the features in.
static void test_shared_time(void **state)
{
    (void) state;
    network net = new_network(shapes[2], FOL_SILU, 3, 2, 21), other = new_network(shapes[2], FOL_SILU, 3, 2, 21);
    const size_t n_in = net.mlp.width[0];
    float features[MOST], bias[MOST];
    fol_mlp_time_features(&net.mlp, 1, &(double){0.7}, features, 0);
    assert_near(features[0], 0.7, 1e-7, "t");
    assert_near(features[1], sin(0.7), 1e-7, "sin");
    assert_near(features[6], cos(16 * 0.7), 1e-6, "cos of the highest frequency");
    for (size_t i = 0; i < net.n; i++) {
        memcpy(net.work.h[0] + i * n_in + 3, features, (n_in - 3) * sizeof(float));
        memmove(other.work.h[0] + i * 3, net.work.h[0] + i * n_in, 3 * sizeof(float));
    }
    fol_mlp_forward(&net.mlp, net.weights, net.prepared, net.n, NULL, &net.work);
    fol_mlp_time_bias(&net.mlp, net.weights, features, bias);
    fol_mlp_forward(&net.mlp, net.weights, net.prepared, net.n, bias, &other.work);
    for (size_t i = 0; i < net.n * 2; i++)
        assert_near(other.work.h[4][i], net.work.h[4][i], 1e-4, "output");
    free_network(&other);
    free_network(&net);
}

// Sum over rows and outputs of out_gradient * output, in double: what the backward pass differentiates.
static double objective(const network *net, const double *weights, const double *in)
{
    const size_t n_in = net->mlp.width[0], n_out = net->mlp.width[net->mlp.n_layers];
    double out[MOST], sum = 0;
    for (size_t i = 0; i < net->n; i++) {
        plain_forward(&net->mlp, weights, in + i * n_in, out);
        for (size_t j = 0; j < n_out; j++)
            sum += net->out_gradient[i * n_out + j] * out[j];
    }
    return sum;
}

// Central differences of the objective with respect to point[i]; relu's kink is the reason for the small step.
static double difference(const network *net, double *weights, double *in, double *point)
{
    const double h = 1e-6, at = *point;
    *point = at + h;
    const double up = objective(net, weights, in);
    *point = at - h;
    const double down = objective(net, weights, in);
    *point = at;
    return (up - down) / (2 * h);
}

static void test_gradients(void **state)
{
    (void) state;
    for (int activation = 0; activation < 4; activation++)
        for (size_t s = 0; s < 4; s++) {
            network net = new_network(shapes[s], activation, 3, 2, 9);
            const size_t n_weights = net.mlp.n_weights, n_inputs = net.n * net.mlp.width[0];
            double weights[8192], in[1024];
            float gradient[8192], input_gradient[1024];
            for (size_t i = 0; i < n_weights; i++) {
                weights[i] = net.weights[i];
                gradient[i] = 99; // to be overwritten
            }
            for (size_t i = 0; i < n_inputs; i++)
                in[i] = net.in[i];
            fol_mlp_forward(&net.mlp, net.weights, net.prepared, net.n, NULL, &net.work);
            fol_mlp_backward(&net.mlp, net.prepared, net.n, &net.work, false, gradient, input_gradient);
            for (size_t i = 0; i < n_weights; i += 7)
                assert_near(gradient[i], difference(&net, weights, in, &weights[i]), 2e-3, "weight gradient");
            for (size_t i = 0; i < n_inputs; i++)
                assert_near(input_gradient[i], difference(&net, weights, in, &in[i]), 2e-3, "input gradient");

            // Once more on top: twice the gradient.
            float twice[8192];
            memcpy(twice, gradient, n_weights * sizeof *twice);
            memcpy(net.work.g[0], net.out_gradient, net.n * 2 * sizeof(float));
            fol_mlp_backward(&net.mlp, net.prepared, net.n, &net.work, true, twice, NULL);
            for (size_t i = 0; i < n_weights; i++)
                assert_near(twice[i], 2 * (double) gradient[i], 1e-4 * (1 + fabs(gradient[i])), "accumulated");
            free_network(&net);
        }
}

// Layers that are too wide to be packed take the other way through both passes.
static void test_wide(void **state)
{
    (void) state;
    network net = new_network((fol_ints){3, {530, 520, 3}}, FOL_TANH, 3, 2, 5);
    const size_t n_weights = net.mlp.n_weights, n_in = net.mlp.width[0];
    assert_true(net.mlp.n_forward < n_weights / 10);
    double *weights = fol_alloc(n_weights, sizeof *weights), in[64], out[MOST];
    float *gradient = fol_alloc(n_weights, sizeof *gradient);
    for (size_t l = 0; l < 2; l++) // keep tanh away from its plateaus
        for (size_t i = net.mlp.weight[l]; i < net.mlp.bias[l]; i++)
            net.weights[i] *= 0.1f;
    fol_mlp_prepare_all(&net.mlp, net.weights, true, net.prepared);
    for (size_t i = 0; i < n_weights; i++)
        weights[i] = net.weights[i];
    for (size_t i = 0; i < net.n * n_in; i++)
        in[i] = net.in[i];
    fol_mlp_forward(&net.mlp, net.weights, net.prepared, net.n, NULL, &net.work);
    for (size_t i = 0; i < net.n; i++) {
        plain_forward(&net.mlp, weights, in + i * n_in, out);
        for (size_t j = 0; j < 2; j++)
            assert_near(net.work.h[4][i * 2 + j], out[j], 1e-5, "output");
    }
    fol_mlp_backward(&net.mlp, net.prepared, net.n, &net.work, false, gradient, NULL);
    for (size_t i = 0; i < n_weights; i += n_weights / 12)
        assert_near(gradient[i], difference(&net, weights, in, &weights[i]), 1e-4, "weight gradient");
    fol_free(gradient);
    fol_free(weights);
    free_network(&net);
}

// Activations and their slopes over the whole range, at every level, also where exp would overflow.
static void test_activations(void **state)
{
    (void) state;
    const char *const levels[] = {"x86-64-v4", "x86-64-v3", "baseline"};
    enum { N = 19 };
    const float zero[N] = {0};
    for (size_t level = 0; level < 3; level++)
        for (int activation = 0; activation < 4; activation++)
            for (double base = -200; base<200; base += base> - 6 && base < 6 ? 0.01 : 3.7) {
                float h[N], slope[N];
                for (int j = 0; j < N; j++)
                    h[j] = (float) (base + 1e-3 * j);
                fol_simd_up_to(levels[level])->activate[activation](1, N, zero, h, slope);
                for (int j = 0; j < N; j++) {
                    const double z = (float) (base + 1e-3 * j), e = 1e-6;
                    const double value = activate(activation, z);
                    assert_near(h[j], value, 1e-6 * (1 + fabs(value)), "activation");
                    if (activation != FOL_RELU || fabs(z) > 1e-3)
                        assert_near(slope[j], (activate(activation, z + e) - activate(activation, z - e)) / (2 * e),
                                    2e-6, "slope");
                }
            }
}

static void test_initial_weights(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_mlp mlp;
    const fol_mlp_options options = {{2, {64, 64}}, FOL_SILU, FOL_TIME_RAW, 8};
    assert_int_equal(fol_mlp_init(&ctx, &mlp, &options, 2, 2), FOL_OK);
    assert_int_equal(mlp.width[0], 3);
    float *w = fol_alloc(mlp.n_weights, sizeof *w);
    fol_mlp_init_weights(&mlp, 4, w);
    double square = 0;
    for (size_t i = 0; i < 64 * 64; i++)
        square += (double) w[mlp.weight[1] + i] * w[mlp.weight[1] + i];
    assert_near(square / (64 * 64), 2.0 / 64, 5 * sqrt(2.0 / (64 * 64)) * 2.0 / 64, "variance");
    for (size_t i = mlp.weight[2]; i < mlp.n_weights; i++)
        assert_true(w[i] == 0);
    fol_free(w);
}

static void test_refusals(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_mlp mlp;
    fol_mlp_options options = {{0, {0}}, FOL_SILU, FOL_TIME_RAW, 8};
    assert_int_equal(fol_mlp_init(&ctx, &mlp, &options, 2, 2), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`hidden`"));
    options.hidden = (fol_ints){2, {65536, 65536}};
    assert_int_equal(fol_mlp_init(&ctx, &mlp, &options, 2, 2), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`hidden`"));
    options = (fol_mlp_options){{1, {4}}, FOL_SILU, FOL_TIME_SINUSOIDAL, FOL_MOST_FREQUENCIES + 1};
    assert_int_equal(fol_mlp_init(&ctx, &mlp, &options, 2, 2), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`frequencies` must be at most 256, not 257."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward),
        cmocka_unit_test(test_time_features),
        cmocka_unit_test(test_shared_time),
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_initial_weights),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests_name("mlp", tests, NULL, NULL);
}
