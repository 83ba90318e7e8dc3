// Tests of the multilayer perceptron: forward pass against the plain loop in double, gradients against finite
// differences.
#include "base/simd.h"
#include "network/mlp.h"
#include "network/network_set.h"
#include "random/rng.h"
#include "testing.h"

#define MOST 600 // the largest width in these tests

// Each activation by its plain formula, in the order of the list.
static double plain_silu(double z)
{
    return z / (1 + exp(-z));
}

static double plain_relu(double z)
{
    return z > 0 ? z : 0;
}

static double plain_gelu(double z)
{
    return z / (1 + exp(-2 * sqrt(2 / PI) * (z + 0.044715 * z * z * z)));
}

static double plain_tanh(double z)
{
    return tanh(z);
}

static double plain_softplus(double z)
{
    return fmax(z, 0) + log1p(exp(-fabs(z)));
}

typedef double (*plain_activation)(double z);

#define PLAIN(name) plain_##name,
#define INDEX(name) ACTIVATION_##name,
static const plain_activation plain[] = {FOL_ACTIVATION_LIST(PLAIN)};
enum { FOL_ACTIVATION_LIST(INDEX) N_ACTIVATIONS };
#undef INDEX
#undef PLAIN

// Of layer l of a network: its weight and its bias; the layers are the pairs of its arrays.
static const fol_weight_array *weight_of(const fol_network *net, size_t l)
{
    return &net->arrays[2 * l];
}

static const fol_weight_array *bias_of(const fol_network *net, size_t l)
{
    return &net->arrays[2 * l + 1];
}

// The plain loop: one row through the network in double.
static void plain_forward(const fol_network *net, plain_activation activate, const double *weights, const double *in,
                          double *out)
{
    double h[2][MOST];
    const size_t n_layers = net->n_arrays / 2;
    memcpy(h[0], in, weight_of(net, 0)->shape[0] * sizeof *in);
    for (size_t l = 0; l < n_layers; l++) {
        const size_t n_in = weight_of(net, l)->shape[0], n_out = weight_of(net, l)->shape[1];
        for (size_t j = 0; j < n_out; j++) {
            double z = weights[bias_of(net, l)->offset + j];
            for (size_t i = 0; i < n_in; i++)
                z += h[l % 2][i] * weights[weight_of(net, l)->offset + i * n_out + j];
            h[(l + 1) % 2][j] = l + 1 < n_layers ? activate(z) : z;
        }
    }
    memcpy(out, h[n_layers % 2], net->n_out * sizeof *out);
}

typedef struct {
    fol_network *net;
    plain_activation activate;
    size_t n, width; // rows, and numbers of a row of the input
    float *values, *prepared, *in, *out_gradient;
    fol_network_work work, shared; // with gradients; for rows that share their features
    void *block, *shared_block;
} example;

static fol_weights weights_of(const example *e)
{
    return (fol_weights){e->values, e->prepared};
}

