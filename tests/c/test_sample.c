// Tests of sampling: grids, laws of the chains, order of the error, same bits, paths, interrupts, refusals.
#include <stdio.h>

#include "base/blocks.h"
#include "chain/sample.h"
#include "testing.h"

static const char *const method_names[] = {"multistep", "ancestral", "euler", "ode"};
enum { N_METHODS = sizeof method_names / sizeof *method_names };

static fol_sample_options options_of(int64_t steps, int method, int grid)
{
    return (fol_sample_options){.steps = steps, .method = method, .grid = grid, .snr_min = NAN, .snr_max = NAN};
}

// Row-major draws (n, d); fails the test unless FOL_OK.
static void draw(const fol_denoiser *den, const fol_sample_options *options, int threads, uint64_t first, size_t n,
                 double *x)
{
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.seed = 20;
    ctx.threads = threads;
    const fol_sample_job job = {.first = first, .out = {x, n, den->field.n_in, den->field.n_in, 1}};
    if (fol_sample(&ctx, den, options, &job) != FOL_OK)
        fail_msg("%s", ctx.message);
}

// ---- grids ----

static void test_grids(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_target *gmm = new_plane();
    for (int kind = 0; kind < N_PROCESSES; kind++)
        for (int method = 0; method < N_METHODS; method++)
            for (int grid = FOL_GRID_LOG_SNR; grid <= FOL_GRID_TIME; grid++)
                for (int64_t n = 1; n <= 16; n = n < 4 ? n + 1 : n * 4) {
                    const fol_process process = paper_process(kind);
                    fol_denoiser *den = new_exact(gmm, &process);
                    const fol_sample_options options = options_of(n, method, grid);
                    fol_instant at[17];
                    assert_int_equal(fol_sample_grid(&ctx, den, &options, at), FOL_OK);
                    for (int64_t k = 0; k < n; k++)
                        assert_true(at[k].snr < at[k + 1].snr);
                    const double low = 1e-3 / den->data_var;
                    const double least = fol_process_at(&process, fol_process_end(&process)).snr;
                    const double first = method == FOL_METHOD_ODE && least == 0 ? low : least;
                    assert_near(at[0].snr, first, 1e-12 * first, "first");
                    assert_true(at[n].snr == INFINITY && at[n].a == 1 && at[n].s == 0);
                    fol_denoiser_free(den);
                }
    fol_target_free(gmm);
}

static void test_grid_points(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_target *gmm = new_plane();
    fol_process process = paper_process(PROCESS_vp);
    fol_denoiser *vp = new_exact(gmm, &process);
    process = paper_process(PROCESS_localization);
    fol_denoiser *localization = new_exact(gmm, &process);
    process = paper_process(PROCESS_pbm);
    fol_denoiser *pbm = new_exact(gmm, &process);
    fol_sample_options options = options_of(5, FOL_METHOD_ANCESTRAL, FOL_GRID_TIME);
    fol_instant at[6];
    assert_int_equal(fol_sample_grid(&ctx, vp, &options, at), FOL_OK);
    for (size_t k = 0; k < 6; k++)
        assert_near(at[k].tau, 1 - 0.2 * (double) k, 1e-15, "uniform in tau");
    assert_int_equal(fol_sample_grid(&ctx, localization, &options, at), FOL_OK);
    for (size_t k = 0; k < 5; k++)
        assert_near(at[k].snr, 250 * (double) k, 1e-11, "uniform in SNR");
    fol_sample_options initial;
    fol_options_init(fol_sample_option_table, &initial);
    assert_true(initial.method == FOL_METHOD_MULTISTEP && initial.grid == FOL_GRID_LOG_SNR);
    options.grid = FOL_GRID_LOG_SNR;
    for (double scale = 1e-2; scale < 1e3; scale *= 10) {
        pbm->data_var = scale;
        assert_int_equal(fol_sample_grid(&ctx, pbm, &options, at), FOL_OK);
        for (size_t k = 1; k < 5; k++)
            assert_near(log(at[k].snr * scale), log(1e-3) + log(1e9) / 3 * (double) (k - 1), 1e-12,
                        "follows the scale");
    }
    options.snr_min = 0.01;
    options.snr_max = 10;
    assert_int_equal(fol_sample_grid(&ctx, pbm, &options, at), FOL_OK);
    for (size_t k = 1; k < 5; k++)
        assert_near(at[k].snr, pow(10, (double) k - 3), 1e-12, "geometric in SNR");
    fol_denoiser_free(pbm);
    fol_denoiser_free(localization);
    fol_denoiser_free(vp);
    fol_target_free(gmm);
}

