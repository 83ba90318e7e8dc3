// Speed of the parts on one thread: random numbers, matrix products, activations, the optimiser.
// Run: ./bootstrap build && make -C build bench && build/bench/micro   (FOLLMER_SIMD=baseline: a lower level)
#include <math.h>

#include "base/simd.h"
#include "bench.h"
#include "network/gemm.h"
#include "network/mlp.h"
#include "random/rng.h"

#define TRIALS 15
#define TRIAL_SECONDS 0.01
#define WANTED_NORMAL_NS 2.0
#define WANTED_GFLOPS 150.0

typedef void (*work_fn)(void *data);

// The shortest time of a call over the trials: what disturbs a measurement only ever adds to it.
static double time_call(work_fn work, void *data)
{
    double best = INFINITY;
    work(data);
    for (int trial = 0; trial < TRIALS; trial++) {
        size_t calls = 0;
        const double start = bench_seconds();
        double took;
        do {
            work(data);
            calls++;
            took = bench_seconds() - start;
        } while (took < TRIAL_SECONDS);
        best = fmin(best, took / (double) calls);
    }
    return best;
}

#define N_RANDOM 16384
static float random_out[N_RANDOM];

static void draw_words(void *data)
{
    (void) data;
    fol_rng_bits(1, FOL_STREAM_PILOT, 0, 0, N_RANDOM, (uint32_t *) random_out);
}

static void draw_normals(void *data)
{
    (void) data;
    fol_rng_normals(1, FOL_STREAM_PILOT, 0, 0, N_RANDOM, random_out);
}

static void report_random(void)
{
    printf("random numbers, ns each         words %.2f   normals %.2f (wanted: at most %.1f)\n",
           1e9 * time_call(draw_words, NULL) / N_RANDOM, 1e9 * time_call(draw_normals, NULL) / N_RANDOM,
           WANTED_NORMAL_NS);
}

// A product C (m, n) = op(A) B with op(A) (m, k), by fol_gemm or by the built-in kernel.
typedef struct {
    bool transposed;
    size_t m, n, k;
    float *a, *b, *c, *work;
} product;

static void multiply(void *data)
{
    const product *p = data;
    fol_gemm(p->transposed, p->m, p->n, p->k, p->a, p->transposed ? p->m : p->k, p->b, p->n, 0, p->c, p->n, p->work);
}

static void multiply_built_in(void *data)
{
    const product *p = data;
    fol_simd_get()->gemm(p->m, p->n, p->k, p->a, p->transposed ? 1 : p->k, p->transposed ? p->m : 1, p->b, p->n, 0,
                         p->c, p->n, p->work);
}

static void report_products(float *a, float *b, float *c, float *work)
{
    // m rows of a block or of a minibatch, k inputs, n outputs; transposed: weight gradients
    product sizes[] = {
        {false, 1024, 256, 256, a, b, c, work}, {false, 256, 256, 256, a, b, c, work},
        {true, 256, 256, 256, a, b, c, work},   {false, 256, 128, 128, a, b, c, work},
        {true, 128, 128, 256, a, b, c, work},   {false, 256, 64, 64, a, b, c, work},
        {true, 64, 64, 256, a, b, c, work},     {false, 256, 64, 19, a, b, c, work},
        {false, 256, 2, 64, a, b, c, work},
    };
    printf("\nmatrix products, GFLOP/s        %s   built-in (wanted: at least %.0f at 1024 256 256)\n", fol_gemm_name(),
           WANTED_GFLOPS);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        product *p = &sizes[i];
        const double flops = 2e-9 * (double) p->m * (double) p->n * (double) p->k;
        printf("%5zu x %3zu x %3zu %-10s %12.1f %12.1f\n", p->m, p->n, p->k, p->transposed ? "transposed" : "",
               flops / time_call(multiply, p), flops / time_call(multiply_built_in, p));
    }
}

// Layers of 256 rows and 256 columns: they stay in the second-level cache.
#define SIDE 256
typedef struct {
    const fol_activation_kind *activation;
    float *bias, *h, *slope;
} layer;

static void activate(void *data)
{
    const layer *l = data;
    l->activation->activate[fol_simd_get()->level](SIDE, SIDE, l->bias, l->h, l->slope);
}

static void report_activations(float *bias, float *h, float *slope)
{
    fol_rng_normals(1, FOL_STREAM_PILOT, 0, 0, SIDE, bias); // repeated calls settle at values of ordinary size
    printf("\nactivations, ns an entry        value    value and slope\n");
    for (const fol_kind *const *kind = fol_activations; *kind; kind++) {
        const fol_activation_kind *activation = (const fol_activation_kind *) *kind;
        layer value = {activation, bias, h, NULL}, both = {activation, bias, h, slope};
        printf("  %-28s %7.2f %12.2f\n", (*kind)->name, 1e9 * time_call(activate, &value) / (SIDE * SIDE),
               1e9 * time_call(activate, &both) / (SIDE * SIDE));
    }
}

static void optimise(void *data)
{
    float *const *part = data; // gradient, two moments, weights, averages
    const fol_adam_scalars scalars = {.rate = 1e-3F,
                                      .epsilon = 1e-8F,
                                      .decay = 1,
                                      .beta1 = 0.9F,
                                      .beta2 = 0.999F,
                                      .gradient_scale = 1,
                                      .ema = 0.999F};
    fol_simd_get()->adam(SIDE * SIDE, &scalars, 1, SIDE * SIDE, part[0], part[1], part[2], part[3], part[4]);
}

int main(void)
{
    const size_t n = 1024 * SIDE;
    float *block = fol_alloc_zero(8 * n, sizeof *block);
    if (!block)
        return 1;
    float *part[8];
    for (size_t i = 0; i < 8; i++)
        part[i] = block + i * n;
    fol_rng_normals(1, FOL_STREAM_PILOT, 0, 0, 2 * n, block);

    printf("instructions: %s\n", fol_simd_get()->name);
    report_random();
    report_products(part[0], part[1], part[2], part[3]);
    report_activations(part[2], part[1], part[3]);
    printf("\nAdam, ns a weight               %7.2f\n", 1e9 * time_call(optimise, part + 3) / (SIDE * SIDE));
    fol_free(block);
    return 0;
}