// A network with random weights everywhere, random inputs of n rows and a random gradient at its output.
static example new_example(fol_ints hidden, int activation, size_t n_in, size_t n_out, size_t n)
{
    fol_context ctx;
    fol_context_init(&ctx);
    example e = {.activate = plain[activation], .n = n};
    const fol_mlp_options options = {hidden, {fol_activations[activation]}, FOL_TIME_SINUSOIDAL, 3};
    assert_int_equal(fol_mlp_new(&ctx, &options, n_in, n_out, &e.net), FOL_OK);
    const size_t n_weights = e.net->n_weights;
    e.width = n_in + e.net->n_features;
    e.values = fol_alloc(n_weights, sizeof(float));
    e.prepared = fol_alloc_zero(e.net->n_prepared[FOL_INPUT_GRADIENT], sizeof(float));
    e.in = fol_alloc(n * e.width, sizeof(float));
    e.out_gradient = fol_alloc(n * n_out, sizeof(float));
    fol_rng_normals(1, FOL_STREAM_PILOT, 0, 0, n_weights, e.values);
    for (size_t i = 0; i < n_weights; i++)
        e.values[i] *= 0.4f;
    fol_rng_normals(1, FOL_STREAM_PILOT, 1, 0, n * e.width, e.in);
    fol_rng_normals(1, FOL_STREAM_PILOT, 2, 0, n * n_out, e.out_gradient);
    fol_network_prepare(e.net, e.values, FOL_INPUT_GRADIENT, e.prepared);
    e.block = fol_alloc(1, e.net->work_size(e.net, n, FOL_INPUT_GRADIENT));
    e.shared_block = fol_alloc(1, e.net->work_size(e.net, n, FOL_FORWARD));
    e.net->work_init(e.net, n, FOL_INPUT_GRADIENT, e.block, &e.work);
    e.net->work_init(e.net, n, FOL_FORWARD, e.shared_block, &e.shared);
    memcpy(e.work.in, e.in, n * e.width * sizeof(float));
    memcpy(e.work.out_gradient, e.out_gradient, n * n_out * sizeof(float));
    return e;
}

static void free_example(example *e)
{
    fol_free(e->shared_block);
    fol_free(e->block);
    fol_free(e->out_gradient);
    fol_free(e->in);
    fol_free(e->prepared);
    fol_free(e->values);
    fol_network_free(e->net);
}

static const fol_ints shapes[] = {{1, {5}}, {2, {16, 8}}, {3, {7, 33, 20}}, {4, {32, 32, 32, 32}}};

static void test_forward(void **state)
{
    (void) state;
    for (int activation = 0; activation < N_ACTIVATIONS; activation++)
        for (size_t s = 0; s < 4; s++) {
            example e = new_example(shapes[s], activation, 3, 1 + 2 * s, 37);
            const size_t n_out = e.net->n_out;
            double weights[8192], in[MOST], out[MOST];
            for (size_t i = 0; i < e.net->n_weights; i++)
                weights[i] = e.values[i];
            e.net->forward(e.net, weights_of(&e), e.n, NULL, &e.work);
            for (size_t i = 0; i < e.n; i++) {
                for (size_t j = 0; j < e.width; j++)
                    in[j] = e.in[i * e.width + j];
                plain_forward(e.net, e.activate, weights, in, out);
                for (size_t j = 0; j < n_out; j++)
                    assert_near(e.work.out[i * n_out + j], out[j], 2e-5 * (1 + fabs(out[j])), "output");
            }
            free_example(&e);
        }
}