// ---- laws ----

// Every process, method and grid draws the mixture: moments and share of a component within 4 standard errors.
static void test_mixture(void **state)
{
    (void) state;
    enum { n = 10000 };
    fol_target *gmm = new_plane();
    double *x = fol_alloc(n * 2, sizeof *x);
    for (int kind = 0; kind < N_PROCESSES; kind++)
        for (int method = 0; method < N_METHODS; method++)
            for (int grid = FOL_GRID_LOG_SNR; grid <= FOL_GRID_TIME; grid++) {
                const fol_process process = paper_process(kind);
                if (kind >= PROCESS_localization && grid == FOL_GRID_TIME)
                    continue; // 500 even steps are too coarse; test_chain_law covers this grid for localization
                const fol_sample_options options = options_of(500, method, grid);
                fol_denoiser *den = new_exact(gmm, &process);
                char what[64];
                draw(den, &options, 0, 0, n, x);
                snprintf(what, sizeof what, "%s, %s, grid %d", fol_processes[kind]->name, method_names[method], grid);
                assert_plane(n, x, 4, 0, what);
                fol_denoiser_free(den);
            }
    fol_free(x);
    fol_target_free(gmm);
}

enum { DIM = 4 };
static const double GAUSS_SD = 0.7;

static fol_target *new_gauss(void)
{
    const double mean[DIM] = {0}, sd[DIM] = {GAUSS_SD, GAUSS_SD, GAUSS_SD, GAUSS_SD}, weight[] = {1};
    return new_gmm(1, DIM, mean, sd, weight);
}

// Multistep: of Y and of the D before, which stays in the state, and in the last step of D + c (D - D before).
static double multistep_variance(double start, const fol_instant *at, size_t n, double b2)
{
    double yy = start, yd = 0, dd = 0; // covariances of Y and the D before
    for (size_t k = 0;; k++) {
        const double t = at[k].snr, delta = at[k + 1].snr - t, in_y = b2 / (1 + b2 * t);
        const double r = k > 0 ? t / at[k - 1].snr : INFINITY;
        const double c = k + 1 == n ? isinf(r) ? 0 : sqrt(1.1 / (1 - 1 / r)) - 1
                         : isinf(r) ? 0
                                    : log(at[k + 1].snr / t) / (2 * log(r));
        if (k + 1 == n)
            return (1 + c) * (1 + c) * in_y * in_y * yy - 2 * c * (1 + c) * in_y * yd + c * c * dd;
        const double by_y = 1 + delta * (1 + c) * in_y, by_d = -delta * c;
        const double next = by_y * by_y * yy + 2 * by_y * by_d * yd + by_d * by_d * dd + delta;
        yd = in_y * (by_y * yy + by_d * yd);
        dd = in_y * in_y * yy;
        yy = next;
    }
}

// D = c x for N(0, b2): the chain's state stays Gaussian, and its variance follows a recursion. Written here from
// MATH 3 in the clock of Y (multistep, ancestral), x (Euler) and z (Heun), not from the sampler's own coefficients.
static double chain_variance(const fol_process *process, int method, const fol_instant *at, size_t n, double b2)
{
    double v = 0; // of Y, x or z
    if (method == FOL_METHOD_MULTISTEP) {
        const double start = fol_process_kind_of(process)->start_sd(process) / at[0].scale;
        return multistep_variance(start * start, at, n, b2);
    }
    if (method == FOL_METHOD_ODE)
        v = 1 / at[0].snr;
    else if (process->kind == fol_processes[PROCESS_vp])
        v = method == FOL_METHOD_ANCESTRAL ? 1 / (at[0].scale * at[0].scale) : 1;
    for (size_t k = 0; k + 1 < n; k++) {
        const fol_instant *from = at + k, *to = from + 1;
        const double in_y = b2 / (1 + b2 * from->snr); // D = in_y Y
        if (method == FOL_METHOD_ANCESTRAL ||
            (method == FOL_METHOD_EULER && process->kind == fol_processes[PROCESS_localization])) {
            const double delta = to->snr - from->snr;
            v = (1 + delta * in_y) * (1 + delta * in_y) * v + delta;
        } else if (method == FOL_METHOD_EULER && process->kind == fol_processes[PROCESS_pbm]) {
            const double du = from->scale - to->scale, factor = 1 + du / from->scale * (in_y / from->scale - 1);
            v = factor * factor * v + du;
        } else if (method == FOL_METHOD_EULER) {
            const double step = fol_process_beta(process, from->tau) * (from->tau - to->tau);
            const double score = -1 / (from->a * from->a * b2 + from->s * from->s); // times x
            v = (1 + step * (0.5 + score)) * (1 + step * (0.5 + score)) * v + step;
        } else {
            const double sigma = 1 / sqrt(from->snr), next = 1 / sqrt(to->snr), h = next - sigma;
            const double slope = sigma / (b2 + sigma * sigma); // dz / dsigma = slope z
            const double guess = 1 + h * slope, next_slope = next / (b2 + next * next);
            const double factor = 1 + h / 2 * (slope + guess * next_slope);
            v *= factor * factor;
        }
    }
    const fol_instant *last = at + n - 1;
    double factor = b2 / (1 + b2 * last->snr); // D = factor Y, then of x and z
    if (method == FOL_METHOD_ODE)
        factor *= last->snr;
    else if (method == FOL_METHOD_EULER)
        factor /= last->scale;
    return factor * factor * v;
}

// Of N(0, b2) on the grid of a denoiser.
static double variance_of(const fol_denoiser *den, const fol_sample_options *options, double b2)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_instant *at = fol_alloc((size_t) options->steps + 1, sizeof *at);
    assert_int_equal(fol_sample_grid(&ctx, den, options, at), FOL_OK);
    const double v = chain_variance(&den->process, options->method, at, (size_t) options->steps, b2);
    fol_free(at);
    return v;
}

static double variance_at(const fol_denoiser *den, const fol_sample_options *options)
{
    return variance_of(den, options, GAUSS_SD * GAUSS_SD);
}

// The draws' variance is the recursion's at few steps, where it is far from the target's: 4 standard errors.
static void test_chain_law(void **state)
{
    (void) state;
    enum { n = 25000 };
    fol_target *gmm = new_gauss();
    double *x = fol_alloc(n * DIM, sizeof *x);
    for (int kind = 0; kind < N_CLOSED_FORMS; kind++)
        for (int method = 0; method < N_METHODS; method++)
            for (int64_t steps = 2; steps <= 18; steps *= 3) {
                const fol_process process = paper_process(kind);
                fol_denoiser *den = new_exact(gmm, &process);
                fol_sample_options options = options_of(steps, method, FOL_GRID_TIME);
                options.snr_min = 0.05;
                const double want = variance_at(den, &options);
                double sum = 0;
                draw(den, &options, 0, 0, n, x);
                for (size_t i = 0; i < n * DIM; i++)
                    sum += x[i] * x[i];
                assert_near(sum / (n * DIM), want, 4 * want * sqrt(2.0 / (n * DIM)), method_names[method]);
                fol_denoiser_free(den);
            }
    fol_free(x);
    fol_target_free(gmm);
}