// The arrays fill the vector of weights, in order.
static void test_arrays(void **state)
{
    (void) state;
    example e = new_example(shapes[2], ACTIVATION_silu, 3, 2, 1);
    size_t end = 0;
    assert_int_equal(e.net->n_arrays, 8);
    assert_string_equal(e.net->arrays[4].name, "layers.2.weight");
    assert_string_equal(e.net->arrays[7].name, "layers.3.bias");
    for (size_t a = 0; a < e.net->n_arrays; a++) {
        const fol_weight_array *array = &e.net->arrays[a];
        size_t entries = 1;
        for (int k = 0; k < array->n_dims; k++)
            entries *= array->shape[k];
        assert_int_equal(array->offset, end);
        assert_int_equal(array->rows * array->row_size, entries);
        end += entries;
    }
    assert_int_equal(end, e.net->n_weights);
    assert_true(e.net->n_prepared[FOL_FORWARD] < e.net->n_prepared[FOL_GRADIENT] &&
                e.net->n_prepared[FOL_GRADIENT] < e.net->n_prepared[FOL_INPUT_GRADIENT]);
    free_example(&e);
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
        fol_time_features kind;
        assert_int_equal(fol_time_features_init(&ctx, &kind, FOL_TIME_SINUSOIDAL, frequencies[k]), FOL_OK);
        const size_t n = (size_t) frequencies[k];
        assert_int_equal(kind.n, 1 + 2 * n);
        double t[N];
        for (size_t i = 0; i < N; i++)
            t[i] = 8 * (double) i / (N - 1) - 4;
        fol_time_features_at(&kind, N, t, STRIDE, features);
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

// Rows that share their time are those that have it each.
static void test_shared_time(void **state)
{
    (void) state;
    example e = new_example(shapes[2], ACTIVATION_silu, 3, 2, 21);
    float features[MOST];
    e.net->features(e.net, 1, &(double){0.7}, 0, features);
    assert_near(features[0], 0.7, 1e-7, "t");
    assert_near(features[1], sin(0.7), 1e-7, "sin");
    assert_near(features[6], cos(16 * 0.7), 1e-6, "cos of the highest frequency");
    for (size_t i = 0; i < e.n; i++) {
        memcpy(e.work.in + i * e.width + 3, features, e.net->n_features * sizeof(float));
        memcpy(e.shared.in + i * 3, e.work.in + i * e.width, 3 * sizeof(float));
    }
    e.net->forward(e.net, weights_of(&e), e.n, NULL, &e.work);
    e.net->forward(e.net, weights_of(&e), e.n, features, &e.shared);
    for (size_t i = 0; i < e.n * 2; i++)
        assert_near(e.shared.out[i], e.work.out[i], 1e-4, "output");
    free_example(&e);
}

// Sum over rows and outputs of out_gradient * output, in double: what the backward pass differentiates.
static double plain_loss(const example *e, const double *weights, const double *in)
{
    const size_t n_out = e->net->n_out;
    double out[MOST], sum = 0;
    for (size_t i = 0; i < e->n; i++) {
        plain_forward(e->net, e->activate, weights, in + i * e->width, out);
        for (size_t j = 0; j < n_out; j++)
            sum += e->out_gradient[i * n_out + j] * out[j];
    }
    return sum;
}

// Central differences of that with respect to point[i]; relu's kink is the reason for the small step.
static double difference(const example *e, double *weights, double *in, double *point)
{
    const double h = 1e-6, at = *point;
    *point = at + h;
    const double up = plain_loss(e, weights, in);
    *point = at - h;
    const double down = plain_loss(e, weights, in);
    *point = at;
    return (up - down) / (2 * h);
}

static void test_gradients(void **state)
{
    (void) state;
    for (int activation = 0; activation < N_ACTIVATIONS; activation++)
        for (size_t s = 0; s < 4; s++) {
            example e = new_example(shapes[s], activation, 3, 2, 9);
            const size_t n_weights = e.net->n_weights, n_inputs = e.n * e.width;
            double weights[8192], in[1024];
            float gradient[8192], input_gradient[1024];
            for (size_t i = 0; i < n_weights; i++) {
                weights[i] = e.values[i];
                gradient[i] = 99; // to be overwritten
            }
            for (size_t i = 0; i < n_inputs; i++)
                in[i] = e.in[i];
            e.net->forward(e.net, weights_of(&e), e.n, NULL, &e.work);
            e.net->backward(e.net, weights_of(&e), e.n, &e.work, false, gradient, input_gradient);
            for (size_t i = 0; i < n_weights; i += 7)
                assert_near(gradient[i], difference(&e, weights, in, &weights[i]), 2e-3, "weight gradient");
            for (size_t i = 0; i < n_inputs; i++)
                assert_near(input_gradient[i], difference(&e, weights, in, &in[i]), 2e-3, "input gradient");

            // Once more on top: twice the gradient.
            float twice[8192];
            memcpy(twice, gradient, n_weights * sizeof *twice);
            memcpy(e.work.out_gradient, e.out_gradient, e.n * 2 * sizeof(float));
            e.net->backward(e.net, weights_of(&e), e.n, &e.work, true, twice, NULL);
            for (size_t i = 0; i < n_weights; i++)
                assert_near(twice[i], 2 * (double) gradient[i], 1e-4 * (1 + fabs(gradient[i])), "accumulated");
            free_example(&e);
        }
}

// Layers that are too wide to be packed take the other way through both passes.
static void test_wide(void **state)
{
    (void) state;
    example e = new_example((fol_ints){3, {530, 520, 3}}, ACTIVATION_tanh, 3, 2, 5);
    const size_t n_weights = e.net->n_weights;
    assert_true(e.net->n_prepared[FOL_FORWARD] < n_weights / 10 && e.net->rows_matter);
    double *weights = fol_alloc(n_weights, sizeof *weights), in[64], out[MOST];
    float *gradient = fol_alloc(n_weights, sizeof *gradient);
    for (size_t l = 0; l < 2; l++) // keep tanh away from its plateaus
        for (size_t i = weight_of(e.net, l)->offset; i < bias_of(e.net, l)->offset; i++)
            e.values[i] *= 0.1f;
    fol_network_prepare(e.net, e.values, FOL_INPUT_GRADIENT, e.prepared);
    for (size_t i = 0; i < n_weights; i++)
        weights[i] = e.values[i];
    for (size_t i = 0; i < e.n * e.width; i++)
        in[i] = e.in[i];
    e.net->forward(e.net, weights_of(&e), e.n, NULL, &e.work);
    for (size_t i = 0; i < e.n; i++) {
        plain_forward(e.net, e.activate, weights, in + i * e.width, out);
        for (size_t j = 0; j < 2; j++)
            assert_near(e.work.out[i * 2 + j], out[j], 1e-5, "output");
    }
    e.net->backward(e.net, weights_of(&e), e.n, &e.work, false, gradient, NULL);
    for (size_t i = 0; i < n_weights; i += n_weights / 12)
        assert_near(gradient[i], difference(&e, weights, in, &weights[i]), 1e-4, "weight gradient");
    fol_free(gradient);
    fol_free(weights);
    free_example(&e);
}

static void assert_activation(const fol_activation_kind *kind, int level, plain_activation activate, double base)
{
    enum { N = 19 };
    const float zero[N] = {0};
    float h[N], slope[N];
    for (int j = 0; j < N; j++)
        h[j] = (float) (base + 1e-3 * j);
    kind->activate[level](1, N, zero, h, slope);
    for (int j = 0; j < N; j++) {
        const double z = (float) (base + 1e-3 * j), e = 1e-6, value = activate(z);
        assert_near(h[j], value, fmin(1e-6 * (1 + fabs(value)), 2e-5 * fabs(value) + 1e-34), kind->base.name);
        const double left = (value - activate(z - e)) / e, right = (activate(z + e) - value) / e;
        if (fabs(left - right) < 0.1) // no kink
            assert_near(slope[j], (left + right) / 2, 2e-6, kind->base.name);
    }
}

// Activations and their slopes over the whole range, at every level, also where exp would overflow; far from 0 small
// values are right to five digits.
static void test_activations(void **state)
{
    (void) state;
    const char *const levels[] = {"x86-64-v4", "x86-64-v3", "baseline"};
    for (size_t level = 0; level < 3; level++)
        for (int i = 0; i < N_ACTIVATIONS; i++)
            for (double base = -200; base < 200; base += fabs(base) < 6 ? 0.01 : 3.7)
                assert_activation((const fol_activation_kind *) fol_activations[i],
                                  fol_simd_up_to(levels[level])->level, plain[i], base);
}

// Normal with the variance that the activation asks for; the last layer is 0.
static void test_initial_weights(void **state)
{
    (void) state;
    for (int i = 0; i < N_ACTIVATIONS; i++) {
        fol_context ctx;
        fol_context_init(&ctx);
        fol_network *net;
        const fol_mlp_options options = {{2, {64, 64}}, {fol_activations[i]}, FOL_TIME_RAW, 8};
        const double gain = fol_activation_kind_of(&options.activation)->gain;
        assert_int_equal(fol_mlp_new(&ctx, &options, 2, 2, &net), FOL_OK);
        assert_int_equal(net->n_features, 1);
        float *w = fol_alloc(2 * net->n_weights, sizeof *w);
        const fol_network_set set = fol_network_set_of(2, (const fol_network *[]){net, net}, FOL_FORWARD);
        fol_network_set_init(&set, 4, w);
        double square = 0;
        const size_t first = weight_of(net, 1)->offset, last = weight_of(net, 2)->offset;
        for (size_t j = 0; j < 64 * 64; j++)
            square += (double) w[first + j] * w[first + j];
        assert_near(square / (64 * 64), gain / 64, 5 * sqrt(2.0 / (64 * 64)) * gain / 64, "variance");
        for (size_t j = last; j < net->n_weights; j++)
            assert_true(w[j] == 0);
        for (size_t j = 0; j < 64 * 64; j++) // the second network of a set begins elsewhere
            assert_true(w[first + j] != w[net->n_weights + first + j]);
        fol_free(w);
        fol_network_free(net);
    }
}

// Two networks of a set have places of their own, and prepared weights that each can use.
static void test_set(void **state)
{
    (void) state;
    example a = new_example(shapes[1], ACTIVATION_silu, 3, 2, 7), b = new_example(shapes[2], ACTIVATION_tanh, 1, 4, 5);
    const fol_network_set set = fol_network_set_of(2, (const fol_network *[]){a.net, b.net}, FOL_FORWARD);
    assert_int_equal(set.n_weights, a.net->n_weights + b.net->n_weights);
    float *values = fol_alloc(set.n_weights, sizeof *values), out[5 * 4];
    float *prepared = fol_alloc_zero(set.n_prepared, sizeof *prepared);
    memcpy(values, a.values, a.net->n_weights * sizeof *values);
    memcpy(values + a.net->n_weights, b.values, b.net->n_weights * sizeof *values);
    fol_network_set_prepare(&set, values, prepared);
    b.net->forward(b.net, weights_of(&b), b.n, NULL, &b.work);
    memcpy(out, b.work.out, sizeof out);
    memset(b.work.out, 0, sizeof out);
    b.net->forward(b.net, fol_network_set_weights(&set, 1, (fol_weights){values, prepared}), b.n, NULL, &b.work);
    assert_memory_equal(out, b.work.out, sizeof out);
    fol_free(prepared);
    fol_free(values);
    free_example(&b);
    free_example(&a);
}

static void test_refusals(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_network *net;
    fol_mlp_options options = {{0, {0}}, {&fol_activation_silu.base}, FOL_TIME_RAW, 8};
    assert_int_equal(fol_mlp_new(&ctx, &options, 2, 2, &net), FOL_E_INPUT);
    assert_null(net);
    assert_non_null(strstr(ctx.message, "`hidden`"));
    options.hidden = (fol_ints){2, {65536, 65536}};
    assert_int_equal(fol_mlp_new(&ctx, &options, 2, 2, &net), FOL_E_INPUT);
    assert_null(net);
    assert_non_null(strstr(ctx.message, "`hidden`"));
    options = (fol_mlp_options){{1, {4}}, {&fol_activation_silu.base}, FOL_TIME_SINUSOIDAL, FOL_MOST_FREQUENCIES + 1};
    assert_int_equal(fol_mlp_new(&ctx, &options, 2, 2, &net), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`frequencies` must be from 1 to 256, not 257."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward),       cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_time_features), cmocka_unit_test(test_shared_time),
        cmocka_unit_test(test_gradients),     cmocka_unit_test(test_wide),
        cmocka_unit_test(test_activations),   cmocka_unit_test(test_initial_weights),
        cmocka_unit_test(test_set),           cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests_name("mlp", tests, NULL, NULL);
}