// The same recursion against the target: the error of the variance halves when the steps double (MATH 4.2), and
// Heun's falls by four where the start and the last step, whose errors do not depend on the steps, are held fixed.
static void test_error_order(void **state)
{
    (void) state;
    fol_target *gmm = new_gauss();
    const double truth = GAUSS_SD * GAUSS_SD;
    for (int kind = 0; kind < 2; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(gmm, &process);
        for (int64_t steps = 100; steps <= 1600; steps *= 2) {
            const fol_sample_options once = options_of(steps, FOL_METHOD_ANCESTRAL, FOL_GRID_TIME);
            const fol_sample_options twice = options_of(2 * steps, FOL_METHOD_ANCESTRAL, FOL_GRID_TIME);
            const double ratio = (variance_at(den, &once) - truth) / (variance_at(den, &twice) - truth);
            assert_near(ratio, 2, 0.25, fol_processes[kind]->name);
        }
        fol_sample_options heun = options_of(101, FOL_METHOD_ODE, FOL_GRID_LOG_SNR);
        double v[4];
        for (int i = 0; i < 4; i++) {
            v[i] = variance_at(den, &heun);
            heun.steps = 2 * (heun.steps - 1) + 1;
        }
        assert_near((v[0] - v[1]) / (v[1] - v[2]), 4, 0.4, fol_processes[kind]->name);
        assert_near((v[1] - v[2]) / (v[2] - v[3]), 4, 0.4, fol_processes[kind]->name);
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
}

// By default the sd of Gaussians is right to 0.5 % at 200 steps and to 2 % at 50, from that of the data to one thirty
// times smaller, as it is in a mixture with both. The SNR of localization ends at 1000, where only the variance 0.01 is
// seen.
static void test_default_scales(void **state)
{
    (void) state;
    fol_target *gmm = new_gauss();
    const double all = GAUSS_SD * GAUSS_SD;
    for (int kind = 0; kind < N_PROCESSES; kind++)
        for (int64_t steps = 50; steps <= 200; steps *= 4) {
            const fol_process process = paper_process(kind);
            fol_denoiser *den = new_exact(gmm, &process);
            const fol_sample_options options = options_of(steps, FOL_METHOD_MULTISTEP, FOL_GRID_LOG_SNR);
            const double least = kind == PROCESS_localization ? 0.01 : all / 900;
            for (double v = all; v > least; v /= 2)
                assert_near(sqrt(variance_of(den, &options, v) / v), 1, steps == 200 ? 0.005 : 0.02,
                            fol_processes[kind]->name);
            fol_denoiser_free(den);
        }
    fol_target_free(gmm);
}

// The same in draws of a mixture of modes forty times narrower than it is wide. The standard error of the sd is 1 / 800
// (4 of them are 0.5 %) and at 50 steps 1 / 400 (1 %, beside a bias of 0.8 %).
static void test_default_modes(void **state)
{
    (void) state;
    enum { most = 320000 };
    const double mean[] = {-2, 2}, sd[] = {0.1, 0.1}, weight[] = {0.5, 0.5};
    fol_target *gmm = new_gmm(2, 1, mean, sd, weight);
    double *x = fol_alloc(most, sizeof *x);
    for (int kind = 0; kind < N_PROCESSES; kind++)
        for (int64_t steps = 50; steps <= 200; steps *= 4) {
            const fol_process process = paper_process(kind);
            fol_denoiser *den = new_exact(gmm, &process);
            const fol_sample_options options = options_of(steps, FOL_METHOD_MULTISTEP, FOL_GRID_LOG_SNR);
            const size_t n = steps == 200 ? most : 80000;
            double sum = 0;
            draw(den, &options, 0, 0, n, x);
            for (size_t i = 0; i < n; i++)
                sum += (fabs(x[i]) - 2) * (fabs(x[i]) - 2);
            assert_near(sqrt(sum / (double) n) / 0.1, 1, steps == 200 ? 0.005 : 0.02, fol_processes[kind]->name);
            fol_denoiser_free(den);
        }
    fol_free(x);
    fol_target_free(gmm);
}

// Steps on which the data's scale would be lost say so, with its factor in closed form; few steps, or ends of one's
// own, are taken as they are.
static void test_scale_refused(void **state)
{
    (void) state;
    static const char *const sentence = "`grid` is too coarse in time for data of variance %.3g: a Gaussian would have "
                                        "%.3g times its standard deviation. Use grid \"log_snr\" or more steps.";
    fol_context ctx;
    fol_context_init(&ctx);
    fol_target *gmm = new_gauss();
    fol_instant at[201];
    for (int kind = 0; kind < N_CLOSED_FORMS; kind++)
        for (int method = 0; method < N_METHODS; method++)
            for (double v = 1e-4; v < 2e6; v *= 10) {
                const fol_process process = paper_process(kind);
                fol_denoiser *den = new_exact(gmm, &process);
                fol_sample_options options = options_of(200, method, FOL_GRID_TIME);
                den->data_var = v;
                const fol_status status = fol_sample_grid(&ctx, den, &options, at);
                const double ratio = sqrt(chain_variance(&process, method, at, 200, v) / v);
                const bool is_far = ratio > 1.5 || ratio < 1 / 1.5;
                assert_int_equal(status, is_far ? FOL_E_INPUT : FOL_OK);
                if (is_far) {
                    char want[FOL_MESSAGE_SIZE];
                    snprintf(want, sizeof want, sentence, v, ratio);
                    assert_string_equal(ctx.message, want);
                }
                options.snr_min = 1e-3 / v;
                assert_int_equal(fol_sample_grid(&ctx, den, &options, at), FOL_OK);
                options = options_of(19, method, FOL_GRID_TIME);
                assert_int_equal(fol_sample_grid(&ctx, den, &options, at), FOL_OK);
                fol_denoiser_free(den);
            }
    const fol_process vp = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(gmm, &vp);
    den->data_var = 1e8;
    const fol_sample_options options = options_of(50, FOL_METHOD_MULTISTEP, FOL_GRID_LOG_SNR);
    assert_int_equal(fol_sample_grid(&ctx, den, &options, at), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "The process does not fit data of variance 1e+08: a Gaussian would have 0.0"));
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

// ---- bits, paths ----

static void test_same_bits(void **state)
{
    (void) state;
    enum { n = 2000, first = 3 * FOL_BLOCK_ROWS };
    static double one[2 * n], more[2 * n];
    fol_target *gmm = new_plane();
    const fol_process process = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(gmm, &process);
    for (int method = 0; method < N_METHODS; method++) {
        const fol_sample_options options = options_of(20, method, FOL_GRID_TIME);
        draw(den, &options, 1, 0, n, one);
        for (int threads = 2; threads <= 4; threads++) {
            memset(more, 0, sizeof more);
            draw(den, &options, threads, 0, n, more);
            assert_memory_equal(one, more, sizeof one);
        }
        draw(den, &options, 2, first, n - first, more);
        assert_memory_equal(one + 2 * first, more, (n - first) * 2 * sizeof *one);
        draw(den, &options, 2, 0, 100, more);
        assert_memory_equal(one, more, 200 * sizeof *one);
    }
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

static void test_paths_and_strides(void **state)
{
    (void) state;
    enum { n = 300, steps = 7, points = steps + 1 };
    static double rows[n * 2], columns[2 * n], paths[n * points * 2], r_paths[2 * points * n];
    double center[] = {10, -20}, scale[] = {2, 0.5};
    fol_column column[2] = {{.whole = true}, {.whole = false}};
    const fol_columns data = {2, center, scale, column};
    fol_target *gmm = new_plane();
    fol_context ctx;
    fol_context_init(&ctx);
    for (int kind = 0; kind < N_PROCESSES; kind++)
        for (int method = 0; method < N_METHODS; method++) {
            const fol_process process = paper_process(kind);
            fol_denoiser *den = new_exact(gmm, &process);
            const fol_sample_options options = options_of(steps, method, FOL_GRID_TIME);
            const fol_sample_job c = {.columns = &data, .out = {rows, n, 2, 2, 1}, .paths = {paths, points * 2, 2, 1}};
            const fol_sample_job r = {.out = {columns, n, 2, 1, n}, .paths = {r_paths, 1, 2 * n, n}};
            memset(paths, 0xff, sizeof paths);
            memset(r_paths, 0xff, sizeof r_paths);
            assert_int_equal(fol_sample(&ctx, den, &options, &c), FOL_OK);
            assert_int_equal(fol_sample(&ctx, den, &options, &r), FOL_OK);
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < 2; j++) {
                    for (size_t k = 0; k < points; k++) {
                        assert_true(isfinite(paths[(i * points + k) * 2 + j]));
                        assert_true(paths[(i * points + k) * 2 + j] == r_paths[j * n + k * 2 * n + i]);
                    }
                    assert_true(columns[j * n + i] == paths[(i * points + steps) * 2 + j]);
                    const double drawn = center[j] + scale[j] * columns[j * n + i];
                    assert_true(rows[i * 2 + j] == (j == 0 ? rint(drawn) : drawn));
                    if (fol_process_kind_of(&process)->start_sd(&process) == 0 && method != FOL_METHOD_ODE)
                        assert_true(paths[i * points * 2 + j] == 0);
                }
            fol_denoiser_free(den);
        }
    fol_target_free(gmm);
}

// One step returns the denoised start: for PBM and localization the mean.
static void test_one_step(void **state)
{
    (void) state;
    fol_target *gmm = new_plane();
    for (int kind = 1; kind < 3; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(gmm, &process);
        const fol_sample_options options = options_of(1, FOL_METHOD_ANCESTRAL, FOL_GRID_LOG_SNR);
        double x[6];
        draw(den, &options, 1, 0, 3, x);
        for (size_t i = 0; i < 3; i++) {
            assert_near(x[2 * i], 0.1, 1e-15, "mean");
            assert_near(x[2 * i + 1], -0.05, 1e-15, "mean");
        }
        draw(den, &options, 1, 0, 0, x);
        fol_denoiser_free(den);
    }
    fol_target_free(gmm);
}

// ---- faults ----

static int stop_at_once(const fol_progress *progress, void *data)
{
    assert_string_equal(progress->task, "sample");
    ++*(int *) data;
    return 1;
}

static void test_interrupt(void **state)
{
    (void) state;
    enum { n = 20000 };
    int polls = 0;
    fol_target *gmm = new_plane();
    const fol_process process = paper_process(PROCESS_pbm);
    fol_denoiser *den = new_exact(gmm, &process);
    fol_context ctx;
    fol_context_init(&ctx);
    ctx.poll = stop_at_once;
    ctx.data = &polls;
    double *x = fol_alloc(n * 2, sizeof *x);
    const fol_sample_options options = options_of(100000, FOL_METHOD_ANCESTRAL, FOL_GRID_TIME);
    const fol_sample_job job = {.out = {x, n, 2, 2, 1}};
    assert_int_equal(fol_sample(&ctx, den, &options, &job), FOL_E_INTERRUPT);
    assert_int_equal(polls, 1);
    fol_free(x);
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

// A denoiser that fails below tau = 1/2.
static fol_status break_down(const fol_field *den, size_t n, const double *x, const fol_instant *when, size_t stride,
                             double *denoised, void *work)
{
    (void) x, (void) stride, (void) work;
    for (size_t i = 0; i < n * den->n_in; i++)
        denoised[i] = when->tau < 0.5 && i == 5 ? NAN : 0;
    return FOL_OK;
}

static void test_non_finite(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    const fol_denoiser den = {{.n_in = 3, .n_out = 3, .eval = break_down}, paper_process(PROCESS_vp), 1};
    double x[3 * 300];
    const fol_sample_options options = options_of(100, FOL_METHOD_ANCESTRAL, FOL_GRID_TIME);
    const fol_sample_job job = {.out = {x, 300, 3, 3, 1}};
    assert_int_equal(fol_sample(&ctx, &den, &options, &job), FOL_E_NUMERIC);
    assert_string_equal(ctx.message, "A trajectory became non-finite at or shortly before step 64 of 100. The denoiser "
                                     "may be badly fitted: look at its loss.");
}

// Each line: what is wrong, and a part of the sentence that must say so.
static void test_refusals(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_target *gmm = new_plane();
    const fol_process pbm = paper_process(PROCESS_pbm), localization = paper_process(PROCESS_localization);
    const fol_process preserving = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(gmm, &pbm), *local = new_exact(gmm, &localization), *vp = new_exact(gmm, &preserving);
    double x[4];
    const fol_sample_job job = {.out = {x, 2, 2, 2, 1}}, odd = {.first = 100, .out = {x, 2, 2, 2, 1}};
    const fol_sample_job narrow = {.out = {x, 4, 1, 1, 1}};
    const struct {
        const fol_denoiser *den;
        const fol_sample_job *job;
        fol_sample_options options;
        const char *sentence;
    } cases[] = {
        {den, &job, {0, 0, 0, NAN, NAN}, "`steps` must be a whole number of at least 1, not 0."},
        {den, &job, {INT64_MAX, 0, 0, NAN, NAN}, "`steps` must be"},
        {den, &job, {10, 4, 0, NAN, NAN}, "`method` must be one of multistep, ancestral, euler or ode, not number 4."},
        {den, &job, {10, 0, 2, NAN, NAN}, "`grid` must be one of log_snr or time, not number 2."},
        {den, &job, {10, 0, 0, -1, NAN}, "`snr_min` must be a number greater than 0, not -1."},
        {den, &job, {10, 0, 0, NAN, INFINITY}, "`snr_max` must be a finite number greater than 0, not inf."},
        {den, &job, {10, 0, 0, 5, 2}, "`snr_min` must be below `snr_max`, 2, not 5."},
        {vp, &job, {10, 0, 1, 5, 5}, "`snr_min` must be below `snr_max`, 5, not 5."},
        {vp, &job, {10, 0, 1, 1e9, NAN}, "`snr_min` must be below `snr_max`, 540468, not 1e+09."},
        {vp, &job, {10, 0, 1, NAN, 1e-9}, "`snr_max` must be above `snr_min`, 0.000540468, not 1e-09."},
        {local,
         &job,
         {10, 3, 0, 2000, NAN},
         "`snr_min` must be below the process's largest signal-to-noise ratio, 1000, not 2000."},
        {den, &odd, {10, 0, 0, NAN, NAN}, "`first` must be a multiple of 256, not 100."},
        {den, &narrow, {10, 0, 0, NAN, NAN}, "`draws` must have 2 columns, as the denoiser has, not 1."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(fol_sample(&ctx, cases[i].den, &cases[i].options, cases[i].job), FOL_E_INPUT);
        if (!strstr(ctx.message, cases[i].sentence))
            fail_msg("%s", ctx.message);
    }
    fol_denoiser_free(vp);
    fol_denoiser_free(local);
    fol_denoiser_free(den);
    fol_target_free(gmm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grids),         cmocka_unit_test(test_grid_points),
        cmocka_unit_test(test_mixture),       cmocka_unit_test(test_chain_law),
        cmocka_unit_test(test_error_order),   cmocka_unit_test(test_default_scales),
        cmocka_unit_test(test_default_modes), cmocka_unit_test(test_scale_refused),
        cmocka_unit_test(test_same_bits),     cmocka_unit_test(test_paths_and_strides),
        cmocka_unit_test(test_one_step),      cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_non_finite),    cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
